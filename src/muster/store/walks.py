"""A walk as SQL: rows along an index from a place on, a bounded number of them, and those that meet the conditions.

It goes in strides, the first of which is short, so that a page of which every row counts costs no more than its rows.
Only where rows stand is looked for; the rows themselves are loaded by that, as every entity is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnCollection, ColumnElement, Select, Table, select, tuple_

from muster.core.walks import Key, Mark, Place, Steps
from muster.store.hints import along

if TYPE_CHECKING:
    from muster.store.session import Session

Columns = ColumnCollection[str, ColumnElement[Any]]
Conditions = Callable[[Columns], list[ColumnElement[bool]]]

FIRST_STRIDE = 4
"""How many times the rows that are wanted the first stride looks at; each stride is so many times the one before."""


@dataclass(frozen=True, slots=True)
class Path:
    """An index to walk along: the rows of a table that have the values of `fixed`, by `key` and then `tie`.

    Only keys from `low` on and below `beyond` count. `columns` are those that conditions look at.
    """

    table: Table
    index: str
    fixed: tuple[tuple[str, str], ...]
    key: str
    tie: str
    columns: tuple[str, ...]
    low: Key | None = None
    beyond: Key | None = None
    descending: bool = False

    def looked_at(self, place: Place | None, most: int, *, backwards: bool, whole: bool = True) -> Select[Any]:
        """The next rows from the place on: all that conditions look at, or only where they stand."""
        rows_along = along(self.table, self.index, "walked")
        key, down = rows_along.c[self.key], self.descending is not backwards
        names = (self.key, self.tie, *(self.columns if whole else ()))
        rows = select(*(rows_along.c[name] for name in dict.fromkeys(names)))
        rows = rows.where(*(rows_along.c[name] == value for name, value in self.fixed), key.is_not(None))
        if place is not None:
            rows = rows.where(ahead(self.sorting(rows_along.c), place, down=down, backwards=backwards))
        # The bound behind a place says nothing more, and could lead the database through all that lies between.
        if self.low is not None and (down or place is None):
            rows = rows.where(key >= self.low)
        if self.beyond is not None and (not down or place is None):
            rows = rows.where(key < self.beyond)
        return rows.order_by(*ordered(self.sorting(rows_along.c), down=down)).limit(most)

    def sorting(self, rows: Columns) -> list[ColumnElement[Any]]:
        """The columns that decide where a row stands. One that is the same in all of them does not."""
        is_same = self.key == self.tie or self.key in dict(self.fixed)
        return [rows[self.tie]] if is_same else [rows[self.key], rows[self.tie]]


def ahead(sorting: list[ColumnElement[Any]], place: Place, *, down: bool, backwards: bool) -> ColumnElement[bool]:
    """Whether a row lies ahead of the place, going down the keys or up; `sorting` is key and tie, or the tie alone."""
    row, here = tuple_(*sorting), tuple_(*place[2 - len(sorting) : 2])
    # Short of a row it lies ahead of who goes forwards; past it, of who goes backwards.
    if place.past is backwards:
        return row <= here if down else row >= here
    return row < here if down else row > here


def ordered(sorting: list[ColumnElement[Any]], *, down: bool) -> list[ColumnElement[Any]]:
    """The columns as they are sorted by."""
    return [column.desc() if down else column.asc() for column in sorting]


async def walked(session: Session, path: Path, steps: Steps, conditions: Conditions) -> tuple[list[Mark], Mark | None]:
    """Where the rows stand that are found, one more than wanted at most, in the direction walked.

    With them where the last row stands that the budget allowed to look at; None where the rows ended before.
    """
    found: list[Mark] = []
    place, left, stride = steps.place, steps.budget, FIRST_STRIDE * (steps.limit + 1)
    while True:
        most = min(stride, left)
        found += await _met(session, path, place, most, steps, steps.limit + 1 - len(found), conditions)
        if len(found) > steps.limit:
            return found, None
        edge = await _edge(session, path, place, most, steps)
        left -= most
        if edge is None or left == 0:
            return found, edge
        place, stride = Place(*edge, not steps.backwards), stride * FIRST_STRIDE


async def _met(
    session: Session,
    path: Path,
    place: Place | None,
    most: int,
    steps: Steps,
    wanted: int,
    conditions: Conditions,
) -> list[Mark]:
    """Where those stand, of the next rows, that meet the conditions."""
    rows = path.looked_at(place, most, backwards=steps.backwards).subquery("looked_at").c
    key, tie = rows[path.key], rows[path.tie]
    way = ordered(path.sorting(rows), down=path.descending is not steps.backwards)
    met: Select[Any] = select(key, tie).where(*conditions(rows)).order_by(*way).limit(wanted)
    return [(row[0], row[1]) for row in await session.select(met)]


async def _edge(session: Session, path: Path, place: Place | None, most: int, steps: Steps) -> Mark | None:
    """Where the last of the next rows stands; None if there are not so many."""
    marks = path.looked_at(place, most, backwards=steps.backwards, whole=False)
    rows = await session.select(marks.limit(1).offset(most - 1))
    return (rows[0][0], rows[0][-1]) if rows else None
