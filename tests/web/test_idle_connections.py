"""How long a connection is kept that nobody asks anything over: by a clock that these tests turn."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from muster.web.connections import Connection


class Timer:
    """What is due at a time, unless it is cancelled."""

    def __init__(self, clock: Clock, at: float, callback: Callable[[], None]) -> None:
        self.at = at
        self.callback = callback
        self._clock = clock

    def cancel(self) -> None:
        self._clock.timers.remove(self)


class Clock:
    """As much of a loop as a connection needs to know how late it is."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        self.timers.append(Timer(self, self.now + delay, callback))
        return self.timers[-1]

    def pass_to(self, time: float) -> None:
        """Let time go by, and whatever is due happen."""
        while self.timers and self.timers[0].at <= time:
            timer = self.timers.pop(0)
            self.now = timer.at
            timer.callback()
        self.now = time


async def nobody(scope: Any, receive: Any, send: Any) -> None:
    """An application that nothing comes to."""


class Wire(asyncio.Transport):
    """Of which nothing is known but whether it was closed."""

    is_closed = False

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True


def connected() -> tuple[Connection, Clock, Wire]:
    """A connection that may be idle for 5 seconds, and over which something was just answered."""
    config = uvicorn.Config(nobody, ws="none", log_config=None, interface="asgi3", timeout_keep_alive=5)
    config.load()
    clock, wire = Clock(), Wire()
    connection = Connection(config, ServerState(), {}, cast(AbstractEventLoop, clock))
    connection.connection_made(wire)
    connection.on_response_complete()
    return connection, clock, wire


def test_the_time_for_which_a_connection_may_be_idle_begins_with_its_last_answer() -> None:
    connection, clock, wire = connected()
    seen = []
    for second, more in ((4.0, b"G"), (8.0, b"E"), (12.0, b"T")):
        clock.pass_to(second)
        connection.data_received(more)
        connection.on_response_complete()
        seen.append((len(clock.timers), wire.is_closed))
    clock.pass_to(16.9)
    before = wire.is_closed
    clock.pass_to(17.1)

    assert seen == [(1, False)] * 3
    assert (before, wire.is_closed) == (False, True)


def test_a_request_that_takes_long_to_arrive_or_to_be_answered_keeps_its_connection() -> None:
    connection, clock, wire = connected()
    connection.data_received(b"GET ")
    clock.pass_to(100.0)
    while_busy = (wire.is_closed, len(clock.timers))
    connection.on_response_complete()
    clock.pass_to(104.9)
    before = wire.is_closed
    clock.pass_to(105.1)

    assert (while_busy, before, wire.is_closed) == ((False, 0), False, True)


@pytest.mark.parametrize("failure", [None, ConnectionResetError()])
def test_a_connection_that_is_gone_leaves_no_timer(failure: Exception | None) -> None:
    connection, clock, _ = connected()
    connection.connection_lost(failure)

    assert clock.timers == []
