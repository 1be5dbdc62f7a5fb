"""The search for users: what is asked of them to conditions, what shall be added to look-ups, places to cursors."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import UNSET

from muster.apis.idaas import shapes
from muster.apis.idaas.cursors import FIELD
from muster.apis.idaas.paging import (
    COMPARES,
    EQUALS,
    ORDERED,
    PRESENCE,
    TEXTS,
    Asked,
    Condition,
    Searched,
    moment,
    one_of,
    truth,
)
from muster.apis.idaas.roles import SITE_ROLES
from muster.apis.idaas.translate import NOT_REQUIRED, REGISTRATION, STATES, VERIFICATION, user
from muster.apis.idaas.translate_tokens import KINDS
from muster.apis.idaas.translate_walks import span
from muster.core import query
from muster.core.enrolment import Detail
from muster.core.groups import Group
from muster.core.organizations import Organization
from muster.core.query import NOBODY, Flag, Order, Other, Position, Search, Text
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.walking_users import Beside, DetailedUsers

PASSWORD = "PASSWORD"  # noqa: S105  (a kind of authenticator)
AUTHENTICATORS = (
    *("ENTRUST_SOFT_TOKEN", "FIDO", "GOOGLE_AUTHENTICATOR", "GRID", "HARDWARE_TOKEN", "KBA", "OTP", PASSWORD),
    *("SMARTCREDENTIALPUSH", "TEMP_ACCESS_CODE", "FACE", "MAGICLINK"),
)
LOCAL = "LOCAL"

_TIMES = Searched(ORDERED | PRESENCE, moment)
_TRUTHS = Searched(EQUALS, truth)
SEARCHED = {
    "userId": Searched(TEXTS),
    "groupId": Searched(EQUALS),
    "roleId": Searched(EQUALS),
    "organizationId": Searched(EQUALS),
    "authenticator": Searched(frozenset({"EQUALS", "NOT_EQUALS"}), one_of(*AUTHENTICATORS)),
    "state": Searched(EQUALS, one_of(*STATES)),
    "locked": Searched(EQUALS, one_of("true")),
    "userType": Searched(EQUALS, one_of(LOCAL, "SYNC", "EXTERNAL")),
    "registrationRequired": _TRUTHS,
    "verificationRequired": _TRUTHS,
    "passwordCompromised": _TRUTHS,
    "lastAuthTime": _TIMES,
    "passwordExpirationTime": _TIMES,
}

ORDERS = {
    "userId": Order(Text.USERNAME),
    # By its word: ACTIVE comes before INACTIVE.
    "state": Order(Other.ACTIVE, descending=True),
    "lastAuthTime": Order(Other.LAST_LOGIN_AT),
}

EXPANSIONS: dict[str, Beside | None] = {
    "grids": None,
    "tokens": Beside.AUTHENTICATORS,
    "smartCredentials": None,
    "tempAccessCode": None,
    "fidoTokens": None,
    "userAttributeValues": Beside.VALUES,
    "userAliases": Beside.ALIASES,
    "groups": Beside.BODIES,
    "oauthRoles": Beside.BODIES,
    "authenticatorLockoutStatus": Beside.AUTHENTICATORS,
    "organizations": Beside.BODIES,
}
"""What a page adds where it is asked to, and what has to be looked up for it; nobody has any of the others."""

_BODIES = {"groupId": Group.NOUN, "organizationId": Organization.NOUN}
_MARKS = {"registrationRequired": REGISTRATION, "verificationRequired": VERIFICATION}


def question(asked: Asked) -> DetailedUsers:
    """The users that are asked for."""
    conditions = [_condition(one) for one in asked.conditions if one.name not in ("roleId", "locked")]
    roles = tuple((SITE_ROLES, one.value) for one in asked.conditions if one.name == "roleId")
    order = () if asked.order is None else (_order(*asked.order),)
    search = Search(
        conditions=tuple(one for one in conditions if one is not None),
        order=order,
        limit=asked.limit,
        start=None if asked.place is None else _position(asked.place, order),
        backwards=asked.backwards,
    )
    wanted = (EXPANSIONS[name] for name in asked.attributes or ())
    locked = any(one.name == "locked" for one in asked.conditions)
    return DetailedUsers(search, frozenset(one for one in wanted if one is not None), roles, locked)


def _order(name: str, ascending: bool) -> Order:
    order = ORDERS[name]
    return Order(order.field, descending=order.descending is ascending)


def _position(place: tuple[str | int | None, ...], order: tuple[Order, ...]) -> Position:
    *values, number = place
    if not isinstance(number, int) or len(values) != len(order):
        refuse(Invalid(FIELD, Fault.MALFORMED))
    return Position(tuple(values), number)


def place(position: Position | None) -> tuple[str | int | None, ...] | None:
    """What a cursor holds of a place."""
    return None if position is None else (*position.values, position.number)


def _condition(asked: Condition) -> query.Condition | None:
    """What is asked, to the core; None for what everybody meets."""
    match asked.name:
        case "userId":
            compare, negated = COMPARES[asked.operator]
            named = query.LoginNameIs(compare, asked.value)
            return query.Not(named) if negated else named
        case "groupId" | "organizationId":
            return query.IsIn(_BODIES[asked.name], asked.value)
        case "authenticator":
            return _authenticator(asked.value, negated=asked.operator == "NOT_EQUALS")
        case "state":
            return query.FlagIs(Flag.ACTIVE, STATES[asked.value])
        case "userType":
            return None if asked.value == LOCAL else NOBODY
        case "registrationRequired" | "verificationRequired":
            marked = query.Marked(f"{_MARKS[asked.name]}={NOT_REQUIRED}")
            return query.Not(marked) if asked.value else marked
        case "passwordCompromised":
            # Of no password it is known.
            return NOBODY if asked.value else None
        case "lastAuthTime":
            return _time(asked)
        case _:
            # No password expires.
            return None if asked.operator == "NOT_EXISTS" else NOBODY


def _authenticator(kind: str, *, negated: bool) -> query.Condition | None:
    if kind != PASSWORD and kind not in KINDS:
        return None if negated else NOBODY
    has = query.HasPassword() if kind == PASSWORD else query.HasAuthenticator(KINDS[kind])
    return query.Not(has) if negated else has


def _time(asked: Condition) -> query.Condition:
    if asked.operator in PRESENCE:
        there = query.Present(Other.LAST_LOGIN_AT)
        return there if asked.operator == "EXISTS" else query.Not(there)
    return query.During(Other.LAST_LOGIN_AT, *span(asked.operator, asked.value))


def listed(detail: Detail, shown: Collection[str]) -> shapes.User:
    """A user of a page, without what it was not asked to add."""
    made = user(detail)
    for name in EXPANSIONS:
        if name not in shown:
            setattr(made, name, UNSET)
    return made
