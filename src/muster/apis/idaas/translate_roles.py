"""Site roles: entity to shape."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid5

from muster.apis.idaas import shapes_roles as shapes
from muster.apis.idaas.refusals import VERBS, permission_name
from muster.apis.idaas.roles import DESCRIPTIONS
from muster.core.roles import ADMINISTER, Role

ROLE_TYPE: shapes.RoleType = "SITE_ADMINISTRATOR"

SHOWN = frozenset(
    {
        "account",
        "applications",
        "attributes",
        "audit",
        "entitlements",
        "groups",
        "oauth-roles",
        "organizations",
        "policies",
        "program-kinds",
        "roles",
        "tokens",
        "user-roles",
        "users",
    }
)
"""The core's nouns that this wire has an entity for; permissions over the others are other APIs'."""

MANAGES = "users:edit"
"""Who holds it manages users, as far as they hold nothing that he lacks."""

# RFC 9562, section 5.5: the same name has the same id wherever it is made.
_PERMISSIONS = UUID("8b0e1d5c-6f0a-5c0e-9a57-3c1f3a3b7a10")


def role(kept: Role, catalogue: Iterable[Role]) -> shapes.Role:
    """A role whole, given all roles of the catalogue."""
    others = [other for other in catalogue if other.id != kept.id]
    managed = [other for other in others if _is_managed(other, kept)]
    shown = _listed(kept)
    shown.allRoles = MANAGES in kept.permissions and len(managed) == len(others)
    shown.managedRoles = [] if shown.allRoles else [_listed(other) for other in managed]
    shown.permissions = permissions(kept)
    return shown


def _is_managed(other: Role, by: Role) -> bool:
    return MANAGES in by.permissions and other.permissions <= by.permissions


def _listed(kept: Role) -> shapes.Role:
    return shapes.Role(
        kept.id,
        kept.name,
        DESCRIPTIONS.get(kept.number),
        ROLE_TYPE,
        defaultRole=kept.number in DESCRIPTIONS,
        superAdministrator=ADMINISTER in kept.permissions,
        allRoles=False,
        managedRoles=None,
        groupManagement="ALL",
        groupIds=[],
        permissions=None,
    )


def permissions(kept: Role) -> list[shapes.Permission]:
    """The role's permissions that this wire has names for, by name."""
    names = sorted(permission_name(one) for one in kept.permissions if _is_shown(one))
    return [_permission(*name.split(":")) for name in names]


def _is_shown(permission: str) -> bool:
    noun, verb = permission.split(":")
    return noun in SHOWN and verb in VERBS


def _permission(entity: str, action: str) -> shapes.Permission:
    named = str(uuid5(_PERMISSIONS, f"{entity}:{action}"))
    return shapes.Permission(named, entity, action, ROLE_TYPE)  # type: ignore[arg-type]


def counted(kept: Role, users: int) -> shapes.RoleUser:
    """A role with how many users hold it."""
    is_default = kept.number in DESCRIPTIONS
    return shapes.RoleUser(kept.id, kept.name, DESCRIPTIONS.get(kept.number), is_default, users)
