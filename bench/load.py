"""The load generator: keep-alive connections that send prepared bytes, and time every answer.

It is light on purpose (asyncio protocols, no HTTP library), so that one core can drive more than 10,000 requests a
second. Every answer is checked by its workload; one that is wrong ends the run.
"""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import uvloop

R = TypeVar("R")

WARM_UP_SECONDS = 0.3
ANSWER_SECONDS = 20.0


class WrongAnswer(Exception):
    """The server answered something else than the workload expects, or not at all."""


class HungUp(WrongAnswer):
    """The server closed a connection before it had answered."""


class Workload(Protocol):
    """A kind of request under a name: it yields the bytes to send, and checks what comes back."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    def request(self) -> tuple[bytes, Any]:
        """The next request, and a token by which its answer is checked."""

    def check(self, token: Any, status: int, body: bytes) -> None:
        """Take in an answer. Raises `WrongAnswer`."""


@dataclass(frozen=True)
class Timed:
    """What a measured window saw: how many answers in how many seconds, and how long each took (seconds)."""

    answers: int
    seconds: float
    latencies: array[float]

    @property
    def rate(self) -> float:
        return self.answers / self.seconds

    def percentile(self, share: float) -> float:
        """The latency in milliseconds that this share of the answers did not exceed."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Load:
    """Connections that each send the next request as soon as the last one is answered."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self.latencies = array("d")
        self.measuring = False
        self.ending = False
        self.failures: list[WrongAnswer] = []
        self._failed = asyncio.Event()
        self._open: set[_Connection] = set()
        self._closed = asyncio.Event()

    async def connect(self, port: int, connections: int) -> None:
        """Open the connections; each begins at once."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, connection = await loop.create_connection(lambda: _Connection(self), "127.0.0.1", port)
            self._open.add(connection)
        for connection in self._open:
            connection.send_next()

    async def end(self) -> None:
        """Let every connection have its last answer, and close."""
        self.ending = True
        if self._open:
            try:
                await asyncio.wait_for(self._closed.wait(), ANSWER_SECONDS)
            except TimeoutError:
                raise WrongAnswer(f"{len(self._open)} requests had no answer in {ANSWER_SECONDS:g} s") from None

    def fail(self, failure: WrongAnswer) -> None:
        """Keep what went wrong, and wake whoever sleeps."""
        self.failures.append(failure)
        self._failed.set()

    async def sleep(self, seconds: float) -> None:
        """Let the load go on for so long, or until something goes wrong."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._failed.wait(), seconds)

    def closed(self, connection: _Connection) -> None:
        """Take note of the end of a connection."""
        self._open.discard(connection)
        if not self._open:
            self._closed.set()


class _Connection(asyncio.Protocol):
    def __init__(self, load: Load) -> None:
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._kept = b""
        self._token: Any = None
        self._sent_at = 0.0
        self._awaiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclasses

    def send_next(self) -> None:
        assert self._transport is not None
        if self._load.ending:
            self._transport.close()
            return
        data, self._token = self._load.workload.request()
        self._awaiting = True
        self._sent_at = time.perf_counter()
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        if self._kept:
            data = self._kept + data
        end = data.find(b"\r\n\r\n")
        if end < 0 or not _is_whole(data, end):
            self._kept = data
            return
        took = time.perf_counter() - self._sent_at
        self._kept = b""
        self._awaiting = False
        if self._load.measuring:
            self._load.latencies.append(took)
        try:
            self._load.workload.check(self._token, int(data[9:12]), data[end + 4 :])
        except WrongAnswer as wrong:
            self._load.fail(wrong)
            return
        self.send_next()

    def connection_lost(self, _error: Exception | None) -> None:
        self._load.closed(self)
        if self._awaiting:
            self._load.fail(HungUp("the server hung up"))


def _is_whole(data: bytes, end: int) -> bool:
    """Whether all of an answer is there, whose head ends there. The body of one in chunks is checked as it comes."""
    at = data.find(b"\r\ncontent-length: ", 0, end)
    if at < 0:
        head = data[:end].lower()
        at = head.find(b"\r\ncontent-length: ")
        if at < 0:
            return b"\r\ntransfer-encoding: chunked" not in head or data.endswith(b"\r\n0\r\n\r\n")
    return len(data) >= end + 4 + int(data[at + 18 : data.index(b"\r\n", at + 18)])


async def drive(
    port: int, workload: Workload, connections: int, seconds: float, meter: Callable[[], R]
) -> tuple[Timed, R, R]:
    """Load the server for a while. Returns the measured window, and what a meter read at its two ends."""
    load = Load(workload)
    await load.connect(port, connections)
    await load.sleep(WARM_UP_SECONDS)
    before, begun, load.measuring = meter(), time.perf_counter(), True
    await load.sleep(seconds)
    load.measuring, ended, after = False, time.perf_counter(), meter()
    if not load.failures:
        await load.end()
    if load.failures:
        raise load.failures[0]
    return Timed(len(load.latencies), ended - begun, load.latencies), before, after


def run_load(
    port: int, workload: Workload, connections: int, seconds: float, meter: Callable[[], R]
) -> tuple[Timed, R, R]:
    """As `drive`, on a loop of its own."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(drive(port, workload, connections, seconds, meter))
