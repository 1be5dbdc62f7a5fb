"""A question about users as data: conditions, order, page; and its plain meaning in Python.

A store's SQL has to find what `matches` says, in the order of `sorted_by`. Names and e-mails are compared folded, so
that case and width make no difference; what is absent meets no comparison, and sorts before all that is there.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, assert_never

from muster.core.frozen import frozen
from muster.core.values import fold

if TYPE_CHECKING:
    from muster.core.users import User

MOST_ROWS = 1000
MOST_OFFSET = 2**31 - 1


class Text(Enum):
    """Fields that hold text which is compared folded, by the user's attribute."""

    __hash__ = object.__hash__  # by identity: Enum\'s own costs more than the look-ups that it serves

    USERNAME = "username"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    EMAIL = "email"


class Other(Enum):
    """Further fields that a user can be sorted by, or asked to have."""

    __hash__ = object.__hash__  # by identity: Enum\'s own costs more than the look-ups that it serves

    NUMBER = "number"
    PHONE = "phone"
    JOB_TITLE = "job_title"
    CREATED_AT = "created_at"
    LAST_LOGIN_AT = "last_login_at"
    ACTIVE = "active"


class Flag(Enum):
    """Fields that are true or false."""

    __hash__ = object.__hash__  # by identity: Enum\'s own costs more than the look-ups that it serves

    ACTIVE = "active"
    LOCKED = "locked"
    SSO_ONLY = "sso_only"


class Compare(Enum):
    """How a text compares with another."""

    __hash__ = object.__hash__  # by identity: Enum\'s own costs more than the look-ups that it serves

    EQUALS = "equals"
    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"


SEARCHED = (Text.USERNAME, Text.GIVEN_NAME, Text.FAMILY_NAME, Text.EMAIL)
"""What a search in plain words looks at."""


@frozen
class TextIs:
    """One of the fields compares so with the text."""

    fields: tuple[Text, ...]
    compare: Compare
    text: str


@frozen
class Present:
    """The field has a value, and not an empty one."""

    field: Text | Other


@frozen
class FlagIs:
    """The field is true, or false."""

    flag: Flag
    value: bool


@frozen
class KindIs:
    """The user is of this kind."""

    kind: str


@frozen
class HomeBelow:
    """The home is the unit of this path, or below it."""

    path: str


@frozen
class Holds:
    """The user holds the role of this id."""

    role: str


@frozen
class Not:
    """The condition does not hold."""

    condition: Condition


@frozen
class AnyOf:
    """At least one of the conditions holds; of none, never."""

    conditions: tuple[Condition, ...]


Condition = TextIs | Present | FlagIs | KindIs | HomeBelow | Holds | Not | AnyOf


def equals(text: str) -> TextIs:
    """Username, given name, family name or e-mail is this text."""
    return TextIs(SEARCHED, Compare.EQUALS, text)


@frozen
class Order:
    """By this field; ties go by number, upwards."""

    field: Text | Other
    descending: bool = False


@frozen
class Search:
    """The users of a tenant that meet all conditions, in order, from `offset` on, `limit` at most.

    `within` holds the paths of the units that the asker is restricted to; None is no restriction.
    """

    tenant: str = ""
    within: tuple[str, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    offset: int = 0
    limit: int = MOST_ROWS
    order: tuple[Order, ...] = ()

    def bounded(self, tenant: str, within: tuple[str, ...] | None) -> Search:
        """The same question, asked in this tenant by somebody restricted to these units, its page within limits."""
        offset, limit = min(max(self.offset, 0), MOST_OFFSET), min(max(self.limit, 0), MOST_ROWS)
        return Search(tenant, within, self.conditions, offset, limit, self.order)


@frozen
class Page:
    """What a search found: one page of users, and how many there are in all."""

    users: tuple[User, ...]
    total: int


def matches(condition: Condition, user: User, home: str) -> bool:
    """Whether the user, whose home has this path, meets the condition."""
    match condition:
        case TextIs(fields, compare, text):
            wanted = fold(text)
            return any(_compares(getattr(user, field.value), compare, wanted) for field in fields)
        case Present(field):
            return getattr(user, field.value) not in (None, "")
        case FlagIs(flag, value):
            return bool(getattr(user, flag.value)) is value
        case KindIs(kind):
            return user.kind == kind
        case HomeBelow(path):
            return home.startswith(path)
        case Holds(role):
            return role in user.roles
        case Not(inner):
            return not matches(inner, user, home)
        case AnyOf(conditions):
            return any(matches(inner, user, home) for inner in conditions)
        case _:
            assert_never(condition)


def _compares(value: str | None, compare: Compare, wanted: str) -> bool:
    if value is None:
        return False
    folded = fold(value)
    match compare:
        case Compare.EQUALS:
            return folded == wanted
        case Compare.CONTAINS:
            return wanted in folded
        case Compare.STARTS:
            return folded.startswith(wanted)
        case Compare.ENDS:
            return folded.endswith(wanted)
        case _:
            assert_never(compare)


def sorted_by(users: list[User], order: tuple[Order, ...]) -> list[User]:
    """The users in this order."""
    ordered = sorted(users, key=lambda user: user.number)
    for by in reversed(order):
        ordered.sort(key=lambda user: _sort_key(user, by.field), reverse=by.descending)
    return ordered


def _sort_key(user: User, field: Text | Other) -> tuple[bool, str | int]:
    value = getattr(user, field.value)
    if value is None:
        return False, ""
    return True, fold(value) if isinstance(field, Text) else value
