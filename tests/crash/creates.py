"""Creates over many connections, with a memory of what was acknowledged, what refused and what neither."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import uvloop

from bench.load import Load
from bench.workloads import CertcentralCreates

CREATED, UNAVAILABLE = 201, 503
AFTERWARDS_SECONDS = 0.2

_series = count(1)


class RememberedCreates(CertcentralCreates):
    """Each request creates another user; `acknowledged` holds the login name and number of those that were.

    `wrong` tells of answers that no create should have."""

    def __init__(self, key: str) -> None:
        self._series = f"crash{next(_series):05}"
        super().__init__(key, self._series)
        self.sent: set[str] = set()
        self.acknowledged: dict[str, int] = {}
        self.refused: set[str] = set()
        self.wrong: list[str] = []

    def request(self) -> tuple[bytes, Any]:
        data, token = super().request()
        username = f"{self._series}-{token.decode()}@example.com"
        self.sent.add(username)
        return data, username

    def check(self, token: Any, status: int, body: bytes) -> None:
        if status == CREATED:
            self.acknowledged[token] = json.loads(body)["id"]
        elif status == UNAVAILABLE:
            self.refused.add(token)
        else:
            self.wrong.append(f"{token} was answered with {status} {body[:300]!r}")

    @property
    def unanswered(self) -> set[str]:
        """Those of which nobody knows: they may be there or not."""
        return self.sent - self.acknowledged.keys() - self.refused


def create_until(
    port: int, key: str, connections: int, seconds: float, *events: Callable[[], None]
) -> RememberedCreates:
    """Create for so long, then let drastic things happen one after another under load, and hear what still comes.

    After each the load goes on a little, for as long as the server keeps its connections.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_create_until(port, key, connections, seconds, events))


async def _create_until(
    port: int, key: str, connections: int, seconds: float, events: Sequence[Callable[[], None]]
) -> RememberedCreates:
    creates = RememberedCreates(key)
    load = Load(creates)
    await load.connect(port, connections)
    await load.sleep(seconds)
    for event in events:
        event()
        await load.sleep(AFTERWARDS_SECONDS)
    await load.end()
    return creates
