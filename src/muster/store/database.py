"""The store: reads and writes on either database behind the core's port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from muster.core.known import INSTALLATION, Head
from muster.core.requests import Request
from muster.store import census, index, postgresql, sweeping
from muster.store.cache import StableCache
from muster.store.chores import Upkeep
from muster.store.history import History
from muster.store.reader import BATCHES, Reader
from muster.store.remembered import Remembered
from muster.store.session import DatabaseFailed, Session
from muster.store.sqlite import SEARCH_THREADS, SqliteSession
from muster.store.writer import Writer

R = TypeVar("R")

SQLITE = "sqlite:///"
POSTGRESQL = ("postgresql://", "postgres://")
POOLED = 8


class Database(Protocol):
    """Where sessions come from."""

    async def writing(self) -> Session:
        """A new session for a writer."""

    def reading(self) -> AbstractAsyncContextManager[Session]:
        """A session for looking single things up."""

    def searching(self) -> AbstractAsyncContextManager[Session]:
        """A session for a search, which may take long."""

    async def close(self) -> None:
        """Close all that is open."""


class Pool:
    """Sessions that are lent to one task at a time; those that failed are thrown away."""

    def __init__(self, connect: Callable[[], Awaitable[Session]], size: int) -> None:
        self._connect = connect
        self._places = asyncio.Semaphore(size)
        self._idle: list[Session] = []

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Session]:
        """A session, for as long as the block runs."""
        async with self._places:
            session = self._idle.pop() if self._idle else await self._connect()
            try:
                yield session
            except (DatabaseFailed, asyncio.CancelledError):
                await session.close()
                raise
            except BaseException:
                self._idle.append(session)
                raise
            self._idle.append(session)

    async def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            await self._idle.pop().close()


class SqliteDatabase:
    """One SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._remembered = Remembered()
        self._reader: SqliteSession | None = None
        self._pool = Pool(self.writing, SEARCH_THREADS)

    async def writing(self) -> Session:
        return SqliteSession(self._path, self._remembered)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        # Look-ups never wait between their statements, so that one connection serves all tasks.
        if self._reader is None:
            self._reader = SqliteSession(self._path, shared=True)
        yield self._reader

    def searching(self) -> AbstractAsyncContextManager[Session]:
        return self._pool.lent()

    async def close(self) -> None:
        if self._reader is not None:
            await self._reader.close()
        await self._pool.close()


class PostgresqlDatabase:
    """One PostgreSQL database, or what speaks its wire protocol."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._remembered = Remembered()
        self._pool = Pool(self.writing, BATCHES)
        self._searches = Pool(self.writing, POOLED)

    async def writing(self) -> Session:
        return postgresql.PostgresqlSession(await postgresql.connect(self._url), self._remembered)

    def reading(self) -> AbstractAsyncContextManager[Session]:
        return self._pool.lent()

    def searching(self) -> AbstractAsyncContextManager[Session]:
        return self._searches.lent()

    async def close(self) -> None:
        await self._pool.close()
        await self._searches.close()


def database_at(url: str) -> Database:
    """The database that a URL names: `sqlite:///path` or `postgresql://…`. Raises `ValueError`."""
    if url.startswith(SQLITE):
        return SqliteDatabase(Path(url.removeprefix(SQLITE)))
    if url.startswith(POSTGRESQL):
        return PostgresqlDatabase(url)
    raise ValueError("a database URL begins with sqlite:/// or postgresql://")


class DatabaseStore:
    """`core.ports.Store` over a database. Open it before use and close it afterwards.

    `history` is what `trail` reads of it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache = StableCache()
        self._reader = Reader(database, self._cache)
        self._writer = Writer(database.writing, self._cache)
        run, is_busy = self._writer.run, self._writer.is_busy
        self.indexer = Upkeep(index.index_some, run, is_busy, index.IDLE_SECONDS)
        self.sweeper = Upkeep(sweeping.sweep_some, run, is_busy, sweeping.IDLE_SECONDS)
        self.history = History(database.searching)

    async def open(self) -> None:
        """Connect. Raises `DatabaseFailed`."""
        await self._writer.start()

    async def close(self) -> None:
        """Carry out what is queued, then disconnect."""
        await self._writer.stop()
        await self._reader.stop()
        await self._database.close()

    async def write(self, request: Request[R]) -> R:
        result: R = await self._writer.submit(request)
        return result

    async def read(self, request: Request[R]) -> R:
        result: R = await self._reader.answer(request)
        return result

    async def verify_census(self) -> int:
        """How many figures of the census are wrong: none, as long as nobody else writes to the database."""
        async with self._database.searching() as session, session.snapshot():
            return await census.wrong(session)

    async def correct_census(self) -> int:
        """Count everybody anew where the census is wrong, in which time nobody can write; how many figures were."""
        return await self._writer.run(census.correct)

    async def check(self) -> None:
        """Look whether the database answers. Raises `DatabaseFailed`."""
        async with self._database.reading() as session:
            await session.rows(Head, Head.KEY, [(INSTALLATION,)])
