"""What the directory's acts are called here: the entity that was acted upon, the action, and the type of the event.

Entities are of the vendor's list of permissions, actions of his examples. He publishes the types of authentications
alone; those of what administrators do are made from the act's own name.
"""

from __future__ import annotations

from typing import Final, NamedTuple

ADD, EDIT, REMOVE, RESET = "ADD", "EDIT", "REMOVE", "RESET"


class Called(NamedTuple):
    """An act as this wire calls it. An authentication has no entity and no action."""

    type: str
    entity: str | None
    action: str | None


AUTHENTICATIONS: Final = {"application.signed-in": "AuthenticationAdminApiSuccessEvent"}
"""The acts that are authentications, by the type of their event."""

OTHER = Called("ManagementEvent", "SUBSCRIBERS", EDIT)
"""What an act is called that another version of Muster recorded, and this one does not know."""

_ENTITIES = {
    "account": ("SUBSCRIBERS", {"edited": EDIT}),
    "address-list": ("IPLISTS", {"added": ADD, "set": EDIT, "removed": REMOVE}),
    "address-rule": ("IPLISTS", {"added": ADD, "removed": REMOVE}),
    "application": ("APPLICATIONS", {"created": ADD, "edited": EDIT, "secret-renewed": RESET, "deleted": REMOVE}),
    "attribute": ("USERATTRIBUTES", {"created": ADD, "edited": EDIT, "deleted": REMOVE}),
    "authenticator": (
        "TOKENS",
        {"created": ADD, "edited": EDIT, "enabled": EDIT, "disabled": EDIT, "deleted": REMOVE},
    ),
    "client": ("APPLICATIONS", {"created": ADD, "edited": EDIT, "deleted": REMOVE}),
    "connection": ("SCIMPROVISIONINGS", {"created": ADD, "revoked": EDIT, "deleted": REMOVE}),
    "federation": ("IDENTITYPROVIDERS", {"created": ADD, "edited": EDIT}),
    "group": ("GROUPS", {"created": ADD, "edited": EDIT, "members-changed": EDIT, "deleted": REMOVE}),
    "key": ("SPCLIENTCREDENTIALS", {"created": ADD, "edited": EDIT, "activated": EDIT, "revoked": EDIT}),
    "organization": ("ORGANIZATIONS", {"created": ADD, "edited": EDIT, "members-changed": EDIT, "deleted": REMOVE}),
    "policy": ("SETTINGS", {"set": EDIT}),
    "resource-role": ("OAUTHROLES", {"created": ADD, "members-changed": EDIT, "deleted": REMOVE}),
    "subtenant": ("TENANTS", {"created": ADD}),
    "tenant": ("SUBSCRIBERS", {"created": ADD, "adopted": EDIT}),
    "unit": ("SUBSCRIBERS", {"created": ADD, "edited": EDIT, "activated": EDIT, "deactivated": EDIT}),
    "user": (
        "USERS",
        {
            "created": ADD,
            "edited": EDIT,
            "invited": EDIT,
            "scope-set": EDIT,
            "groups-set": EDIT,
            "organizations-set": EDIT,
            "resource-roles-set": EDIT,
            "deleted": REMOVE,
        },
    ),
}


def _type(act: str) -> str:
    """An act's name as an event's: `user.roles-set` is `UserRolesSetEvent`."""
    words = act.replace(".", "-").split("-")
    return "".join(word.capitalize() for word in words) + "Event"


ACTS: Final = {
    **{act: Called(type_, None, None) for act, type_ in AUTHENTICATIONS.items()},
    **{
        f"{noun}.{verb}": Called(_type(f"{noun}.{verb}"), entity, action)
        for noun, (entity, verbs) in _ENTITIES.items()
        for verb, action in verbs.items()
    },
    "user.password-set": Called(_type("user.password-set"), "USERPASSWORDS", EDIT),
    "user.roles-set": Called(_type("user.roles-set"), "USERSITEROLES", EDIT),
}
"""Every act of the directory's."""


def called(act: str) -> Called:
    """What an act is called."""
    return ACTS.get(act, OTHER)
