"""What the census tells of a search, as SQL: how many users meet it, and in which blocks of numbers they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, cast, func, literal_column, select

from muster.core.query import Flag, FlagIs, Holds, HomeBelow, KindIs, Not, Search
from muster.store.census import EVERYBODY
from muster.store.conditions import Marks, tenant_mark, units_in, where_of
from muster.store.paths import units_below
from muster.store.sources import Part, Visible
from muster.store.tables import census, census_blocks


def is_censused(parts: Sequence[Part]) -> bool:
    """Whether the census knows how many meet all of these parts; of those who are seen, only who is at home there."""
    once = [type(part) for part in parts if isinstance(part, HomeBelow | Holds)]
    return len(set(once)) == len(once) and all(map(_is_of_the_census, parts))


def _is_of_the_census(part: Part) -> bool:
    match part:
        case Visible() | HomeBelow() | Holds() | KindIs() | FlagIs(Flag.ACTIVE, _):
            return True
        case Not(inner):
            return isinstance(inner, KindIs | FlagIs) and _is_of_the_census(inner)
        case _:
            return False


def censused(search: Search) -> Select[Any]:
    marks, rows = Marks(), census.c
    role: ColumnElement[Any] = literal_column(f"'{EVERYBODY}'")
    met: list[ColumnElement[bool]] = []
    for condition in search.conditions:
        match condition:
            case Holds():
                role = marks.take()
            case HomeBelow():
                met.append(rows.home.in_(units_in(marks.take(), marks.take())))
            case _:
                met.append(where_of(condition, marks, rows))
    if search.within is not None:
        met.append(rows.home.in_(units_below(tenant_mark(), bindparam("within"))))
    total = func.coalesce(func.sum(rows.users), 0)
    return select(cast(total, BigInteger)).where(rows.tenant == tenant_mark(), rows.role == role, *met)


def blocks(search: Search) -> Select[Any]:
    rows = census_blocks.c
    met = (where_of(condition, Marks(), rows) for condition in search.conditions)
    found = select(rows.block, cast(func.sum(rows.users), BigInteger)).where(rows.tenant == tenant_mark(), *met)
    return found.group_by(rows.block).order_by(rows.block)
