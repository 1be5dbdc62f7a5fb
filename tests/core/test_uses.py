"""When a key was last used: noted in memory, written down at most once a minute, and never by the request itself."""

from __future__ import annotations

import pytest

from muster.core import uses
from muster.core.finders import by_number
from muster.core.keys import ApiKey, ChangeKeyStatus
from muster.core.leaving import DeleteUser
from muster.core.refusals import PermissionMissing, Saturated
from muster.core.uses import MOST_NOTED, MOST_TOGETHER, PAUSE, KeepUses, Uses
from tests.core.editors import empower
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import MANAGER, Person, Realm, World


async def used(world: World, person: Person) -> None:
    """A request with the key, as far as it is admitted."""
    await world.directory.admit(await world.directory.identify(person.secret), "192.0.2.1")


async def last_used(world: World) -> dict[str, int | None]:
    keys: list[ApiKey] = await entities(world.url, ApiKey)
    return {key.id: key.last_used_at for key in keys}


async def test_a_use_is_written_down_when_the_directory_is_told_to(world: World, realm: Realm) -> None:
    jill = await world.person(realm)
    before = await snapshot(world.url)

    await used(world, jill)
    unwritten = await snapshot(world.url)
    await world.directory.keep_uses(all_of_them=False)
    found = await last_used(world)

    assert before == unwritten
    assert found == {jill.key.id: world.sources.time, realm.administrator.key.id: None}
    await verify_promises(world.url)


async def test_a_key_is_written_once_a_minute_and_at_the_end(world: World, realm: Realm) -> None:
    jill = await world.person(realm)
    begin = world.sources.time
    found = []
    for later, all_of_them in ((0, False), (1000, False), (PAUSE - 1, False), (PAUSE, False), (PAUSE + 1, True)):
        world.sources.time = begin + later
        await used(world, jill)
        await world.directory.keep_uses(all_of_them=all_of_them)
        found.append((await last_used(world))[jill.key.id])

    assert [at and at - begin for at in found] == [0, 0, 0, PAUSE, PAUSE + 1]


async def test_a_use_is_no_event_and_ends_nobodys_cached_authority(world: World, realm: Realm) -> None:
    jill = await world.person(realm)
    before = await snapshot(world.url)

    await used(world, jill)
    await world.directory.keep_uses(all_of_them=True)
    after = await snapshot(world.url)

    assert {name for name in before if before[name] != after[name]} == {"api_keys"}


async def test_a_later_use_that_another_node_wrote_stands(world: World, realm: Realm) -> None:
    jill = await world.person(realm)

    for at in (7, 9, 8):
        await world.do(realm.system, KeepUses(((jill.key.id, at),)))

    assert (await last_used(world))[jill.key.id] == 9


async def test_a_key_that_is_gone_or_revoked_stays_as_it_is(world: World, realm: Realm) -> None:
    await empower(world, realm)
    gone, revoked = await world.person(realm), await world.person(realm)
    for person in (gone, revoked):
        await used(world, person)
    await world.do(realm.administrator.actor, DeleteUser(by_number(gone.user.number)))
    await world.do(realm.administrator.actor, ChangeKeyStatus(revoked.key.number, active=False))

    await world.directory.keep_uses(all_of_them=True)

    assert await last_used(world) == {revoked.key.id: None, realm.administrator.key.id: None}


async def test_what_could_not_be_written_is_written_later(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await world.person(realm) for _ in range(3)]
    for person in people:
        await used(world, person)
    with monkeypatch.context() as broken:
        broken.setattr("muster.store.writer.MOST_QUEUED", 0)
        found = await outcome(world.directory.keep_uses(all_of_them=False))

    await world.directory.keep_uses(all_of_them=True)

    assert found == Saturated()
    assert [(await last_used(world))[person.key.id] for person in people] == [world.sources.time] * 3


async def test_uses_are_written_in_several_tenants(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    for person in (realm.administrator, other.administrator):
        await used(world, person)

    await world.directory.keep_uses(all_of_them=False)

    assert set((await last_used(world)).values()) == {world.sources.time}
    await verify_promises(world.url)


async def test_only_the_system_writes_uses_down(world: World, realm: Realm) -> None:
    manager = await world.person(realm, None, (MANAGER,))

    for person in (manager, realm.administrator):
        found = await outcome(world.do(person.actor, KeepUses(((manager.key.id, 1),))))

        assert found == PermissionMissing("keys:keep-uses")


def test_what_is_noted_is_bounded_and_taken_in_portions() -> None:
    noted = Uses()
    for number in range(MOST_NOTED + 5):
        noted.note("t", str(number), 1)
    noted.note("t", "0", 2)
    portions = []
    while (taken := noted.take(3, all_of_them=False)) is not None:
        portions.append(taken[1])

    assert [len(portion) for portion in portions] == [MOST_TOGETHER] * (MOST_NOTED // MOST_TOGETHER)
    assert portions[0][0] == ("0", 2)


def test_what_was_written_is_forgotten_after_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = Uses()
    for at in range(0, 10 * uses.PAUSE, uses.PAUSE // 2):
        noted.note("t", str(at), at)
        noted.take(at, all_of_them=False)

    assert len(noted._written) <= 2
