"""What searches remember of those before them: how many users there were, and where pages ended.

A number holds for one state of its tenant, which the sequence of its newest event names: nothing changes without one.

Where a page of a long list ended is remembered for whoever turns its pages. The page that begins at the very offset at
which another ended, minutes before, begins behind that page's last user: so users who come or go meanwhile shift
nothing for him. Another page of the same list, as long as nothing has changed at all, begins at the nearest place
before it that is known, and counts on from there.
"""

from __future__ import annotations

import time
from bisect import bisect_right, insort
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from muster.core.known import Head
from muster.core.query import Position, Search, position_of
from muster.core.users import User
from muster.store import budgets

END_SECONDS = 300
NEAR = 30_000
"""How far behind a place a page may begin to be counted on from there."""

LOOKED_AT = 100
"""How many places before a page are looked at for one that still holds."""

MOST_NUMBERS = 5_000
MOST_LISTS = 200
MOST_ENDS = 1_000
"""Ends of pages that are remembered of one list."""


@dataclass(frozen=True, slots=True)
class _End:
    position: Position
    sequence: int
    until: float


@dataclass(slots=True)
class _Ends:
    """Where pages of one list ended, by offset, sorted; `newest` is the tenant's state at the last of them."""

    offsets: list[int] = field(default_factory=list)
    ends: dict[int, _End] = field(default_factory=dict)
    newest: int = -1


_NONE = _Ends()


class Remembered:
    """What one process remembers; what it has forgotten costs time, and nothing else."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[Hashable, tuple[int, int]] = OrderedDict()
        self._lists: OrderedDict[Hashable, _Ends] = OrderedDict()

    def number(self, head: Head, key: Hashable) -> int | None:
        """The number that was kept for the tenant as it is now."""
        kept = self._numbers.get((head.id, key))
        return kept[1] if kept is not None and kept[0] == head.sequence else None

    def keep(self, head: Head, key: Hashable, number: int) -> None:
        """Keep a number that holds for the tenant as it is now."""
        self._numbers[head.id, key] = (head.sequence, number)
        self._numbers.move_to_end((head.id, key))
        if len(self._numbers) > MOST_NUMBERS:
            self._numbers.popitem(last=False)

    def resumed(self, search: Search, head: Head) -> Search:
        """The same page, from the nearest place before it that is known, if that is near or the very beginning."""
        ends = self._ends(search)
        end = ends.ends.get(search.offset)
        if end is not None and time.monotonic() < end.until:
            return replace(search, start=end.position, offset=0)
        offset, position = self.nearest(search, head)
        if position is None or search.offset - offset > NEAR:
            return search
        return replace(search, start=position, offset=search.offset - offset)

    def nearest(self, search: Search, head: Head) -> tuple[int, Position | None]:
        """The last offset up to the search's of which it is known where it is, as long as nothing changed."""
        ends = self._ends(search)
        place = bisect_right(ends.offsets, search.offset)
        for offset in reversed(ends.offsets[max(place - LOOKED_AT, 0) : place]):
            if ends.ends[offset].sequence == head.sequence:
                return offset, ends.ends[offset].position
        return 0, None

    def is_turned(self, search: Search, head: Head) -> bool:
        """Whether another page so deep in the list was asked for since the tenant changed."""
        return self._ends(search).newest == head.sequence

    def end(self, search: Search, users: Sequence[User], head: Head) -> None:
        """Remember where a full page ended."""
        offset = search.offset + search.limit
        if users and len(users) == search.limit and _is_deep(search, offset):
            until = time.monotonic() + END_SECONDS
            self.place(search, offset, position_of(users[-1], search.order), head, until)

    def place(self, search: Search, offset: int, position: Position, head: Head, until: float = 0.0) -> None:
        """Remember which place is so many users from the beginning of the search's list, as long as nothing changes."""
        ends = self._lists.setdefault(_list_of(search), _Ends())
        self._lists.move_to_end(_list_of(search))
        if len(self._lists) > MOST_LISTS:
            self._lists.popitem(last=False)
        if len(ends.offsets) >= MOST_ENDS:
            ends.offsets.clear()
            ends.ends.clear()
        if offset not in ends.ends:
            insort(ends.offsets, offset)
        ends.ends[offset] = _End(position, head.sequence, until)
        ends.newest = head.sequence

    def _ends(self, search: Search) -> _Ends:
        return (self._lists.get(_list_of(search)) or _NONE) if _is_deep(search, search.offset) else _NONE


def _is_deep(search: Search, offset: int) -> bool:
    return offset >= budgets.DEEP and search.start is None and not search.backwards


def _list_of(search: Search) -> Hashable:
    return search.tenant, search.within, search.conditions, search.order
