"""The roles of CertCentral with their permissions, as data for the core.

Names and ids are the vendor's (glossary; *List container roles*; *List API access roles*). Which permission each holds
follows the glossary's description of the role.
"""

from muster.core.roles import ADMINISTER, RoleTemplate

ACCESS_ROLES = "certcentral"
"""The catalogue of access roles, 1 to 5."""

KEY_ROLES = "certcentral-key"
"""The catalogue of API key roles, 100 to 103: each holds all that such a key can leave of its user's permissions."""

ADMINISTRATOR = (ACCESS_ROLES, 1)

_ORDERS = {"orders:view", "orders:create", "orders:edit", "orders:approve"}
_FINANCES = {"finances:view", "finances:edit"}
_DOMAINS = {"domains:view", "domains:create", "domains:edit"}
_ORGANIZATIONS = {"organizations:view", "organizations:create", "organizations:edit"}
_USERS = {"users:view", "users:create", "users:edit", "users:delete"}
_KEYS = {"keys:view", "keys:create", "keys:edit"}
_UNITS = {"units:view", "units:create", "units:edit", "units:assign"}
_ACCOUNT = {"account:view", "account:edit", "audit:view", "network:view", "network:edit", "subaccounts:create"}

_EVERYTHING = {ADMINISTER} | _ORDERS | _FINANCES | _DOMAINS | _ORGANIZATIONS | _USERS | _KEYS | _UNITS | _ACCOUNT
_READING = {permission for permission in _EVERYTHING if permission.endswith(":view")}


def _role(number: int, name: str, permissions: set[str]) -> RoleTemplate:
    return RoleTemplate(ACCESS_ROLES, number, name, frozenset(permissions))


def _key_role(number: int, name: str, permissions: set[str]) -> RoleTemplate:
    return RoleTemplate(KEY_ROLES, number, name, frozenset(permissions))


TEMPLATES = (
    _role(1, "Administrator", _EVERYTHING),
    _role(2, "Limited User", {"orders:view", "orders:create"}),
    _role(3, "Finance Manager", {"orders:view", "account:view"} | _FINANCES),
    _role(
        4,
        "Manager",
        _ORDERS | _FINANCES | _DOMAINS | _ORGANIZATIONS | {"users:view", "users:edit", "units:view", "account:view"},
    ),
    _role(5, "Standard User", {"orders:view", "orders:create", "domains:view", "organizations:view", "units:view"}),
    _key_role(100, "Orders", _ORDERS),
    _key_role(101, "Orders, Domains, Organizations", _ORDERS | _DOMAINS | _ORGANIZATIONS),
    _key_role(102, "View Only", _READING),
    _key_role(103, "User Management", _USERS | _KEYS),
)
