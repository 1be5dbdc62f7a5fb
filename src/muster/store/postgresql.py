"""PostgreSQL: all that differs from SQLite.

One connection writes, a small pool reads. A commit is on the disk when it returns: `synchronous_commit=on` is set on
every connection, whatever the server's default.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache, lru_cache
from itertools import chain
from typing import Any, ClassVar

import asyncpg
from sqlalchemy import BigInteger, ColumnElement, Dialect, LargeBinary, Select, Table, func
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from muster.core.entity import Columns
from muster.core.known import Head
from muster.core.needs import Way
from muster.core.users import User
from muster.store import tables
from muster.store.census import adding
from muster.store.index import Index, Place, looked_up, not_pending, trigrams
from muster.store.looks import Found, Look
from muster.store.merged import Merged, Merging
from muster.store.probes import Fields, having
from muster.store.remembered import Remembered
from muster.store.rows import LAYOUTS
from muster.store.session import CommitUnknown, DatabaseFailed, Session
from muster.store.statements import Insert, Rows, Statements, inserting, listed, quoted
from muster.store.where import Searches

_DIALECT: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]
_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
COPIED = 8
"""From how many rows on COPY is quicker than an INSERT of them."""

MOST_FORMS = 100
"""How many statements of several inserts or looks are remembered; the driver remembers as many."""

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


_PLACED = (*Place._fields, "grams")
_LOOKED_AT = Place._fields[2:]
_MARKS = [f"${i}" for i in range(1, len(_PLACED))]
# Trigrams as a text: of each member of an array the driver asks whether it is an array itself.
_PLACES = f"INSERT INTO search_index ({listed(_PLACED)}) VALUES ({', '.join(_MARKS)}, ${len(_PLACED)}::text::bigint[])"
_NEW_PLACES = Insert(_PLACES, "search_index", _PLACED)


_NOT_PENDING = 'DELETE FROM search_pending WHERE tenant = $1 AND "user" = ANY($2::text[])'


def _by_tenant(places: Sequence[Place]) -> list[tuple[str, list[str]]]:
    """Each tenant with its users of these places."""
    found: dict[str, list[str]] = {}
    for place in places:
        found.setdefault(place.tenant, []).append(place.user)
    return list(found.items())


def _array_of(numbers: list[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


class GinIndex:
    """The index of substrings as arrays of trigrams under GIN, which every PostgreSQL has."""

    note = Insert(
        'INSERT INTO search_pending (tenant, "user") SELECT * FROM unnest($1::text[], $2::text[])',
        *("search_pending", ("tenant", "user")),
    ).ending("ON CONFLICT DO NOTHING")

    def candidates(self, mark: str) -> str:
        return (
            f"SELECT {', '.join(f'i.{name}' for name in _LOOKED_AT)} FROM search_index i "
            f"WHERE i.tenant = :tenant AND i.grams @> CAST(:{mark} AS BIGINT[]) AND {not_pending('i')}"
        )

    def holds(self, text: ColumnElement[Any], part: ColumnElement[Any]) -> ColumnElement[bool]:
        return func.strpos(text, part) > 0

    def key(self, text: str) -> list[int]:
        return [number for trigram in looked_up(text) for number in trigrams(trigram)]

    async def place(self, session: Session, places: list[Place]) -> None:
        users = _by_tenant(places)
        await session.execute_many('DELETE FROM search_index WHERE tenant = $1 AND "user" = ANY($2::text[])', users)
        there = [(*place, _array_of(trigrams(place.words))) for place in places if place.number is not None]
        await session.execute_many(_PLACES, there)
        await session.execute_many(_NOT_PENDING, users)

    async def place_new(self, session: Session, places: list[Place]) -> None:
        there = [(*place, trigrams(place.words)) for place in places if place.number is not None]
        await session.insert(_NEW_PLACES, there)
        await session.execute_many(_NOT_PENDING, _by_tenant(places))


INDEX = GinIndex()
SEARCHES = Searches(_DIALECT, INDEX)
STATEMENTS = {kind: Statements(layout, Spelling()) for kind, layout in LAYOUTS.items()}
_HEAD = STATEMENTS[Head]
_LOCK_HEADS = f"SELECT {_HEAD.selected} FROM heads t WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"
_PARAMETER = re.compile(r"\$([0-9]+)")


def _moved(statement: str, by: int) -> str:
    """The statement with the numbers of its parameters that much higher."""
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + by}", statement)


def _listing(insert: Insert, rows: int, by: int) -> str:
    """An INSERT whose parameters are the values of so many rows, one after the other, numbered from `by` + 1 on."""
    width = len(insert.columns)
    starts = range(by + 1, by + 1 + rows * width, width)
    marks = ", ".join(f"({', '.join(f'${at}' for at in range(start, start + width))})" for start in starts)
    return f"INSERT INTO {quoted(insert.table)} ({listed(insert.columns)}) VALUES {marks} {insert.end}"


@lru_cache(MOST_FORMS)
def _together(inserts: tuple[tuple[Insert, int], ...]) -> str:
    """One statement that inserts into several tables: so many rows, value by value, or for 0 rows by the column.

    Its parameters are those of one insert after the other.
    """
    parts: list[str] = []
    before = 0
    for insert, rows in inserts:
        parts.append(_listing(insert, rows, before) if rows else _moved(insert.statement, before))
        before += len(insert.columns) * (rows or 1)
    named = ", ".join(f"part_{place} AS ({part})" for place, part in enumerate(parts[:-1]))
    return f"WITH {named} {parts[-1]}" if named else parts[-1]


_Look = tuple[Way, tuple[int, bool], str, tuple[Way, ...]]
"""A look without its values, which are a list of such a number, and whether there is but one of them."""


@lru_cache(MOST_FORMS)
def _merged(looks: tuple[_Look, ...]) -> Merged:
    """One statement for these looks.

    Its parameters are the columns of one list after the other; of a list of one, that one's values.
    """
    before, parameters = dict[int, int](), 0
    merging: list[Merging] = []
    for (kind, columns), (values, is_single), field, ways in looks:
        if values not in before:
            before[values] = parameters
            parameters += len(columns)
        statements = STATEMENTS[kind]
        source = statements.having(columns) if is_single else statements.spelling.keys(LAYOUTS[kind].table, columns)
        merging.append(Merging(kind, _moved(source, before[values]), field, ways))
    return Merged(merging)


@cache
def _having(fields: Fields) -> str:
    # The limit keeps the join inside: it is always by the key, whatever the planner thinks that it knows.
    return (
        f"SELECT q.n, {STATEMENTS[User].selected} "
        "FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q(tenant, folded, n) "
        f"CROSS JOIN LATERAL ({having(fields, 'q.tenant', 'q.folded')}) f "
        "CROSS JOIN LATERAL (SELECT * FROM users WHERE tenant = q.tenant AND id = f.id LIMIT 1) t"
    )


class _Told:
    """A block in which what the driver raises is told as the store's own failure.

    Written as a class, since one made of a generator costs microseconds, half a dozen times in every batch.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, _FAILURES):
            raise DatabaseFailed(str(error)) from error


_TOLD = _Told()


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
    with _TOLD:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, command_timeout=STATEMENT_SECONDS)
        await prepare(connection)
        return connection


class PostgresqlSession:
    """A connection to PostgreSQL, used by one task at a time."""

    statements = STATEMENTS
    searches = SEARCHES
    index: Index = INDEX
    keep_heads = _HEAD.keep
    _adding: ClassVar = {
        it: inserting(Spelling(), it).ending(adding(it)) for it in (tables.census, tables.census_blocks)
    }

    def __init__(self, connection: Any, remembered: Remembered | None = None) -> None:
        self.remembered = remembered or Remembered()
        self._connection = connection

    def adding(self, table: Table) -> Insert:
        return self._adding[table]

    async def begin(self) -> None:
        with _TOLD:
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
        with _TOLD:
            await self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try:
            yield
        finally:
            await self.rollback()

    async def lock_heads(self, ids: Sequence[str]) -> list[Head]:
        with _TOLD:
            rows = await self._connection.fetch(_LOCK_HEADS, list(ids))
        return [LAYOUTS[Head].entity(row) for row in rows]

    async def rows(self, kind: type[Any], columns: Columns, values: Sequence[tuple[Any, ...]]) -> list[Any]:
        statements = STATEMENTS[kind]
        with _TOLD:
            if len(values) == 1:
                return list(await self._connection.fetch(statements.one(columns), *values[0]))
            return list(await self._connection.fetch(statements.several(columns), *_columns(values)))

    async def look_up(self, looks: Sequence[Look]) -> list[Found]:
        [first, *more] = looks
        if not more and not first.ways:
            return [[await self.rows(*first.way, first.values)]]
        lists: list[Sequence[tuple[Any, ...]]] = []
        form: list[_Look] = []
        for way, values, field, ways in looks:
            # A user's id is looked for in many ways: what is listed already is not listed again.
            if values not in lists:
                lists.append(values)
            form.append((way, (lists.index(values), len(values) == 1), field, ways))
        merged = _merged(tuple(form))
        # Of one alone the planner has nothing to guess, and so plans it no more than a few times.
        parameters = (it[0] if len(it) == 1 else _columns(it) for it in lists)
        with _TOLD:
            rows = await self._connection.fetch(merged.statement, *chain.from_iterable(parameters))
        return merged.sorted_out(rows)

    async def among(
        self, selected: str, kind: type[Any], columns: Columns, values: Sequence[tuple[Any, ...]], tail: str = ""
    ) -> list[Any]:
        source = STATEMENTS[kind].spelling.keys(LAYOUTS[kind].table, columns)
        with _TOLD:
            return list(await self._connection.fetch(f"SELECT {selected} FROM {source}{tail}", *_columns(values)))

    async def insert(self, insert: Insert, rows: list[Any]) -> None:
        with _TOLD:
            if len(rows) < COPIED:
                await self._connection.execute(insert.statement, *_columns(rows))
            else:
                await self._connection.copy_records_to_table(insert.table, records=rows, columns=insert.columns)

    async def insert_all(self, together: Sequence[Rows]) -> None:
        # A statement is a round trip: whatever is not copied goes into one.
        shape: list[tuple[Insert, int]] = []
        values: list[Any] = []
        for insert, rows in together:
            if len(rows) < COPIED:
                shape.append((insert, len(rows)))
                values += chain.from_iterable(rows)
            elif insert.end:
                shape.append((insert, 0))
                values += _columns(rows)
            else:
                await self.insert(insert, rows)
        if shape:
            with _TOLD:
                await self._connection.execute(_together(tuple(shape)), *values)

    async def execute_many(self, statement: str, rows: list[Any]) -> None:
        with _TOLD:
            await self._connection.executemany(statement, rows)

    async def fetch(self, statement: str, parameters: list[Any], *, long: bool) -> list[Any]:
        with _TOLD:
            return list(await self._connection.fetch(statement, *parameters))

    async def having(self, fields: Fields, wanted: Sequence[tuple[str, str]]) -> list[tuple[int, Any]]:
        with _TOLD:
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
