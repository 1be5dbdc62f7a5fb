"""Which index finds the users who meet a condition: so that nobody else has to be looked at.

A source gives one column of `users`, by which they are found again. An exact one gives nobody who does not meet the
condition; of a condition without a source everybody has to be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Alias,
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    column,
    exists,
    literal_column,
    select,
    text,
    union,
)
from sqlalchemy.sql.selectable import TextualSelect

from muster.core.query import (
    AnyOf,
    Compare,
    Condition,
    During,
    Flag,
    FlagIs,
    HasAuthenticator,
    HasPassword,
    Holds,
    HomeBelow,
    IsIn,
    KindIs,
    LoginNameIs,
    Marked,
    Not,
    Other,
    Present,
    Text,
    TextIs,
)
from muster.core.users import PERSON, SERVICE
from muster.store import budgets
from muster.store.conditions import FOLDED, Marks, during, is_indexed, tenant_mark, units_in
from muster.store.hints import along
from muster.store.index import Index
from muster.store.paths import InOrder, units_below
from muster.store.tables import (
    IS_REACHABLE,
    authenticators,
    login_names,
    memberships,
    user_marks,
    user_roles,
    user_units,
    users,
)


@dataclass(frozen=True)
class Reachable:
    """Has a job title and a telephone."""


@dataclass(frozen=True)
class Visible:
    """Is seen by somebody restricted to the paths of the parameter `within`."""


Part = Condition | Reachable | Visible
"""What a search is made of: conditions, some of them put together, and what the asker is restricted to."""


def has_source(part: Part) -> bool:
    """Whether an index finds who meets it."""
    match part:
        case Reachable() | Visible() | Holds() | HomeBelow() | IsIn() | HasAuthenticator() | HasPassword() | Marked():
            return True
        case TextIs(compare=compare) | LoginNameIs(compare, _):
            return compare in (Compare.EQUALS, Compare.STARTS) or is_indexed(part)
        case During(field, _, _) | Present(field) | Not(Present(field)):
            return field is Other.LAST_LOGIN_AT
        case FlagIs(flag, value):
            return flag is Flag.ACTIVE or (flag is Flag.LOCKED and value)
        case KindIs(kind):
            return kind == SERVICE
        case AnyOf(conditions):
            return bool(conditions) and all(map(has_source, conditions))
        case _:
            return False


def is_exact(part: Part) -> bool:
    """Whether the source gives nobody else, and can be gone through without a look at other rows."""
    match part:
        case TextIs(compare=compare) | LoginNameIs(compare, _):
            return compare in (Compare.EQUALS, Compare.STARTS)
        case HasAuthenticator():
            return False
        case AnyOf(conditions):
            return bool(conditions) and all(map(is_exact, conditions))
        case _:
            return has_source(part)


def is_of_names(part: Part) -> bool:
    """Whether an exact source goes through indexes of names, several together, and so through all that they give."""
    return isinstance(part, TextIs | AnyOf) and is_exact(part)


def is_unordered(part: Part) -> bool:
    """Whether a source is a range of an index that is not by number: quickly counted, and sorted for every page."""
    return isinstance(part, LoginNameIs | During | Present | IsIn)


def most_of(part: Part) -> int:
    """How many users the source of a part may give."""
    if _is_beginning(part):
        return budgets.BEGUN
    return budgets.LISTED if is_of_names(part) or is_unordered(part) else budgets.CHOSEN


def _is_beginning(part: Part) -> bool:
    match part:
        case TextIs(compare=compare) | LoginNameIs(compare, _):
            return compare is Compare.STARTS
        case AnyOf(conditions):
            return any(map(_is_beginning, conditions))
        case _:
            return False


def is_range(part: Part) -> bool:
    """Whether the source is one range of an index, by number: its first ones cost nothing more than themselves."""
    return isinstance(part, Reachable | Holds | FlagIs | KindIs | HasPassword | Marked | Not)


def opposite(part: Part) -> Part | None:
    """What whoever does not meet the part meets, and nobody else, where that is found by an index."""
    match part:
        case FlagIs(flag, value):
            becomes: Part = FlagIs(flag, not value)
        case KindIs(kind) if kind == PERSON:
            becomes = KindIs(SERVICE)
        case Not(inner):
            becomes = inner
        case _:
            return None
    return becomes if has_source(becomes) else None


class Sources:
    """The sources in one database's dialect. `own` is the column of `users` that every index of it holds for free."""

    def __init__(self, index: Index, own: str) -> None:
        self._index = index
        self.own = own

    def column(self, part: Part) -> str:
        """By what the users of the part's source are best found again."""
        return "id" if is_textual(part) or isinstance(part, LoginNameIs | IsIn | HasAuthenticator) else self.own

    def select(self, part: Part, marks: Marks, name: str) -> Any:
        """The source of a part that has one: this column of its users, each once."""
        match part:
            case TextIs(fields, compare, _) if compare is Compare.EQUALS:
                wanted = marks.take()
                return union(*(equal(name, FOLDED[field], wanted) for field in fields))
            case TextIs(fields, compare, _) if compare is Compare.STARTS:
                return self._starting(fields, marks, name)
            case LoginNameIs(compare, _) if not is_textual(part):
                return _owned(name, _names(compare, marks))
            case TextIs() | LoginNameIs():
                marks.take()
                return self._candidates(marks.take())
            case AnyOf(conditions):
                return union(*(select(self.select(one, marks, name).subquery()) for one in conditions))
            case _:
                return _plain(part, marks, name)

    def _starting(self, fields: tuple[Text, ...], marks: Marks, name: str) -> Any:
        marks.take()
        least, beyond = marks.take(), marks.take()
        # No more of each than may be of all: one that gives more is too many by itself.
        ranges = (_from_to(name, FOLDED[field], least, beyond).limit(bindparam("begun")) for field in fields)
        return union(*(select(one.subquery()) for one in ranges))

    def _candidates(self, mark: BindParameter[Any]) -> Any:
        found: TextualSelect = text(self._index.candidates(mark.key)).columns(column("user"))
        return select(found.subquery())


def is_textual(part: Part) -> bool:
    """Whether the source is the index of substrings, which gives more than those who meet the part."""
    match part:
        case TextIs(compare=compare) | LoginNameIs(compare, _):
            return compare in (Compare.CONTAINS, Compare.ENDS)
        case AnyOf(conditions):
            return any(map(is_textual, conditions))
        case _:
            return False


def index_of(column: str) -> str:
    """The index of a column of `users`, with the number behind it."""
    return "ix_users_tenant_number" if column == "number" else f"ix_users_tenant_{column}_number"


def _found(index: str) -> Alias:
    return along(users, index, "found")


def _users(name: str, index: str, *met: ColumnElement[bool]) -> Select[Any]:
    found = _found(index)
    return select(found.c[name]).where(found.c.tenant == tenant_mark(), *met)


def equal(name: str, column: str, value: ColumnElement[Any]) -> Select[Any]:
    """The users whose column has this value, by its index: this column of them."""
    found = _found(index_of(column))
    return select(found.c[name]).where(found.c.tenant == tenant_mark(), found.c[column] == value)


def _from_to(name: str, column: str, least: ColumnElement[Any], beyond: ColumnElement[Any]) -> Select[Any]:
    found = _found(index_of(column))
    bounds = (found.c[column] >= least, found.c[column] < beyond)
    return select(found.c[name]).where(found.c.tenant == tenant_mark(), *bounds)


def _plain(part: Part, marks: Marks, name: str) -> Any:
    match part:
        case FlagIs(flag, value):
            truth: ColumnElement[Any] = literal_column(str(int(value)))
            if flag is Flag.LOCKED:
                return _users(name, "ix_users_locked", literal_column("found.locked") == truth)
            return equal(name, "active", truth)
        case KindIs():
            return _users(name, "ix_users_services", literal_column("found.kind = 'service'"))
        case Reachable():
            return _users(name, "ix_users_reachable", literal_column(IS_REACHABLE))
        case Holds():
            held = (user_roles.c.tenant == tenant_mark(), user_roles.c.role == marks.take())
            return select(user_roles.c["user" if name == "id" else name]).where(*held)
        case Marked():
            marked = (user_marks.c.tenant == tenant_mark(), user_marks.c.mark == marks.take())
            return select(user_marks.c["user" if name == "id" else name]).where(*marked)
        case HasPassword():
            return _users(name, "ix_users_passwords", literal_column("found.password IS NOT NULL"))
        case During() | Present() | Not():
            return _by_time(name, part, marks)
        case IsIn():
            its = (memberships.c.tenant == tenant_mark(), memberships.c.noun == marks.take())
            return _owned(name, select(memberships.c.user).where(*its, memberships.c.body == marks.take()))
        case HasAuthenticator():
            theirs = along(authenticators, "ix_authenticators_tenant_kind_serial", "theirs")
            of_kind = (theirs.c.tenant == tenant_mark(), theirs.c.kind == marks.take())
            return _owned(name, select(theirs.c.user).where(*of_kind).distinct())
        case HomeBelow():
            return _at_home(name, units_in(marks.take(), marks.take()))
        case Visible():
            inside = units_below(tenant_mark(), bindparam("within"))
            return union(_at_home(name, inside), _restricted(name, inside))
        case _:
            raise AssertionError(f"no index finds {part}")


def _by_time(name: str, part: During | Present | Not, marks: Marks) -> Select[Any]:
    found = _found(index_of(Other.LAST_LOGIN_AT.value))
    at: ColumnElement[Any] = found.c[Other.LAST_LOGIN_AT.value]
    if isinstance(part, During):
        met = during(part, marks, found)
    else:
        met = at.is_(None) if isinstance(part, Not) else at.is_not(None)
    return select(found.c[name]).where(found.c.tenant == tenant_mark(), met)


def _names(compare: Compare, marks: Marks) -> Select[Any]:
    """The ids of the users who sign in with such a name."""
    wanted, folded = marks.take(), login_names.c.folded
    if compare is Compare.EQUALS:
        return select(login_names.c.user).where(login_names.c.tenant == tenant_mark(), folded == wanted)
    least, beyond = marks.take(), marks.take()
    met = (login_names.c.tenant == tenant_mark(), folded >= least, folded < beyond)
    # As it stands in no index: SQLite would go through all of one to have each user once without sorting them.
    return select(login_names.c.user.concat("").label("user")).where(*met).distinct()


def _owned(name: str, owners: Select[Any]) -> Select[Any]:
    """The same users, given by their ids, by another column."""
    if name == "id":
        return owners
    first = owners.subquery("owners")
    owner = and_(users.c.tenant == tenant_mark(), users.c.id == first.c.user)
    return select(users.c[name]).select_from(InOrder(first, users, owner))


def _at_home(name: str, inside: Select[tuple[str]]) -> Select[Any]:
    homes = inside.subquery("homes")
    found = _found(index_of("home"))
    at_home = and_(found.c.tenant == tenant_mark(), found.c.home == homes.c.id)
    return select(found.c[name]).select_from(InOrder(homes, found, at_home))


def _restricted(name: str, inside: Select[tuple[str]]) -> Select[Any]:
    """Those who are restricted to units inside, and to none outside."""
    homes = inside.subquery("homes")
    there = and_(user_units.c.tenant == tenant_mark(), user_units.c.unit == homes.c.id)
    other = user_units.alias("other")
    outside = (other.c.tenant == tenant_mark(), other.c.user == user_units.c.user, other.c.unit.not_in(inside))
    first = (
        select(user_units.c.user)
        .select_from(InOrder(homes, user_units, there))
        .where(~exists().where(*outside))
        .subquery("restricted")
    )
    owner = and_(users.c.tenant == tenant_mark(), users.c.id == first.c.user)
    return select(users.c[name]).select_from(InOrder(first, users, owner))
