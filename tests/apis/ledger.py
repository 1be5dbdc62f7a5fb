"""What a database holds, read beside the server, to see whether a request has written anything."""

import asyncio
from types import TracebackType
from typing import Any, Self

import apsw
import asyncpg

from muster.store.tables import METADATA
from tests.support.sqlite import connect

Row = tuple[Any, ...]

# Without what the server clears away by itself, at a time of its own: the values of attributes that are gone.
_LIVING = {"attribute_values": " WHERE attribute IN (SELECT id FROM attributes)"}
# What it writes by itself: the log of requests, and what is still to be cleared away.
_BY_ITSELF = ("gone_attributes", "exchanges", "journals")
_COUNTS = ", ".join(
    f'(SELECT count(*) FROM "{table.name}"{_LIVING.get(table.name, "")})'
    for table in METADATA.sorted_tables
    if table.name not in _BY_ITSELF
)


class Ledger:
    """A connection of its own to the database behind a Muster. Parameters of statements are `$1`, `$2`, …"""

    def __init__(self, url: str) -> None:
        self._url = url
        self._runner = asyncio.Runner()
        self._sqlite: apsw.Connection | None = None
        self._postgresql: Any = None

    def __enter__(self) -> Self:
        if self._url.startswith("sqlite:///"):
            self._sqlite = connect(self._url)
        else:
            self._postgresql = self._runner.run(asyncpg.connect(self._url))
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if self._sqlite is not None:
            self._sqlite.close()
        else:
            self._runner.run(self._postgresql.close())
        self._runner.close()

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """What a query finds."""
        if self._sqlite is not None:
            return self._sqlite.execute(statement, {str(i): value for i, value in enumerate(values, 1)}).fetchall()
        return [tuple(row) for row in self._runner.run(self._postgresql.fetch(statement, *values))]

    def footprint(self) -> list[Row]:
        """How many rows there are in each table, and where each tenant's numbers, events and tallies stand."""
        heads = "SELECT id, next_number, sequence, epoch, users, administrators FROM heads ORDER BY id"
        return self.rows(f"SELECT {_COUNTS}") + self.rows(heads)
