"""A Muster with people in it on each kind of database, ready to be measured."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.fill import fill
from bench.limits import DirectoryAlone, directory_alone
from bench.processes import SERVER_CORE, can_pin, pin, postgres_pid, resident_bytes
from bench.workloads import Present
from tests.support.live import LiveMuster
from tests.support.postgresql import PostgresServer, postgres_server

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (SQLITE, POSTGRESQL)
SETTLE_SECONDS = 1.0
SEEN_STARTS = 3


@dataclass(frozen=True)
class Idle:
    """What a server costs before anybody asks: bytes in memory, and seconds from start to ready."""

    resident_bytes: int
    ready_seconds: float


@dataclass
class Subject:
    """A running server over a filled database, and the process that has the same database without HTTP.

    `database_pid` is the database server's, where there is one that we started.
    """

    database: str
    muster: LiveMuster
    key: str
    application: tuple[str, str]
    people: list[Present]
    alone: DirectoryAlone
    idle: Idle
    database_pid: int | None


@contextmanager
def subject(database: str, users: int, home: Path) -> Iterator[Subject]:
    """A server with this many users on a database of this kind, durable as in earnest."""
    with _databases(database, home / database) as (url, copied):
        muster = LiveMuster(home / database / "var", url, settings={"MUSTER_LOG_LEVEL": "warning"})
        try:
            muster.start()
            key = muster.bootstrap.api_key
            application = (muster.bootstrap.application, muster.bootstrap.shared_secret)
            muster.stop()
            people = fill(url, key, users)
            with directory_alone(copied(), key, SERVER_CORE if can_pin() else None) as alone:
                idle = _started(muster)
                pid = postgres_pid() if database == POSTGRESQL else None
                yield Subject(database, muster, key, application, people, alone, idle, pid)
        finally:
            muster.stop()


def _started(muster: LiveMuster) -> Idle:
    """Start it a few times, the last time for good, on its own core."""
    seconds = []
    for _ in range(SEEN_STARTS):
        muster.stop()
        begun = time.perf_counter()
        muster.start()
        seconds.append(time.perf_counter() - begun)
    time.sleep(SETTLE_SECONDS)
    if can_pin():
        pin(muster.pid, SERVER_CORE)
    return Idle(resident_bytes(muster.pid), sorted(seconds)[len(seconds) // 2])


@contextmanager
def _databases(database: str, home: Path) -> Iterator[tuple[str, _Copied]]:
    home.mkdir(parents=True)
    if database == SQLITE:
        url = f"sqlite:///{home / 'muster.db'}"
        yield url, _Copied(url, None)
        return
    with postgres_server(durable=True) as server, server.database() as url:
        copied = _Copied(url, server)
        try:
            yield url, copied
        finally:
            copied.drop()


class _Copied:
    """Makes a second database like the first, which nobody may be connected to meanwhile."""

    def __init__(self, url: str, server: PostgresServer | None) -> None:
        self._url = url
        self._server = server
        self._copy: str | None = None

    def __call__(self) -> str:
        if self._server is not None:
            self._copy = self._server.create_database(template=self._url.rpartition("/")[2])
            return self._copy
        path = Path(self._url.removeprefix("sqlite:///"))
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{suffix}", f"{path}.copy{suffix}")
        return f"{self._url}.copy"

    def drop(self) -> None:
        if self._copy is not None and self._server is not None:
            self._server.drop_database(self._copy)
