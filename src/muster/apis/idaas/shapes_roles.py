"""Site roles on the wire."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

RoleType = Literal["SITE_ADMINISTRATOR", "ACCOUNT_MANAGER"]


class Permission(Struct):
    id: str
    entityType: str
    actionType: Literal["VIEW", "ADD", "EDIT", "REMOVE", "ALL"]
    roleType: RoleType


class Role(Struct):
    """A role. As one that another manages, it has no permissions and managed roles of its own."""

    id: str
    name: str
    description: str | None
    roleType: RoleType
    defaultRole: bool
    superAdministrator: bool
    allRoles: bool
    managedRoles: list[Role] | None
    groupManagement: Literal["ALL", "DEFINED", "OWN"]
    groupIds: list[str]
    permissions: list[Permission] | None


class RoleUser(Struct):
    id: str
    roleName: str
    roleDescription: str | None
    defaultRole: bool
    usersInRole: int
