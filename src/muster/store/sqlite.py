"""SQLite: all that differs from PostgreSQL.

One connection writes, one reads single things where it is asked (a look-up is quicker than a change of thread), and a
few threads answer searches. Every commit is on the disk when it returns: WAL with `synchronous=FULL`.

The library is the one that APSW brings along, the same on every machine (docs/decisions/0017-apsw.md). No other may
have the file open in the same process: each would take the other's locks for its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import apsw
import msgspec
from sqlalchemy import ColumnElement, Select, Table, func
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from muster.core.entity import Columns
from muster.core.known import Head
from muster.core.query import Text
from muster.core.users import USERNAME, User
from muster.store import tables
from muster.store.budgets import PROBED
from muster.store.census import adding
from muster.store.conditions import FOLDED
from muster.store.hands import Hands
from muster.store.hints import index_for
from muster.store.index import Index, Place, looked_up, not_pending
from muster.store.looks import Found, Look
from muster.store.probes import Fields, having
from muster.store.remembered import Remembered
from muster.store.rows import LAYOUTS
from muster.store.session import CommitUnknown, DatabaseFailed, Session
from muster.store.statements import Insert, Rows, Statements, inserting, listed, quoted
from muster.store.tables import login_names, users
from muster.store.where import Searches

T = TypeVar("T")

LOCK_PATIENCE = 30_000
"""How long to wait, in milliseconds, while another process holds the database."""

CHECKPOINT_PAGES = 16_000
MAPPED_BYTES = 1 << 36
"""How much of the file is read where the system has it in memory, 64 GiB: a look-up takes a call of the system less for
each page, a tenth to a sixth of its time. The system may drop such pages whenever it wants."""

MOST_TRIGRAMS = 30
"""How many of a text's trigrams are looked up: who holds these is looked at himself."""

SEARCH_THREADS = 2
STATEMENTS_CACHED = 256

MANY_ROWS = 5_000
"""More rows than this are written by the thread: that takes longer, but others are served meanwhile."""

_LOOKED_AT = Place._fields[2:]
# Without a lock around each call, a tenth of the time of most: no two threads are in one connection, see `_in_thread`.
_OPENED = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_NOMUTEX

_json = msgspec.json.Encoder().encode
_DIALECT = sqlite_dialect(paramstyle="qmark")


class Spelling:
    """SQLite's way of writing what differs."""

    def mark(self, position: int) -> str:
        return "?"

    def source(self, table: Table, columns: Columns) -> str:
        index = index_for(table, columns)
        return f"{quoted(table.name)} t" if index is None else f"{quoted(table.name)} t INDEXED BY {index}"

    def keys(self, table: Table, columns: Columns) -> str:
        """As promised; the parameters are those of `_lists`."""
        if len(columns) == 2:
            first, second = map(quoted, columns)
            return (
                f"json_each(?2) j CROSS JOIN {self.source(table, columns)} ON t.{first} = ?1 AND t.{second} = j.value"
            )
        joined = " AND ".join(f"t.{quoted(name)} = json_extract(j.value, '$[{i}]')" for i, name in enumerate(columns))
        # CROSS JOIN keeps the order: the list first, then the index.
        return f"json_each(?) j CROSS JOIN {self.source(table, columns)} ON {joined}"

    def insert(self, table: Table, columns: Columns) -> str:
        marks = ", ".join("?" for _ in columns)
        return f"INSERT INTO {quoted(table.name)} ({listed(columns)}) VALUES ({marks})"


class FtsIndex:
    """The index of substrings in FTS5's trigrams."""

    note = Insert(
        'INSERT INTO search_pending (tenant, "user") VALUES (?, ?)', "search_pending", ("tenant", "user")
    ).ending("ON CONFLICT DO NOTHING")

    def candidates(self, mark: str) -> str:
        return (
            f"SELECT {', '.join(f'r.{name}' for name in _LOOKED_AT)} "
            "FROM search_index i CROSS JOIN search_index_rows r ON r.row = i.rowid "
            f"WHERE i.search_index MATCH :{mark} AND r.tenant = :tenant AND {not_pending('r')}"
        )

    def holds(self, text: ColumnElement[Any], part: ColumnElement[Any]) -> ColumnElement[bool]:
        return func.instr(text, part) > 0

    def key(self, text: str) -> str:
        # Trigram by trigram, which are looked up in the index alone; a LIKE would read the words of everybody found.
        return " ".join('"' + trigram.replace('"', '""') + '"' for trigram in looked_up(text)[:MOST_TRIGRAMS])

    async def place(self, session: Session, places: list[Place]) -> None:
        users = [place[:2] for place in places]
        of_user = 'tenant = ? AND "user" = ?'
        old = f"SELECT row FROM search_index_rows WHERE {of_user}"
        await session.execute_many(f"DELETE FROM search_index WHERE rowid = ({old})", users)
        await session.execute_many(f"DELETE FROM search_index_rows WHERE {of_user}", users)
        await self.place_new(session, places)

    async def place_new(self, session: Session, places: list[Place]) -> None:
        [(last,)] = await session.fetch("SELECT coalesce(max(row), 0) FROM search_index_rows", [], long=False)
        there = list(enumerate((place for place in places if place.number is not None), last + 1))
        marks = ", ".join("?" * (1 + len(Place._fields)))
        statement = f"INSERT INTO search_index_rows (row, {listed(Place._fields)}) VALUES ({marks})"
        await session.execute_many(statement, [(row, *place) for row, place in there])
        words = [(row, place.words) for row, place in there]
        await session.execute_many("INSERT INTO search_index (rowid, words) VALUES (?, ?)", words)
        users = [place[:2] for place in places]
        await session.execute_many('DELETE FROM search_pending WHERE tenant = ? AND "user" = ?', users)


INDEX = FtsIndex()
SEARCHES = Searches(_DIALECT, INDEX)
STATEMENTS = {kind: Statements(layout, Spelling()) for kind, layout in LAYOUTS.items()}


@cache
def _ids_by(field: Text) -> str:
    """The texts of a list, in JSON, that users of a tenant have in a field, each with the id of whoever has it."""
    spelling = STATEMENTS[User].spelling
    if field is Text.USERNAME:
        keys = spelling.keys(login_names, ("tenant", "folded"))
        return f"SELECT j.value, t.\"user\" FROM {keys} WHERE t.kind = '{USERNAME}' LIMIT ?3"
    return f"SELECT j.value, t.id FROM {spelling.keys(users, ('tenant', FOLDED[field]))} LIMIT ?3"


@cache
def _having(fields: Fields) -> str:
    found = having(fields, "?1", "?2")
    return f"SELECT {STATEMENTS[User].selected} FROM ({found}) f CROSS JOIN users t ON t.tenant = ?1 AND t.id = f.id"


def _lists(columns: Columns, values: Sequence[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """The parameters of statements that find rows with any of these values.

    Of two columns the first is nearly always the tenant: the second's values of each are a list of their own, which is
    looked through in a third of the time.
    """
    if len(columns) != 2:
        return [(_json(values).decode(),)]
    firsts, seconds = zip(*values, strict=True)
    if len(set(firsts)) == 1:
        return [(firsts[0], _json(seconds).decode())]
    by_first: dict[Any, list[Any]] = {}
    for first, second in values:
        by_first.setdefault(first, []).append(second)
    return [(first, _json(its).decode()) for first, its in by_first.items()]


def connect(path: Path) -> apsw.Connection:
    """A connection in autocommit mode with every commit durable, for one thread at a time."""
    connection = apsw.Connection(str(path), flags=_OPENED, statementcachesize=STATEMENTS_CACHED)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        "cache_size=-16384",
        f"mmap_size={MAPPED_BYTES}",
        "temp_store=MEMORY",
    ):
        _wait_for_lock(connection, f"PRAGMA {pragma}")
    return connection


def _wait_for_lock(connection: apsw.Connection, statement: str) -> None:
    connection.set_busy_timeout(LOCK_PATIENCE)
    try:
        connection.execute(statement)
    finally:
        connection.set_busy_timeout(0)


class SqliteSession:
    """A connection to SQLite, used by one task at a time.

    Statements run where they are called, since they are short and a thread that executed them beside a busy loop would
    spend its time waiting for the interpreter's lock; only what waits for the disk or for another process is given to
    the thread. One that is `shared` by several tasks has none: each of them looks up what it asks without a pause.
    """

    statements = STATEMENTS
    searches = SEARCHES
    index: Index = INDEX
    keep_heads = STATEMENTS[Head].keep
    _adding: ClassVar = {
        it: inserting(Spelling(), it).ending(adding(it)) for it in (tables.census, tables.census_blocks)
    }

    def __init__(self, path: Path, remembered: Remembered | None = None, *, shared: bool = False) -> None:
        self.remembered = remembered or Remembered()
        self._shared = shared
        try:
            self._connection = connect(path)
        except apsw.Error as error:
            raise DatabaseFailed(str(error)) from error
        self._hands = Hands("sqlite")

    def adding(self, table: Table) -> Insert:
        return self._adding[table]

    async def _in_thread(self, call: Callable[[], T]) -> T:
        if self._shared:
            # A second thread in the same connection would be the end of the process.
            raise AssertionError("a shared session is for looking things up")
        return await self._hands.do(call)

    async def begin(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except apsw.Error:
            try:
                await self._in_thread(lambda: _wait_for_lock(self._connection, "BEGIN IMMEDIATE"))
            except apsw.Error as error:
                raise DatabaseFailed(str(error)) from error

    async def commit(self) -> None:
        try:
            await self._in_thread(lambda: self._connection.execute("COMMIT"))
        except apsw.Error as error:
            raise CommitUnknown(str(error)) from error

    async def rollback(self) -> None:
        # By the thread: what it was told before may not be done yet, where whoever asked for it has gone.
        with suppress(apsw.Error):
            await self._in_thread(self._rolled_back)

    def _rolled_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        if self._connection.in_transaction:
            yield
            return
        self._fetch("BEGIN", ())
        try:
            yield
        finally:
            await self.rollback()

    async def lock_heads(self, ids: Sequence[str]) -> list[Head]:
        layout = LAYOUTS[Head]
        return [layout.entity(row) for row in await self.rows(Head, Head.KEY, [(head,) for head in ids])]

    async def rows(self, kind: type[Any], columns: Columns, values: Sequence[tuple[Any, ...]]) -> list[Any]:
        return self._rows(kind, columns, values)

    async def look_up(self, looks: Sequence[Look]) -> list[Found]:
        return list(map(self._look_up, looks))

    def _look_up(self, look: Look) -> Found:
        found = [self._rows(*look.way, look.values)]
        if look.ways:
            followed = look.followed(found[0])
            found += [self._rows(*way, followed) if followed else [] for way in look.ways]
        return found

    def _rows(self, kind: type[Any], columns: Columns, values: Sequence[tuple[Any, ...]]) -> list[Any]:
        statements = STATEMENTS[kind]
        if len(values) == 1:
            return self._fetch(statements.one(columns), values[0])
        several = statements.several(columns)
        return [row for parameters in _lists(columns, values) for row in self._fetch(several, parameters)]

    async def among(
        self, selected: str, kind: type[Any], columns: Columns, values: Sequence[tuple[Any, ...]], tail: str = ""
    ) -> list[Any]:
        source = STATEMENTS[kind].spelling.keys(LAYOUTS[kind].table, columns)
        statement, lists = f"SELECT {selected} FROM {source}{tail}", _lists(columns, values)
        return await self._in_thread(lambda: [row for one in lists for row in self._fetch(statement, one)])

    def _fetch(self, statement: str, parameters: Sequence[Any]) -> list[Any]:
        try:
            return self._connection.execute(statement, parameters).fetchall()
        except apsw.Error as error:
            raise DatabaseFailed(str(error)) from error

    async def insert(self, insert: Insert, rows: list[Any]) -> None:
        await self.execute_many(insert.statement, rows)

    async def insert_all(self, together: Sequence[Rows]) -> None:
        for insert, rows in together:
            await self.execute_many(insert.statement, rows)

    async def execute_many(self, statement: str, rows: list[Any]) -> None:
        try:
            if len(rows) > MANY_ROWS:
                await self._in_thread(lambda: self._connection.executemany(statement, rows))
            else:
                self._connection.executemany(statement, rows)
        except apsw.Error as error:
            raise DatabaseFailed(str(error)) from error

    async def fetch(self, statement: str, parameters: list[Any], *, long: bool) -> list[Any]:
        if long:
            return await self._in_thread(lambda: self._fetch(statement, parameters))
        return self._fetch(statement, parameters)

    async def having(self, fields: Fields, wanted: Sequence[tuple[str, str]]) -> list[tuple[int, Any]]:
        found = self._ids_having(fields, wanted)
        if found is None:
            # Somebody's text is a common one, which is left alone after so many; one statement for all cannot do that.
            statement = _having(fields)
            return [(place, row) for place, it in enumerate(wanted) for row in self._fetch(statement, it)]
        keys = dict.fromkeys(key for keys in found.values() for key in keys)
        rows = {(row[1], row[0]): row for row in await self.rows(User, User.KEY, list(keys))} if keys else {}
        return [(place, rows[key]) for place, it in enumerate(wanted) for key in found.get(it, ())]

    def _ids_having(
        self, fields: Fields, wanted: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], dict[tuple[str, str], None]] | None:
        """By tenant and text the keys of the users who have it in any of the fields; None for far too many."""
        found: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
        for tenant, texts in _lists(User.KEY, wanted):
            most = PROBED * len(wanted)
            for field in fields:
                rows = self._fetch(_ids_by(field), (tenant, texts, most + 1))
                if len(rows) > most:
                    return None
                for text, user in rows:
                    found.setdefault((tenant, text), {})[tenant, user] = None
        return found

    async def select(self, query: Select[Any]) -> list[Any]:
        return await self._in_thread(lambda: self._select(query))

    def _select(self, query: Select[Any]) -> list[Any]:
        compiled = query.compile(dialect=_DIALECT)
        return self._fetch(str(compiled), [compiled.params[name] for name in compiled.positiontup or ()])

    async def close(self) -> None:
        self._hands.end()
        self._connection.close(force=True)
