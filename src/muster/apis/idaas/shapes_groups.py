"""What users are in, on the wire: groups, organizations and OAuth roles."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from muster.apis.idaas.shapes_paging import Paging


class GroupParms(Struct):
    """A group as it shall be. Null and absence leave what there is, an empty text removes it."""

    name: str | None = None
    externalId: str | None = None
    attribute: str | None = None


class GroupId(Struct):
    id: str | None = None


class Group(Struct):
    id: str
    name: str
    type: Literal["LDAP_AD", "MGMT_UI"]
    externalId: str | None
    attribute: str | None
    created: str
    lastModified: str
    directoryDesynced: bool


class GroupsPage(Struct):
    results: list[Group]
    paging: Paging


class OrganizationParms(Struct):
    """An organization as it shall be. Null and absence leave what there is, an empty text removes it."""

    name: str | None = None
    displayName: str | None = None
    description: str | None = None
    logoUri: str | None = None


class Organization(Struct):
    id: str
    name: str
    displayName: str
    description: str | None
    logoUri: str | None


class OrganizationPage(Struct):
    results: list[Organization]
    paging: Paging


class UserOrganizationParms(Struct):
    """The organizations of a user, in place of those that he has; null and absence leave them."""

    organizations: list[str] | None = None


class OAuthRole(Struct):
    id: str
    name: str
    description: str | None
    parentId: str | None
    ancestorIds: list[str]
    descendantIds: list[str]
    resourceServerScopeIds: list[str]
    inheritedResourceServerScopeIds: list[str]
