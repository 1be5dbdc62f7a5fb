"""A search as SQL: which users meet all its conditions, in which order, and how many there are.

A statement is built once for each shape of search (which conditions, over which fields, by which index) and kept; the
values are always parameters. Which statement answers a search is said in `pages`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Dialect,
    FromClause,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    or_,
    select,
    union_all,
)

from muster.core.query import (
    HomeBelow,
    LoginNameIs,
    Search,
    values_at,
)
from muster.core.users import User
from muster.core.values import is_keepable
from muster.store import budgets
from muster.store.conditions import Key, Marks, shape_of, tenant_mark, units_in, values_of, where_of
from muster.store.hints import along
from muster.store.index import Index
from muster.store.ordering import bounds_of, branches_of, names_of, numbered, ordered_by, parts_of
from muster.store.paths import InOrder, listed, numbers_in, units_below
from muster.store.rows import LAYOUTS
from muster.store.sources import Part, Sources, aliased, elsewhere, index_of, most_of
from muster.store.tables import units, users
from muster.store.tallies import blocks, censused
from muster.store.visibility import visible

KEPT_SHAPES = 500

Statement = tuple[str, list[Any]]


class Searches:
    """The statements of searches in one database's dialect.

    Most give numbers of users. Those of many are one row with an array of them, or with its JSON text: what costs a
    driver more than the database is each row.
    """

    def __init__(self, dialect: Dialect, index: Index) -> None:
        self._dialect = dialect
        self._is_sqlite = dialect.name == "sqlite"
        self._index = index
        self._sources = Sources(index)
        self._kept: dict[tuple[Any, ...], tuple[str, list[tuple[str, Any]]]] = {}

    @property
    def takes_json(self) -> bool:
        """Whether numbers are given as the text of a JSON list; else as a list."""
        return self._is_sqlite

    def looked_through(self, search: Search) -> Statement:
        """The numbers of the page's users, after a look at every user of the tenant."""
        return self._bound("through", search, lambda: self._page(search, self._matching(search)))

    def counted(self, search: Search) -> Statement:
        """How many users meet the search, after a look at every user of the tenant."""
        return self._bound("counted", search, lambda: _count(self._matching(search)))

    def censused(self, search: Search) -> Statement:
        """How many users meet a search all of whose parts the census knows."""
        return self._bound("census", search, lambda: censused(search))

    def blocks(self, search: Search) -> Statement:
        """How many of the tenant's users, active or not if the search says so, each block of numbers has, upwards."""
        return self._bound("blocks", search, lambda: blocks(search))

    def sizes(self, part: Search) -> Statement:
        """How many users the source of a search's one part gives, counted to one more than may be."""
        return self._bound("sizes", part, lambda: _count(self._some(part)), most=most_of(parts_of(part)[0]) + 1)

    def tallied(self, part: Search) -> Statement:
        """How many users the source of a search's one part gives, which is one range of an index."""
        return self._bound("tallied", part, lambda: _count(self._ranges(part)))

    def gathered(self, part: Search) -> Statement:
        """For each branch of the source of a search's one part how many it gives, and the numbers of those who meet it.

        One more than may be shows that they are too many.
        """
        return self._bound("gathered", part, lambda: self._gathered(part), most=most_of(parts_of(part)[0]) + 1)

    def verified(self, search: Search, numbers: str | list[int]) -> Statement:
        """The numbers, in one row, of those who meet the search among these, looked at one by one."""
        return self._bound("verified", search, lambda: self._verified(search), numbers=numbers)

    def ordered(self, search: Search, numbers: str | list[int]) -> Statement:
        """The page's numbers, one a row, of those of these who meet the search."""
        return self._bound("ordered", search, lambda: self._page(search, self._those(search)), numbers=numbers)

    def listed(self, search: Search) -> Statement:
        """The page's users where they are sorted by number and the search's one part is one range of an index."""
        return self._bound("listed", search, lambda: self._with_rows(search, self._listed(search)))

    def windowed(self, search: Search, least: int, most: int) -> Statement:
        """The page's numbers between these, of those who are at home where the search says, by number."""
        return self._bound("windowed", search, lambda: self._windowed(search), least=least, most=most)

    def streamed(self, search: Search, part: Part) -> Statement:
        """The page's numbers, of whom one range of an index gives for the part, which is a condition, by number."""
        return self._bound(f"streamed {type(part).__name__}", search, lambda: self._streamed(search, part))

    def elsewhere(self, search: Search) -> Statement:
        """In one row, how many are seen who are not at home in what the search is restricted to, and their numbers."""
        return self._bound("elsewhere", search, lambda: self._one_array(elsewhere()), most=budgets.CHOSEN + 1)

    def aliased(self, search: Search, part: LoginNameIs) -> Statement:
        """In one row, how many have an alias that begins so, which is all that is asked, and their numbers."""
        return self._bound("aliased", search, lambda: self._one_array(aliased(part)), most=budgets.FEW + 1)

    def along(self, search: Search) -> Statement:
        """The page's users along the index of the search's order, where it gives nobody else."""
        return self._bound("along", search, lambda: self._with_rows(search, self._along(search, ("number", "id"))))

    def places(self, search: Search) -> Statement:
        """As `along`, only where they stand: rows as `place_at` takes them."""
        return self._bound("places", search, lambda: self._along(search, ("number",)))

    def walked(self, search: Search) -> Statement:
        """The numbers of the page's users, of those who meet the search among the next `walked` users in its order."""
        return self._bound("walked", search, lambda: self._walked(search))

    def beyond(self, search: Search) -> Statement:
        """Where the last of the next `walked` users in the search's order stands; nothing where they are fewer.

        That is his number, then the columns of the order, each once.
        """
        return self._bound("beyond", search, lambda: self._beyond(search))

    def _matching(self, search: Search) -> Select[Any]:
        return select(users.c.number).where(users.c.tenant == tenant_mark(), *_conditions(search))

    def _page(self, search: Search, found: Select[Any]) -> Select[Any]:
        ahead = [and_(*branch) for branch in branches_of(search, users)]
        found = found.where(or_(*ahead)) if ahead else found
        return found.order_by(*ordered_by(search, users)).limit(bindparam("limit")).offset(bindparam("offset"))

    def _branches(self, search: Search) -> list[Select[Any]]:
        return self._sources.branches(parts_of(search)[0], Marks())

    def _ranges(self, search: Search) -> Select[Any] | CompoundSelect[Any]:
        branches = self._branches(search)
        return union_all(*branches) if len(branches) > 1 else branches[0]

    def _some(self, search: Search) -> Select[Any] | CompoundSelect[Any]:
        some = [select(branch.limit(bindparam("most")).subquery()) for branch in self._branches(search)]
        return union_all(*some) if len(some) > 1 else some[0]

    def _gathered(self, search: Search) -> Select[Any] | CompoundSelect[Any]:
        arrays = [self._one_array(branch) for branch in self._branches(search)]
        return union_all(*arrays) if len(arrays) > 1 else arrays[0]

    def _one_array(self, branch: Select[Any]) -> Select[Any]:
        some = branch.limit(bindparam("most")).subquery("some")
        array: Any = self._array(some.c.number)
        return select(func.count(), array.filter(some.c.met) if "met" in some.c else array).select_from(some)

    def _array(self, numbers: ColumnElement[Any]) -> Any:
        return func.json_group_array(numbers) if self._is_sqlite else func.array_agg(numbers)

    def _those(self, search: Search) -> Select[Any]:
        given = numbers_in(bindparam("numbers"))
        return select(users.c.number).select_from(self._owners(given, given.c.value)).where(*_conditions(search))

    def _owners(self, given: FromClause, number: ColumnElement[Any]) -> FromClause:
        """With the rows of the users who have the numbers."""
        same = users.c.tenant == tenant_mark()
        if not self._is_sqlite:
            return InOrder(given, users, and_(same, users.c.number == number))
        # Told by which index, or it might take one by a condition, and go through it once for each.
        found = along(users, index_of("number"), "owners")
        numbered = InOrder(given, found, and_(found.c.tenant == tenant_mark(), found.c.number == number))
        return InOrder(numbered, users, and_(same, users.c.id == found.c.id))

    def _verified(self, search: Search) -> Select[Any]:
        found = self._those(search).subquery("found")
        return select(self._array(found.c.number))

    def _listed(self, search: Search) -> Select[Any]:
        listed = self._ranges(search).subquery("listed")
        return numbered(search, select(listed.c.number), listed.c.number)

    def _windowed(self, search: Search) -> Select[Any]:
        marks, homes, met = Marks(), None, list[ColumnElement[bool]]()
        for condition in search.conditions:
            if isinstance(condition, HomeBelow):
                homes = units_in(marks.take(), marks.take())
            else:
                met.append(where_of(condition, marks))
        if search.within is not None:
            inside = units_below(tenant_mark(), bindparam("within"))
            homes = inside.distinct() if homes is None else homes.where(units.c.id.in_(inside))
        assert homes is not None
        found = along(users, index_of("home"), "found")
        between = found.c.number.between(bindparam("least"), bindparam("most"))
        at_home = homes.subquery("homes")
        own = and_(found.c.tenant == tenant_mark(), found.c.home == at_home.c.id, between)
        joined: FromClause = InOrder(at_home, found, own)
        if met:
            joined = InOrder(joined, users, and_(users.c.tenant == tenant_mark(), users.c.id == found.c.id))
        return numbered(search, select(found.c.number).select_from(joined).where(*met), found.c.number)

    def _streamed(self, search: Search, part: Part) -> Select[Any]:
        marks, source, met = Marks(), None, list[ColumnElement[bool]]()
        for condition in search.conditions:
            if condition == part and source is None:
                [source] = self._sources.branches(part, marks)
            else:
                met.append(where_of(condition, marks))
        assert source is not None
        if search.within is not None:
            met.append(users.c.home.in_(units_below(tenant_mark(), bindparam("within"))))
        listed = source.subquery("listed")
        found = select(listed.c.number).select_from(self._owners(listed, listed.c.number)).where(*met)
        return numbered(search, found, listed.c.number)

    def _with_rows(self, search: Search, found: Select[Any]) -> Select[Any]:
        """These users, whole, in the order in which they are found."""
        page = found.subquery("page")
        by = "id" if "id" in page.c else "number"
        owner = and_(users.c.tenant == tenant_mark(), users.c[by] == page.c[by])
        columns = (users.c[name] for name in LAYOUTS[User].fields)
        whole = select(*columns).select_from(InOrder(page, users, owner))
        if self._is_sqlite:
            # It goes through them in their order in any case, and would sort them once more if told to.
            return whole
        return whole.order_by(*ordered_by(search, page if len(page.c) > 1 else users))

    def _along(self, search: Search, names: tuple[str, ...]) -> Select[Any]:
        found = self._ahead(search, names, "reach")
        limited = select(*found.c).order_by(*ordered_by(search, found)) if isinstance(found, Subquery) else found
        return limited.limit(bindparam("limit")).offset(bindparam("offset"))

    def _walked(self, search: Search) -> Select[Any]:
        next_ones = self._next(search)
        same = and_(users.c.tenant == tenant_mark(), users.c.id == next_ones.c.id)
        found = select(users.c.number).select_from(InOrder(next_ones, users, same)).where(*_conditions(search))
        if not self._is_sqlite:
            # SQLite goes through them in their order in any case, and would sort them all once more if told to.
            found = found.order_by(*ordered_by(search, next_ones))
        return found.limit(bindparam("limit")).offset(bindparam("offset"))

    def _beyond(self, search: Search) -> Select[Any]:
        next_ones = self._next(search)
        names = dict.fromkeys(("number", *names_of(search)))
        return select(*(next_ones.c[name] for name in names)).limit(1).offset(bindparam("walked") - 1)

    def _next(self, search: Search) -> Subquery:
        found = self._ahead(search, ("number", "id"), "walked")
        if isinstance(found, Subquery):
            found = select(*found.c).order_by(*ordered_by(search, found))
        return found.limit(bindparam("walked")).subquery("next_ones")

    def _ahead(self, search: Search, names: tuple[str, ...], most: str) -> Select[Any] | Subquery:
        """These columns, and those of the order, of the users from the start on; of several ranges `most` of each."""
        rows = along(users, index_of(names_of(search)[0]), "users")
        columns = [rows.c[name] for name in dict.fromkeys((*names, *names_of(search)))]
        own = select(*columns).where(rows.c.tenant == tenant_mark(), *bounds_of(search, rows))
        own = own.order_by(*ordered_by(search, rows))
        branches = [own.where(*branch) for branch in branches_of(search, rows)] or [own]
        if len(branches) == 1:
            return branches[0]
        # Each of them is one range of the index, which no condition with an OR in it would be.
        return union_all(*(select(branch.limit(bindparam(most)).subquery()) for branch in branches)).subquery("ahead")

    def _bound(self, name: str, search: Search, build: Callable[[], Any], **more: Any) -> Statement:
        start = None if search.start is None else tuple(value is None for value in search.start.values)
        slot = (
            name,
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


def _values(search: Search, index: Index) -> dict[str, Any]:
    values: dict[str, Any] = {
        "tenant": search.tenant,
        "limit": search.limit,
        "offset": search.offset,
        "reach": search.offset + search.limit,
        "walked": budgets.WALKED,
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


def _count(found: Any) -> Select[Any]:
    return select(func.count()).select_from(found.subquery())


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    marks = Marks()
    for condition in search.conditions:
        yield where_of(condition, marks)
    if search.within is not None:
        yield visible(tenant_mark(), bindparam("within"))
