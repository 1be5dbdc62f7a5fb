"""Whoever can do most goes only when somebody else can do as much: another catalogue's administrator may do less."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from muster.core.acts import Command
from muster.core.editing import EditUser, UserEdit
from muster.core.finders import by_id
from muster.core.leaving import DeleteUser
from muster.core.permissions import ALL
from muster.core.refusals import LastAdministrator
from muster.core.roles import ADMINISTER, Role
from muster.core.users import User
from tests.support.kept import outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, AUDIT, PLANNING, VIEWER, Realm, World, new

CHIEF, LESSER, EQUAL = (AUDIT, 7), (AUDIT, 8), (PLANNING, 7)


Way = Callable[[User], Command[object]]


def deleted(user: User) -> Command[object]:
    return DeleteUser(by_id(user.id))


def disabled(user: User) -> Command[object]:
    return EditUser(by_id(user.id), lambda _: UserEdit(active=False))


WAYS: list[Way] = [deleted, disabled]


async def chief(world: World, realm: Realm) -> User:
    """The only one who may do everything, in a tenant whose administrator may do less."""
    for (catalogue, number), permissions in ((CHIEF, ALL), (LESSER, frozenset({ADMINISTER})), (EQUAL, ALL)):
        role = Role(f"{catalogue} {number}", realm.id, catalogue, number, "Chief", permissions)
        await world.do(realm.system, new(role))
    return (await world.person(realm, roles=(CHIEF,))).user


async def test_who_alone_can_do_most_stays_whoever_administers_besides(world: World, realm: Realm) -> None:
    boss = await chief(world, realm)
    await world.person(realm, roles=(LESSER, VIEWER))
    gone = (await world.person(realm, roles=(CHIEF,))).user
    await world.disable(realm, gone)
    before = await snapshot(world.url)
    found = [await outcome(world.do(realm.system, act(boss))) for act in WAYS]

    assert found == [LastAdministrator()] * 2
    assert await snapshot(world.url) == before
    await world.do(realm.system, EditUser(by_id(boss.id), lambda _: UserEdit(job_title="Chief", locked=True)))
    await world.do(realm.system, deleted(gone))


@pytest.mark.parametrize("role", [CHIEF, EQUAL])
@pytest.mark.parametrize("way", WAYS)
async def test_he_goes_once_somebody_can_do_as_much_by_whichever_catalogue(
    world: World, realm: Realm, way: Way, role: tuple[str, int]
) -> None:
    boss = await chief(world, realm)
    await world.person(realm, roles=(role,))

    await world.do(realm.system, way(boss))

    await verify_promises(world.url)


async def test_who_can_do_less_goes_while_somebody_can_do_more(world: World, realm: Realm) -> None:
    await chief(world, realm)

    await world.do(realm.system, deleted(realm.administrator.user))

    await verify_promises(world.url)


async def test_of_two_who_go_at_once_one_stays(world: World, realm: Realm) -> None:
    both = [await chief(world, realm), (await world.person(realm, roles=(CHIEF, ADMINISTRATOR))).user]

    outcomes = await asyncio.gather(
        *(outcome(world.do(realm.system, way(user))) for way, user in zip(WAYS, both, strict=True))
    )

    assert refused(outcomes) == [LastAdministrator()]
    await verify_promises(world.url)
