"""Pages of users: which statements answer a search, so that none looks at more users than a budget allows.

In small tenants everybody is looked at. Elsewhere a page is, in this order of preference:

- the users themselves, where an index is in the search's order, and nothing is asked but perhaps that it has them;
- what one index gives, where it alone decides and the order is by number;
- those who are at home below some unit, by number: found between bounds that hold a few more than the page needs;
- found on a walk along the index of the order, where those who meet the search are so many that it is short;
- taken from the numbers of all who meet the search, where some index gives few enough, and sorted;
- found on a walk along the index of the order, among the next so many users.

What none of these finds within its budget is refused, with what would have to be asked otherwise: the search or the
order; or, where that was asked for, it is answered by what the walk has found so far. A total is what the tenant's head
row or the census counts, how many numbers there are, or the length of an index; of conditions that nearly everybody
meets, those who do not meet them are few, and are taken off. Where it is none of these it is refused.

All statements of a page see the same state of the database, so that its total is of the same moment.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from muster.core.known import Head
from muster.core.query import (
    NOBODY,
    Compare,
    FlagIs,
    HomeBelow,
    LoginNameIs,
    Not,
    Page,
    Position,
    Search,
    Text,
    TextIs,
    deciding,
    page_of,
)
from muster.core.users import User
from muster.core.values import fold
from muster.store import budgets
from muster.store.census import BLOCK
from muster.store.crowds import ENDLESS, WORTH, Crowds, array, too_many
from muster.store.ordering import NEVER_ABSENT, has_index, is_by_number, is_stretch, parts_of, place_at
from muster.store.probes import is_probe, look_up
from muster.store.remembered import NEAR
from muster.store.rows import LAYOUTS
from muster.store.sources import (
    Visible,
    has_source,
    is_range,
)
from muster.store.tallies import is_censused
from muster.store.where import Statement

if TYPE_CHECKING:
    from muster.store.session import Session


async def page(session: Session, search: Search) -> Page:
    """What a search finds. Refuses with `Invalid` one that would have to look at too many users."""
    if NOBODY in search.conditions:
        return Page((), 0)
    # A few candidates are looked up by index; only more than that is a search.
    if is_probe(search) and (found := await look_up(session, (search,))):
        [(_, its_page)] = found
        return its_page
    async with session.snapshot():
        rows = await session.rows(Head, Head.KEY, [(search.tenant,)])
        return await _Paging(session, LAYOUTS[Head].entity(rows[0])).page(search) if rows else Page((), 0)


class _Paging:
    """A search on its way, at one moment of its tenant."""

    def __init__(self, session: Session, head: Head) -> None:
        self._session = session
        self._statements = session.searches
        self._remembered = session.remembered
        self._head = head
        self._crowds = Crowds(session, head)
        self._piece: tuple[list[int], Position] | None = None
        self._until: Position | None = None

    async def page(self, search: Search) -> Page:
        """The page, and the total where one is wanted."""
        total = await self._crowds.total(search) if search.total else None
        users = await self._users(search, total)
        self._remembered.end(search, users, self._head)
        return Page(tuple(users), total or 0, self._until)

    async def _users(self, search: Search, total: int | None) -> list[User]:
        """The page's users."""
        if search.limit == 0 or (total is not None and search.offset >= total):
            return []
        resumed = await self._begun(search, total)
        users = await self._found(resumed)
        return users[::-1] if resumed.backwards else users

    async def _begun(self, search: Search, total: int | None) -> Search:
        """The same page, from the nearest place that is known."""
        resumed = self._remembered.resumed(search, self._head)
        if resumed is not search and resumed.offset == 0:
            return resumed
        if _is_in_blocks(search):
            return await self._from_its_block(search)
        if resumed is not search:
            return resumed
        if self._remembered.is_turned(search, self._head) and _is_even(search):
            return await self._strode(search)
        if total is not None and search.start is None and not search.backwards:
            return _from_the_nearer_end(search, total)
        return search

    async def _from_its_block(self, search: Search) -> Search:
        """The same page, from the block of numbers in which it begins."""
        down = deciding(search.order)[0].descending is not search.backwards
        blocks = await self._session.fetch(*self._statements.blocks(search), long=False)
        before = 0
        for block, users in reversed(blocks) if down else blocks:
            if before + users > search.offset:
                number = (block + 1) * BLOCK if down else block * BLOCK - 1
                start = Position((number,) * len(search.order), number)
                return replace(search, start=start, offset=search.offset - before)
            before += users
        return replace(search, limit=0)

    async def _strode(self, search: Search) -> Search:
        """The same page, from a place near it; the places on the way there are remembered for other pages."""
        offset, start = self._remembered.nearest(search, self._head)
        while search.offset - offset > NEAR:
            stride = replace(search, start=start, offset=NEAR - 1, limit=1)
            rows = await self._session.fetch(*self._statements.places(stride), long=True)
            if not rows:
                break
            offset, start = offset + NEAR, place_at(search, rows[0])
            self._remembered.place(search, offset, start, self._head)
        return replace(search, start=start, offset=search.offset - offset)

    async def _found(self, search: Search) -> list[User]:
        """The users in the direction of the search, from its start on."""
        statements, parts = self._statements, parts_of(search)
        long = search.offset + search.limit > budgets.DEEP
        if self._head.users <= budgets.SMALL:
            return await self._by_number(search, await self._crowds.fetched(statements.looked_through(search)))
        if is_stretch(search):
            return await self._rows(statements.along(search), long=long)
        if is_by_number(search) and len(parts) == 1 and is_range(parts[0]):
            return await self._rows(statements.listed(search), long=long)
        if (named := await self._named(search)) is not None:
            return named
        return await self._by_number(search, await self._found_numbers(search))

    async def _named(self, search: Search) -> list[User] | None:
        """By username, those who sign in with a name that begins so: a stretch of usernames, and who has an alias."""
        parts, field = parts_of(search), deciding(search.order)[0].field
        wanted = search.offset + search.limit
        if field is not Text.USERNAME or len(parts) != 1 or wanted > budgets.DEEP:
            return None
        match parts[0]:
            case LoginNameIs(Compare.STARTS, text):
                begun = TextIs((Text.USERNAME,), Compare.STARTS, text)
            case _:
                return None
        [(number, aliased)] = await self._session.fetch(*self._statements.aliased(search, parts[0]), long=True)
        if number > budgets.FEW:
            return None
        reach = replace(search, offset=0, limit=wanted)
        users = []
        if (own := _entered(replace(reach, conditions=(begun,)), fold(text))) is not None:
            users = await self._rows(self._statements.along(own), long=True)
        if number:
            others = self._statements.ordered(
                replace(reach, conditions=(Not(begun),)), self._crowds.given(array(aliased))
            )
            users += await self._by_number(search, await self._crowds.fetched(others))
        page = page_of(users, search)
        return page[::-1] if search.backwards else page

    async def _found_numbers(self, search: Search) -> list[int]:
        if self._crowds.known(search) is None and (met := await self._near(search)) is not None:
            return met
        if await self._is_dense(search) and (met := await self._walked(search)) is not None:
            return met
        met = await self._crowds.met(search)
        if met is not None and is_by_number(search):
            return _cut(met, search)
        if met is not None and len(met) <= budgets.CHOSEN:
            ordered = replace(search, conditions=(), within=None)
            return await self._crowds.fetched(self._statements.ordered(ordered, self._crowds.given(met)))
        if self._head.users <= budgets.CHOSEN:
            return await self._crowds.fetched(self._statements.looked_through(search))
        met = await self._walked(search) if has_index(search) and self._piece is None else None
        return self._piece_of(search) if met is None else met

    def _piece_of(self, search: Search) -> list[int]:
        """What a walk found before it was stopped, where that is enough."""
        if self._piece is None or not search.piecemeal:
            too_many(search)
        numbers, self._until = self._piece
        return numbers

    async def _near(self, search: Search) -> list[int] | None:
        """Who is found by number, where the census says how far to look; None where that is too far, or unknown."""
        parts = parts_of(search)
        if not (is_by_number(search) and is_censused(parts)):
            return None
        number = await self._crowds.number_of(search, parts)
        homes = [part for part in parts if isinstance(part, HomeBelow | Visible)]
        bases = [[part] for part in parts if is_range(part)] + ([homes] if homes else [])
        sizes = [(await self._crowds.number_of(search, base), place) for place, base in enumerate(bases)]
        size, place = min(sizes, default=(0, 0))
        wanted = search.offset + search.limit
        elsewhere = await self._crowds.elsewhere(search)
        expected = wanted * size // max(number, 1)
        if not sizes or elsewhere is None:
            return None
        if len(parts) > 1 and (expected > budgets.WALKED or WORTH * expected > size):
            # Then to take their numbers, and those of the others, is less work than to look at so many of them.
            return None
        # Whoever is elsewhere comes between the others.
        first = replace(search, offset=0, limit=wanted) if elsewhere else search
        if bases[place] is homes:
            some = wanted + wanted // 4 + 16
            met = await self._between(first, self._head.next_number * some // max(number, 1) + 1)
        else:
            met = await self._crowds.fetched(self._statements.streamed(first, bases[place][0]))
        return _cut(sorted((*met, *elsewhere)), search) if elsewhere else met

    async def _between(self, search: Search, wide: int) -> list[int]:
        """Who is found between bounds so far from each other, or further apart where those are too few."""
        down = deciding(search.order)[0].descending is not search.backwards
        last = self._head.next_number
        edge = (last if down else 0) if search.start is None else search.start.number
        while True:
            least, most = (edge - wide, edge) if down else (edge, edge + wide)
            is_last = least <= 0 if down else most >= last
            # Beyond the edges there is nobody else, but for what the start says, which is in the statement as well.
            bounds = (least, ENDLESS) if down else (edge, ENDLESS if is_last else most)
            met = await self._crowds.fetched(self._statements.windowed(search, *bounds))
            if len(met) >= search.limit or is_last:
                return met
            wide *= 4

    async def _is_dense(self, search: Search) -> bool:
        """Whether fewer users have to be looked at in the order of the search than an index gives."""
        if not has_index(search) or is_by_number(search):
            return False
        fewest = await self._at_most(search)
        expected = (search.offset + search.limit) * self._head.users // max(fewest, 1)
        return expected <= min(fewest, budgets.WALKED)

    async def _at_most(self, search: Search) -> int:
        """How many meet the search at the most, as far as that is quickly seen; 0 where it is not."""
        if (met := self._crowds.known(search)) is not None:
            return len(met)
        counted = [part for part in parts_of(search) if is_censused([part])]
        sizes = [
            await self._crowds.size(search, part)
            for part in parts_of(search)
            if has_source(part) and part not in counted
        ]
        if counted and is_censused(counted):
            sizes.append(await self._crowds.number_of(search, counted))
        return min([size for size in sizes if size != ENDLESS], default=budgets.LISTED if sizes else 0)

    async def _walked(self, search: Search) -> list[int] | None:
        """Who is found among the next so many users; None where there are too few of them for a page.

        They are kept then, as a piece of one.
        """
        numbers = await self._crowds.fetched(self._statements.walked(search))
        if len(numbers) >= search.limit:
            return numbers
        if beyond := await self._session.fetch(*self._statements.beyond(search), long=True):
            self._piece = numbers, place_at(search, beyond[0])
            return None
        return numbers

    async def _rows(self, statement: Statement, *, long: bool) -> list[User]:
        return list(map(LAYOUTS[User].entity, await self._session.fetch(*statement, long=long)))

    async def _by_number(self, search: Search, numbers: list[int]) -> list[User]:
        keys = [(search.tenant, number) for number in numbers]
        rows = await self._session.rows(User, ("tenant", "number"), keys) if keys else []
        users = {user.number: user for user in map(LAYOUTS[User].entity, rows)}
        return [users[number] for number in numbers]


def _cut(numbers: list[int], search: Search) -> list[int]:
    """The page of a search by number, of all the numbers, upwards."""
    down = deciding(search.order)[0].descending is not search.backwards
    low, high = 0, len(numbers)
    if search.start is not None and down:
        high = bisect_left(numbers, search.start.number)
    elif search.start is not None:
        low = bisect_right(numbers, search.start.number)
    if down:
        end = max(high - search.offset, 0)
        return numbers[max(end - search.limit, 0) : end][::-1]
    return numbers[low + search.offset : low + search.offset + search.limit]


def _entered(search: Search, beginning: str) -> Search | None:
    """The search by username for those whose own begins so, from its start on; None where that lies behind them."""
    at = None if search.start is None else str(search.start.values[0])
    if at is None or at.startswith(beginning):
        return search
    down = deciding(search.order)[0].descending is not search.backwards
    return replace(search, start=None) if (at > beginning) is down else None


def _is_even(search: Search) -> bool:
    """Whether the list is one index from end to end, without a gap or a seam."""
    return not parts_of(search) and has_index(search) and deciding(search.order)[0].field in NEVER_ABSENT


def _is_in_blocks(search: Search) -> bool:
    """Whether it is a list far down by number that the census tells the blocks of."""
    parts = parts_of(search)
    is_far = search.start is None and search.offset >= budgets.DEEP
    is_told = all(isinstance(part, FlagIs) and is_range(part) for part in parts)
    return is_far and is_by_number(search) and len(parts) <= 1 and is_told


def _from_the_nearer_end(search: Search, total: int) -> Search:
    """The same page, counted from the end where that is nearer."""
    if search.offset <= total // 2:
        return search
    limit = min(search.limit, total - search.offset)
    return replace(search, backwards=True, offset=total - search.offset - limit, limit=limit)
