"""Group reading: all that was asked while the last look was at the database is looked up together.

One question after another costs a round trip for the tenant's head and one for each thing that is looked up; a batch
costs the same for all of its questions. What is searched for may take long, and goes its own way.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from muster.core.asked import Unloaded
from muster.core.known import Head, Known
from muster.core.needs import Need, Several, Wanted
from muster.core.query import Search
from muster.core.refusals import Refused, Unavailable
from muster.core.requests import Request
from muster.store.cache import StableCache
from muster.store.probes import is_probe, look_up
from muster.store.recalled import Recalled
from muster.store.session import DatabaseFailed, Session, load, supply

if TYPE_CHECKING:
    from muster.store.database import Database

log = logging.getLogger(__name__)

MOST_TOGETHER = 128
BATCHES = 2
"""How many batches are under way at once: one is at the database while another one's answers are made."""

_Waiting = tuple[Request[Any], "asyncio.Future[Any]"]


class Reader:
    """Answers what only looks. It has no task of its own: a batch is one, and ends with what was asked."""

    def __init__(self, database: Database, cache: StableCache) -> None:
        self._database = database
        self._cache = cache
        self._recalled = Recalled()
        self._queue: deque[_Waiting] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._working = 0

    async def answer(self, request: Request[Any]) -> Any:
        """The request's result. Raises `Refused`."""
        try:
            return await self._queued(request)
        except Unloaded:
            return await self._searched(request)

    async def stop(self) -> None:
        """Wait for the batches that are under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _queued(self, request: Request[Any]) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.append((request, future))
        if self._working < BATCHES:
            self._working += 1
            task = asyncio.create_task(self._work(), name="reader")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return future

    async def _searched(self, request: Request[Any]) -> Any:
        """The result of a request that searches, on a session that may take long."""
        try:
            async with self._database.searching() as session:
                known = await self._opened(session, [request])
                while True:
                    try:
                        result = request.run(known)
                    except Unloaded as unloaded:
                        if not self._recalled.supply(known, unloaded.need):
                            self._recalled.keep(known, unloaded.need, await supply(session, known, unloaded.need))
                    else:
                        self._cache.keep(known)
                        return result
        except DatabaseFailed as failure:
            raise Refused(Unavailable()) from failure

    async def _work(self) -> None:
        try:
            await self._batches()
        finally:
            # At once: what is asked from now on needs another one.
            self._working -= 1

    async def _batches(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_TOGETHER))]
            try:
                await self._look_up(batch)
            except DatabaseFailed as failure:
                await self._one_by_one(batch, failure)
            except Exception as error:
                # Whatever it was: it is told to those whom it befell, and whoever came meanwhile is answered too.
                _fail_all(batch, error)
            except asyncio.CancelledError:
                _fail_all([*batch, *self._queue], Refused(Unavailable()))
                self._queue.clear()
                raise

    async def _one_by_one(self, batch: list[_Waiting], failure: DatabaseFailed) -> None:
        """After a failure: what one request asked for must not be another one's answer."""
        waiting = [one for one in batch if not one[1].done()]
        for one in waiting if len(waiting) > 1 else ():
            try:
                await self._look_up([one])
            except DatabaseFailed as again:
                failure = again
        for _, future in waiting:
            if not future.done():
                log.warning("a question was not answered: %s", failure)
                _fail(future, Refused(Unavailable()))

    async def _look_up(self, waiting: list[_Waiting]) -> None:
        async with self._database.reading() as session:
            known = await self._opened(session, [request for request, _ in waiting])
            searches = {it: None for request, _ in waiting for it in request.searches if is_probe(it)}
            tried: set[Search] = set()
            while waiting:
                for search, page in await look_up(session, searches) if searches else ():
                    known.supply_answer(search, page)
                tried.update(searches)
                lacking = _Lacking(known, self._recalled, tried)
                waiting = _run(known, waiting, lacking)
                await load(session, known, lacking.needs)
                searches = lacking.searches
        self._cache.keep(known)

    async def _opened(self, session: Session, requests: list[Request[Any]]) -> Known:
        known = Known({})
        ids = dict.fromkeys(head for request in requests for head in request.heads)
        needs = [need for request in requests for need in request.needs]
        # Whether what may be cached is, the heads say: all else is looked up together with them.
        uncached = [need for need in needs if not isinstance(need, Need) or not need.kind.STABLE]
        await load(session, known, (*(Need(Head, Head.KEY, (head,)) for head in ids), *uncached))
        self._cache.lend(known)
        if len(uncached) < len(needs):
            await load(session, known, needs)
        return known


class _Lacking:
    """What a round of requests could not be answered without. `tried` are the searches that are no look-ups."""

    def __init__(self, known: Known, recalled: Recalled, tried: set[Search]) -> None:
        self._known = known
        self._recalled = recalled
        self._tried = tried
        self.needs: dict[Need, None] = {}
        self.searches: dict[Search, None] = {}

    def takes(self, wanted: Wanted) -> bool:
        """Note what is wanted; False for what is no look-up, or was tried as one in vain, and is not remembered."""
        if isinstance(wanted, Need):
            self.needs[wanted] = None
        elif isinstance(wanted, Several):
            self.needs.update(dict.fromkeys(wanted.needs))
        elif isinstance(wanted, Search) and is_probe(wanted) and wanted not in self._tried:
            self.searches[wanted] = None
        else:
            return self._recalled.supply(self._known, wanted)
        return True


def _run(known: Known, waiting: list[_Waiting], lacking: _Lacking) -> list[_Waiting]:
    """Answer whom that is possible for; who lacks something is left, and it is noted what."""
    left: list[_Waiting] = []
    for request, future in waiting:
        try:
            _succeed(future, request.run(known))
        except Unloaded as unloaded:
            if lacking.takes(unloaded.need):
                left.append((request, future))
            else:
                _fail(future, unloaded)
        except Exception as error:
            _fail(future, error)
    return left


def _succeed(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _fail_all(waiting: Iterable[_Waiting], error: Exception) -> None:
    for _, future in waiting:
        _fail(future, error)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
