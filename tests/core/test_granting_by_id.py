"""One role given or taken by id: within what one holds, of its own catalogue, and never the last administrator's."""

from __future__ import annotations

import asyncio

from muster.core.finders import by_id
from muster.core.granting import GrantRole, RevokeRole, RoleById, RoleCounts, RolesHeld
from muster.core.refusals import BeyondAuthority, Fault, Invalid, LastAdministrator, PermissionMissing, Unknown
from muster.core.roles import ADMINISTER, Role
from muster.core.users import User
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, AUDIT, AUDITOR, MANAGER, STAFF, VIEWER, Person, Realm, World, new

GRANTER = (STAFF, 8)
ROLES = frozenset({"user-roles:view", "user-roles:edit", "user-roles:delete", "roles:view"})


async def granter(world: World, realm: Realm) -> Person:
    """Somebody who gives and takes roles, and holds besides what a viewer does."""
    viewer = realm.roles[VIEWER].permissions
    await world.do(realm.system, new(Role("granter", realm.id, *GRANTER, "Granter", ROLES | viewer)))
    return await world.person(realm, roles=(GRANTER,))


async def held(world: World, realm: Realm, user: User) -> set[tuple[str, int]]:
    kept = await world.user(realm, user.number)
    return {slot for slot, role in realm.roles.items() if role.id in kept.roles}


async def test_the_role_that_is_given_is_the_only_one_of_its_catalogue(world: World, realm: Realm) -> None:
    user = (await world.person(realm, roles=(VIEWER, AUDITOR))).user

    await world.do(realm.system, GrantRole(by_id(user.id), STAFF, realm.roles[MANAGER].id))
    found = await world.ask(realm.system, RolesHeld(by_id(user.id), STAFF))

    assert await held(world, realm, user) == {MANAGER, AUDITOR}
    assert found == (realm.roles[MANAGER],)


async def test_a_role_that_is_taken_leaves_the_others(world: World, realm: Realm) -> None:
    user = (await world.person(realm, roles=(VIEWER, MANAGER, AUDITOR))).user
    viewer = realm.roles[VIEWER].id

    await world.do(realm.system, RevokeRole(by_id(user.id), STAFF, viewer))
    again = await outcome(world.do(realm.system, RevokeRole(by_id(user.id), STAFF, viewer)))

    assert await held(world, realm, user) == {MANAGER, AUDITOR}
    assert again == Unknown("role")


async def test_a_role_of_another_catalogue_is_none_of_this_one(world: World, realm: Realm) -> None:
    user = (await world.person(realm, roles=(AUDITOR,))).user
    other = realm.roles[AUDITOR].id
    unknown = Invalid("role", Fault.UNKNOWN)
    before = await snapshot(world.url)

    assert await outcome(world.do(realm.system, GrantRole(by_id(user.id), STAFF, other))) == unknown
    assert await outcome(world.ask(realm.system, RoleById(STAFF, other))) == unknown
    assert await outcome(world.do(realm.system, RevokeRole(by_id(user.id), STAFF, other))) == Unknown("role")
    assert await world.ask(realm.system, RolesHeld(by_id(user.id), STAFF)) == ()
    assert await snapshot(world.url) == before


async def test_nobody_gives_what_he_lacks_nor_changes_who_holds_it(world: World, realm: Realm) -> None:
    actor = (await granter(world, realm)).actor
    nobody, viewer, boss = [
        (await world.person(realm, roles=roles)).user for roles in ((), (VIEWER,), (ADMINISTRATOR,))
    ]
    ids = {slot: role.id for slot, role in realm.roles.items()}
    before = await snapshot(world.url)
    for command, expected in (
        (GrantRole(by_id(nobody.id), STAFF, ids[MANAGER]), BeyondAuthority("role")),
        (GrantRole(by_id(actor.id), STAFF, ids[ADMINISTRATOR]), BeyondAuthority("role")),
        (GrantRole(by_id(boss.id), STAFF, ids[VIEWER]), BeyondAuthority("user")),
        (RevokeRole(by_id(boss.id), STAFF, ids[ADMINISTRATOR]), BeyondAuthority("user")),
    ):
        assert await outcome(world.do(actor, command)) == expected
    assert await snapshot(world.url) == before
    await world.do(actor, GrantRole(by_id(nobody.id), STAFF, ids[VIEWER]))
    await world.do(actor, RevokeRole(by_id(viewer.id), STAFF, ids[VIEWER]))

    assert [await held(world, realm, user) for user in (nobody, viewer)] == [{VIEWER}, set()]


async def test_the_last_administrator_stays_one(world: World, realm: Realm) -> None:
    boss, ids = realm.administrator.user, {slot: role.id for slot, role in realm.roles.items()}
    acts = (GrantRole(by_id(boss.id), STAFF, ids[VIEWER]), RevokeRole(by_id(boss.id), STAFF, ids[ADMINISTRATOR]))
    for act in acts:
        assert await outcome(world.do(realm.system, act)) == LastAdministrator()
    second = (await world.person(realm, roles=(ADMINISTRATOR,))).user
    both = [RevokeRole(by_id(user.id), STAFF, ids[ADMINISTRATOR]) for user in (boss, second)]

    outcomes = await asyncio.gather(*(outcome(world.do(realm.system, act)) for act in both))

    assert refused(outcomes) == [LastAdministrator()]
    await verify_promises(world.url)


async def test_the_last_one_of_a_catalogue_keeps_its_role_whoever_administers_by_another(
    world: World, realm: Realm
) -> None:
    chief = Role("chief", realm.id, AUDIT, 9, "Chief", frozenset({ADMINISTER}))
    await world.do(realm.system, new(chief))
    both = (await world.person(realm, roles=(ADMINISTRATOR, (AUDIT, 9)))).user
    disabled = (await world.person(realm, roles=((AUDIT, 9),))).user
    await world.disable(realm, disabled)
    acts = (
        GrantRole(by_id(both.id), AUDIT, realm.roles[AUDITOR].id),
        RevokeRole(by_id(both.id), AUDIT, chief.id),
    )
    for act in acts:
        assert await outcome(world.do(realm.system, act)) == LastAdministrator()
    second = (await world.person(realm, roles=((AUDIT, 9),))).user

    outcomes = await asyncio.gather(
        *(outcome(world.do(realm.system, RevokeRole(by_id(it.id), AUDIT, chief.id))) for it in (both, second))
    )

    assert refused(outcomes) == [LastAdministrator()]
    await world.do(realm.system, RevokeRole(by_id(disabled.id), AUDIT, chief.id))
    await verify_promises(world.url)


async def test_roles_are_counted_by_who_holds_them(world: World, realm: Realm) -> None:
    for roles in ((VIEWER,), (VIEWER, MANAGER), (AUDITOR,)):
        await world.person(realm, roles=roles)
    found = await world.ask(realm.system, RoleCounts(STAFF))

    assert [(role.number, count) for role, count in found] == [(1, 1), (2, 1), (3, 2)]
    assert {role for role, _ in found} <= set(await entities(world.url, Role))


async def test_each_act_wants_its_own_permission(world: World, realm: Realm) -> None:
    actor, user = realm.administrator.actor, by_id(realm.administrator.user.id)
    found = [
        await outcome(world.ask(actor, RoleCounts(STAFF))),
        await outcome(world.ask(actor, RoleById(STAFF, "x"))),
        await outcome(world.ask(actor, RolesHeld(user, STAFF))),
        await outcome(world.do(actor, GrantRole(user, STAFF, "x"))),
        await outcome(world.do(actor, RevokeRole(user, STAFF, "x"))),
    ]

    names = ("roles:view", "roles:view", "user-roles:view", "user-roles:edit", "user-roles:delete")
    assert found == [PermissionMissing(name) for name in names]
