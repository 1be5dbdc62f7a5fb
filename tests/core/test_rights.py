"""What is told of permissions is what the rules go by."""

from __future__ import annotations

import pytest

from muster.core import permissions
from muster.core.finders import by_number
from muster.core.refusals import PermissionMissing, Unknown
from muster.core.rights import OwnPermissions, PermissionsOf, UnitsFor
from muster.core.tree import SwitchUnit
from tests.support.kept import outcome
from tests.support.world import AUDITOR, MANAGER, PLANNER, TEMPLATES, VIEWER, Realm, World

OF = {(template.catalogue, template.number): template.permissions for template in TEMPLATES}


@pytest.mark.parametrize(
    ("roles", "narrowing", "expected"),
    [
        ((MANAGER,), None, OF[MANAGER]),
        ((VIEWER, AUDITOR), None, OF[VIEWER] | OF[AUDITOR]),
        ((MANAGER,), VIEWER, OF[VIEWER]),
        ((MANAGER,), AUDITOR, frozenset()),
        ((), None, frozenset()),
    ],
)
async def test_ones_own_permissions_are_those_of_his_roles_as_his_key_leaves_them(
    world: World,
    realm: Realm,
    roles: tuple[tuple[str, int], ...],
    narrowing: tuple[str, int] | None,
    expected: frozenset[str],
) -> None:
    person = await world.person(realm, None, roles, narrowing=narrowing)

    assert await world.ask(person.actor, OwnPermissions()) == expected


async def test_the_system_may_do_everything(world: World, realm: Realm) -> None:
    assert await world.ask(realm.system, OwnPermissions()) == permissions.ALL


async def test_in_a_unit_that_one_sees_he_may_do_what_he_may_and_others_are_unknown(world: World, realm: Realm) -> None:
    north, south = await world.unit(realm, "north"), await world.unit(realm, "south")
    mia = await world.person(realm, None, (VIEWER,), (north,))
    found = [
        await outcome(world.ask(mia.actor, OwnPermissions(number)))
        for number in (north.number, south.number, realm.root.number, 999)
    ]

    assert found == [OF[VIEWER], *[Unknown("unit")] * 3]


async def test_another_users_permissions_are_those_of_his_roles_while_he_is_active(world: World, realm: Realm) -> None:
    north = await world.unit(realm, "north")
    viewer = await world.person(realm, None, (VIEWER,), (north,), north)
    manager = await world.person(realm, None, (MANAGER, AUDITOR), (north,), north, narrowing=AUDITOR)
    distant = await world.person(realm, None, (MANAGER,))
    question = PermissionsOf(by_number(manager.user.number))
    found = await world.ask(viewer.actor, question)
    await world.disable(realm, manager.user)

    assert found == OF[MANAGER] | OF[AUDITOR]
    assert await world.ask(viewer.actor, question) == frozenset()
    for number in (distant.user.number, 999):
        assert await outcome(world.ask(viewer.actor, PermissionsOf(by_number(number)))) == Unknown("user")


async def test_who_may_not_see_users_is_not_told_what_they_may(world: World, realm: Realm) -> None:
    auditor = await world.person(realm, None, (AUDITOR,))
    found = await outcome(world.ask(auditor.actor, PermissionsOf(by_number(auditor.user.number))))

    assert found == PermissionMissing("users:view")


async def test_the_units_for_a_permission_are_all_that_one_sees_or_none(world: World, realm: Realm) -> None:
    north, south = await world.unit(realm, "north"), await world.unit(realm, "south")
    oslo = await world.unit(realm, "oslo", north)
    planner = await world.person(realm, None, (PLANNER,))
    mia = await world.person(realm, None, (VIEWER,), (north,))
    await world.do(planner.actor, SwitchUnit(north.number, active=False))
    seen = [(unit.number, unit.active) for unit in await world.ask(mia.actor, UnitsFor("users:view"))]

    assert seen == [(north.number, False), (oslo.number, False)]
    assert await world.ask(mia.actor, UnitsFor("users:edit")) == ()
    assert [unit.number for unit in await world.ask(realm.system, UnitsFor("orders:view"))] == [
        unit.number for unit in (realm.root, north, south, oslo)
    ]
