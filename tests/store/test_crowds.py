"""Many at once: in one process, and in several beside each other on the same database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from muster.core.drafts import CreateUser, UserDraft
from muster.core.events import Event
from muster.core.keys import ChangeKeyStatus, IssuedKey, IssueKey
from muster.core.query import Search
from muster.core.refusals import CredentialInvalid, PermissionMissing, Saturated, Taken
from muster.core.users import Myself, User, UserByNumber, Users
from muster.store.database import database_at
from tests.support.flawed import FlawedDatabase, Flaws
from tests.support.kept import entities, numbers_of, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, MANAGER, VIEWER, Realm, World, change, opened

NAMES = ["jill", "JILL", "Jill", "\uff2aill", "jilL"]


@pytest.fixture
async def worlds(database_url: str) -> AsyncIterator[list[World]]:
    """Three stores on one database."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(opened(database_url)) for _ in range(3)]


async def test_of_many_who_want_a_name_one_gets_it(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    names = [f"{name}{number % 7}" for number in range(35) for name in NAMES]
    outcomes = await asyncio.gather(*(outcome(world.do(actor, CreateUser(UserDraft(name)))) for name in names))

    assert sum(isinstance(one, User) for one in outcomes) == 7
    assert refused(outcomes) == [Taken("username")] * (len(names) - 7)
    await verify_promises(world.url)


async def test_of_many_in_several_stores_who_want_a_name_one_gets_it(worlds: list[World]) -> None:
    realm = await worlds[0].realm()
    work = [
        outcome(world.do(realm.administrator.actor, CreateUser(UserDraft(f"{name}{number}"))))
        for number in range(12)
        for name in NAMES
        for world in worlds
    ]
    outcomes = await asyncio.gather(*work)

    assert sum(isinstance(one, User) for one in outcomes) == 12
    assert set(refused(outcomes)) == {Taken("username")}
    await verify_promises(worlds[0].url)


async def test_numbers_and_sequences_are_shared_by_all_stores_without_a_gap(worlds: list[World]) -> None:
    realm = await worlds[0].realm()
    others = await worlds[1].realm("Umbrella")
    admin = realm.administrator
    work = [
        world.do(actor, act)
        for number in range(20)
        for place, world in enumerate(worlds)
        for actor, act in (
            (admin.actor, CreateUser(UserDraft(f"user{number}.{place}"))),
            (admin.actor, IssueKey(admin.user.number, "key")),
            (others.administrator.actor, CreateUser(UserDraft(f"user{number}.{place}"))),
        )
    ]
    await asyncio.gather(*work)

    assert await numbers_of(worlds[0].url, realm.id) == list(range(1, 124))
    assert await numbers_of(worlds[0].url, others.id) == list(range(1, 64))
    await verify_promises(worlds[0].url)


async def test_what_one_store_wrote_the_others_see_at_once(worlds: list[World]) -> None:
    realm = await worlds[0].realm()
    actors = [await world.directory.identify(realm.administrator.secret) for world in worlds]
    for number in range(6):
        writer, reader = worlds[number % 3], worlds[(number + 1) % 3]
        unit = await writer.unit(realm, "unit")
        user = await writer.do(actors[0], CreateUser(UserDraft(f"user{number}", home=unit.number)))
        view = await reader.ask(actors[1], UserByNumber(user.number))
        _, page = await reader.ask(actors[2], Users(Search()))

        assert (view.user, view.standing.home, page.total) == (user, unit, number + 2)


async def test_what_one_store_revokes_is_revoked_in_the_others(worlds: list[World]) -> None:
    realm = await worlds[0].realm()
    person = await worlds[0].person(realm, "mia", (MANAGER,))
    actors = [await world.directory.identify(person.secret) for world in worlds]
    pairs = list(zip(worlds, actors, strict=True))
    for world, actor in pairs:
        await world.ask(actor, Myself())
    viewer = replace(person.user, roles=(realm.roles[VIEWER].id,))
    await worlds[0].do(realm.system, change(person.user, viewer))
    demoted = [
        await outcome(world.do(actor, CreateUser(UserDraft("sam"))))
        for world, actor in zip(worlds, actors, strict=True)
    ]
    await worlds[1].do(realm.administrator.actor, ChangeKeyStatus(person.key.number, active=False))
    revoked = [await outcome(world.ask(actor, Myself())) for world, actor in pairs]

    assert demoted == [PermissionMissing("users:create")] * 3
    assert revoked == [CredentialInvalid()] * 3


async def test_a_role_that_one_store_changes_is_changed_in_the_others_caches(worlds: list[World]) -> None:
    realm = await worlds[0].realm()
    person = await worlds[1].person(realm, "mia", (MANAGER,))
    actor = await worlds[1].directory.identify(person.secret)
    role = realm.roles[MANAGER]
    await worlds[0].do(realm.system, change(role, replace(role, permissions=frozenset({"users:view"}))))

    found = await outcome(worlds[1].do(actor, CreateUser(UserDraft("sam"))))
    view = await worlds[1].ask(actor, Myself())

    assert found == PermissionMissing("users:create")
    assert [it.permissions for it in view.standing.roles] == [frozenset({"users:view"})]


async def test_one_who_hangs_up_does_not_undo_his_act(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    tasks = [asyncio.create_task(world.do(actor, CreateUser(UserDraft(f"user{number}")))) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    last = await world.do(actor, CreateUser(UserDraft("last")))

    assert [isinstance(one, asyncio.CancelledError) for one in outcomes] == [True, False] * 10
    assert last.number == realm.administrator.key.number + 21
    assert len(await entities(world.url, User)) == 22
    await verify_promises(world.url)


async def test_a_full_queue_takes_no_more_and_begins_nothing(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.store.writer.MOST_QUEUED", 10)
    actor = realm.administrator.actor
    outcomes = await asyncio.gather(
        *(outcome(world.do(actor, CreateUser(UserDraft(f"user{number}")))) for number in range(25))
    )
    later = await outcome(world.do(actor, CreateUser(UserDraft("user24"))))

    assert [isinstance(one, User) for one in outcomes] == [True] * 10 + [False] * 15
    assert refused(outcomes) == [Saturated()] * 15
    assert isinstance(later, User)
    await verify_promises(world.url)


async def test_who_asks_together_is_committed_together_and_at_most_so_many(database_url: str) -> None:
    flaws = Flaws()
    async with opened(database_url, FlawedDatabase(database_at(database_url), flaws)) as world:
        realm = await world.realm()
        flaws.batches = 0
        actor = realm.administrator.actor
        await asyncio.gather(*(world.do(actor, CreateUser(UserDraft(f"user{number}"))) for number in range(300)))

        assert flaws.batches == 3
        await verify_promises(database_url)


async def test_closing_carries_out_what_is_queued(database_url: str) -> None:
    async with opened(database_url) as world:
        realm = await world.realm()
        actor = realm.administrator.actor
        work = [asyncio.create_task(world.do(actor, CreateUser(UserDraft(f"user{number}")))) for number in range(300)]
        await asyncio.sleep(0)
    users = await asyncio.gather(*work)

    assert {user.id for user in users} < {user.id for user in await entities(database_url, User)}
    await verify_promises(database_url)


async def test_a_busy_mixture_keeps_every_promise(worlds: list[World]) -> None:
    """Users, keys, revocations, administrators and mistakes of several stores, tenants and actors, all at once."""
    realms = [await worlds[0].realm(name) for name in ("Racoon City", "Umbrella")]
    people = [(realm, await worlds[0].person(realm, None, (MANAGER,))) for realm in realms for _ in range(2)]
    work = []
    for turn in range(20):
        for place, (realm, person) in enumerate(people):
            world, draft = worlds[(turn + place) % 3], UserDraft(f"name{turn % 11}", email="a@example.com")
            role = ADMINISTRATOR if turn % 2 else VIEWER
            act = [
                CreateUser(draft),
                CreateUser(replace(draft, username=f"other{turn}", roles=(role,))),
                IssueKey(person.user.number, "key", VIEWER),
                ChangeKeyStatus(person.key.number, active=turn % 3 == 1),
            ][(turn + place) % 4]
            actor = realm.administrator.actor if turn % 4 == 0 else person.actor
            work.append(outcome(world.do(actor, act)))
    outcomes = await asyncio.gather(*work)
    events: list[Event] = await entities(worlds[0].url, Event)
    made = {one.id for one in outcomes if isinstance(one, User)} | {
        one.key.id for one in outcomes if isinstance(one, IssuedKey)
    }

    assert made <= {event.subject for event in events if event.act in ("user.created", "key.created")}
    await verify_promises(worlds[0].url)


async def test_a_snapshot_differs_by_what_was_written_and_by_nothing_else(world: World, realm: Realm) -> None:
    before = await snapshot(world.url)
    await world.do(realm.administrator.actor, CreateUser(UserDraft("sam", roles=(VIEWER,))))
    after = await snapshot(world.url)
    grown = {table: len(rows) - len(before[table]) for table, rows in after.items() if rows != before[table]}

    counted = {"census": 1, "census_blocks": 0}
    assert grown == {"users": 1, "login_names": 1, "user_roles": 1, "events": 1, "heads": 0} | counted
