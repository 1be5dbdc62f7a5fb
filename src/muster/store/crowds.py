"""Crowds: those who meet a search as a set of numbers, and how many they are.

Whoever meets several conditions is among those whom an index gives for the rarest of them. Of the others each is a set
of numbers as well, or of those who do not meet it, or is looked at in the rows of those who are left.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import msgspec

from muster.core.known import Head
from muster.core.query import Condition, Search
from muster.core.refusals import Fault, Invalid, refuse
from muster.store import budgets
from muster.store.ordering import REACHED, has_index, parts_of
from muster.store.sources import Part, Reachable, Visible, has_source, is_range, is_textual, most_of, opposite
from muster.store.tallies import is_censused
from muster.store.where import Statement

if TYPE_CHECKING:
    from muster.store.session import Session

_numbers = msgspec.json.Decoder(list[int]).decode
_encoded = msgspec.json.Encoder().encode

ENDLESS = 2**62
"""The size of what is more than may be."""

WORTH = 16
"""A number from an index costs so little beside a look at a user's row."""


class Crowds:
    """Whoever meets searches, at one moment of their tenant."""

    def __init__(self, session: Session, head: Head) -> None:
        self._session = session
        self._statements = session.searches
        self._remembered = session.remembered
        self._head = head
        self._sets: dict[Hashable, list[int] | None] = {}

    async def total(self, search: Search) -> int:
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
        if is_censused(parts) and (elsewhere := await self.elsewhere(search)) is not None:
            return await self.number_of(search, parts) + len(elsewhere)
        if len(parts) == 1 and is_range(parts[0]):
            return await self._one(statements.tallied(search))
        met = await self.met(search)
        if met is not None:
            return len(met)
        if self._head.users <= budgets.CHOSEN:
            return await self._one(statements.counted(search))
        for part in parts:
            others = await self._others(search, part)
            if others is not None:
                return others
        return too_many(search)

    async def _others(self, search: Search, part: Part) -> int | None:
        """How many meet the search, where those who miss this part of it alone are few: they are taken off the rest."""
        missing = opposite(part)
        if missing is None or isinstance(missing, Reachable | Visible):
            return None
        rest = _without(search, part)
        taken_off = await self.met(replace(rest, conditions=(*rest.conditions, missing)))
        return None if taken_off is None else await self.total(rest) - len(taken_off)

    async def number_of(self, search: Search, parts: Sequence[Part]) -> int:
        """How many meet these parts, which the census knows; of those who are seen only who is at home there."""
        alone = _alone(search, *parts)
        key = ("census", alone.conditions, alone.within)
        number = self._remembered.number(self._head, key)
        if number is None:
            number = await self._one(self._statements.censused(alone), long=False)
            self._remembered.keep(self._head, key, number)
        return number

    async def size(self, search: Search, part: Part) -> int:
        """How many users the part's source gives, if they are not more than may be."""
        key = _key(search, part)
        size = self._remembered.number(self._head, key)
        if size is None:
            size = await self._measured(search, part)
            self._remembered.keep(self._head, key, size)
        return size

    async def _measured(self, search: Search, part: Part) -> int:
        if is_censused([part]):
            size = await self.number_of(search, [part])
        elif is_range(part):
            size = await self._one(self._statements.sizes(_alone(search, part)))
        else:
            # Most likely they are wanted next.
            met = await self._gathered(search, part)
            size = ENDLESS if met is None else len(met)
        return size if size <= most_of(part) else ENDLESS

    def known(self, search: Search) -> list[int] | None:
        """All who meet the search, if that was found out already."""
        return self._sets.get((search.conditions, search.within))

    async def met(self, search: Search) -> list[int] | None:
        """The numbers, upwards, of all who meet the search, where some index gives so few."""
        key = (search.conditions, search.within)
        if key not in self._sets:
            self._sets[key] = await self._meeting(search)
        return self._sets[key]

    async def _meeting(self, search: Search) -> list[int] | None:
        parts = [part for part in parts_of(search) if has_source(part)]
        sizes = [(await self.size(search, part), place) for place, part in enumerate(parts)]
        size, place = min(sizes, default=(ENDLESS, 0))
        if size == ENDLESS or (met := await self._gathered(search, parts[place])) is None:
            return None
        looked_at = []
        for part in parts_of(search):
            if part == parts[place]:
                continue
            narrowed = await self._narrowed(search, met, part) if len(met) > budgets.FEW else None
            if narrowed is None:
                looked_at.append(part)
            else:
                met = narrowed
        if not looked_at or not met:
            return met
        if len(met) > budgets.CHOSEN:
            return None
        return await self._looked_at(_alone(search, *looked_at), met)

    async def _narrowed(self, search: Search, met: list[int], part: Part) -> list[int] | None:
        """Those of them who meet the part, or do not miss it, where that is less work than to look at them."""
        for other, is_met in ((part, True), (opposite(part), False)):
            if other is None or not has_source(other) or await self.size(search, other) > WORTH * len(met):
                continue
            if (theirs := await self._gathered(search, other)) is not None:
                those = frozenset(theirs)
                return [number for number in met if (number in those) is is_met]
        return None

    async def _looked_at(self, search: Search, numbers: list[int]) -> list[int]:
        """Those of them who meet the search, after a look at each."""
        [row] = await self._session.fetch(*self._statements.verified(search, self.given(numbers)), long=True)
        return sorted(array(row[0]))

    async def elsewhere(self, search: Search) -> list[int] | None:
        """Those who meet the search and are seen, although they are not at home where the search is restricted to.

        None where those who are seen are more than may be.
        """
        if search.within is None:
            return []
        seen = _alone(search, Visible())
        key = ("elsewhere", seen.within)
        if key not in self._sets:
            [(number, found)] = await self._session.fetch(*self._statements.elsewhere(seen), long=True)
            self._sets[key] = None if number > budgets.CHOSEN else sorted(array(found))
        met = self._sets[key]
        rest = [part for part in parts_of(search) if not isinstance(part, Visible)]
        return await self._looked_at(_alone(search, *rest), met) if rest and met else met

    async def _gathered(self, search: Search, part: Part) -> list[int] | None:
        """The numbers that the part's source gives, upwards; None where they are more than may be."""
        alone = _alone(search, part)
        key = (alone.conditions, alone.within)
        if key not in self._sets:
            self._sets[key] = await self._gathering(alone, part)
        return self._sets[key]

    async def _gathering(self, alone: Search, part: Part) -> list[int] | None:
        branches = await self._session.fetch(*self._statements.gathered(alone), long=True)
        counts = [row[0] for row in branches]
        # Of candidates all count, of others only once who is given twice.
        if (sum(counts) if is_textual(part) else max(counts)) > most_of(part):
            return None
        met = _together([array(row[1]) for row in branches])
        return met if len(met) <= most_of(part) else None

    async def _one(self, statement: Statement, *, long: bool = True) -> int:
        return (await self.fetched(statement, long=long))[0]

    async def fetched(self, statement: Statement, *, long: bool = True) -> list[int]:
        return [row[0] for row in await self._session.fetch(*statement, long=long)]

    def given(self, numbers: list[int]) -> str | list[int]:
        """The numbers as a parameter."""
        return _encoded(numbers).decode() if self._statements.takes_json else numbers


def array(found: str | list[int] | None) -> list[int]:
    return _numbers(found) if isinstance(found, str) else found or []


def _together(branches: list[list[int]]) -> list[int]:
    """The numbers of all branches, each once, upwards."""
    branches = [branch for branch in branches if branch]
    if len(branches) > 1:
        return sorted(set().union(*branches))
    return sorted(branches[0]) if branches else []


def _alone(search: Search, *parts: Part) -> Search:
    """The search for those who meet these parts of it, and nothing else."""
    conditions: list[Condition] = []
    for part in parts:
        if isinstance(part, Reachable):
            conditions += REACHED
        elif not isinstance(part, Visible):
            conditions.append(part)
    within = search.within if any(isinstance(part, Visible) for part in parts) else None
    return Search(search.tenant, within, tuple(conditions))


def _key(search: Search, part: Part) -> Hashable:
    return part, search.within if isinstance(part, Visible) else None


def _without(search: Search, part: Part) -> Search:
    if isinstance(part, Visible):
        return replace(search, within=None)
    return replace(search, conditions=tuple(one for one in search.conditions if one != part))


def too_many(search: Search) -> NoReturn:
    parts = parts_of(search)
    field = "search" if parts and has_index(search) else "sort"
    refuse(Invalid(field, Fault.TOO_MANY, budgets.CANDIDATES if any(map(is_textual, parts)) else budgets.CHOSEN))
