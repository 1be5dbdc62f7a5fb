"""Group commit: all that was asked while the last commit was at the disk goes into the next one together.

A batch locks the head rows of its tenants, loads what its requests need, decides them one after another over what is
known, writes each table once and commits. Nobody is answered before that.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from muster.core.asked import Unloaded
from muster.core.entity import values_of
from muster.core.events import Event
from muster.core.known import Known
from muster.core.refusals import Refused, Saturated, Unavailable, refuse
from muster.core.requests import Request
from muster.store.cache import StableCache
from muster.store.chores import Chore
from muster.store.session import CommitUnknown, DatabaseFailed, Session, flush, load, supply

log = logging.getLogger(__name__)

MOST_QUEUED = 4_096
MOST_TOGETHER = 128
RECONNECTS = 20
RECONNECT_SECONDS = 0.5


@dataclass(slots=True)
class _Outcome:
    """What became of a request: a result or something to raise."""

    result: Any = None
    error: Exception | None = None


class _GivenUp(DatabaseFailed):
    """No part of the batch would fare better by itself."""


_Waiting = tuple[Request[Any], "asyncio.Future[Any]"]
_Errand = tuple[Chore, "asyncio.Future[int]"]


class Writer:
    """The one task of a process that writes. Other processes beside it do the same; the head rows order them."""

    def __init__(self, connect: Callable[[], Awaitable[Session]], cache: StableCache) -> None:
        self._connect = connect
        self._cache = cache
        self._session: Session | None = None
        self._queue: deque[_Waiting] = deque()
        self._chores: deque[_Errand] = deque()
        self._wake = asyncio.Event()
        self._open = False
        self._hopeless = False
        self._together = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect and begin to work. Raises `DatabaseFailed`."""
        self._session = await self._connect()
        self._open = True
        self._task = asyncio.create_task(self._work(), name="writer")

    async def stop(self) -> None:
        """Refuse what is new, carry out what is queued, and disconnect."""
        self._open = False
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._session is not None:
            await self._session.close()

    async def submit(self, request: Request[Any]) -> Any:
        """The request's result, once it is durable. Raises `Refused`. It is carried out even if nobody waits."""
        if not self._open:
            refuse(Unavailable())
        if len(self._queue) >= MOST_QUEUED:
            refuse(Saturated())
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.append((request, future))
        self._wake.set()
        return await future

    def is_busy(self) -> bool:
        """Whether requests wait to be written."""
        return bool(self._queue)

    async def run(self, chore: Chore) -> int:
        """Carry out a chore in a transaction of its own, between two batches. Raises `Refused`."""
        if not self._open:
            refuse(Unavailable())
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._chores.append((chore, future))
        self._wake.set()
        return await future

    async def _run_chore(self, chore: Chore, future: asyncio.Future[int]) -> None:
        try:
            session = await self._connected()
            await session.begin()
            done = await chore(session)
            await session.commit()
            _answer(future, _Outcome(done))
        except Exception:
            # Whatever it was: the task that writes for everybody must outlive a chore.
            log.exception("a chore failed")
            if self._session is not None:
                await self._session.rollback()
            await self._disconnect()
            _answer(future, _Outcome(error=Refused(Unavailable())))

    async def _work(self) -> None:
        while self._open or self._queue or self._chores:
            if self._chores:
                await self._run_chore(*self._chores.popleft())
            if not self._queue:
                self._wake.clear()
                if self._open and not self._chores:
                    await self._wake.wait()
                continue
            await self._gather()
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_TOGETHER))]
            self._together = len(batch)
            self._hopeless = False
            outcomes = await self._carry_out([request for request, _ in batch])
            if self._hopeless:
                # Whoever waits behind this batch would only wait as long again, for the same answer.
                outcomes += [_Outcome(error=Refused(Unavailable())) for _ in self._queue]
                batch += self._queue
                self._queue.clear()
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                _answer(future, outcome)

    async def _gather(self) -> None:
        """Let those come who are on their way: who was answered together asks again nearly together.

        Without this the first of them would have a commit to himself, and the others wait for it. Whoever was alone
        the last time waits for nobody.
        """
        there = 0 if self._together > 1 else len(self._queue)
        while there < len(self._queue) < MOST_TOGETHER:
            there = len(self._queue)
            await asyncio.sleep(0)

    async def _carry_out(self, requests: list[Request[Any]]) -> list[_Outcome]:
        """The outcome of each request. A batch that the database will not have is halved until the culprit is alone."""
        try:
            return await self._attempt(requests)
        except _GivenUp as failure:
            log.error("a batch of %d was given up: %s", len(requests), failure)
            self._hopeless = True
            return [_Outcome(error=Refused(Unavailable())) for _ in requests]
        except DatabaseFailed as failure:
            log.warning("a batch of %d failed: %s", len(requests), failure)
        except Exception:
            log.exception("a batch of %d failed", len(requests))
        if len(requests) == 1:
            return [_Outcome(error=Refused(Unavailable()))]
        half = len(requests) // 2
        return await self._carry_out(requests[:half]) + await self._carry_out(requests[half:])

    async def _attempt(self, requests: list[Request[Any]], *, again: bool = True) -> list[_Outcome]:
        session = await self._connected()
        known, outcomes = None, list[_Outcome]()
        try:
            await session.begin()
            known = await self._opened(session, requests)
            outcomes = [await _decide(session, known, request) for request in requests]
            await flush(session, known)
            await session.commit()
        except CommitUnknown as unknown:
            log.warning("the outcome of a commit is unknown: %s", unknown)
            await self._disconnect()
            if known is not None and await self._was_committed(known):
                return outcomes
            if again:
                return await self._attempt(requests, again=False)
            raise DatabaseFailed(str(unknown)) from unknown
        except BaseException:
            try:
                await session.rollback()
            finally:
                await self._disconnect()
            raise
        self._cache.keep(known)
        return outcomes

    async def _opened(self, session: Session, requests: list[Request[Any]]) -> Known:
        ids = sorted({head for request in requests for head in request.heads})
        heads = {head.id: head for head in await session.lock_heads(ids)}
        known = self._cache.known(heads)
        await load(session, known, dict.fromkeys(need for request in requests for need in request.needs))
        return known

    async def _was_committed(self, known: Known) -> bool:
        """As `_is_committed`, asked until there is an answer: what is not known must not be done again."""
        for _ in range(RECONNECTS):
            try:
                return await self._is_committed(known)
            except DatabaseFailed as failure:
                log.warning("whether a commit was carried out cannot be seen yet: %s", failure)
                await self._disconnect()
                await asyncio.sleep(RECONNECT_SECONDS)
        raise _GivenUp("it was not to be found out whether its commit was carried out")

    async def _is_committed(self, known: Known) -> bool:
        """Whether a batch is in the database: its first event stands where the batch put it.

        The heads are locked first, so that a commit that is still under way has ended before the look.
        """
        writes = known.writes.get(Event)
        if writes is None:
            return not known.writes
        event = next(iter(writes.after.values()))
        session = await self._connected()
        await session.begin()
        try:
            await session.lock_heads(sorted(known.heads))
            rows = await session.rows(Event, Event.KEY, [values_of(event, Event.KEY)])
        finally:
            await session.rollback()
        # As a tuple: what is "in" a row itself is its values with one driver, and its columns with another.
        return any(event.id in tuple(row) for row in rows)

    async def _connected(self) -> Session:
        for attempt in range(RECONNECTS):
            if self._session is not None:
                return self._session
            try:
                self._session = await self._connect()
            except DatabaseFailed as failure:
                log.warning("no connection to the database (%d): %s", attempt + 1, failure)
                await asyncio.sleep(RECONNECT_SECONDS)
        raise _GivenUp("no connection")

    async def _disconnect(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _answer(future: asyncio.Future[Any], outcome: _Outcome) -> None:
    if future.done():
        return
    if outcome.error is not None:
        future.set_exception(outcome.error)
    else:
        future.set_result(outcome.result)


async def _decide(session: Session, known: Known, request: Request[Any]) -> _Outcome:
    while True:
        try:
            return _Outcome(result=request.run(known))
        except Refused as refused:
            return _Outcome(error=refused)
        except Unloaded as unloaded:
            await supply(session, known, unloaded.need)
