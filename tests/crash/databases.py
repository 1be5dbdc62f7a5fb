"""The rows as they are on the disk, whichever database holds them; and a PostgreSQL that can be made to crash."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from tests.support.postgresql import PostgresServer, _answers, _Cluster
from tests.support.processes import stop
from tests.support.sqlite import SQLITE, opened

Row = dict[str, Any]


def rows(url: str, table: str) -> list[Row]:
    """All rows of a table."""
    if url.startswith(SQLITE):
        with opened(url) as connection:
            columns = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
            return [dict(zip(columns, row, strict=True)) for row in connection.execute(f'SELECT * FROM "{table}"')]
    return asyncio.run(_postgresql_rows(url, table))


async def _postgresql_rows(url: str, table: str) -> list[Row]:
    connection = await asyncpg.connect(url)
    try:
        return [dict(row) for row in await connection.fetch(f'SELECT * FROM "{table}"')]
    finally:
        await connection.close()


def kill_family(pid: int) -> None:
    """SIGKILL for a process and all its descendants, the first of them first."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.kill()


class CrashingPostgres:
    """A PostgreSQL that waits for the disk at every commit, can be killed and comes back on the same port."""

    def __init__(self, home: Path) -> None:
        self._cluster = _Cluster(home, durable=True)
        self._cluster.initialize()
        self._process, self.url = self._cluster._start()

    def database(self) -> str:
        """The URL of a new, empty database."""
        return PostgresServer(self.url).create_database()

    def kill(self) -> None:
        """End all its processes at once."""
        kill_family(self._process.pid)
        self._process.wait()

    def restart(self) -> None:
        """Start it again over the same data. It ends with the thread that called this."""
        port = int(self.url.rpartition(":")[2].partition("/")[0])
        self._process = self._cluster._launch(port)
        if not _answers(self.url, self._process):
            raise RuntimeError("PostgreSQL did not come back after a crash")

    def stop(self) -> None:
        """End it in good order."""
        stop(self._process, signal.SIGINT)


@contextmanager
def crashing_postgres() -> Iterator[CrashingPostgres]:
    """One that lasts as long as the block."""
    with tempfile.TemporaryDirectory(prefix="muster-crash-") as directory:
        home = Path(directory)
        home.chmod(0o755)  # an unprivileged server has to reach it
        server = CrashingPostgres(home)
        try:
            yield server
        finally:
            server.stop()
