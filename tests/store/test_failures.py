"""When the database fails: only the culprit is refused, nothing happens twice, nothing that was promised is lost."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from muster.core.acts import Case, Command
from muster.core.drafts import CreateUser, UserDraft
from muster.core.events import Event
from muster.core.keys import ApiKey, IssuedKey, IssueKey
from muster.core.refusals import Taken, Unavailable
from muster.core.tenants import Tenants
from muster.core.users import Myself, User
from muster.store.database import DatabaseStore, database_at
from muster.store.session import DatabaseFailed
from tests.support.flawed import KEPT, LOST, FlawedDatabase, Flaws
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import INSTALLER, Realm, TestSources, World, new, opened

pytestmark = pytest.mark.usefixtures("_hurry")


@pytest.fixture
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.store.writer.RECONNECT_SECONDS", 0.01)


@asynccontextmanager
async def flawed(url: str, flaws: Flaws) -> AsyncIterator[tuple[World, Realm]]:
    """A world with a tenant, whose writer's connections have these flaws; none takes effect before."""
    planned = replace(flaws)
    flaws.commits, flaws.looks, flaws.connections = deque(), 0, 0
    async with opened(url, FlawedDatabase(database_at(url), flaws)) as world:
        realm = await world.realm()
        flaws.commits, flaws.looks, flaws.connections = planned.commits, planned.looks, planned.connections
        flaws.batches = flaws.asked = 0
        yield world, realm


def many(world: World, realm: Realm) -> list[Awaitable[Any]]:
    """Users and keys to be made at once, and one user too many."""
    admin = realm.administrator
    return [
        *(outcome(world.do(admin.actor, CreateUser(UserDraft(f"user{number}")))) for number in range(8)),
        outcome(world.do(admin.actor, CreateUser(UserDraft("USER3")))),
        *(outcome(world.do(admin.actor, IssueKey(admin.user.number, f"key{number}"))) for number in range(4)),
    ]


async def verify_done_once(world: World, outcomes: list[Any]) -> None:
    """Each user and key that somebody was told of is there once, and no other."""
    users = [it for it in await entities(world.url, User) if not it.administrator]
    keys = [key for key in await entities(world.url, ApiKey) if key.name != "first key"]

    assert sorted(it.id for it in users) == sorted(it.id for it in outcomes if isinstance(it, User))
    assert sorted(it.id for it in keys) == sorted(it.key.id for it in outcomes if isinstance(it, IssuedKey))
    told = Counter((event.act, event.subject) for event in await entities(world.url, Event))
    assert set(told.values()) == {1}
    await verify_promises(world.url)


@pytest.mark.parametrize(
    "commits",
    [(KEPT,), (LOST,), (LOST, KEPT), (LOST, LOST), (LOST, LOST, KEPT, LOST), (KEPT, KEPT)],
    ids=" ".join,
)
async def test_a_commit_of_unknown_outcome_is_looked_up_and_done_once(
    database_url: str, commits: tuple[str, ...]
) -> None:
    async with flawed(database_url, Flaws(deque(commits))) as (world, realm):
        outcomes = await asyncio.gather(*many(world, realm))

        assert refused(outcomes) == [Taken("username")]
        await verify_done_once(world, outcomes)


@pytest.mark.parametrize("flaw", [KEPT, LOST])
async def test_as_long_as_the_outcome_cannot_be_looked_up_nothing_is_done_again(database_url: str, flaw: str) -> None:
    async with flawed(database_url, Flaws(deque([flaw]), looks=5)) as (world, realm):
        outcomes = await asyncio.gather(*many(world, realm))

        assert refused(outcomes) == [Taken("username")]
        await verify_done_once(world, outcomes)


async def test_an_outcome_that_cannot_be_found_out_is_done_no_second_time(database_url: str) -> None:
    async with flawed(database_url, Flaws(deque([KEPT]), looks=10_000)) as (world, realm):
        outcomes = await asyncio.gather(*many(world, realm))
        kept = await snapshot(world.url)
        later = await outcome(world.do(realm.administrator.actor, CreateUser(UserDraft("later"))))

        assert outcomes == [Unavailable()] * len(outcomes)
        assert len(kept["users"]) == 9
        assert later == Unavailable()
        world.store._writer._session = None


async def test_a_request_that_wrote_nothing_is_answered_whatever_became_of_the_commit(database_url: str) -> None:
    async with flawed(database_url, Flaws(deque([KEPT, LOST]))) as (world, realm):
        draft = UserDraft(realm.administrator.user.username)
        found = [await outcome(world.do(realm.administrator.actor, CreateUser(draft))) for _ in range(3)]

        assert found == [Taken("username")] * 3


@dataclass(frozen=True)
class Breaks(Command[None]):
    """Stands for a mistake of our own: it fails in a way that no rule knows."""

    late: bool = False

    def decide(self, case: Case) -> None:
        if not self.late:
            raise ZeroDivisionError
        case.record("test", "test", "", "half a pair: \udc00", None, None, ())


def poisons(realm: Realm) -> dict[str, Command[None]]:
    """What the database or the program fails over, by a name for it."""
    key = realm.administrator.key
    return {
        "a digest twice": new(replace(key, id="another", number=77)),
        "a number twice": new(replace(key, id="another", digest="another")),
        "a row twice": new(replace(realm.administrator.user, number=77)),
        "a missing value": new(replace(key, id="another", number=78, digest="x", name=None)),  # type: ignore[arg-type]
        "a text that is none": new(replace(realm.root, id="x", number=79, name="half a pair: \udc00")),
        "a number too large": new(replace(realm.root, id="x", number=2**63)),
        "a mistake in a rule": Breaks(),
        "a mistake in an event": Breaks(late=True),
    }


POISONS = [
    "a digest twice",
    "a number twice",
    "a row twice",
    "a missing value",
    "a text that is none",
    "a number too large",
    "a mistake in a rule",
    "a mistake in an event",
]


@pytest.mark.parametrize("name", POISONS)
async def test_only_the_culprit_is_refused(database_url: str, name: str) -> None:
    async with flawed(database_url, flaws := Flaws()) as (world, realm):
        poison = poisons(realm)[name]
        work = many(world, realm)
        work[5:5] = [outcome(world.do(realm.system, poison))]
        outcomes = await asyncio.gather(*work)

        assert outcomes.pop(5) == Unavailable()
        assert refused(outcomes) == [Taken("username")]
        assert flaws.batches > 1
        await verify_done_once(world, outcomes)


async def test_several_culprits_are_each_refused_alone(database_url: str) -> None:
    async with flawed(database_url, Flaws()) as (world, realm):
        work = many(world, realm)
        for place, name in ((0, "a digest twice"), (4, "a mistake in a rule"), (9, "a row twice")):
            work.insert(place, outcome(world.do(realm.system, poisons(realm)[name])))
        outcomes = await asyncio.gather(*work)

        assert [place for place, one in enumerate(outcomes) if one == Unavailable()] == [0, 4, 9]
        await verify_done_once(world, outcomes)


async def test_a_database_that_is_away_for_a_moment_is_waited_for(database_url: str) -> None:
    async with flawed(database_url, Flaws(deque([LOST]), connections=5)) as (world, realm):
        outcomes = await asyncio.gather(*many(world, realm))

        assert refused(outcomes) == [Taken("username")]
        await verify_done_once(world, outcomes)


async def test_a_database_that_stays_away_is_told_of_to_all_at_once(database_url: str) -> None:
    """And not after every half of the batch has waited for it in its turn."""
    async with flawed(database_url, flaws := Flaws()) as (world, realm):
        await outcome(world.do(realm.system, Breaks()))
        flaws.connections, flaws.asked = 10_000, 0
        outcomes = await asyncio.gather(*many(world, realm))
        asked, flaws.connections = flaws.asked, 0
        then = await asyncio.gather(*many(world, realm))

        assert outcomes == [Unavailable()] * len(outcomes)
        assert asked == 20
        assert refused(then) == [Taken("username")]
        await verify_done_once(world, then)


async def test_a_database_without_tables_is_unavailable(sqlite_url: str, postgresql_url: str) -> None:
    for url in (sqlite_url, postgresql_url):
        store = DatabaseStore(database_at(url))
        await store.open()
        world = World(url, store, TestSources())
        found = [
            await outcome(world.ask(INSTALLER, Tenants())),
            await outcome(world.directory.identify("x")),
            await outcome(world.do(INSTALLER, Breaks())),
        ]
        await store.close()

        assert found == [Unavailable()] * 3


async def test_a_database_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "no database").write_text("something else " * 1000)
    for url in (
        f"sqlite:///{tmp_path}/nowhere/muster.db",
        f"sqlite:///{tmp_path}/no database",
        "postgresql://127.0.0.1:1/muster",
    ):
        with pytest.raises(DatabaseFailed):
            await DatabaseStore(database_at(url)).open()


async def test_a_store_that_was_closed_does_nothing_more(database_url: str) -> None:
    async with opened(database_url) as world:
        realm = await world.realm()
    found = await outcome(world.do(realm.system, CreateUser(UserDraft("sam"))))

    assert found == Unavailable()


async def test_an_actor_is_no_more_after_a_failure_than_before(database_url: str) -> None:
    async with flawed(database_url, Flaws(deque([LOST]))) as (world, realm):
        view = await world.ask(realm.administrator.actor, Myself())
        await world.do(realm.administrator.actor, CreateUser(UserDraft("sam")))

        assert view.user == realm.administrator.user
        assert (await world.directory.identify(realm.administrator.secret)) == realm.administrator.actor
