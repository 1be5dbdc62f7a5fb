"""The two limits that a create is held against, measured in the same run on the same core.

L1 is HTTP alone: an empty POST through the same server, with the same key, route, limits and logs, that is answered
before the core is asked. L2 is the directory alone, for each API: the same commands with the same rows, group-committed
at the same concurrency without HTTP, in a process of its own. A server that did nothing but these two, one after the
other on one core, would make 1/(1/L1 + 1/L2) creates a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import uvloop

from bench.creates import CREATES, Creates
from bench.directory import create_for, directory_at
from bench.load import WrongAnswer
from bench.workloads import http

WARM_UP = 0.2


class EmptyPost:
    """`POST /services/v2/user` with an empty object: refused with 400 once it is read, before the core is asked."""

    name = "limit 1: HTTP alone"

    def __init__(self, key: str) -> None:
        self._request = http("POST", "/services/v2/user", key, b"{}")

    def request(self) -> tuple[bytes, Any]:
        return self._request, None

    def check(self, token: Any, status: int, body: bytes) -> None:
        if status != 400:
            raise WrongAnswer(f"empty POST: {status} {body[:300]!r}")


def attainable(http_alone: float, directory_alone: float) -> float:
    """Creates a second if the two limits were paid one after the other."""
    return 1 / (1 / http_alone + 1 / directory_alone)


@dataclass(frozen=True)
class Made:
    """What a run of the directory alone gave."""

    answers: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


class DirectoryAlone:
    """The process that measures L2; idle between the rounds."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, creates: Creates, together: int, seconds: float) -> Made:
        """One round of these creates. Raises `RuntimeError` when the process has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([creates.name, together, seconds]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process that measures the directory alone has ended")
        return Made(*json.loads(line))


@contextmanager
def directory_alone(url: str, key: str, core: int | None) -> Iterator[DirectoryAlone]:
    """A process that holds the directory on this database, pinned to a core."""
    command = [sys.executable, "-m", "bench.limits", url, key, *([] if core is None else [str(core)])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield DirectoryAlone(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


async def _serve(url: str, key: str) -> None:
    async with directory_at(url) as directory:
        actor = await directory.identify(key)
        names = (f"limit-{number:010}@example.com" for number in count(1))
        loop, known = asyncio.get_running_loop(), {creates.name: creates for creates in CREATES}
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            name, together, seconds = json.loads(line)
            await create_for(directory, actor, known[name], names, together, WARM_UP)
            print(json.dumps(await create_for(directory, actor, known[name], names, together, seconds)), flush=True)


def main() -> None:
    """Measure L2 whenever a line on standard input asks for it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("key")
    parser.add_argument("core", type=int, nargs="?")
    arguments = parser.parse_args()
    if arguments.core is not None:
        os.sched_setaffinity(0, {arguments.core})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(arguments.url, arguments.key))


if __name__ == "__main__":
    main()
