"""PostgreSQL: all that differs from SQLite.

One connection writes, a small pool reads. A commit is on the disk when it returns: `synchronous_commit=on` is set on
every connection, whatever the server's default.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import asyncpg
from sqlalchemy import BigInteger, Dialect, LargeBinary, Select, Table
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from muster.core.entity import Columns
from muster.core.known import Head
from muster.core.users import User
from muster.store.index import Index, Place, trigrams
from muster.store.probes import Fields, having
from muster.store.remembered import Remembered
from muster.store.rows import LAYOUTS
from muster.store.session import CommitUnknown, DatabaseFailed, Session
from muster.store.statements import Insert, Statements, listed, quoted
from muster.store.where import Searches

_DIALECT: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]
_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
COPIED = 8
"""From how many rows on COPY is quicker than an INSERT of arrays."""

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 30


def _array(table: Table, name: str) -> str:
    kind = table.c[name].type
    if isinstance(kind, BigInteger):
        return "bigint[]"
    return "bytea[]" if isinstance(kind, LargeBinary) else "text[]"


def _unnest(table: Table, columns: Columns) -> str:
    return "unnest(" + ", ".join(f"${i}::{_array(table, name)}" for i, name in enumerate(columns, 1)) + ")"


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


class Spelling:
    """PostgreSQL's way of writing what differs."""

    def mark(self, position: int) -> str:
        return f"${position}"

    def source(self, table: Table, columns: Columns) -> str:
        return f"{quoted(table.name)} t"

    def keys(self, table: Table, columns: Columns) -> str:
        joined = " AND ".join(f"t.{quoted(name)} = j.{quoted(name)}" for name in columns)
        return f"{_unnest(table, columns)} AS j({listed(columns)}) JOIN {quoted(table.name)} t ON {joined}"

    def insert(self, table: Table, columns: Columns) -> str:
        return f"INSERT INTO {quoted(table.name)} ({listed(columns)}) SELECT * FROM {_unnest(table, columns)}"


_PLACES = 'INSERT INTO search_index (tenant, "user", grams) VALUES ($1, $2, $3)'
_NEW_PLACES = Insert(_PLACES, "search_index", ("tenant", "user", "grams"))


class GinIndex:
    """The index of substrings as arrays of trigrams under GIN, which every PostgreSQL has."""

    note = 'INSERT INTO search_pending (tenant, "user") VALUES ($1, $2) ON CONFLICT DO NOTHING'

    def candidates(self, mark: str) -> str:
        return (
            f'SELECT i."user" FROM search_index i WHERE i.tenant = :tenant AND i.grams @> CAST(:{mark} AS BIGINT[]) '
            # Who is pending is a candidate whatever the index says, and only once.
            'AND NOT EXISTS (SELECT 1 FROM search_pending p WHERE p.tenant = i.tenant AND p."user" = i."user") '
            'UNION ALL SELECT "user" FROM search_pending WHERE tenant = :tenant'
        )

    def key(self, text: str) -> list[int]:
        return trigrams(text)

    async def place(self, session: Session, places: list[Place]) -> None:
        users = [(tenant, user) for tenant, user, _ in places]
        await session.execute_many('DELETE FROM search_index WHERE tenant = $1 AND "user" = $2', users)
        there = [(tenant, user, trigrams(words)) for tenant, user, words in places if words]
        await session.execute_many(_PLACES, there)
        await session.execute_many('DELETE FROM search_pending WHERE tenant = $1 AND "user" = $2', users)

    async def place_new(self, session: Session, places: list[Place]) -> None:
        there = [(tenant, user, trigrams(words)) for tenant, user, words in places if words]
        await session.insert(_NEW_PLACES, there)
        users = [place[:2] for place in places]
        await session.execute_many('DELETE FROM search_pending WHERE tenant = $1 AND "user" = $2', users)


INDEX = GinIndex()
SEARCHES = Searches(_DIALECT, INDEX)
STATEMENTS = {kind: Statements(layout, Spelling()) for kind, layout in LAYOUTS.items()}
_HEAD = STATEMENTS[Head]
_LOCK_HEADS = f"SELECT {_HEAD.selected} FROM heads t WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"
_KEEP_HEADS = f"{_HEAD.insert.statement} ON CONFLICT (id) DO UPDATE SET " + ", ".join(
    f"{quoted(name)} = excluded.{quoted(name)}" for name in _HEAD.changed
)


@cache
def _having(fields: Fields) -> str:
    # The limit keeps the join inside: it is always by the key, whatever the planner thinks that it knows.
    return (
        f"SELECT q.n, {STATEMENTS[User].selected} "
        "FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q(tenant, folded, n) "
        f"CROSS JOIN LATERAL ({having(fields, 'q.tenant', 'q.folded')}) f "
        "CROSS JOIN LATERAL (SELECT * FROM users WHERE tenant = q.tenant AND id = f.id LIMIT 1) t"
    )


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    try:
        yield
    except _FAILURES as error:
        raise DatabaseFailed(str(error)) from error


async def prepare(connection: Any) -> None:
    """Settings that every connection needs, whatever the server's own are."""
    await connection.execute(
        "SET synchronous_commit = on; SET TIME ZONE 'UTC'; SET jit = off; "
        "SET idle_in_transaction_session_timeout = '60s'; "
        # Whatever is asked has an index. Without figures, or with old ones, as after many users were brought in, or
        # where a million have the same name, the planner might go through a whole table instead.
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
    )


async def connect(url: str) -> Any:
    """A connection. Raises `DatabaseFailed`."""
    async with _told():
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, command_timeout=STATEMENT_SECONDS)
        await prepare(connection)
        return connection


class PostgresqlSession:
    """A connection to PostgreSQL, used by one task at a time."""

    statements = STATEMENTS
    searches = SEARCHES
    index: Index = INDEX

    def __init__(self, connection: Any, remembered: Remembered | None = None) -> None:
        self.remembered = remembered or Remembered()
        self._connection = connection

    async def begin(self) -> None:
        async with _told():
            # Said, since under a stricter default of the server's a head row that somebody else moved is an error.
            await self._connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE")

    async def commit(self) -> None:
        try:
            await self._connection.execute("COMMIT")
        except _FAILURES as error:
            raise CommitUnknown(str(error)) from error

    async def rollback(self) -> None:
        try:
            await self._connection.execute("ROLLBACK")
        except _FAILURES:
            return

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        if self._connection.is_in_transaction():
            yield
            return
        async with _told():
            await self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try:
            yield
        finally:
            await self.rollback()

    async def lock_heads(self, ids: Sequence[str]) -> list[Head]:
        async with _told():
            rows = await self._connection.fetch(_LOCK_HEADS, list(ids))
        return [LAYOUTS[Head].entity(row) for row in rows]

    async def keep_heads(self, heads: Sequence[Head]) -> None:
        async with _told():
            await self._connection.execute(_KEEP_HEADS, *_columns([LAYOUTS[Head].row(head) for head in heads]))

    async def rows(self, kind: type[Any], columns: Columns, values: Sequence[tuple[Any, ...]]) -> list[Any]:
        statements = STATEMENTS[kind]
        async with _told():
            if len(values) == 1:
                return list(await self._connection.fetch(statements.one(columns), *values[0]))
            return list(await self._connection.fetch(statements.several(columns), *_columns(values)))

    async def among(
        self, selected: str, kind: type[Any], columns: Columns, values: Sequence[tuple[Any, ...]], tail: str = ""
    ) -> list[Any]:
        source = STATEMENTS[kind].spelling.keys(LAYOUTS[kind].table, columns)
        async with _told():
            return list(await self._connection.fetch(f"SELECT {selected} FROM {source}{tail}", *_columns(values)))

    async def insert(self, insert: Insert, rows: list[Any]) -> None:
        async with _told():
            if len(rows) < COPIED:
                await self._connection.execute(insert.statement, *_columns(rows))
            else:
                await self._connection.copy_records_to_table(insert.table, records=rows, columns=insert.columns)

    async def execute_many(self, statement: str, rows: list[Any]) -> None:
        async with _told():
            await self._connection.executemany(statement, rows)

    async def fetch(self, statement: str, parameters: list[Any], *, long: bool) -> list[Any]:
        async with _told():
            return list(await self._connection.fetch(statement, *parameters))

    async def having(self, fields: Fields, wanted: Sequence[tuple[str, str]]) -> list[tuple[int, Any]]:
        async with _told():
            rows = await self._connection.fetch(_having(fields), *_columns(wanted))
        return [(row[0] - 1, row[1:]) for row in rows]

    async def select(self, query: Select[Any]) -> list[Any]:
        compiled = query.compile(dialect=_DIALECT)
        return await self.fetch(str(compiled), [compiled.params[n] for n in compiled.positiontup or ()], long=True)

    async def close(self) -> None:
        try:
            await self._connection.close(timeout=CONNECT_SECONDS)
        except _FAILURES:
            self._connection.terminate()
