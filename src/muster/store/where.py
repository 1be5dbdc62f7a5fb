"""A search as SQL: which users meet all its conditions, in which order, and how many there are.

A statement is built once for each shape of search (which conditions, over which fields, how many units) and kept; the
values are always parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, and_, bindparam, exists, func, not_, or_, select, union

from muster.core.query import Compare, Order, Search, Text, TextIs
from muster.core.users import USERNAME
from muster.core.values import is_keepable
from muster.store.conditions import (
    FOLDED,
    Key,
    Marks,
    Shape,
    equal_to,
    is_indexed,
    shape_of,
    tenant_mark,
    values_of,
    where_of,
)
from muster.store.index import Index
from muster.store.paths import listed, units_below
from muster.store.tables import user_units, users

PROBED = 100
"""How many candidates a probe looks at before it leaves the search to a thread of its own."""

MOST_CANDIDATES = 50_000
"""How many users a search for a part of a text may have to look at; one that needs more is refused."""

KEPT_SHAPES = 500

Statement = tuple[str, list[Any]]


class Searches:
    """The statements of searches in one database's dialect."""

    def __init__(self, dialect: Dialect, index: Index) -> None:
        self._dialect = dialect
        self._index = index
        self._kept: dict[tuple[str, Shape], tuple[str, list[tuple[str, Any]]]] = {}

    def probe(self, search: Search) -> Statement | None:
        """A look-up of at most a few hundred candidates by index; None where the search is not of that kind.

        The ids of at most `PROBED` users are all there are; one more, and there may be others.
        """
        if len(search.conditions) != 1 or search.within is not None:
            return None
        condition = search.conditions[0]
        if not isinstance(condition, TextIs) or condition.compare is not Compare.EQUALS:
            return None
        return self._bound("probe", search, _probe)

    def page(self, search: Search) -> Statement:
        """The ids of the search's page, in order."""
        return self._bound("page", search, self._paged)

    def count(self, search: Search) -> Statement:
        """How many users meet the search."""
        return self._bound("count", search, self._counted)

    def candidates(self, search: Search) -> Statement | None:
        """How many users may hold the text that is looked for by the index, counted to one more than may be.

        None where the search looks for no such text.
        """
        if not any(map(is_indexed, search.conditions)):
            return None
        return self._bound("candidates", search, self._candidates)

    def _candidates(self, search: Search) -> Select[int]:
        marks = Marks(self._index)
        looked_for = []
        for condition in search.conditions:
            where_of(condition, marks)
            looked_for += [marks.found.pop()] if is_indexed(condition) else []
        bounded = select(looked_for[0].subquery()).limit(bindparam("most")).subquery()
        return select(func.count()).select_from(bounded)

    def _matching(self, search: Search) -> Select[tuple[str]]:
        marks = Marks(self._index)
        found = select(users.c.id).where(users.c.tenant == tenant_mark())
        for condition in search.conditions:
            found = found.where(where_of(condition, marks))
        return found if search.within is None else found.where(_visible())

    def _paged(self, search: Search) -> Select[tuple[str]]:
        ordered = self._matching(search).order_by(*(_order(by) for by in search.order), users.c.number)
        return ordered.limit(bindparam("limit")).offset(bindparam("offset"))

    def _counted(self, search: Search) -> Select[int]:
        return select(func.count()).select_from(self._matching(search).subquery())

    def _bound(self, name: str, search: Search, build: Callable[[Search], Select[Any]]) -> Statement:
        shape = (*map(shape_of, search.conditions), search.order, search.within is not None)
        slot = (name, shape)
        if slot not in self._kept:
            if len(self._kept) >= KEPT_SHAPES:
                self._kept.clear()
            compiled = build(search).compile(dialect=self._dialect)
            names = getattr(compiled, "positiontup", None) or ()
            self._kept[slot] = (str(compiled), [(name, compiled.params[name]) for name in names])
        text, parameters = self._kept[slot]
        values = _values(search, self._index)
        return text, [values.get(name, constant) for name, constant in parameters]


def _values(search: Search, index: Index) -> dict[str, Any]:
    values: dict[str, Any] = {
        "tenant": search.tenant,
        "limit": search.limit,
        "offset": search.offset,
        "probed": PROBED + 1,
        "username": USERNAME,
        "most": MOST_CANDIDATES + 1,
    }
    flat = (value for condition in search.conditions for value in values_of(condition))
    # What no database can keep is nobody's; nor is a control character, which everybody can ask for.
    for place, value in enumerate(flat):
        kept = value if is_keepable(value) else "\x01"
        values[f"p{place}"] = index.key(kept) if isinstance(value, Key) else kept
    values["within"] = listed(search.within or ())
    return values


def _order(by: Order) -> ColumnElement[Any]:
    column: ColumnElement[Any] = FOLDED[by.field] if isinstance(by.field, Text) else users.c[by.field.value]
    return column.desc().nulls_last() if by.descending else column.asc().nulls_first()


def _probe(search: Search) -> Select[tuple[str]]:
    condition = search.conditions[0]
    assert isinstance(condition, TextIs)
    bounded = (
        select(branch.limit(bindparam("probed")).subquery()) for branch in equal_to(condition.fields, bindparam("p0"))
    )
    return select(union(*bounded).subquery())


def _visible() -> ColumnElement[bool]:
    inside = units_below(tenant_mark(), bindparam("within"))
    restricted: Any = (user_units.c.tenant == tenant_mark(), user_units.c.user == users.c.id)
    reach_inside = and_(
        exists().where(*restricted),
        not_(exists().where(*restricted, user_units.c.unit.not_in(inside))),
    )
    return or_(users.c.home.in_(inside), reach_inside)
