"""A search as SQL: which users meet all its conditions, in which order, and how many there are.

A statement is built once for each shape of search (which conditions, over which fields, by which index) and kept; the
values are always parameters. Which statement answers a search is said in `pages`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Dialect,
    FromClause,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)

from muster.core.query import (
    During,
    FlagIs,
    Not,
    Order,
    Other,
    Position,
    Present,
    Search,
    Text,
    deciding,
    values_at,
)
from muster.core.values import is_keepable
from muster.store import budgets
from muster.store.conditions import FOLDED, Key, Marks, Shape, shape_of, tenant_mark, values_of, where_of
from muster.store.hints import along
from muster.store.index import Index
from muster.store.paths import InOrder, listed
from muster.store.sources import Part, Reachable, Sources, Visible, index_of, is_unordered, most_of
from muster.store.tables import users
from muster.store.visibility import visible

KEPT_SHAPES = 500

Statement = tuple[str, list[Any]]

_REACHED = frozenset({Present(Other.JOB_TITLE), Present(Other.PHONE)})
NEVER_ABSENT = (Text.USERNAME, Other.NUMBER, Other.ACTIVE, Other.CREATED_AT, Other.CHANGED_AT)
_ALONG = (*NEVER_ABSENT[:3], Text.GIVEN_NAME, Text.FAMILY_NAME, Text.EMAIL, Other.LAST_LOGIN_AT)


def parts_of(search: Search) -> tuple[Part, ...]:
    """What whoever is found has to meet, each thing once."""
    parts: list[Part] = list(dict.fromkeys(search.conditions))
    if set(parts) >= _REACHED:
        parts = [part for part in parts if part not in _REACHED] + [Reachable()]
    return (*parts, Visible()) if search.within is not None else tuple(parts)


def is_by_number(search: Search) -> bool:
    """Whether the search is sorted by number alone."""
    return len(deciding(search.order)) == 1


def has_index(search: Search) -> bool:
    """Whether there is an index in the search's order."""
    order = deciding(search.order)
    return is_by_number(search) or (_is_pair(order) and order[0].field in _ALONG)


def _is_pair(order: tuple[Order, ...]) -> bool:
    """Whether it is one field and then the number, both in the same direction."""
    return len(order) == 2 and order[0].descending is order[1].descending


class Searches:
    """The statements of searches in one database's dialect."""

    def __init__(self, dialect: Dialect, index: Index) -> None:
        self._dialect = dialect
        self._index = index
        self._sources = Sources(index, "id" if dialect.name == "sqlite" else "number")
        self._kept: dict[tuple[Any, ...], tuple[str, list[tuple[str, Any]]]] = {}

    def looked_through(self, search: Search) -> Statement:
        """The numbers of the page's users, after a look at every user of the tenant."""
        return self._bound(("through",), search, lambda: self._page(search, self._matching(search)))

    def counted(self, search: Search) -> Statement:
        """How many users meet the search, after a look at every user of the tenant."""
        return self._bound(("counted",), search, lambda: _count(self._matching(search)))

    def sizes(self, search: Search, part: Part) -> Statement:
        """How many users an index gives for a part of the search, counted to one more than may be."""
        return self._bound(("sizes", part), search, lambda: _count(self._some(search, part)), most=most_of(part) + 1)

    def gathered(self, search: Search, part: Part) -> Statement:
        """As `listed`, of all whom the source gives, upwards; one more than may be shows that they are too many."""
        plain = replace(search, order=(), start=None, backwards=False)
        limits = {"limit": most_of(part) + 1, "offset": 0}
        return self._bound(("gathered", part), plain, lambda: self._listed(plain, part), **limits)

    def listed(self, search: Search, part: Part) -> Statement:
        """The numbers of the page's users, all of whom an exact source gives, where they are sorted by number."""
        return self._bound(("listed", part), search, lambda: self._listed(search, part))

    def tallied(self, search: Search, part: Part) -> Statement:
        """How many users an exact source gives."""
        return self._bound(("tallied", part), search, lambda: _count(self._source(search, part, "number")))

    def chosen(self, search: Search, part: Part, most: int) -> Statement:
        """The numbers of all who meet the search, in order, after a look at all whom the part's source gives.

        Nobody is looked at, and none are found, if those are more than `most`.
        """
        return self._bound(("chosen", part), search, lambda: self._chosen(search, part), chosen=most + 1)

    def along(self, search: Search) -> Statement:
        """The page's users along the index of the search's order, which has no parts: rows as `place_at` takes them."""
        return self._bound(("along",), search, lambda: self._along(search))

    def walked(self, search: Search) -> Statement:
        """As `along`, of those who meet the search among the next `walked` users in its order."""
        return self._bound(("walked",), search, lambda: self._walked(search))

    def beyond(self, search: Search) -> Statement:
        """Where the last of the next `walked` users in the search's order stands; nothing where they are fewer.

        That is his number, then the columns of the order, each once.
        """
        return self._bound(("beyond",), search, lambda: self._beyond(search))

    def _matching(self, search: Search) -> Select[Any]:
        return select(users.c.number).where(users.c.tenant == tenant_mark(), *_conditions(search))

    def _page(self, search: Search, found: Select[Any]) -> Select[Any]:
        ahead = [and_(*branch) for branch in _branches(search, users)]
        found = found.where(or_(*ahead)) if ahead else found
        return found.order_by(*_ordered(search, users)).limit(bindparam("limit")).offset(bindparam("offset"))

    def _source(self, search: Search, part: Part, column: str) -> Any:
        marks = Marks()
        for condition in search.conditions:
            if condition == part:
                break
            marks.skip(condition)
        return self._sources.select(part, marks, column)

    def _some(self, search: Search, part: Part) -> Select[Any]:
        found = select(self._source(search, part, self._sources.column(part)).subquery())
        return found.limit(bindparam("most"))

    def _listed(self, search: Search, part: Part) -> Select[Any] | CompoundSelect[Any]:
        source = self._source(search, part, "number")
        if is_unordered(part):
            # Put down first, or PostgreSQL might rather go through everybody by number.
            source = select(_put_down(select(source.subquery()), "in_another_order"))
        [by] = deciding(search.order)
        down = by.descending is not search.backwards
        found = source
        if search.start is not None or not isinstance(source, CompoundSelect):
            number = source.subquery("listed").c.number
            found = select(number)
            if search.start is not None:
                found = found.where(number < bindparam("start0") if down else number > bindparam("start0"))
        # Of several ranges each is in this order, and they are gone through together, no further than the page.
        number = found.selected_columns["number"]
        ordered: Select[Any] | CompoundSelect[Any] = found.order_by(number.desc() if down else number)
        return ordered.limit(bindparam("limit")).offset(bindparam("offset"))

    def _chosen(self, search: Search, part: Part) -> Select[Any]:
        # Put down one after the other, or PostgreSQL might rather go through everybody in the order wanted.
        source = select(self._source(search, part, self._sources.column(part)).subquery("source"))
        given = _put_down(source.limit(bindparam("chosen")), "given")
        same = and_(users.c.tenant == tenant_mark(), users.c[self._sources.column(part)] == next(iter(given.c)))
        size = select(func.count()).select_from(given)
        columns = (users.c[name] for name in dict.fromkeys(("number", *_names(search))))
        met = select(*columns).select_from(InOrder(given, users, same)).where(*_conditions(search))
        ahead = [and_(*branch) for branch in _branches(search, users)]
        met = met.where(size.scalar_subquery() < bindparam("chosen"), *([or_(*ahead)] if ahead else []))
        chosen = _put_down(met, "chosen_ones")
        return select(chosen.c.number).order_by(*_ordered(search, chosen))

    def _along(self, search: Search) -> Select[Any]:
        found = self._ahead(search, ("number",), "reach")
        limited = select(*found.c).order_by(*_ordered(search, found)) if isinstance(found, Subquery) else found
        return limited.limit(bindparam("limit")).offset(bindparam("offset"))

    def _walked(self, search: Search) -> Select[Any]:
        next_ones = self._next(search)
        same = and_(users.c.tenant == tenant_mark(), users.c.id == next_ones.c.id)
        found = select(users.c.number).select_from(InOrder(next_ones, users, same)).where(*_conditions(search))
        if self._dialect.name != "sqlite":
            # SQLite goes through them in their order in any case, and would sort them all once more if told to.
            found = found.order_by(*_ordered(search, next_ones))
        return found.limit(bindparam("limit")).offset(bindparam("offset"))

    def _beyond(self, search: Search) -> Select[Any]:
        next_ones = self._next(search)
        names = dict.fromkeys(("number", *_names(search)))
        return select(*(next_ones.c[name] for name in names)).limit(1).offset(bindparam("walked") - 1)

    def _next(self, search: Search) -> Subquery:
        found = self._ahead(search, ("number", "id"), "walked")
        if isinstance(found, Subquery):
            found = select(*found.c).order_by(*_ordered(search, found))
        return found.limit(bindparam("walked")).subquery("next_ones")

    def _ahead(self, search: Search, names: tuple[str, ...], most: str) -> Select[Any] | Subquery:
        """These columns, and those of the order, of the users from the start on; of several ranges `most` of each."""
        rows = along(users, index_of(_names(search)[0]), "users")
        columns = [rows.c[name] for name in dict.fromkeys((*names, *_names(search)))]
        own = select(*columns).where(rows.c.tenant == tenant_mark(), *_bounds(search, rows))
        own = own.order_by(*_ordered(search, rows))
        branches = [own.where(*branch) for branch in _branches(search, rows)] or [own]
        if len(branches) == 1:
            return branches[0]
        # Each of them is one range of the index, which no condition with an OR in it would be.
        return union_all(*(select(branch.limit(bindparam(most)).subquery()) for branch in branches)).subquery("ahead")

    def _bound(self, name: tuple[Any, ...], search: Search, build: Callable[[], Any], **more: Any) -> Statement:
        start = None if search.start is None else tuple(value is None for value in search.start.values)
        slot = (
            name[0],
            *map(_shape_of_part, name[1:]),
            *map(shape_of, search.conditions),
            search.order,
            search.within is not None,
            start,
            search.backwards,
        )
        if slot not in self._kept:
            if len(self._kept) >= KEPT_SHAPES:
                self._kept.clear()
            compiled = build().compile(dialect=self._dialect)
            names = getattr(compiled, "positiontup", None) or ()
            self._kept[slot] = (str(compiled), [(name, compiled.params[name]) for name in names])
        text, parameters = self._kept[slot]
        values = _values(search, self._index) | more
        return text, [values.get(name, constant) for name, constant in parameters]


def _shape_of_part(part: Part) -> Shape:
    return (type(part),) if isinstance(part, Reachable | Visible) else shape_of(part)


def _values(search: Search, index: Index) -> dict[str, Any]:
    values: dict[str, Any] = {
        "tenant": search.tenant,
        "limit": search.limit,
        "offset": search.offset,
        "reach": search.offset + search.limit,
        "walked": budgets.WALKED,
        "begun": budgets.BEGUN + 1,
        "within": listed(search.within or ()),
    }
    flat = (value for condition in search.conditions for value in values_of(condition))
    # What no database can keep is nobody's; nor is a control character, which everybody can ask for.
    for place, value in enumerate(flat):
        kept = value if is_keepable(value) else "\x01"
        values[f"p{place}"] = index.key(kept) if isinstance(value, Key) else kept
    if search.start is not None:
        values |= {f"start{place}": value for place, value in enumerate(values_at(search.start, search.order))}
    return values


def _put_down(found: Select[Any], name: str) -> CTE:
    return found.cte(name).prefix_with("MATERIALIZED")


def _count(found: Any) -> Select[Any]:
    return select(func.count()).select_from(found.subquery())


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    marks = Marks()
    for condition in search.conditions:
        yield where_of(condition, marks)
    if search.within is not None:
        yield visible(tenant_mark(), bindparam("within"))


def _name(by: Order) -> str:
    return FOLDED[by.field] if isinstance(by.field, Text) else by.field.value


def _names(search: Search) -> list[str]:
    return [_name(by) for by in deciding(search.order)]


def _ordered(search: Search, rows: FromClause) -> list[ColumnElement[Any]]:
    return [_sorted(rows.c[_name(by)], by, search) for by in deciding(search.order)]


def _sorted(column: ColumnElement[Any], by: Order, search: Search) -> ColumnElement[Any]:
    down = by.descending is not search.backwards
    if by.field in NEVER_ABSENT:
        return column.desc() if down else column.asc()
    return column.desc().nulls_last() if down else column.asc().nulls_first()


def place_at(search: Search, row: Sequence[Any]) -> Position:
    """The place in the search's order of a row that begins with the number, then has the columns of the order."""
    values = dict(zip(dict.fromkeys(("number", *_names(search))), row, strict=True))
    return Position(tuple(values.get(_name(by)) for by in search.order), values["number"])


def _bounds(search: Search, rows: FromClause) -> list[ColumnElement[bool]]:
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
            case Present(field) if field is by.field and not (begun and not down):
                found.append(rows.c[_name(by)].is_not(None))
            case Not(Present(field)) if field is by.field:
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
    pair = tuple_(*(rows.c[name] for name in _names(search)))
    start = tuple_(bindparam("start0"), bindparam("start1"))
    if by.descending is search.backwards:
        return [[pair > start]]
    branches: list[list[ColumnElement[bool]]] = [[pair < start]]
    return branches if by.field in NEVER_ABSENT else [*branches, [rows.c[_name(by)].is_(None)]]


def _branches(search: Search, rows: FromClause) -> list[list[ColumnElement[bool]]]:
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
