"""The order of a search as SQL: what it goes by, where a page begins in it, and which index has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, literal_column, tuple_

from muster.core.query import (
    Compare,
    During,
    FlagIs,
    Not,
    Order,
    Other,
    Position,
    Present,
    Search,
    Text,
    TextIs,
    deciding,
    values_at,
)
from muster.core.values import fold
from muster.store.conditions import FOLDED, Marks
from muster.store.sources import EMPTY, Part, Reachable, Visible

REACHED = (Present(Other.JOB_TITLE), Present(Other.PHONE))
"""What makes a part of its own together, see `sources.Reachable`."""
NEVER_ABSENT = (Text.USERNAME, Other.NUMBER, Other.ACTIVE, Other.CREATED_AT, Other.CHANGED_AT)
_ALONG = (*NEVER_ABSENT[:3], Text.GIVEN_NAME, Text.FAMILY_NAME, Text.EMAIL, Other.LAST_LOGIN_AT)


def parts_of(search: Search) -> tuple[Part, ...]:
    """What whoever is found has to meet, each thing once."""
    parts: list[Part] = list(dict.fromkeys(search.conditions))
    if set(parts) >= set(REACHED):
        parts = [part for part in parts if part not in REACHED] + [Reachable()]
    return (*parts, Visible()) if search.within is not None else tuple(parts)


def is_by_number(search: Search) -> bool:
    """Whether the search is sorted by number alone."""
    return len(deciding(search.order)) == 1


def has_index(search: Search) -> bool:
    """Whether there is an index in the search's order."""
    order = deciding(search.order)
    return is_by_number(search) or (_is_pair(order) and order[0].field in _ALONG)


def is_stretch(search: Search) -> bool:
    """Whether an index in the search's order gives all who meet it, and nobody else, from its start on."""
    field = deciding(search.order)[0].field
    starts = [] if search.start is None else values_at(search.start, search.order)[:1]
    return has_index(search) and all(_is_all_of(part, field, starts) for part in parts_of(search))


def _is_all_of(part: Part, field: Text | Other, starts: list[str | int | None]) -> bool:
    match part:
        case Present(wanted):
            return wanted is field and not any(value in (None, "") for value in starts)
        case TextIs((wanted,), Compare.STARTS, text):
            return wanted is field and all(isinstance(at, str) and at.startswith(fold(text)) for at in starts)
        case _:
            return False


def _is_pair(order: tuple[Order, ...]) -> bool:
    """Whether it is one field and then the number, both in the same direction."""
    return len(order) == 2 and order[0].descending is order[1].descending


def numbered(search: Search, found: Select[Any], number: ColumnElement[Any]) -> Select[Any]:
    """The page of what is found, where the order is by number."""
    down = deciding(search.order)[0].descending is not search.backwards
    if search.start is not None:
        found = found.where(number < bindparam("start0") if down else number > bindparam("start0"))
    ordered = found.order_by(number.desc() if down else number.asc())
    return ordered.limit(bindparam("limit")).offset(bindparam("offset"))


def _name(by: Order) -> str:
    return FOLDED[by.field] if isinstance(by.field, Text) else by.field.value


def names_of(search: Search) -> list[str]:
    return [_name(by) for by in deciding(search.order)]


def ordered_by(search: Search, rows: FromClause) -> list[ColumnElement[Any]]:
    return [_sorted(rows.c[_name(by)], by, search) for by in deciding(search.order)]


def _sorted(column: ColumnElement[Any], by: Order, search: Search) -> ColumnElement[Any]:
    down = by.descending is not search.backwards
    if by.field in NEVER_ABSENT:
        return column.desc() if down else column.asc()
    return column.desc().nulls_last() if down else column.asc().nulls_first()


def place_at(search: Search, row: Sequence[Any]) -> Position:
    """The place in the search's order of a row that begins with the number, then has the columns of the order."""
    values = dict(zip(dict.fromkeys(("number", *names_of(search))), row, strict=True))
    return Position(tuple(values.get(_name(by)) for by in search.order), values["number"])


def bounds_of(search: Search, rows: FromClause) -> list[ColumnElement[bool]]:
    """What the conditions say of what the search is sorted by first: it leaves a shorter way to walk.

    A bound that lies behind a start says nothing more, and could lead the database through all that is between.
    """
    by, marks, found = deciding(search.order)[0], Marks(), list[ColumnElement[bool]]()
    down, begun = by.descending is not search.backwards, search.start is not None
    for condition in search.conditions:
        match condition:
            case During(field, since, before) if field is by.field:
                column = rows.c[field.value]
                low = column.is_not(None) if since is None else column >= marks.take()
                high = column.is_not(None) if before is None else column < marks.take()
                found += [low] if begun and down else [high] if begun else [low, high]
            case TextIs((field,), Compare.STARTS, _) if field is by.field:
                marks.take()
                column = rows.c[_name(by)]
                low, high = column >= marks.take(), column < marks.take()
                found += [low] if begun and down else [high] if begun else [low, high]
            case Present(field) if field is by.field and not (begun and not down):
                column = rows.c[_name(by)]
                found.append(column > EMPTY if isinstance(field, Text) else column.is_not(None))
            case Not(Present(Other() as field)) if field is by.field:
                found.append(rows.c[_name(by)].is_(None))
            case FlagIs(flag, value) if flag.value == by.field.value:
                found.append(rows.c[flag.value] == literal_column(str(int(value))))
            case _:
                marks.skip(condition)
    return found


def _is_demanded(field: Text | Other, search: Search) -> bool:
    """Whether nobody is wanted without the field."""
    return any(isinstance(one, During | Present) and one.field is field for one in search.conditions)


def _branches_of_pair(search: Search, rows: FromClause) -> list[list[ColumnElement[bool]]]:
    """As `_branches` for a field with a value and the number, which go the same way: one range of an index."""
    by = deciding(search.order)[0]
    pair = tuple_(*(rows.c[name] for name in names_of(search)))
    start = tuple_(bindparam("start0"), bindparam("start1"))
    if by.descending is search.backwards:
        return [[pair > start]]
    branches: list[list[ColumnElement[bool]]] = [[pair < start]]
    goes_on = by.field not in NEVER_ABSENT and not _is_demanded(by.field, search)
    return [*branches, [rows.c[_name(by)].is_(None)]] if goes_on else branches


def branches_of(search: Search, rows: FromClause) -> list[list[ColumnElement[bool]]]:
    """What lies ahead of the start, each stretch as the conditions that bound it, the nearest first."""
    found: list[list[ColumnElement[bool]]] = []
    equal: list[ColumnElement[bool]] = []
    starts = [] if search.start is None else values_at(search.start, search.order)
    if _is_pair(deciding(search.order)) and search.start is not None and starts[0] is not None:
        return _branches_of_pair(search, rows)
    for place, (by, value) in enumerate(zip(deciding(search.order), starts, strict=False)):
        column: ColumnElement[Any] = rows.c[_name(by)]
        mark: ColumnElement[Any] = bindparam(f"start{place}")
        ahead: list[ColumnElement[bool]] = []
        down = by.descending is not search.backwards
        if value is None:
            ahead += [] if down or Not(Present(by.field)) in search.conditions else [column.is_not(None)]
        else:
            ahead.append(column < mark if down else column > mark)
            if down and by.field not in NEVER_ABSENT and not _is_demanded(by.field, search):
                ahead.append(column.is_(None))
        found = [[*equal, one] for one in ahead] + found
        equal.append(column.is_(None) if value is None else column == mark)
    return found
