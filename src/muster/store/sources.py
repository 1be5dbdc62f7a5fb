"""Which index finds the users who meet a condition: so that nobody else has to be looked at.

A source gives their numbers, and those of nobody else; of a condition without a source everybody has to be looked at.
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
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    table,
    text,
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
from muster.core.users import ALIAS, PERSON, SERVICE
from muster.store import budgets
from muster.store.conditions import FOLDED, Marks, during, is_indexed, tenant_mark, units_in, where_of
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


EMPTY: ColumnElement[str] = literal_column("''")

_LOCKED = Present(Other.LOCKED_AT)
"""They are few, and stand in an index of their own by number; those since some moment in another by that."""


def has_source(part: Part) -> bool:
    """Whether an index finds who meets it."""
    match part:
        case Reachable() | Visible() | Holds() | HomeBelow() | IsIn() | HasAuthenticator() | HasPassword() | Marked():
            return True
        case TextIs(compare=compare) | LoginNameIs(compare, _):
            return compare in (Compare.EQUALS, Compare.STARTS) or is_indexed(part)
        case Present(Text()) | Not(Present(Text())):
            return True
        case During(field, _, _) | Present(field):
            return field in (Other.LAST_LOGIN_AT, Other.LOCKED_AT)
        case Not(Present(field)):
            return field is Other.LAST_LOGIN_AT
        case FlagIs(flag, _):
            return flag is Flag.ACTIVE
        case KindIs(kind):
            return kind == SERVICE
        case AnyOf(conditions):
            return bool(conditions) and all(map(has_source, conditions))
        case _:
            return False


def most_of(part: Part) -> int:
    """How many users the source of a part may give."""
    match part:
        case TextIs(fields, Compare.STARTS, _):
            return budgets.BEGUN // len(fields)
        case LoginNameIs(Compare.STARTS, _):
            return budgets.BEGUN
        case AnyOf(conditions):
            return min(map(most_of, conditions))
        case _ if is_textual(part):
            return budgets.CANDIDATES
        case _:
            return budgets.CHOSEN if _is_owned(part) else budgets.LISTED


def _is_owned(part: Part) -> bool:
    """Whether a row has to be looked at for the number of each whom the source gives."""
    return isinstance(part, IsIn | HasAuthenticator)


def is_range(part: Part) -> bool:
    """Whether the source is one range of an index, by number: its first ones cost nothing more than themselves.

    Of those who have no name, or an empty one, it is two.
    """
    match part:
        case Reachable() | Holds() | FlagIs() | KindIs() | HasPassword() | Marked():
            return has_source(part)
        case Not(Present(Other.LAST_LOGIN_AT)) | Not(Present(Text())):
            return True
        case _:
            return part == _LOCKED


def opposite(part: Part) -> Part | None:
    """What whoever does not meet the part meets, and nobody else, where that is found by an index."""
    match part:
        case FlagIs(flag, value):
            becomes: Part = FlagIs(flag, not value)
        case KindIs(kind) if kind == PERSON:
            becomes = KindIs(SERVICE)
        case Not(inner):
            becomes = inner
        case Present():
            becomes = Not(part)
        case _:
            return None
    return becomes if has_source(becomes) else None


_pending = table("search_pending", column("tenant"), column("user"))


class _Taken(Marks):
    """Parameters that were taken already, once more."""

    def __init__(self, *marks: BindParameter[Any]) -> None:
        super().__init__()
        self._marks = iter(marks)

    def take(self) -> BindParameter[Any]:
        return next(self._marks)


class Sources:
    """The sources in one database's dialect."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def branches(self, part: Part, marks: Marks) -> list[Select[Any]]:
        """The source of a part that has one: queries for numbers, none of which gives one twice.

        Of the index of substrings each has a second column, whether the user does meet the part.
        """
        match part:
            case TextIs() | LoginNameIs() if is_textual(part):
                return self._textual(part, marks)
            case TextIs(fields, compare, _) if compare is Compare.EQUALS:
                wanted = marks.take()
                return [equal(FOLDED[field], wanted) for field in fields]
            case TextIs(fields, _, _):
                marks.take()
                least, beyond = marks.take(), marks.take()
                return [_from_to(FOLDED[field], least, beyond) for field in fields]
            case LoginNameIs(compare, _):
                return _named(compare, marks)
            case AnyOf(conditions):
                return [branch for one in conditions for branch in self.branches(one, marks)]
            case Not(Present(Text() as field)):
                return [equal(FOLDED[field], nothing) for nothing in (null(), EMPTY)]
            case Visible():
                inside = units_below(tenant_mark(), bindparam("within"))
                return [_at_home(inside.distinct()), elsewhere()]
            case _:
                return [_plain(part, marks)]

    def _textual(self, part: TextIs | LoginNameIs, marks: Marks) -> list[Select[Any]]:
        wanted, key, plain = marks.take(), marks.take(), marks.take()
        fields = part.fields if isinstance(part, TextIs) else (Text.USERNAME,)
        columns: list[Any] = [column(name) for name in ("number", *FOLDED.values(), "aliases")]
        placed: TextualSelect = text(self._index.candidates(key.key)).columns(*columns)
        found = placed.subquery("placed")
        looked_at = [found.c[FOLDED[field]] for field in fields]
        if isinstance(part, LoginNameIs):
            looked_at.append(found.c.aliases)
        if part.compare is Compare.CONTAINS:
            # Quicker than a pattern.
            met = [self._index.holds(column, plain) for column in looked_at]
        else:
            met = [column.like(wanted, escape="\\") for column in looked_at[: len(fields)]]
            # Each of them ends a line.
            met += [column.like(wanted.concat("\n%"), escape="\\") for column in looked_at[len(fields) :]]
        waiting = InOrder(_pending, users, and_(users.c.tenant == tenant_mark(), users.c.id == _pending.c.user))
        own = where_of(part, _Taken(wanted, key, plain))
        return [
            select(found.c.number, func.coalesce(or_(*met), false()).label("met")),
            select(users.c.number, func.coalesce(own, false()).label("met"))
            .select_from(waiting)
            .where(_pending.c.tenant == tenant_mark()),
        ]


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


def _users(index: str, *met: ColumnElement[bool]) -> Select[Any]:
    found = _found(index)
    return select(found.c.number).where(found.c.tenant == tenant_mark(), *met)


def equal(column: str, value: ColumnElement[Any]) -> Select[Any]:
    """The users whose column has this value, by its index."""
    found = _found(index_of(column))
    return select(found.c.number).where(found.c.tenant == tenant_mark(), found.c[column] == value)


def _from_to(column: str, least: ColumnElement[Any], beyond: ColumnElement[Any]) -> Select[Any]:
    found = _found(index_of(column))
    bounds = (found.c[column] >= least, found.c[column] < beyond)
    return select(found.c.number).where(found.c.tenant == tenant_mark(), *bounds)


def _plain(part: Part, marks: Marks) -> Any:
    match part:
        case FlagIs(_, value):
            return equal("active", literal_column(str(int(value))))
        case Present(Other.LOCKED_AT):
            return _users("ix_users_locked", literal_column("found.locked_at IS NOT NULL"))
        case KindIs():
            return _users("ix_users_services", literal_column("found.kind = 'service'"))
        case Reachable():
            return _users("ix_users_reachable", literal_column(IS_REACHABLE))
        case Holds():
            held = (user_roles.c.tenant == tenant_mark(), user_roles.c.role == marks.take())
            return select(user_roles.c.number).where(*held)
        case Marked():
            marked = (user_marks.c.tenant == tenant_mark(), user_marks.c.mark == marks.take())
            return select(user_marks.c.number).where(*marked)
        case HasPassword():
            return _users("ix_users_passwords", literal_column("found.password IS NOT NULL"))
        case Present(Text() as field):
            found = _found(index_of(FOLDED[field]))
            return select(found.c.number).where(found.c.tenant == tenant_mark(), found.c[FOLDED[field]] > EMPTY)
        case During() | Present() | Not():
            return _by_time(part, marks)
        case IsIn():
            its = (memberships.c.tenant == tenant_mark(), memberships.c.noun == marks.take())
            return _owned(select(memberships.c.user).where(*its, memberships.c.body == marks.take()))
        case HasAuthenticator():
            theirs = along(authenticators, "ix_authenticators_tenant_kind_serial", "theirs")
            of_kind = (theirs.c.tenant == tenant_mark(), theirs.c.kind == marks.take())
            return _owned(select(theirs.c.user).where(*of_kind).distinct())
        case HomeBelow():
            return _at_home(units_in(marks.take(), marks.take()))
        case _:
            raise AssertionError(f"no index finds {part}")


def _by_time(part: During | Present | Not, marks: Marks) -> Select[Any]:
    field = part.field if isinstance(part, During) else Other.LAST_LOGIN_AT
    found = _found(index_of(field.value))
    at: ColumnElement[Any] = found.c[field.value]
    if isinstance(part, During):
        met = during(part, marks, found)
    else:
        met = at.is_(None) if isinstance(part, Not) else at.is_not(None)
    return select(found.c.number).where(found.c.tenant == tenant_mark(), met)


def aliased(part: LoginNameIs) -> Select[Any]:
    """Those who have an alias that begins so."""
    return _named(part.compare, Marks())[1]


def _named(compare: Compare, marks: Marks) -> list[Select[Any]]:
    """Those who sign in with such a name: by their usernames, which the users' index holds, and by their aliases."""
    wanted, names = marks.take(), along(login_names, "ix_login_names_aliases", "names")
    own: Any = (names.c.tenant == tenant_mark(), literal_column(f"names.kind = '{ALIAS}'"))
    if compare is Compare.EQUALS:
        return [
            equal(FOLDED[Text.USERNAME], wanted),
            select(names.c.number).where(*own, names.c.folded == wanted),
        ]
    least, beyond = marks.take(), marks.take()
    aliases = select(names.c.number).where(*own, names.c.folded >= least, names.c.folded < beyond)
    return [_from_to(FOLDED[Text.USERNAME], least, beyond), aliases]


def _owned(owners: Select[Any]) -> Select[Any]:
    """The numbers of users who are given by their ids."""
    first = owners.subquery("owners")
    owner = and_(users.c.tenant == tenant_mark(), users.c.id == first.c.user)
    return select(users.c.number).select_from(InOrder(first, users, owner))


def _at_home(inside: Select[tuple[str]]) -> Select[Any]:
    homes = inside.subquery("homes")
    found = _found(index_of("home"))
    at_home = and_(found.c.tenant == tenant_mark(), found.c.home == homes.c.id)
    return select(found.c.number).select_from(InOrder(homes, found, at_home))


def elsewhere() -> Select[Any]:
    """Those who are restricted to units inside, and to none outside, but are not at home inside."""
    inside = units_below(tenant_mark(), bindparam("within"))
    homes, theirs = inside.subquery("homes"), along(user_units, "ix_user_units_tenant_unit_home_user", "theirs")
    there = and_(theirs.c.tenant == tenant_mark(), theirs.c.unit == homes.c.id)
    outside = select(theirs.c.user).select_from(InOrder(homes, theirs, there)).where(theirs.c.home.not_in(inside))
    first = outside.distinct().subquery("restricted")
    owner = and_(users.c.tenant == tenant_mark(), users.c.id == first.c.user)
    other = user_units.alias("other")
    beyond = (other.c.tenant == tenant_mark(), other.c.user == first.c.user, other.c.unit.not_in(inside))
    return select(users.c.number).select_from(InOrder(first, users, owner)).where(~exists().where(*beyond))
