"""A thread that carries out calls for a loop, one after another.

An executor does the same with two futures a call and a lock for each, which shows where each create has its own commit.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_Work = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Hands:
    """One thread, begun with the first call; it does not keep the process alive."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: SimpleQueue[_Work | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def do(self, call: Callable[[], T]) -> T:
        """What the call returns or raises. It is carried out even if nobody waits any more."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._calls.put((call, future))
        return await future

    def end(self) -> None:
        """Have what was asked for carried out, and wait for it."""
        if self._thread is not None:
            self._calls.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (work := self._calls.get()) is not None:
            _carry_out(*work)
            # Whatever the call holds is not held until the next one comes.
            del work


def _carry_out(call: Callable[[], Any], future: asyncio.Future[Any]) -> None:
    result, error = None, None
    try:
        result = call()
    except BaseException as raised:
        error = raised
    try:
        future.get_loop().call_soon_threadsafe(_settle, future, result, error)
    except RuntimeError:
        # The loop is closed: nobody waits.
        return


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
