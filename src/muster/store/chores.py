"""Chores: what is cleared up beside the requests, a little at a time, so that nobody waits long for it.

A chore is one transaction of the writer's, between two batches. It says how much it did, or 0 where hardly anything is
left that it could do; as long as that is something, it is done again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from muster.core.refusals import Refused

if TYPE_CHECKING:
    from muster.store.session import Session

log = logging.getLogger(__name__)

BUSY_SECONDS = 0.05
PAUSE_SECONDS = 0.02

Chore = Callable[["Session"], Awaitable[int]]


class Upkeep:
    """A task that does a chore over and over, from `start` to `stop`: at once while there is something to do.

    `run` carries a chore out, `is_busy` says whether requests wait to be written; where there was nothing to do, it
    looks again after `idle` seconds.
    """

    def __init__(
        self, chore: Chore, run: Callable[[Chore], Awaitable[int]], is_busy: Callable[[], bool], idle: float
    ) -> None:
        self._chore = chore
        self._run = run
        self._is_busy = is_busy
        self._idle = idle
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._task = asyncio.create_task(self._work(), name=self._chore.__name__)

    async def stop(self) -> None:
        """Stop; what is left to do stays so."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def catch_up(self) -> None:
        """Do all that there is to do, at once. Raises `Refused`."""
        while await self._run(self._chore):
            pass

    async def _work(self) -> None:
        while True:
            try:
                done = await self._run(self._chore)
            except Refused as refused:
                log.warning("%s was not done: %s", self._chore.__name__, refused.refusal)
                done = 0
            # While others write, only now and then: nobody's answer depends on it.
            pause = BUSY_SECONDS if self._is_busy() else PAUSE_SECONDS
            await asyncio.sleep(pause if done else self._idle)
