"""Who is restricted to a unit, said from its side: what changes, who may say so, and that nobody climbs by it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partialmethod

import pytest

from muster.core.assignments import MOST_USERS, AssignUsers
from muster.core.branches import Assigned
from muster.core.events import Event
from muster.core.refusals import BeyondAuthority, Fault, Invalid, PermissionMissing, Refused, Unknown
from muster.core.tree import UnitByNumber, Units
from muster.core.units import Unit
from muster.core.users import User
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import MANAGER, PLANNER, Person, Put, Realm, World


@dataclass(frozen=True)
class Places:
    """Below the root north, with oslo in it, and south; and a planner who is not restricted."""

    north: Unit
    oslo: Unit
    south: Unit
    planner: Person


@pytest.fixture
async def places(world: World, realm: Realm) -> Places:
    north, south = await world.unit(realm, "north"), await world.unit(realm, "south")
    oslo = await world.unit(realm, "oslo", north)
    return Places(north, oslo, south, await world.person(realm, "ada", (PLANNER,)))


async def scopes(world: World, realm: Realm, *people: Person) -> list[set[str]]:
    return [set((await world.user(realm, person.user.number)).scope) for person in people]


async def test_the_users_of_a_unit_are_overwritten_and_shown(world: World, realm: Realm, places: Places) -> None:
    ada, north, south = places.planner, places.north, places.south
    free = await world.person(realm)
    both = await world.person(realm, scope=(north, south))
    one = await world.person(realm, scope=(north,))
    await world.do(ada.actor, AssignUsers(north.number, (both.user.number, free.user.number, free.user.number)))
    found = await scopes(world, realm, free, both, one)
    shown = [view.assigned for view in await world.ask(ada.actor, Units())]
    events = [event for event in await entities(world.url, Event) if event.act == "user.scope-set"]

    assert found == [{north.id}, {north.id, south.id}, set()]
    assert shown == [(), (free.user.number, both.user.number), (both.user.number,), ()]
    assert {event.subject for event in events} == {free.user.id, one.user.id}
    assert (await world.user(realm, free.user.number)).version == 2

    await world.do(ada.actor, AssignUsers(north.number, ()))

    assert await scopes(world, realm, free, both, one) == [set(), {south.id}, set()]
    assert (await world.ask(ada.actor, UnitByNumber(north.number))).assigned == ()
    await verify_promises(world.url)


async def test_what_is_so_already_is_not_written_again(world: World, realm: Realm, places: Places) -> None:
    one = await world.person(realm, scope=(places.north,))
    before = await snapshot(world.url)
    await world.do(places.planner.actor, AssignUsers(places.north.number, (one.user.number,)))
    await world.do(places.planner.actor, AssignUsers(places.south.number, ()))

    assert await snapshot(world.url) == before


async def test_the_permission_is_demanded_first(world: World, realm: Realm) -> None:
    manager = await world.person(realm, None, (MANAGER,))

    assert await outcome(world.do(manager.actor, AssignUsers(999, ()))) == PermissionMissing("units:assign")


async def test_units_and_users_out_of_sight_are_unknown(world: World, realm: Realm, places: Places) -> None:
    north, south = places.north, places.south
    mia = await world.person(realm, "mia", (PLANNER,), (north,), north)
    inside = await world.person(realm, scope=(places.oslo,), home=north)
    outside = await world.person(realm, scope=(south,), home=south)
    before = await snapshot(world.url)
    for unit in (south.number, realm.root.number, 999, -1, 2**63):
        assert await outcome(world.do(mia.actor, AssignUsers(unit, (inside.user.number,)))) == Unknown("unit")
    for user in (outside.user.number, 999, 0, 2**63):
        found = await outcome(world.do(mia.actor, AssignUsers(north.number, (inside.user.number, user))))

        assert found == Invalid("users", Fault.UNKNOWN)

    assert await snapshot(world.url) == before


async def test_whom_one_does_not_see_stays_assigned_and_is_not_shown(
    world: World, realm: Realm, places: Places
) -> None:
    north, oslo, south = places.north, places.oslo, places.south
    mia = await world.person(realm, "mia", (PLANNER,), (north,), north)
    hidden = await world.person(realm, scope=(oslo, south), home=south)
    seen = await world.person(realm, scope=(oslo, north), home=south)
    shown = (await world.ask(mia.actor, UnitByNumber(oslo.number))).assigned
    await world.do(mia.actor, AssignUsers(oslo.number, ()))

    assert shown == (seen.user.number,)
    assert await scopes(world, realm, hidden, seen) == [{oslo.id, south.id}, {north.id}]
    assert (await world.ask(places.planner.actor, UnitByNumber(oslo.number))).assigned == (hidden.user.number,)


async def test_a_restricted_actor_frees_nobody_from_all_restriction(world: World, realm: Realm, places: Places) -> None:
    north, oslo = places.north, places.oslo
    mia = await world.person(realm, "mia", (PLANNER,), (north,), north)
    one = await world.person(realm, scope=(oslo,), home=oslo)
    before = await snapshot(world.url)
    found = [
        await outcome(world.do(mia.actor, AssignUsers(oslo.number, ()))),
        await outcome(world.do(mia.actor, AssignUsers(north.number, ()))),
        await outcome(world.do(mia.actor, AssignUsers(north.number, (one.user.number,)))),
    ]

    assert found == [BeyondAuthority("scope")] * 3
    assert await snapshot(world.url) == before


async def test_who_holds_or_sees_more_than_the_actor_is_not_changed(world: World, realm: Realm, places: Places) -> None:
    north, oslo, south = places.north, places.oslo, places.south
    mia = await world.person(realm, "mia", (PLANNER,), (north,), north)
    mighty = await world.person(realm, None, (MANAGER,), (oslo,), oslo)
    free = await world.person(realm, home=oslo)
    wide = await world.person(realm, scope=(oslo, south), home=oslo)
    before = await snapshot(world.url)
    found = [
        await outcome(world.do(mia.actor, AssignUsers(north.number, (mia.user.number, mighty.user.number)))),
        await outcome(world.do(mia.actor, AssignUsers(north.number, (mia.user.number, free.user.number)))),
        await outcome(world.do(mia.actor, AssignUsers(oslo.number, (mighty.user.number,)))),
        await outcome(world.do(places.planner.actor, AssignUsers(oslo.number, (wide.user.number,)))),
    ]

    assert found == [BeyondAuthority("user")] * 4
    assert await snapshot(world.url) == before


async def test_who_narrows_himself_is_narrowed_at_once(world: World, realm: Realm, places: Places) -> None:
    ada, north = places.planner, places.north
    await world.do(ada.actor, AssignUsers(north.number, (ada.user.number,)))
    actor = await world.identified(ada.secret)
    views = await world.ask(ada.actor, Units())

    assert [view.unit for view in views] == [north, places.oslo]
    assert actor.scope == (north,)
    assert await outcome(world.do(ada.actor, AssignUsers(north.number, ()))) == BeyondAuthority("scope")


async def test_acts_of_one_batch_see_each_other(world: World, realm: Realm, places: Places) -> None:
    ada, unit = places.planner.actor, places.north.number
    people = [await world.person(realm) for _ in range(4)]
    numbers = [person.user.number for person in people]
    await asyncio.gather(
        world.do(ada, AssignUsers(unit, tuple(numbers[:3]))),
        world.do(ada, AssignUsers(unit, tuple(numbers[1:2]))),
        world.do(ada, AssignUsers(unit, tuple(numbers[2:]))),
    )

    assert (await world.ask(ada, UnitByNumber(unit))).assigned == tuple(numbers[2:])
    assert await scopes(world, realm, *people) == [set(), set(), {places.north.id}, {places.north.id}]


async def crowd(world: World, realm: Realm, unit: Unit, size: int) -> list[int]:
    """So many users who are restricted to a unit, put there without much ado."""
    like: User = (await world.person(realm, scope=(unit,))).user
    users = [replace(like, id=f"u{n}", number=n, username=f"crowd{n}") for n in range(50_000, 50_000 + size)]
    await world.do(realm.system, Put(tuple((None, user) for user in users)))
    return [like.number, *(user.number for user in users)]


async def test_at_most_a_thousand_users_are_assigned_at_once(world: World, realm: Realm, places: Places) -> None:
    ada, north, south = places.planner.actor, places.north, places.south
    numbers = await crowd(world, realm, north, MOST_USERS)
    too_many = Invalid("users", Fault.TOO_MANY, MOST_USERS)
    found = [
        await outcome(world.do(ada, AssignUsers(north.number, ()))),
        await outcome(world.do(ada, AssignUsers(south.number, tuple(numbers)))),
    ]
    await world.do(ada, AssignUsers(south.number, tuple(numbers[1:])))
    shown = await world.ask(ada, UnitByNumber(north.number))
    await world.do(ada, AssignUsers(south.number, ()))

    assert found == [too_many] * 2
    assert shown.assigned == tuple(numbers)
    assert (await world.ask(ada, UnitByNumber(south.number))).assigned == ()


async def test_a_user_is_restricted_to_a_thousand_units_at_most_and_is_served_all_the_same(
    world: World, realm: Realm, places: Places
) -> None:
    units = [
        Unit(f"u{n:05}", realm.id, n, realm.root.id, f"{realm.root.path}{n}/", f"unit {n}", True, 0)
        for n in range(100_000, 101_000)
    ]
    await world.do(realm.system, Put(tuple((None, unit) for unit in units)))
    many = await world.person(realm, None, (PLANNER,), units)
    found = await outcome(world.do(places.planner.actor, AssignUsers(places.north.number, (many.user.number,))))
    listed = await world.ask(many.actor, Units())

    assert found == Invalid("users", Fault.TOO_MANY, 1000)
    assert [view.unit for view in listed] == units
    assert {view.assigned for view in listed} == {(many.user.number,)}


async def test_assignments_are_left_out_of_a_list_with_too_many_of_them(
    world: World, realm: Realm, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Assigned, "__init__", partialmethod(Assigned.__init__, limit=3))
    await crowd(world, realm, places.north, 3)
    one = await world.person(realm, scope=(places.south,))
    listed = await world.ask(places.planner.actor, Units())

    assert {view.assigned for view in listed} == {()}
    assert (await world.ask(places.planner.actor, UnitByNumber(places.south.number))).assigned == (one.user.number,)


async def test_a_refusal_of_one_user_changes_none(world: World, realm: Realm, places: Places) -> None:
    mia = await world.person(realm, "mia", (PLANNER,), (places.north,), places.north)
    good = await world.person(realm, scope=(places.oslo,), home=places.oslo)
    bad = await world.person(realm, None, (MANAGER,), (places.oslo,), places.oslo)
    before = await snapshot(world.url)
    with pytest.raises(Refused):
        await world.do(mia.actor, AssignUsers(places.north.number, (good.user.number, bad.user.number)))

    assert await snapshot(world.url) == before
