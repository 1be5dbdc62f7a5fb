"""Giving and taking roles and scope: of one catalogue, within what one holds and sees, and at once."""

from __future__ import annotations

import asyncio

import pytest

from muster.core.editing import SetRoles, SetScope
from muster.core.events import Change
from muster.core.finders import by_number
from muster.core.refusals import BeyondAuthority, Fault, Invalid, LastAdministrator, PermissionMissing, Unknown
from muster.core.units import Unit
from muster.core.users import User, UserByNumber
from tests.core.editors import ASSIGN, EDIT, empower, kept, newest
from tests.support.kept import outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, AUDIT, AUDITOR, MANAGER, STAFF, VIEWER, Realm, World

Roles = tuple[tuple[str, int], ...]

ROLE, USER, SCOPE = BeyondAuthority("role"), BeyondAuthority("user"), BeyondAuthority("scope")


@pytest.fixture
async def realm(world: World) -> Realm:
    """A tenant whose administrators and managers may change users."""
    realm = await world.realm()
    await empower(world, realm)
    return realm


def granting(user: User, *numbers: int, catalogue: str = STAFF) -> SetRoles:
    return SetRoles(by_number(user.number), catalogue, numbers)


# The actor's roles and narrowing, the user's roles, the numbers that he shall have in the catalogue, and what then.
GRANTS: list[tuple[Roles, tuple[str, int] | None, Roles, tuple[int, ...], object]] = [
    ((ADMINISTRATOR,), None, (), (1,), {ADMINISTRATOR}),
    ((ADMINISTRATOR,), None, (VIEWER,), (2, 3), {MANAGER, VIEWER}),
    ((ADMINISTRATOR,), None, (VIEWER, MANAGER), (2, 2), {MANAGER}),
    ((ADMINISTRATOR,), None, (VIEWER, AUDITOR), (), {AUDITOR}),
    ((ADMINISTRATOR,), None, (ADMINISTRATOR, AUDITOR), (3,), {VIEWER, AUDITOR}),
    ((MANAGER,), None, (VIEWER,), (2,), {MANAGER}),
    ((MANAGER,), None, (MANAGER,), (3,), {VIEWER}),
    ((MANAGER,), None, (VIEWER,), (1,), ROLE),
    ((MANAGER,), None, (VIEWER,), (3, 1), ROLE),
    ((MANAGER,), None, (ADMINISTRATOR,), (3,), USER),
    ((MANAGER,), None, (VIEWER, AUDITOR), (3,), USER),
    ((MANAGER, AUDITOR), None, (VIEWER, AUDITOR), (2,), {MANAGER, AUDITOR}),
    ((ADMINISTRATOR,), MANAGER, (VIEWER,), (2,), {MANAGER}),
    ((ADMINISTRATOR,), MANAGER, (VIEWER,), (1,), ROLE),
    ((ADMINISTRATOR,), MANAGER, (ADMINISTRATOR,), (3,), USER),
    ((VIEWER,), None, (), (3,), PermissionMissing(EDIT)),
    ((ADMINISTRATOR,), None, (VIEWER,), (4,), Invalid("roles", Fault.UNKNOWN)),
    ((ADMINISTRATOR,), None, (VIEWER,), (2**70,), Invalid("roles", Fault.UNKNOWN)),
    ((ADMINISTRATOR,), None, (VIEWER,), tuple(range(101)), Invalid("roles", Fault.TOO_MANY, 100)),
]


async def test_roles_are_given_and_taken_within_what_one_holds(world: World, realm: Realm) -> None:
    for row, (own, narrowing, theirs, numbers, expected) in enumerate(GRANTS):
        actor = (await world.person(realm, None, own, narrowing=narrowing)).actor
        user = (await world.person(realm, None, theirs)).user
        before = await snapshot(world.url)

        found = await outcome(world.do(actor, granting(user, *numbers)))

        if isinstance(expected, set):
            assert (row, set(found.roles)) == (row, {realm.roles[role].id for role in expected})
            assert found == await kept(world, realm, user)
            assert found.administrator is (ADMINISTRATOR in expected)
            assert (found.version, found.roles) == (2, tuple(sorted(found.roles)))
        else:
            assert (row, found) == (row, expected)
            assert await snapshot(world.url) == before
    await verify_promises(world.url)


async def test_the_roles_of_another_catalogue_are_their_own(world: World, realm: Realm) -> None:
    user = (await world.person(realm, None, (MANAGER, AUDITOR))).user
    staff, audit = realm.roles[MANAGER].id, realm.roles[AUDITOR].id

    without_audit = await world.do(realm.administrator.actor, granting(user, catalogue=AUDIT))
    event = await newest(world)
    with_audit = await world.do(realm.administrator.actor, granting(user, 1, catalogue=AUDIT))

    assert (without_audit.roles, with_audit.roles) == ((staff,), tuple(sorted((staff, audit))))
    assert (event.act, event.changes) == ("user.roles-set", (Change("roles", audit, None),))


async def test_who_has_the_roles_already_is_not_written(world: World, realm: Realm) -> None:
    user = (await world.person(realm, None, (MANAGER, VIEWER, AUDITOR))).user
    before = await snapshot(world.url)

    found = await world.do(realm.administrator.actor, granting(user, 3, 2))

    assert (found, before) == (user, await snapshot(world.url))


async def test_nobody_gives_himself_more_and_everybody_may_take_from_himself(world: World, realm: Realm) -> None:
    manager = await world.person(realm, None, (MANAGER,))

    more = await outcome(world.do(manager.actor, granting(manager.user, 1)))
    less = await world.do(manager.actor, granting(manager.user, 3))
    then = await outcome(world.do(manager.actor, granting(manager.user, 2)))

    assert (more, less.roles, then) == (ROLE, (realm.roles[VIEWER].id,), PermissionMissing(EDIT))


async def test_the_last_administrator_stays_one_however_many_step_down_at_once(world: World, realm: Realm) -> None:
    people = [realm.administrator, *[await world.person(realm, None, (ADMINISTRATOR,)) for _ in range(3)]]
    system = realm.system

    found = await asyncio.gather(*(outcome(world.do(system, granting(person.user, 3))) for person in people))

    assert refused(found) == [LastAdministrator()]
    await verify_promises(world.url)


async def test_of_two_who_take_it_from_each_other_one_succeeds(world: World, realm: Realm) -> None:
    one, other = realm.administrator, await world.person(realm, None, (ADMINISTRATOR,))

    found = await asyncio.gather(
        outcome(world.do(one.actor, granting(other.user, 3))), outcome(world.do(other.actor, granting(one.user, 3)))
    )

    assert refused(found) == [PermissionMissing(EDIT)]
    await verify_promises(world.url)


@pytest.fixture
async def units(world: World, realm: Realm) -> dict[str, Unit]:
    """North with Oslo in it, and south."""
    north = await world.unit(realm, "north")
    oslo, south = await world.unit(realm, "oslo", north), await world.unit(realm, "south")
    return {"root": realm.root, "north": north, "oslo": oslo, "south": south}


# The actor's scope, the user's home and scope, the units that he shall be restricted to, and what then.
SCOPES: list[tuple[str, str, str, str, object]] = [
    ("", "root", "", "north south", "north south"),
    ("", "root", "north", "", ""),
    ("", "root", "north", "oslo oslo", "oslo"),
    ("", "root", "", "root", "root"),
    ("north", "root", "oslo", "north", "north"),
    ("north", "north", "oslo north", "oslo", "oslo"),
    ("north", "north", "oslo", "", SCOPE),
    ("north", "north", "oslo", "south", Invalid("scope", Fault.UNKNOWN)),
    ("north", "north", "oslo", "oslo root", Invalid("scope", Fault.UNKNOWN)),
    ("north", "north", "", "oslo", USER),
    ("north", "north", "oslo south", "oslo", USER),
    ("north", "south", "south", "oslo", Unknown("user")),
    ("oslo", "north", "oslo", "north", Invalid("scope", Fault.UNKNOWN)),
]


async def test_a_scope_is_given_within_ones_own(world: World, realm: Realm, units: dict[str, Unit]) -> None:
    def some(names: str) -> list[Unit]:
        return [units[name] for name in names.split()]

    for row, (own, home, theirs, wanted, expected) in enumerate(SCOPES):
        actor = (await world.person(realm, None, (MANAGER,), some(own), units["root"])).actor
        user = (await world.person(realm, None, (VIEWER,), some(theirs), units[home])).user
        command = SetScope(by_number(user.number), tuple(unit.number for unit in some(wanted)))
        before = await snapshot(world.url)

        found = await outcome(world.do(actor, command))

        if isinstance(expected, str):
            assert (row, found.scope) == (row, tuple(sorted(unit.id for unit in some(expected))))
            assert found == await kept(world, realm, user)
        else:
            assert (row, found) == (row, expected)
            assert await snapshot(world.url) == before
    await verify_promises(world.url)


async def test_a_scope_that_stands_is_not_written_again(world: World, realm: Realm, units: dict[str, Unit]) -> None:
    user = (await world.person(realm, None, (), (units["north"], units["south"]))).user
    numbers = (units["south"].number, units["north"].number)
    before = await snapshot(world.url)

    found = await world.do(realm.administrator.actor, SetScope(by_number(user.number), numbers))

    assert (found, before) == (user, await snapshot(world.url))


async def test_a_scope_acts_at_once_on_who_was_seen_before(world: World, realm: Realm, units: dict[str, Unit]) -> None:
    viewer = await world.person(realm, None, (VIEWER,))
    other = await world.person(realm, None, home=units["south"])
    question = UserByNumber(other.user.number)
    await world.ask(viewer.actor, question)

    await world.do(realm.administrator.actor, SetScope(by_number(viewer.user.number), (units["north"].number,)))
    event = await newest(world)
    then = await outcome(world.ask(await world.directory.identify(viewer.secret), question))
    await world.do(realm.administrator.actor, SetScope(by_number(viewer.user.number), ()))
    again = await world.ask(await world.directory.identify(viewer.secret), question)

    assert (event.act, event.changes) == ("user.scope-set", (Change("scope", None, units["north"].id),))
    assert (then, again.user) == (Unknown("user"), other.user)


async def test_who_may_not_assign_units_sets_no_scope(world: World, realm: Realm) -> None:
    viewer, other = await world.person(realm, None, (VIEWER,)), await world.person(realm)

    found = await outcome(world.do(viewer.actor, SetScope(by_number(other.user.number), ())))

    assert found == PermissionMissing(ASSIGN)


async def test_too_many_units_are_refused(world: World, realm: Realm) -> None:
    other = await world.person(realm)

    found = await outcome(
        world.do(realm.administrator.actor, SetScope(by_number(other.user.number), tuple(range(1001))))
    )

    assert found == Invalid("scope", Fault.TOO_MANY, 1000)
