"""The last administrator: every tenant keeps an active one, whatever is done, and however much of it at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from muster.core.refusals import LastAdministrator
from muster.core.users import LoginName, User
from tests.support.kept import outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, AUDITOR, MANAGER, Put, Realm, World, change


def ways_to_lose(user: User) -> dict[str, Put]:
    """Everything that makes one administrator less."""
    name = LoginName(user.tenant, user.username, user.id, user.id, "username", user.username, user.number)
    return {
        "removed": Put(((user, None), (name, None))),
        "disabled": change(user, replace(user, active=False)),
        "demoted": change(user, replace(user, administrator=False, roles=())),
        "both": change(user, replace(user, administrator=False, active=False, roles=())),
    }


WAYS = ["removed", "disabled", "demoted", "both"]


@pytest.mark.parametrize("way", WAYS)
async def test_the_last_one_stays_until_there_is_another(world: World, realm: Realm, way: str) -> None:
    losing = ways_to_lose(realm.administrator.user)[way]
    await world.person(realm, None, (MANAGER, AUDITOR))
    before = await snapshot(world.url)
    alone = await outcome(world.do(realm.system, losing))
    after = await snapshot(world.url)
    await world.person(realm, None, (ADMINISTRATOR,))

    then = await outcome(world.do(realm.system, losing))

    assert (alone, then) == (LastAdministrator(), None)
    assert before == after
    await verify_promises(world.url)


async def test_one_who_is_disabled_does_not_count(world: World, realm: Realm) -> None:
    other = await world.person(realm, None, (ADMINISTRATOR,))
    disabled = await world.disable(realm, other.user)

    lost = await outcome(world.do(realm.system, ways_to_lose(realm.administrator.user)["disabled"]))
    await world.do(realm.system, change(disabled, other.user))
    then = await outcome(world.do(realm.system, ways_to_lose(realm.administrator.user)["disabled"]))

    assert (lost, then) == (LastAdministrator(), None)


@pytest.mark.parametrize("together", [True, False])
async def test_of_many_that_go_at_once_one_stays(world: World, realm: Realm, together: bool) -> None:
    people = [realm.administrator, *[await world.person(realm, None, (ADMINISTRATOR,)) for _ in range(4)]]
    losses = [ways_to_lose(person.user)[way] for person, way in zip(people, [*WAYS, "removed"], strict=True)]
    if together:
        pairs = tuple(pair for loss in losses for pair in loss.pairs)
        outcomes = [await outcome(world.do(realm.system, Put(pairs)))]
    else:
        outcomes = await asyncio.gather(*(outcome(world.do(realm.system, loss)) for loss in losses))

    assert refused(outcomes) == [LastAdministrator()]
    await verify_promises(world.url)


async def test_one_act_may_put_another_in_his_place(world: World, realm: Realm) -> None:
    heir = (await world.person(realm)).user
    promoted = replace(heir, administrator=True, roles=(realm.roles[ADMINISTRATOR].id,))
    demoted = replace(realm.administrator.user, administrator=False, roles=())

    await world.do(realm.system, Put(((realm.administrator.user, demoted), (heir, promoted))))

    assert await world.user(realm, heir.number) == promoted
    await verify_promises(world.url)


async def test_other_tenants_administrators_do_not_count(world: World, realm: Realm) -> None:
    await world.realm("Umbrella")

    lost = await outcome(world.do(realm.system, ways_to_lose(realm.administrator.user)["removed"]))

    assert lost == LastAdministrator()
