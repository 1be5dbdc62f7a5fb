"""Pages of users: which statement answers a search, so that none looks at more users than a budget allows.

In small tenants everybody is looked at. Elsewhere a page is, in this order of preference:

- the users themselves, where there are no conditions and an index is in the search's order;
- what one index gives, where it alone decides and the order is by number;
- chosen among those whom some index gives, where they are few;
- found on a walk along the index of the order, among the next so many users.

What none of these finds within its budget is refused, with what would have to be asked otherwise: the search or the
order; or, where that was asked for, it is answered by what the walk has found so far. A total is what the tenant's head
row counts, what an index gives, or a choice among few; of conditions that nearly everybody meets, those who do not meet
them are few, and are taken off. Where it is none of these it is refused.

All statements of a page see the same state of the database, so that its total is of the same moment.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from muster.core.known import Head
from muster.core.query import NOBODY, Page, Position, Search, deciding
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.users import User
from muster.store import budgets
from muster.store.probes import is_probe, look_up
from muster.store.remembered import NEAR
from muster.store.rows import LAYOUTS
from muster.store.sources import (
    Part,
    Reachable,
    Visible,
    has_source,
    is_exact,
    is_of_names,
    is_range,
    is_textual,
    is_unordered,
    most_of,
    opposite,
)
from muster.store.where import (
    NEVER_ABSENT,
    Statement,
    has_index,
    is_by_number,
    parts_of,
    place_at,
)

if TYPE_CHECKING:
    from muster.store.session import Session


async def page(session: Session, search: Search) -> Page:
    """What a search finds. Refuses with `Invalid` one that would have to look at too many users."""
    if NOBODY in search.conditions:
        return Page((), 0)
    # A few candidates are looked up by index; only more than that is a search.
    if is_probe(search) and (found := await look_up(session, (search,))):
        return found[search]
    async with session.snapshot():
        rows = await session.rows(Head, Head.KEY, [(search.tenant,)])
        return await _Paging(session, LAYOUTS[Head].entity(rows[0])).page(search) if rows else Page((), 0)


ENDLESS = 2**62
"""The size of what is more than may be."""


class _Paging:
    """A search on its way, at one moment of its tenant."""

    def __init__(self, session: Session, head: Head) -> None:
        self._session = session
        self._statements = session.searches
        self._remembered = session.remembered
        self._head = head
        self._choices: dict[Search, list[int] | None] = {}
        self._gathered: dict[Part, list[int]] = {}
        self._piece: tuple[list[int], Position] | None = None
        self._until: Position | None = None

    async def page(self, search: Search) -> Page:
        """The page, and the total where one is wanted."""
        total = await self._total(search) if search.total else None
        users = await self._users(search, await self._numbers(search, total))
        self._remembered.end(search, users, self._head)
        return Page(tuple(users), total or 0, self._until)

    async def _users(self, search: Search, numbers: list[int]) -> list[User]:
        keys = [(search.tenant, number) for number in numbers]
        rows = await self._session.rows(User, ("tenant", "number"), keys) if keys else []
        users = {user.number: user for user in map(LAYOUTS[User].entity, rows)}
        return [users[number] for number in numbers]

    async def _numbers(self, search: Search, total: int | None) -> list[int]:
        """The numbers of the page's users."""
        if search.limit == 0 or (total is not None and search.offset >= total):
            return []
        resumed = self._remembered.resumed(search, self._head)
        if resumed is search and self._remembered.is_turned(search, self._head) and _is_even(search):
            resumed = await self._strode(search)
        elif resumed is search and total is not None and search.start is None and not search.backwards:
            resumed = _from_the_nearer_end(search, total)
        numbers = await self._found(resumed)
        return numbers[::-1] if resumed.backwards else numbers

    async def _strode(self, search: Search) -> Search:
        """The same page, from a place near it; the places on the way there are remembered for other pages."""
        offset, start = self._remembered.nearest(search, self._head)
        while search.offset - offset > NEAR:
            stride = replace(search, start=start, offset=NEAR - 1, limit=1)
            rows = await self._session.fetch(*self._statements.along(stride), long=True)
            if not rows:
                break
            offset, start = offset + NEAR, place_at(search, rows[0])
            self._remembered.place(search, offset, start, self._head)
        return replace(search, start=start, offset=search.offset - offset)

    async def _found(self, search: Search) -> list[int]:
        """The numbers in the direction of the search, from its start on."""
        statements, parts = self._statements, parts_of(search)
        if self._head.users <= budgets.SMALL:
            return await self._fetched(statements.looked_through(search))
        if not parts and has_index(search):
            return await self._fetched(statements.along(search), long=search.offset + search.limit > budgets.DEEP)
        if await self._is_dense(search) and (met := await self._walked(search)) is not None:
            return met
        if is_by_number(search) and len(parts) == 1 and await self._is_listed(search, parts[0]):
            gathered = self._gathered.get(parts[0])
            return (
                await self._fetched(statements.listed(search, parts[0])) if gathered is None else _cut(gathered, search)
            )
        chosen = await self._chosen(search)
        if chosen is not None:
            return chosen[search.offset : search.offset + search.limit]
        if self._head.users <= budgets.CHOSEN:
            return await self._fetched(statements.looked_through(search))
        met = await self._walked(search) if has_index(search) and self._piece is None else None
        return self._piece_of(search) if met is None else met

    def _piece_of(self, search: Search) -> list[int]:
        """What a walk found before it was stopped, where that is enough."""
        if self._piece is None or not search.piecemeal:
            _too_many(search)
        numbers, self._until = self._piece
        return numbers

    async def _is_dense(self, search: Search) -> bool:
        """Whether fewer users have to be looked at in the order of the search than an index gives."""
        parts = parts_of(search)
        if not has_index(search) or any(map(is_textual, parts)) or (is_by_number(search) and all(map(is_range, parts))):
            return False
        sizes = [await self._size(search, part) for part in filter(has_source, parts)]
        fewest = min([budgets.CHOSEN, *sizes]) if sizes else 0
        expected = (search.offset + search.limit) * self._head.users // max(fewest, 1)
        return expected <= min(fewest, budgets.WALKED)

    async def _walked(self, search: Search) -> list[int] | None:
        """Who is found among the next so many users; None where there are too few of them for a page.

        They are kept then, as a piece of one.
        """
        numbers = await self._fetched(self._statements.walked(search))
        if len(numbers) >= search.limit:
            return numbers
        if beyond := await self._session.fetch(*self._statements.beyond(search), long=True):
            self._piece = numbers, place_at(search, beyond[0])
            return None
        return numbers

    async def _is_listed(self, search: Search, part: Part) -> bool:
        """Whether a source can be listed: it gives nobody else, and what has to be sorted for that is not endless."""
        if not is_exact(part):
            return False
        return not (is_of_names(part) or is_unordered(part)) or await self._size(search, part) < ENDLESS

    async def _chosen(self, search: Search) -> list[int] | None:
        """The numbers of all who meet the search, where some index gives so few that each can be looked at."""
        search = replace(search, offset=0, limit=0, total=False)
        if search not in self._choices:
            self._choices[search] = await self._choice(search)
        return self._choices[search]

    async def _choice(self, search: Search) -> list[int] | None:
        parts = [part for part in parts_of(search) if has_source(part)]
        sizes = [(await self._size(search, part), place) for place, part in enumerate(parts) if not is_textual(part)]
        size, place = min(sizes, default=(self._head.users, 0))
        if not sizes or size > budgets.FEW:
            for part in filter(is_textual, parts):
                if (self._remembered.number(self._head, _key(search, part)) or 0) > budgets.CANDIDATES:
                    continue
                chosen = await self._fetched(self._statements.chosen(search, part, budgets.CANDIDATES))
                if chosen or await self._size(search, part) <= budgets.CANDIDATES:
                    return chosen
        if not sizes or size > budgets.CHOSEN:
            return None
        return await self._fetched(self._statements.chosen(search, parts[place], budgets.CHOSEN))

    async def _size(self, search: Search, part: Part) -> int:
        """How many users the part's source gives, if they are not more than may be."""
        size = self._remembered.number(self._head, _key(search, part))
        if size is None:
            size = await self._counted_by(search, part)
            size = size if size <= most_of(part) else ENDLESS
            self._remembered.keep(self._head, _key(search, part), size)
        return size

    async def _counted_by(self, search: Search, part: Part) -> int:
        if not is_of_names(part) or len(parts_of(search)) > 1:
            return await self._one(self._statements.sizes(search, part))
        # Most likely the page is one of them.
        gathered = self._gathered[part] = await self._fetched(self._statements.gathered(search, part))
        return len(gathered)

    async def _total(self, search: Search) -> int:
        """How many users meet the search, wherever it starts."""
        key = (search.tenant, search.conditions, search.within)
        total = self._remembered.number(self._head, key)
        if total is None:
            total = await self._counted(replace(search, start=None, backwards=False))
            self._remembered.keep(self._head, key, total)
        return total

    async def _counted(self, search: Search) -> int:
        statements, parts = self._statements, parts_of(search)
        if not parts:
            return self._head.users
        if self._head.users <= budgets.SMALL:
            return await self._one(statements.counted(search))
        if len(parts) == 1 and await self._is_listed(search, parts[0]):
            # Of names that was counted already.
            is_known = is_of_names(parts[0])
            return await (self._size(search, parts[0]) if is_known else self._one(statements.tallied(search, parts[0])))
        chosen = await self._chosen(search)
        if chosen is not None:
            return len(chosen)
        if self._head.users <= budgets.CHOSEN:
            return await self._one(statements.counted(search))
        for part in parts:
            others = await self._others(search, part)
            if others is not None:
                return others
        return _too_many(search)

    async def _others(self, search: Search, part: Part) -> int | None:
        """How many meet the search, where those who miss this part of it alone are few: they are taken off the rest."""
        missing = opposite(part)
        if missing is None or isinstance(missing, Reachable | Visible):
            return None
        rest = _without(search, part)
        contrary = replace(rest, conditions=(*rest.conditions, missing))
        if await self._size(contrary, missing) > budgets.CHOSEN:
            return None
        taken_off = await self._fetched(self._statements.chosen(contrary, missing, budgets.CHOSEN))
        return await self._total(rest) - len(taken_off)

    async def _one(self, statement: Statement) -> int:
        return (await self._fetched(statement))[0]

    async def _fetched(self, statement: Statement, *, long: bool = True) -> list[int]:
        return [row[0] for row in await self._session.fetch(*statement, long=long)]


def _cut(numbers: list[int], search: Search) -> list[int]:
    """The page of a search by number, of all the numbers, upwards."""
    down = deciding(search.order)[0].descending is not search.backwards
    if search.start is not None and down:
        numbers = numbers[: bisect_left(numbers, search.start.number)]
    elif search.start is not None:
        numbers = numbers[bisect_right(numbers, search.start.number) :]
    return (numbers[::-1] if down else numbers)[search.offset : search.offset + search.limit]


def _key(search: Search, part: Part) -> Hashable:
    return part, search.within if isinstance(part, Visible) else None


def _is_even(search: Search) -> bool:
    """Whether the list is one index from end to end, without a gap or a seam."""
    return not parts_of(search) and has_index(search) and deciding(search.order)[0].field in NEVER_ABSENT


def _from_the_nearer_end(search: Search, total: int) -> Search:
    """The same page, counted from the end where that is nearer."""
    if search.offset <= total // 2:
        return search
    limit = min(search.limit, total - search.offset)
    return replace(search, backwards=True, offset=total - search.offset - limit, limit=limit)


def _without(search: Search, part: Part) -> Search:
    if isinstance(part, Visible):
        return replace(search, within=None)
    return replace(search, conditions=tuple(one for one in search.conditions if one != part))


def _too_many(search: Search) -> NoReturn:
    parts = parts_of(search)
    field = "search" if parts and has_index(search) else "sort"
    refuse(Invalid(field, Fault.TOO_MANY, budgets.CANDIDATES if any(map(is_textual, parts)) else budgets.CHOSEN))
