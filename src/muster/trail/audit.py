"""Proving a tenant's chain of events: that nothing was edited, taken out, put in, moved or cut off.

Without sealed heads, somebody who can write to the database may still replace a whole chain, or its end and the head
row with it, by another that is sound in itself; a head that was sealed before and kept elsewhere shows that. What
happened after the newest sealed head, and was cut off, cannot be seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from muster.core.events import FIRST_LINK, Event, link_after
from muster.core.known import INSTALLATION, Head
from muster.core.ports import Trail
from muster.trail.heads import HeadSeal, Mark

PAGE = 1_000
"""How many events are in memory at once."""


class Flaw(Enum):
    """What is wrong at a place of a chain."""

    DELETED = "the event is missing: it was deleted"
    ALTERED = "the event is not what was recorded: it or one before it was edited, inserted or moved"
    INSERTED = "the event was inserted: the directory never came that far"
    CUT = "the chain ends before this event, which the head row names as the newest: it was cut"
    HEAD_ALTERED = "the event's link is not the one in the head row: one of them was edited"
    CUT_SINCE = "the chain ends before this event, which a sealed head names: it was cut"
    REPLACED = "the event's link is not the one in a sealed head: the chain was written anew"
    UNREADABLE = "a value there is of a kind that the directory never writes: it was edited"
    GONE = "events are kept for a tenant that has no head row: it was deleted"


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which a chain does not hold."""

    sequence: int
    flaw: Flaw


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one tenant's chain: `proven` events hold from the first on, then comes the break, if any.

    `marks` is how many sealed heads were borne out.
    """

    tenant: str
    proven: int
    marks: int
    broken: Break | None


class _Broken(Exception):
    def __init__(self, sequence: int, flaw: Flaw) -> None:
        super().__init__(sequence, flaw)
        self.place = Break(sequence, flaw)


class _Chain:
    """How far a chain was followed, and the marks that are still to be met."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self.sequence = 0
        self.link = FIRST_LINK
        self.met = 0
        self._marks = deque(marks)

    def follow(self, event: Event) -> None:
        """One event further. Raises `_Broken`."""
        expected = self.sequence + 1
        if event.sequence != expected:
            # Ordered by sequence: a lower one is none that the directory gives, a higher one leaves a gap.
            raise _Broken(*_out_of_order(event.sequence, expected))
        link = link_after(self.link, event)
        if link != event.link:
            raise _Broken(expected, Flaw.ALTERED)
        self.sequence, self.link = expected, link
        self.meet()

    def meet(self) -> None:
        """Hold the marks that the chain has come to against it. Raises `_Broken`."""
        while self._marks and self._marks[0].sequence <= self.sequence:
            mark = self._marks.popleft()
            if mark.sequence != self.sequence or mark.link != self.link:
                raise _Broken(mark.sequence, Flaw.REPLACED)
            self.met += 1

    def end(self) -> None:
        """Nothing more comes. Raises `_Broken` if a mark names something later."""
        if self._marks:
            raise _Broken(self.sequence + 1, Flaw.CUT_SINCE)


def _out_of_order(found: object, expected: int) -> tuple[int, Flaw]:
    if isinstance(found, int) and found < expected:
        return found, Flaw.INSERTED
    return expected, Flaw.DELETED


async def verify(trail: Trail, tenant: str, marks: Sequence[Mark] = ()) -> Verdict:
    """Follow a tenant's chain from its first event to the newest of the moment, against marks in order of sequence.

    What is written meanwhile is left for the next time. Memory is bounded by `PAGE` events. Raises `Refused` when the
    database fails.
    """
    chain, broken = _Chain(marks), None
    try:
        await _follow(trail, tenant, chain)
    except _Broken as found:
        broken = found.place
    except (AttributeError, TypeError, UnicodeError):
        # A database without strict types keeps whatever somebody puts into a column.
        broken = Break(chain.sequence + 1, Flaw.UNREADABLE)
    return Verdict(tenant, chain.sequence, chain.met, broken)


async def _follow(trail: Trail, tenant: str, chain: _Chain) -> None:
    chain.meet()
    head = await trail.head(tenant)
    async for event in _events(trail, tenant, None if head is None else head.sequence):
        chain.follow(event)
    if head is None:
        if chain.sequence:
            raise _Broken(chain.sequence, Flaw.GONE)
    else:
        _compare(chain, head)
        if tenant != INSTALLATION and not chain.sequence:
            # Every tenant begins with the event that made it.
            raise _Broken(1, Flaw.DELETED)
        await _look_beyond(trail, tenant, head)
    chain.end()


async def _events(trail: Trail, tenant: str, last: int | None) -> AsyncIterator[Event]:
    after: int | None = None
    while True:
        page = await trail.events(tenant, after, PAGE)
        for event in page:
            if last is not None and event.sequence > last:
                return
            yield event
        if len(page) < PAGE:
            return
        after = page[-1].sequence


def _compare(chain: _Chain, head: Head) -> None:
    if chain.sequence < head.sequence:
        raise _Broken(chain.sequence + 1, Flaw.CUT)
    if chain.link != head.link:
        raise _Broken(head.sequence, Flaw.HEAD_ALTERED)


async def _look_beyond(trail: Trail, tenant: str, head: Head) -> None:
    # The events first: the directory moves the head row in the same transaction, so that it is never behind them.
    last = await trail.last_sequence(tenant)
    now = await trail.head(tenant)
    if last is not None and (now is None or last > now.sequence):
        raise _Broken(last, Flaw.INSERTED)


async def chains(trail: Trail) -> AsyncIterator[str]:
    """The ids of all tenants that have a head row or events, in order; the installation's own comes first."""
    tenant: str | None = INSTALLATION
    while tenant is not None:
        yield tenant
        tenant = await trail.next_chain(tenant)


async def verify_all(trail: Trail, marks: dict[str, list[Mark]]) -> AsyncIterator[Verdict]:
    """Verify every chain that there is, then those that only the marks know of, which are therefore gone."""
    lacking = set(marks)
    async for tenant in chains(trail):
        lacking.discard(tenant)
        yield await verify(trail, tenant, marks.get(tenant, ()))
    for tenant in sorted(lacking):
        yield await verify(trail, tenant, marks[tenant])


async def sealed_head(trail: Trail, tenant: str, seal: HeadSeal, at: int) -> str | None:
    """The line that seals how far a tenant's chain has come; None for a tenant to which nothing has happened."""
    head = await trail.head(tenant)
    if head is None or head.sequence == 0:
        return None
    return seal.line(tenant, head.sequence, head.link, at)
