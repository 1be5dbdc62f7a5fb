"""Writing down what was noted in memory, every few seconds and once more at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from muster.core.refusals import Refused

log = logging.getLogger(__name__)


class Notes:
    """A task that has something written down. `keep(True)` is the last time: whatever is noted then is wanted."""

    def __init__(self, name: str, keep: Callable[[bool], Awaitable[None]], seconds: float) -> None:
        self._name = name
        self._keep = keep
        self._seconds = seconds
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._work(), name=self._name)

    async def stop(self) -> None:
        """Write down what is still noted, and end."""
        self._ended.set()
        task, self._task = self._task, None
        if task is not None:
            await task
        await self._write(last=True)

    async def _work(self) -> None:
        while not self._ended.is_set():
            await self._write(last=False)
            try:
                await asyncio.wait_for(self._ended.wait(), self._seconds)
            except TimeoutError:
                continue

    async def _write(self, *, last: bool) -> None:
        try:
            await self._keep(last)
        except Refused as refused:
            log.warning("%s could not be written down: %s", self._name, refused.refusal)
        except Exception:
            log.exception("writing down %s was given up", self._name)
