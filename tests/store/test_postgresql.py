"""What PostgreSQL alone can do to us: connections that are killed at any moment, and settings of the server's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from muster.core.drafts import CreateUser, UserDraft
from muster.core.refusals import Unavailable
from muster.core.users import Myself, User
from muster.store.database import database_at
from muster.store.postgresql import PostgresqlSession, connect
from tests.support.flawed import FlawedDatabase, Flaws
from tests.support.kept import entities, outcome, refused, verify_promises
from tests.support.world import Realm, World, opened


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.store.writer.RECONNECT_SECONDS", 0.01)


@asynccontextmanager
async def onlooker(url: str) -> AsyncIterator[Any]:
    """A connection of our own."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


KILL_OTHERS = """SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


async def create_many(world: World, realm: Realm, count: int, first: int = 0) -> list[Any]:
    actor = realm.administrator.actor
    drafts = [UserDraft(f"user{number}", email="a@example.com") for number in range(first, first + count)]
    return await asyncio.gather(*(outcome(world.do(actor, CreateUser(draft))) for draft in drafts))


async def verify_told_is_kept(world: World, outcomes: list[Any]) -> None:
    """Whoever was told of a user has him, once; whoever was told that nothing was written has nothing."""
    kept = [user.id for user in await entities(world.url, User) if not user.administrator]

    assert sorted(kept) == sorted(one.id for one in outcomes if isinstance(one, User))
    assert set(refused(outcomes)) <= {Unavailable()}
    await verify_promises(world.url)


async def test_a_connection_that_is_killed_before_the_commit_loses_nothing(postgresql_url: str) -> None:
    killed = 0
    async with onlooker(postgresql_url) as server:

        async def kill(session: PostgresqlSession) -> None:
            nonlocal killed
            if killed < 2:
                killed += 1
                pid = session._connection.get_server_pid()
                assert await server.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)

        flaws = Flaws()
        async with opened(postgresql_url, FlawedDatabase(database_at(postgresql_url), flaws)) as world:
            realm = await world.realm()
            flaws.before_commit = kill
            outcomes = await create_many(world, realm, 40)

            assert (killed, refused(outcomes)) == (2, [])
            await verify_told_is_kept(world, outcomes)


async def test_whatever_moment_connections_are_killed_at_nothing_is_lost_or_done_twice(postgresql_url: str) -> None:
    async with opened(postgresql_url) as world, onlooker(postgresql_url) as server:
        realm = await world.realm()
        outcomes = []
        for turn in range(12):
            working = asyncio.create_task(create_many(world, realm, 30, turn * 30))
            await asyncio.sleep(turn * 0.002)
            await server.execute(KILL_OTHERS)
            outcomes += await working
        later = await create_many(world, realm, 30, 1000)

        assert any(isinstance(one, User) for one in outcomes)
        assert refused(later[1:]) == []
        await verify_told_is_kept(world, outcomes + later)


async def test_readers_whose_connections_were_killed_come_back(postgresql_url: str) -> None:
    async with opened(postgresql_url) as world, onlooker(postgresql_url) as server:
        realm = await world.realm()
        actor = realm.administrator.actor
        await asyncio.gather(*(world.ask(actor, Myself()) for _ in range(20)))
        await server.execute(KILL_OTHERS)
        during = await asyncio.gather(*(outcome(world.ask(actor, Myself())) for _ in range(20)))
        after = await asyncio.gather(*(outcome(world.ask(actor, Myself())) for _ in range(20)))

        assert set(refused(during)) <= {Unavailable()}
        assert refused(after) == []


async def test_one_who_stops_waiting_for_an_answer_spoils_no_connection(postgresql_url: str) -> None:
    async with opened(postgresql_url) as world:
        realm = await world.realm()
        actor = realm.administrator.actor
        for turn in range(10):
            asking = [asyncio.create_task(world.ask(actor, Myself())) for _ in range(10)]
            await asyncio.sleep(turn * 0.0005)
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        found = await asyncio.gather(*(world.ask(actor, Myself()) for _ in range(20)))

        assert {view.user.id for view in found} == {actor.id}


async def test_commits_are_durable_whatever_the_servers_default(postgresql_url: str) -> None:
    """The test server's own default is off."""
    async with onlooker(postgresql_url) as server:
        default = await server.fetchval("SHOW synchronous_commit")
    connection = await connect(postgresql_url)
    ours = await connection.fetchval("SHOW synchronous_commit")
    await connection.close()

    assert ours == "on"
    assert default in ("off", "on")


@pytest.mark.parametrize("level", ["read committed", "repeatable read", "serializable"])
async def test_several_stores_agree_whatever_isolation_is_the_servers_default(postgresql_url: str, level: str) -> None:
    async with onlooker(postgresql_url) as server:
        name = await server.fetchval("SELECT current_database()")
        await server.execute(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = '{level}'")
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        realm = await one.realm()
        halves = await asyncio.gather(one_by_one(one, realm, 0), one_by_one(other, realm, 1000))
        outcomes = [told for half in halves for told in half]

        assert refused(outcomes) == []
        await verify_told_is_kept(one, outcomes)


async def one_by_one(world: World, realm: Realm, first: int) -> list[Any]:
    """Each in a batch of its own, so that no failure is made good by trying half of it again."""
    return [(await create_many(world, realm, 1, first + number))[0] for number in range(40)]
