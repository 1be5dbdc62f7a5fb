"""`script/crash`: many kills of every kind, a look at the disk calls, and one line of summary for each."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash.databases import crashing_postgres
from tests.crash.kills import Tally, kill_at_first_start, kill_database_under_load, kill_under_load
from tests.crash.traced import has_strace, traced_creates
from tests.support.live import LiveMuster
from tests.support.postgresql import PostgresServer, postgres_server

DATABASES = ("sqlite", "postgresql")
KILLS_OF_A_DATABASE = 40
"""After so many a new database is begun, since each look reads the whole of it."""

FEWER = 10
"""Of the rarer kinds of kill there is one for so many of the ordinary."""

TRACED_SECONDS = 3.0


def _say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def _running(home: Path, url: str) -> Iterator[LiveMuster]:
    muster = LiveMuster(home, url, settings={"MUSTER_LOG_LEVEL": "error"})
    try:
        muster.start()
        yield muster
    finally:
        muster.stop()


class _Homes:
    """Fresh directories and databases."""

    def __init__(self, directory: Path, server: PostgresServer | None) -> None:
        self._directory = directory
        self._server = server
        self._made = 0

    def home(self) -> Path:
        self._made += 1
        return self._directory / f"var{self._made}"

    def database(self) -> str:
        return f"sqlite:///{self.home()}.db" if self._server is None else self._server.create_database()


def _kill_muster(homes: _Homes, kills: int) -> Tally:
    tally = Tally()
    while tally.kills < kills:
        url = homes.database()
        with _running(homes.home(), url) as muster:
            for _ in range(min(KILLS_OF_A_DATABASE, kills - tally.kills)):
                kill_under_load(muster, url, tally)
    return tally


def _kill_first_starts(homes: _Homes, kills: int) -> Tally:
    tally = Tally()
    for _ in range(kills):
        kill_at_first_start(homes.home(), homes.database, tally)
    return tally


def _kill_postgresql(homes: _Homes, kills: int) -> Tally:
    tally = Tally()
    with crashing_postgres() as server:
        url = server.database()
        with _running(homes.home(), url) as muster:
            for _ in range(kills):
                kill_database_under_load(muster, server, url, tally)
    return tally


def _campaign(name: str, tally: Tally) -> bool:
    _say(f"{name}: {tally}")
    for finding in tally.findings:
        _say(f"  {finding}")
    return not tally.findings


def _run(databases: list[str], kills: int, directory: Path) -> bool:
    is_well, rarer = True, -(-kills // FEWER)
    if "sqlite" in databases:
        homes = _Homes(directory, None)
        is_well &= _campaign("sqlite, Muster killed under load", _kill_muster(homes, kills))
        is_well &= _campaign("sqlite, Muster killed at its first start", _kill_first_starts(homes, rarer))
        if has_strace():
            verdict = traced_creates(homes.home(), TRACED_SECONDS)
            _say(f"sqlite, disk calls: {verdict}")
            is_well &= verdict.is_sound
        else:
            _say("sqlite, disk calls: skipped, strace is not installed")
    if "postgresql" in databases:
        with postgres_server(durable=True) as server:
            homes = _Homes(directory, server)
            is_well &= _campaign("postgresql, Muster killed under load", _kill_muster(homes, kills))
            is_well &= _campaign("postgresql, Muster killed at its first start", _kill_first_starts(homes, rarer))
        is_well &= _campaign("postgresql, PostgreSQL killed under load", _kill_postgresql(homes, rarer))
    return is_well


def main() -> int:
    """Kill as the command line says. The status is 1 when something was lost."""
    parser = argparse.ArgumentParser(prog="script/crash", description="Kills a busy Muster again and again.")
    parser.add_argument("--kills", type=int, default=200, help="kills under load on each database (200)")
    parser.add_argument("--database", choices=DATABASES, action="append", help="one of them only")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="muster-crash-") as directory:
        is_well = _run(given.database or list(DATABASES), given.kills, Path(directory))
    _say("every acknowledged user was there, whole" if is_well else "FAILED")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
