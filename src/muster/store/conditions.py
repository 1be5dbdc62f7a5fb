"""One condition as SQL: the only place where it meets a column. It must find what `core.query.matches` says.

What of a condition is in a statement's text is its shape; its values are always parameters, numbered as they come up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    column,
    false,
    func,
    not_,
    or_,
    select,
    text,
    union,
)
from sqlalchemy.sql.selectable import TextualSelect

from muster.core.query import (
    AnyOf,
    Compare,
    Condition,
    FlagIs,
    Holds,
    HomeBelow,
    KindIs,
    Not,
    Other,
    Present,
    Text,
    TextIs,
)
from muster.core.values import fold, is_keepable
from muster.store.index import SHORTEST, Index
from muster.store.paths import path_range
from muster.store.tables import login_names, units, user_roles, users

Shape = tuple[Any, ...]

FOLDED = {
    Text.USERNAME: users.c.username_folded,
    Text.GIVEN_NAME: users.c.given_folded,
    Text.FAMILY_NAME: users.c.family_folded,
    Text.EMAIL: users.c.email_folded,
}


def is_indexed(condition: Condition) -> bool:
    """Whether the index of substrings narrows the condition down."""
    if not isinstance(condition, TextIs) or condition.compare not in (Compare.CONTAINS, Compare.ENDS):
        return False
    return len(fold(condition.text)) >= SHORTEST and is_keepable(condition.text)


def is_scan(condition: Condition) -> bool:
    """Whether the condition looks at every user's names, there being no index for it."""
    match condition:
        case TextIs(_, compare, _):
            return compare in (Compare.CONTAINS, Compare.ENDS) and not is_indexed(condition)
        case Not(inner):
            return is_scan(inner)
        case AnyOf(conditions):
            return any(map(is_scan, conditions))
        case _:
            return False


class Key(str):
    """A text that the index wants the key of."""

    __slots__ = ()


def shape_of(condition: Condition) -> Shape:
    """What of a condition is in its statement's text; the rest, `values_of`, are parameters."""
    match condition:
        case TextIs(fields, compare, _):
            return TextIs, fields, compare, is_indexed(condition)
        case Present(field):
            return Present, field
        case FlagIs(flag, _):
            return FlagIs, flag
        case KindIs() | HomeBelow() | Holds():
            return (type(condition),)
        case Not(inner):
            return Not, shape_of(inner)
        case AnyOf(conditions):
            return AnyOf, *map(shape_of, conditions)
        case _:
            assert_never(condition)


def values_of(condition: Condition) -> Iterator[Any]:
    """The parameters of a condition, in the order in which its statement takes them."""
    match condition:
        case TextIs(_, compare, text):
            yield from _text_values(compare, fold(text))
            if is_indexed(condition):
                yield Key(fold(text))
        case Present():
            return
        case FlagIs(_, value):
            yield int(value)
        case KindIs(kind):
            yield kind
        case HomeBelow(path):
            yield from path_range(path)
        case Holds(role):
            yield role
        case Not(inner):
            yield from values_of(inner)
        case AnyOf(conditions):
            for inner in conditions:
                yield from values_of(inner)
        case _:
            assert_never(condition)


def _text_values(compare: Compare, folded: str) -> tuple[str, ...]:
    escaped = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    match compare:
        case Compare.EQUALS:
            return (folded,)
        case Compare.CONTAINS:
            return (f"%{escaped}%",)
        case Compare.STARTS:
            return (f"{escaped}%", folded, folded + "\U0010ffff")
        case Compare.ENDS:
            return (f"%{escaped}",)
        case _:
            assert_never(compare)


class Marks:
    """Gives the parameters of conditions their names, in the order of `values_of`."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._next = 0
        self.found: list[TextualSelect] = []

    def candidates(self) -> TextualSelect:
        """The users that the index knows of."""
        found = text(self._index.candidates(self.take().key)).columns(column("user"))
        self.found.append(found)
        return found

    def take(self) -> BindParameter[Any]:
        self._next += 1
        return bindparam(f"p{self._next - 1}")


def tenant_mark() -> BindParameter[str]:
    return bindparam("tenant")


def equal_to(fields: tuple[Text, ...], wanted: BindParameter[Any]) -> list[Select[Any]]:
    # Look-ups by index, to be united: an OR over several columns is a scan on either database.
    found: list[Select[Any]] = []
    for field in fields:
        if field is Text.USERNAME:
            found.append(
                select(login_names.c.user).where(
                    login_names.c.tenant == tenant_mark(),
                    login_names.c.folded == wanted,
                    login_names.c.kind == bindparam("username"),
                )
            )
        else:
            found.append(select(users.c.id).where(users.c.tenant == tenant_mark(), FOLDED[field] == wanted))
    return found


def where_of(condition: Condition, marks: Marks) -> ColumnElement[bool]:
    match condition:
        case TextIs(fields, compare, _):
            return _text(fields, compare, marks, indexed=is_indexed(condition))
        case Present(field):
            return _present(field)
        case FlagIs(flag, _):
            return users.c[flag.value] == marks.take()
        case KindIs():
            return users.c.kind == marks.take()
        case HomeBelow():
            return users.c.home.in_(_units_in(marks.take(), marks.take()))
        case Holds():
            return users.c.id.in_(
                select(user_roles.c.user).where(user_roles.c.tenant == tenant_mark(), user_roles.c.role == marks.take())
            )
        case Not(inner):
            # A comparison with what is absent is unknown in SQL, and false here.
            return not_(func.coalesce(where_of(inner, marks), false()))
        case AnyOf(conditions):
            return or_(false(), *(where_of(inner, marks) for inner in conditions))
        case _:
            assert_never(condition)


def _text(fields: tuple[Text, ...], compare: Compare, marks: Marks, *, indexed: bool) -> ColumnElement[bool]:
    if compare is Compare.EQUALS:
        return users.c.id.in_(union(*equal_to(fields, marks.take())))
    pattern = marks.take()
    likes = [FOLDED[field].like(pattern, escape="\\") for field in fields]
    if indexed:
        return and_(users.c.id.in_(marks.candidates()), or_(*likes))
    if compare is not Compare.STARTS:
        return or_(*likes)
    least, beyond = marks.take(), marks.take()
    ranges = (
        and_(FOLDED[field] >= least, FOLDED[field] < beyond, like) for field, like in zip(fields, likes, strict=True)
    )
    return or_(*ranges)


def _present(field: Text | Other) -> ColumnElement[bool]:
    column: ColumnElement[Any] = users.c[field.value]
    if field in (Other.NUMBER, Other.CREATED_AT, Other.LAST_LOGIN_AT, Other.ACTIVE):
        return column.is_not(None)
    return and_(column.is_not(None), column != "")


def _units_in(least: BindParameter[Any], beyond: BindParameter[Any]) -> Select[tuple[str]]:
    return select(units.c.id).where(units.c.tenant == tenant_mark(), units.c.path >= least, units.c.path < beyond)
