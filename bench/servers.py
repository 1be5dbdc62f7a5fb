"""A Muster with people in it on each kind of database, ready to be measured."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bench.fill import fill
from bench.groups import LARGE, FilledGroup, filled_groups
from bench.limits import DirectoryAlone, directory_alone
from bench.processes import SERVER_CORE, can_pin, pin, postgres_pid, resident_bytes
from bench.samples import Sample, sample, unindexed, user_ids
from tests.support.live import LiveMuster
from tests.support.postgresql import PostgresServer, postgres_server

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (SQLITE, POSTGRESQL)
SETTLE_SECONDS = 1.0
MOST_SETTLING_SECONDS = 120.0
SEEN_STARTS = 3
FILLED = "filled"
"""A file that says that a kept database is whole."""


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
    token: str
    sample: Sample
    groups: list[FilledGroup]
    alone: DirectoryAlone
    idle: Idle
    database_pid: int | None

    def settle(self) -> None:
        """Wait until the server has done what it does behind its answers: what it measures next shall be that alone."""
        until = time.monotonic() + MOST_SETTLING_SECONDS
        url = self.muster.database_url
        while url is not None and unindexed(url) and time.monotonic() < until:
            time.sleep(SETTLE_SECONDS)


@contextmanager
def subject(database: str, users: int, home: Path, keep: Path | None = None) -> Iterator[Subject]:
    """A server with this many users on a database of this kind, durable as in earnest.

    Filled databases are kept under `keep`, if it is given, and copied from there the next time.
    """
    with _databases(database, users, home / database, keep) as databases:
        muster = LiveMuster(databases.home / "var", databases.url, settings={"MUSTER_LOG_LEVEL": "warning"})
        try:
            key = muster.bootstrap.api_key
            application = (muster.bootstrap.application, muster.bootstrap.shared_secret)
            with directory_alone(databases.copy(), key, SERVER_CORE if can_pin() else None) as alone:
                idle = _started(muster)
                pid = postgres_pid() if database == POSTGRESQL else None
                token, people = muster.bootstrap.token, sample(databases.url)
                groups = filled_groups(muster, user_ids(databases.url, LARGE))
                yield Subject(database, muster, key, application, token, people, groups, alone, idle, pid)
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
def _databases(database: str, users: int, home: Path, keep: Path | None) -> Iterator[_Sqlite | _Postgresql]:
    """A filled database to be measured, and what is beside it."""
    kept = home.with_name(f"{database}-filled") if keep is None else keep.absolute() / f"{database}-{users}"
    kept.mkdir(parents=True, exist_ok=True)
    if database == SQLITE:
        _fill(kept, f"sqlite:///{kept / 'muster.db'}", users)
        yield _Sqlite(kept, home)
        return
    with postgres_server(durable=True, home=kept / "server") as server:
        filled = f"muster_filled_{users}"
        if not (kept / FILLED).exists():
            server.create_database(name=filled)
        url = urlunsplit(urlsplit(server.url)._replace(path=f"/{filled}"))
        _fill(kept, url, users)
        databases = _Postgresql(kept, home, server, filled)
        try:
            yield databases
        finally:
            databases.drop()


def _fill(kept: Path, url: str, users: int) -> None:
    if (kept / FILLED).exists():
        return
    muster = LiveMuster(kept / "var", url, settings={"MUSTER_LOG_LEVEL": "warning"})
    try:
        muster.start()
    finally:
        muster.stop()
    fill(url, muster.bootstrap.api_key, users)
    (kept / FILLED).touch()


class _Sqlite:
    """Copies of a filled file."""

    def __init__(self, kept: Path, home: Path) -> None:
        self.home = home
        shutil.copytree(kept, home, dirs_exist_ok=True)
        self.url = f"sqlite:///{home / 'muster.db'}"

    def copy(self) -> str:
        """Another one."""
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(self.home / f"muster.db{suffix}", self.home / f"copy.db{suffix}")
        return f"sqlite:///{self.home / 'copy.db'}"


class _Postgresql:
    """Copies of a filled database, to which nobody may be connected meanwhile."""

    def __init__(self, kept: Path, home: Path, server: PostgresServer, filled: str) -> None:
        self.home = home
        self._server = server
        self._filled = filled
        shutil.copytree(kept / "var", home / "var", dirs_exist_ok=True)
        self._copies: list[str] = []
        self.url = self.copy()

    def copy(self) -> str:
        """Another one."""
        self._copies.append(self._server.create_database(template=self._filled))
        return self._copies[-1]

    def drop(self) -> None:
        """Remove them."""
        for url in self._copies:
            self._server.drop_database(url)
