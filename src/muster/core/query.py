"""A question about users as data: conditions, order, page; and its plain meaning in Python.

A store's SQL has to find what `matches` says, in the order of `sorted_by`. Names and e-mails are compared folded, so
that case and width make no difference; what is absent meets no comparison, and sorts before all that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from muster.core.frozen import frozen
from muster.core.values import fold
from muster.core.words import Word

if TYPE_CHECKING:
    from muster.core.users import User

MOST_ROWS = 1000
MOST_OFFSET = 2**31 - 1


class Text(Word):
    """Fields that hold text which is compared folded, by the user's attribute."""

    USERNAME = "username"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    EMAIL = "email"


class Other(Word):
    """Further fields that a user can be sorted by, or asked to have."""

    NUMBER = "number"
    PHONE = "phone"
    JOB_TITLE = "job_title"
    CREATED_AT = "created_at"
    CHANGED_AT = "changed_at"
    LAST_LOGIN_AT = "last_login_at"
    LOCKED_AT = "locked_at"
    ACTIVE = "active"


class Flag(Word):
    """Fields that are true or false."""

    ACTIVE = "active"
    SSO_ONLY = "sso_only"


class Compare(Word):
    """How a text compares with another."""

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
class LoginNameIs:
    """One of the names that the user signs in with, the username or an alias, compares so with the text."""

    compare: Compare
    text: str


@frozen
class During:
    """The time lies between: `since` is the first millisecond that counts, `before` the first that does not."""

    field: Other
    since: int | None = None
    before: int | None = None


@frozen
class IsIn:
    """The user is in the body of this id, which is what its noun says."""

    noun: str
    body: str


@frozen
class HasAuthenticator:
    """The user has an authenticator of this kind, in whatever state."""

    kind: str


@frozen
class HasPassword:
    """The user has set a password."""


@frozen
class Marked:
    """The user has this mark, see `User.marks`."""

    mark: str


@frozen
class Not:
    """The condition does not hold."""

    condition: Condition


@frozen
class AnyOf:
    """At least one of the conditions holds; of none, never."""

    conditions: tuple[Condition, ...]


OfHimself = TextIs | Present | FlagIs | KindIs | HomeBelow | Holds | During | HasPassword | Marked
OfWhatIsBeside = LoginNameIs | IsIn | HasAuthenticator
Condition = OfHimself | OfWhatIsBeside | Not | AnyOf

NOBODY = AnyOf(())
"""The condition that nobody meets."""


def equals(text: str) -> TextIs:
    """Username, given name, family name or e-mail is this text."""
    return TextIs(SEARCHED, Compare.EQUALS, text)


@frozen
class Order:
    """By this field; what is absent comes first, or last if descending."""

    field: Text | Other
    descending: bool = False


UNIQUE = (Text.USERNAME, Other.NUMBER)
"""Fields that no two users of a tenant share."""

Key = tuple[bool, str | int]
"""What is compared of one field: whether it has a value, and which."""


@frozen
class Position:
    """A place in an order: the values that are compared there, one for each field of the order, then the number.

    It stays where it is, whatever becomes of the user whose it was.
    """

    values: tuple[str | int | None, ...]
    number: int


@frozen
class Search:
    """The users of a tenant that meet all conditions, in order, from `offset` on, `limit` at most.

    Ties of the order go by number, see `deciding`. `within` holds the paths of the units that the
    asker is restricted to; None is no restriction. With a `start` only those count that come after it, or before it if
    the page is cut `backwards`: then it is the nearest before the start, or without one the last of all, in the same
    order as ever, and `offset` is counted from there. `total` says whether to count how many there are in all, wherever
    the page starts.

    A search that would have to look at too many users is refused; one that is asked `piecemeal`, from its start on,
    gives a page that is short, or empty, and says where it stopped.
    """

    tenant: str = ""
    within: tuple[str, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    offset: int = 0
    limit: int = MOST_ROWS
    order: tuple[Order, ...] = ()
    start: Position | None = None
    backwards: bool = False
    total: bool = True
    piecemeal: bool = False

    def bounded(self, tenant: str, within: tuple[str, ...] | None) -> Search:
        """The same question, asked in this tenant by somebody restricted to these units, its page within limits."""
        offset, limit = min(max(self.offset, 0), MOST_OFFSET), min(max(self.limit, 0), MOST_ROWS)
        # Field by field: `replace` takes three times as long, twice a question.
        return Search(
            tenant,
            within,
            self.conditions,
            offset,
            limit,
            self.order,
            self.start,
            self.backwards,
            self.total,
            self.piecemeal,
        )


@frozen
class Page:
    """What a search found: one page of users, and how many there are in all, 0 where that was not asked.

    `until` is where a piecemeal search stopped; None where the page is whole, or nobody is left.
    """

    users: tuple[User, ...]
    total: int
    until: Position | None = None


@frozen
class Around:
    """What of a user is kept beside him: the path of his home, his aliases, bodies and kinds of authenticators.

    A body is its noun and its id.
    """

    home: str
    aliases: tuple[str, ...] = ()
    bodies: frozenset[tuple[str, str]] = frozenset()
    authenticators: frozenset[str] = frozenset()


def matches(condition: Condition, user: User, around: Around) -> bool:
    """Whether the user meets the condition."""
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
            return around.home.startswith(path)
        case Holds(role):
            return role in user.roles
        case LoginNameIs(compare, text):
            return any(_compares(name, compare, fold(text)) for name in (user.username, *around.aliases))
        case During(field, since, before):
            at = getattr(user, field.value)
            return at is not None and (since is None or at >= since) and (before is None or at < before)
        case IsIn(noun, body):
            return (noun, body) in around.bodies
        case HasAuthenticator(kind):
            return kind in around.authenticators
        case HasPassword():
            return user.password is not None
        case Marked(mark):
            return mark in user.marks
        case Not(inner):
            return not matches(inner, user, around)
        case AnyOf(conditions):
            return any(matches(inner, user, around) for inner in conditions)
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
    if len(users) < 2:
        return users
    ordered = users
    for by in reversed(deciding(order)):
        # Python keeps equals as they were, in either direction.
        ordered = sorted(ordered, key=lambda user: _key(_value(user, by.field)), reverse=by.descending)
    return ordered


def deciding(order: tuple[Order, ...]) -> tuple[Order, ...]:
    """The order as far as it says anything, the number that decides ties included.

    After a field that no two users share nothing counts any more. Ties go in the direction of the field before, so
    that the opposite of every field is the opposite order.
    """
    found: list[Order] = []
    for by in order:
        found.append(by)
        if by.field in UNIQUE:
            break
    if not found or found[-1].field is not Other.NUMBER:
        found.append(Order(Other.NUMBER, bool(found) and found[-1].descending))
    return tuple(found)


def ties_descend(order: tuple[Order, ...]) -> bool:
    """Whether those who are equal in this order go by number downwards."""
    return deciding(order)[-1].descending


def position_of(user: User, order: tuple[Order, ...]) -> Position:
    """Where in this order the user is."""
    return Position(tuple(_value(user, by.field) for by in order), user.number)


def page_of(users: list[User], search: Search) -> list[User]:
    """The search's page of all the users that it is about."""
    ordered = sorted_by(users, search.order)
    start = search.start
    if start is not None:
        ordered = [user for user in ordered if _lies_ahead(position_of(user, search.order), start, search)]
    if not search.backwards:
        return ordered[search.offset : search.offset + search.limit]
    end = max(len(ordered) - search.offset, 0)
    return ordered[max(end - search.limit, 0) : end]


def values_at(position: Position, order: tuple[Order, ...]) -> list[str | int | None]:
    """The values of the fields that decide in this order, at a place in it."""
    values = dict(zip((by.field for by in order), position.values, strict=True))
    return [position.number if by.field is Other.NUMBER else values[by.field] for by in deciding(order)]


def _lies_ahead(position: Position, start: Position, search: Search) -> bool:
    ours, starts = (map(_key, values_at(place, search.order)) for place in (position, start))
    for by, our, other in zip(deciding(search.order), ours, starts, strict=True):
        if our != other:
            return (our > other) is (by.descending == search.backwards)
    return False


def _value(user: User, field: Text | Other) -> str | int | None:
    value: str | int | None = getattr(user, field.value)
    if value is None:
        return None
    return fold(str(value)) if isinstance(field, Text) else int(value) if isinstance(value, bool) else value


def _key(value: str | int | None) -> Key:
    return value is not None, "" if value is None else value
