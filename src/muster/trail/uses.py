"""Writing down when keys were last used, every few seconds and once more at the end."""

from __future__ import annotations

import asyncio
import logging

from muster.core.directory import Directory
from muster.core.refusals import Refused

log = logging.getLogger(__name__)

SECONDS = 5.0


class UseLog:
    """A task that has the directory write down the uses of keys; what is lost with a process is a minute of them."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._work(), name="uses of keys")

    async def stop(self) -> None:
        """Write down what is still noted, and end."""
        self._ended.set()
        task, self._task = self._task, None
        if task is not None:
            await task
        await self._keep(all_of_them=True)

    async def _work(self) -> None:
        while not self._ended.is_set():
            await self._keep(all_of_them=False)
            try:
                await asyncio.wait_for(self._ended.wait(), SECONDS)
            except TimeoutError:
                continue

    async def _keep(self, *, all_of_them: bool) -> None:
        try:
            await self._directory.keep_uses(all_of_them=all_of_them)
        except Refused as refused:
            log.warning("uses of keys could not be written down: %s", refused.refusal)
        except Exception:
            log.exception("writing down uses of keys was given up")
