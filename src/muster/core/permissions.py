"""Every permission there is: `noun:verb`. Roles are sets of these, whatever catalogue they stand in."""

_VERBS = {
    "account": ("view", "edit"),
    "applications": ("view", "create", "edit", "delete"),
    "attributes": ("view", "create", "edit", "delete"),
    "audit": ("view",),
    "domains": ("view", "create", "edit"),
    "entitlements": ("view",),
    "finances": ("view", "edit"),
    "groups": ("view", "create", "edit", "delete"),
    "keys": ("view", "create", "edit"),
    "network": ("view", "edit"),
    "oauth-roles": ("view",),
    "orders": ("view", "create", "edit", "approve"),
    "organizations": ("view", "create", "edit", "delete"),
    "policies": ("view", "edit"),
    "program-kinds": ("view",),
    "roles": ("view",),
    "subaccounts": ("create",),
    "tenant": ("administer",),
    "tokens": ("view", "create", "edit", "delete"),
    "units": ("view", "create", "edit", "assign"),
    "user-roles": ("view", "edit", "delete"),
    "users": ("view", "create", "edit", "delete"),
}

ALL = frozenset(f"{noun}:{verb}" for noun, verbs in _VERBS.items() for verb in verbs)


def of(*nouns: str) -> frozenset[str]:
    """All permissions over these nouns."""
    return frozenset(f"{noun}:{verb}" for noun in nouns for verb in _VERBS[noun])


def views(permissions: frozenset[str] = ALL) -> frozenset[str]:
    """Those of the permissions that only look."""
    return frozenset(permission for permission in permissions if permission.endswith(":view"))
