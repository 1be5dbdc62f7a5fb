"""SQLite's own troubles: a call that nobody waits for any more, and a disk that is full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from muster.core.authority import Actor
from muster.core.drafts import CreateUser, UserDraft
from muster.core.refusals import Unavailable
from muster.core.users import User
from muster.store import sqlite
from muster.store.migrations.run import migrate
from muster.store.session import DatabaseFailed
from muster.store.sqlite import SqliteSession
from tests.support.kept import entities, outcome, verify_promises
from tests.support.world import World, opened

# Some tenths of a second in which the thread is at work.
SLOW = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n"


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[SqliteSession]:
    """A session on a migrated database."""
    path = tmp_path / "muster.db"
    await asyncio.to_thread(migrate, f"sqlite:///{path}")
    session = SqliteSession(path)
    yield session
    await session.close()


async def _begun(session: SqliteSession) -> asyncio.Future[object]:
    """A call that has begun in the thread."""
    waiting: asyncio.Future[object] = asyncio.ensure_future(session.fetch(SLOW, [], long=True))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    return waiting


async def test_what_was_begun_ends_before_it_is_rolled_back(session: SqliteSession) -> None:
    await session.begin()
    await session.execute_many("INSERT INTO policies (tenant, name, value) VALUES (?, ?, ?)", [("t", "a", "b")])
    waiting = await _begun(session)
    waiting.cancel()
    await session.rollback()

    assert waiting.cancelled()
    assert await session.fetch("SELECT count(*) FROM policies", [], long=False) == [(0,)]


async def test_what_was_begun_ends_before_the_session_is_closed(session: SqliteSession) -> None:
    waiting = await _begun(session)
    waiting.cancel()
    await session.close()

    with pytest.raises(DatabaseFailed):
        await session.fetch("SELECT 1", [], long=False)


async def test_a_snapshot_whose_reader_has_gone_leaves_nothing_open(session: SqliteSession) -> None:
    async def reading() -> None:
        async with session.snapshot():
            await session.fetch(SLOW, [], long=True)

    waiting = asyncio.ensure_future(reading())
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    # There is no transaction inside a transaction.
    await session.begin()
    await session.rollback()


async def test_a_shared_session_lends_its_connection_to_no_thread(tmp_path: Path) -> None:
    shared = SqliteSession(tmp_path / "muster.db", shared=True)

    with pytest.raises(AssertionError):
        await shared.fetch("SELECT 1", [], long=True)
    assert await shared.fetch("SELECT 1", [], long=False) == [(1,)]
    await shared.close()


async def test_what_does_not_fit_on_the_disk_is_refused_and_nothing_of_it_kept(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(sqlite_url) as world:
        realm = await world.realm()
    most = Path(sqlite_url.removeprefix("sqlite:///")).stat().st_size // 4096 + 60
    connected = sqlite.connect

    def nearly_full(path: Path) -> apsw.Connection:
        connection = connected(path)
        connection.execute(f"PRAGMA max_page_count = {most}").fetchall()
        return connection

    monkeypatch.setattr(sqlite, "connect", nearly_full)
    async with opened(sqlite_url) as full:
        outcomes = [it for _ in range(8) for it in await _fifty_more(full, realm.system)]
        kept = {user.username for user in await entities(sqlite_url, User)}

    made = {it.username for it in outcomes if isinstance(it, User)}
    assert made == kept - {realm.administrator.user.username}
    assert 0 < len(made) < len(outcomes)
    assert [it for it in outcomes if not isinstance(it, User | Unavailable)] == []
    await verify_promises(sqlite_url)


async def _fifty_more(world: World, actor: Actor) -> list[object]:
    there = len(await entities(world.url, User))
    drafts = [UserDraft(f"user{there}-{number}", email="a@example.com") for number in range(50)]
    return [*await asyncio.gather(*(outcome(world.do(actor, CreateUser(draft))) for draft in drafts))]
