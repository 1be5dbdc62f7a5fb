"""The tree: how units are made, changed and switched, and who sees which of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.acts import Command, Question
from muster.core.branches import MOST_UNITS, topmost
from muster.core.drafts import CreateUser, UserDraft
from muster.core.events import Event
from muster.core.known import Known
from muster.core.mails import Mail
from muster.core.needs import Need
from muster.core.refusals import BeyondAuthority, Fault, Invalid, PermissionMissing, Taken, Unknown
from muster.core.tree import MOST_LEVELS, Children, CreateUnit, EditUnit, SwitchUnit, UnitByNumber, Units, UnitView
from muster.core.units import Unit, in_effect
from muster.core.users import UserByNumber
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, MANAGER, PLANNER, VIEWER, Person, Realm, World, new


@pytest.fixture
async def planner(world: World, realm: Realm) -> Person:
    """Somebody who may do everything with units, and is not restricted."""
    return await world.person(realm, "ada", (PLANNER,))


async def names(world: World, actor: Person, question: Question[tuple[UnitView, ...]]) -> list[str]:
    return [view.unit.name for view in await world.ask(actor.actor, question)]


async def test_a_unit_is_made_below_another(world: World, realm: Realm, planner: Person) -> None:
    extras = (("b", "2"), ("a", "1"))
    north = await world.do(planner.actor, CreateUnit(realm.root.number, "North", "cold", extras))
    oslo = await world.do(planner.actor, CreateUnit(north.number, "Oslo"))
    found = await world.ask(planner.actor, UnitByNumber(north.number))
    [*_, event, _] = [event for event in await entities(world.url, Event) if event.tenant == realm.id]

    assert found == UnitView(north, ())
    assert (north.parent, north.path) == (realm.root.id, f"{realm.root.path}{north.number}/")
    assert (north.name, north.description, north.extras, north.active) == (
        "North",
        "cold",
        (("a", "1"), ("b", "2")),
        True,
    )
    assert (oslo.parent, oslo.path, oslo.description) == (north.id, f"{north.path}{oslo.number}/", None)
    assert (event.act, event.subject, event.actor) == ("unit.created", north.id, planner.user.id)
    assert {change.field: change.new for change in event.changes} == {
        "number": str(north.number),
        "name": "North",
        "description": "cold",
        "path": north.path,
        "active": "true",
        "a": "1",
        "b": "2",
    }
    await verify_promises(world.url)


async def test_all_that_is_seen_is_listed_by_number_and_below_a_unit_what_is_right_below_it(
    world: World, realm: Realm, planner: Person
) -> None:
    north, south = await world.unit(realm, "north"), await world.unit(realm, "south")
    oslo, bergen = await world.unit(realm, "oslo", north), await world.unit(realm, "bergen", north)
    await world.unit(realm, "harbour", bergen)
    below = {
        number: await names(world, planner, Children(number))
        for number in (realm.root.number, north.number, south.number, bergen.number)
    }

    assert await names(world, planner, Units()) == [realm.root.name, "north", "south", "oslo", "bergen", "harbour"]
    assert await names(world, planner, Units(2, 3)) == ["south", "oslo", "bergen"]
    assert await names(world, planner, Units(6)) == []
    assert await names(world, planner, Children(north.number, 1)) == ["bergen"]
    assert list(below.values()) == [["north", "south"], ["oslo", "bergen"], [], ["harbour"]]
    assert (await world.ask(planner.actor, UnitByNumber(oslo.number, parent=True))).unit == north


async def test_the_restricted_see_and_change_what_lies_in_their_scope_and_know_of_nothing_else(
    world: World, realm: Realm
) -> None:
    north, south = await world.unit(realm, "north"), await world.unit(realm, "south")
    oslo = await world.unit(realm, "oslo", north)
    bergen = await world.unit(realm, "bergen", south)
    person = await world.person(realm, "mia", (PLANNER,), (oslo, north, bergen), north)

    def acts(number: int) -> list[Command[object] | Question[object]]:
        return [
            UnitByNumber(number),
            Children(number),
            CreateUnit(number, "new"),
            EditUnit(number, "new"),
            SwitchUnit(number, active=False),
        ]

    before = await snapshot(world.url)
    for number in (realm.root.number, south.number, 999, 0, -1, 2**63, 10**30):
        for act in acts(number):
            asked = hasattr(act, "answer")
            found = await outcome(world.ask(person.actor, act) if asked else world.do(person.actor, act))  # type: ignore[arg-type]

            assert (number, act, found) == (number, act, Unknown("unit"))

    parents = [await outcome(world.ask(person.actor, UnitByNumber(it.number, parent=True))) for it in (north, bergen)]

    assert parents == [Unknown("unit")] * 2
    assert await snapshot(world.url) == before
    assert await names(world, person, Units()) == ["north", "oslo", "bergen"]
    assert await names(world, person, Children(north.number)) == ["oslo"]

    made = await world.do(person.actor, CreateUnit(oslo.number, "harbour"))

    assert await names(world, person, Units()) == ["north", "oslo", "bergen", "harbour"]
    assert (await world.ask(person.actor, UnitByNumber(made.number, parent=True))).unit == oslo


async def test_above_the_root_there_is_nothing(world: World, realm: Realm, planner: Person) -> None:
    found = await outcome(world.ask(planner.actor, UnitByNumber(realm.root.number, parent=True)))

    assert found == Unknown("unit")


async def test_each_act_demands_its_permission(world: World, realm: Realm) -> None:
    viewer = await world.person(realm, "vera", (VIEWER,))
    number = realm.root.number
    found = [
        await outcome(world.ask(viewer.actor, Units())),
        await outcome(world.ask(viewer.actor, Children(number))),
        await outcome(world.ask(viewer.actor, UnitByNumber(number))),
        await outcome(world.do(viewer.actor, CreateUnit(number, "x"))),
        await outcome(world.do(viewer.actor, EditUnit(number, "x"))),
        await outcome(world.do(viewer.actor, SwitchUnit(number, active=False))),
    ]

    assert found == [
        *[PermissionMissing("units:view")] * 3,
        PermissionMissing("units:create"),
        *[PermissionMissing("units:edit")] * 2,
    ]


LONG = "x" * 256
WRONG: list[tuple[Command[Unit], object]] = [
    (CreateUnit(1, ""), Invalid("name", Fault.MISSING)),
    (CreateUnit(1, " "), Invalid("name", Fault.MISSING)),
    (CreateUnit(1, LONG), Invalid("name", Fault.TOO_LONG, 255)),
    (CreateUnit(1, "a\nb"), Invalid("name", Fault.CHARACTERS)),
    (CreateUnit(1, "a", "x" * 1025), Invalid("description", Fault.TOO_LONG, 1024)),
    (CreateUnit(1, "a", "\x00"), Invalid("description", Fault.CHARACTERS)),
    (CreateUnit(1, "a", extras=(("k", "x" * 65_537),)), Invalid("extras", Fault.TOO_LONG, 65_536)),
    (CreateUnit(1, "a", extras=(("k", "\x00"),)), Invalid("extras", Fault.CHARACTERS)),
    (CreateUnit(1, "a", extras=tuple((f"k{i}", "v") for i in range(101))), Invalid("extras", Fault.TOO_MANY, 100)),
    (EditUnit(1, ""), Invalid("name", Fault.MISSING)),
    (EditUnit(1, LONG), Invalid("name", Fault.TOO_LONG, 255)),
    (EditUnit(1, description="\ud800"), Invalid("description", Fault.CHARACTERS)),
    (EditUnit(1, extras=(("k", "\x00"),)), Invalid("extras", Fault.CHARACTERS)),
]


async def test_wrong_values_are_refused_and_nothing_is_written(world: World, realm: Realm, planner: Person) -> None:
    before = await snapshot(world.url)
    for command, expected in WRONG:
        assert (await outcome(world.do(planner.actor, command)), realm.root.number) == (expected, 1)

    assert await snapshot(world.url) == before


async def test_only_what_is_given_is_changed(world: World, realm: Realm, planner: Person) -> None:
    north = await world.do(planner.actor, CreateUnit(1, "North", "cold", (("a", "1"), ("b", "2"))))
    changes: list[tuple[EditUnit, Unit]] = [
        (EditUnit(north.number), north),
        (EditUnit(north.number, "South"), replace(north, name="South")),
        (EditUnit(north.number, "North", "warm"), replace(north, description="warm")),
        (EditUnit(north.number, description=""), replace(north, description=None)),
        (
            EditUnit(north.number, description="cold", extras=(("c", "3"),)),
            replace(north, extras=(*north.extras, ("c", "3"))),
        ),
        (EditUnit(north.number, extras=(("c", None), ("d", None), ("a", "1"))), north),
    ]
    for command, expected in changes:
        assert (await world.do(planner.actor, command), command) == (expected, command)
        assert (await world.ask(planner.actor, UnitByNumber(north.number))).unit == expected

    before = await snapshot(world.url)
    await world.do(planner.actor, EditUnit(north.number, "North", "cold", (("a", "1"),)))

    assert await snapshot(world.url) == before
    await verify_promises(world.url)


async def test_a_unit_is_switched_with_all_below_it_whatever_was_said_before(
    world: World, realm: Realm, planner: Person
) -> None:
    north = await world.unit(realm, "north")
    oslo = await world.unit(realm, "oslo", north)
    harbour = await world.unit(realm, "harbour", oslo)
    said: list[tuple[Unit, bool, list[bool]]] = [
        (oslo, False, [True, True, False, False]),
        (north, False, [True, False, False, False]),
        (harbour, True, [True, False, False, True]),
        (north, True, [True, True, True, True]),
        (harbour, False, [True, True, True, False]),
        (realm.root, True, [True, True, True, True]),
        (realm.root, False, [False, False, False, False]),
        (oslo, True, [False, False, True, True]),
    ]
    for unit, active, expected in said:
        await world.do(planner.actor, SwitchUnit(unit.number, active))
        listed = [view.unit.active for view in await world.ask(planner.actor, Units())]
        single = [
            (await world.ask(planner.actor, UnitByNumber(it.number))).unit.active
            for it in (realm.root, north, oslo, harbour)
        ]

        assert (unit.name, active, listed, single) == (unit.name, active, expected, expected)

    acts = [event.act for event in await entities(world.url, Event) if event.act.endswith("activated")]

    assert len(acts) == len(said)
    await verify_promises(world.url)


async def test_in_an_inactive_unit_nobody_and_nothing_begins_and_who_is_there_stays(
    world: World, realm: Realm, planner: Person
) -> None:
    north = await world.unit(realm, "north")
    oslo = await world.unit(realm, "oslo", north)
    native = await world.person(realm, "sam", (MANAGER,), (oslo,), oslo)
    await world.do(planner.actor, SwitchUnit(north.number, active=False))
    before = await snapshot(world.url)
    inactive = Invalid("home", Fault.INACTIVE)
    found = [
        await outcome(world.do(planner.actor, CreateUser(UserDraft("zoe", home=oslo.number)))),
        await outcome(world.do(planner.actor, CreateUser(UserDraft("zoe", home=north.number)))),
        await outcome(world.do(native.actor, CreateUser(UserDraft("zoe")))),
        await outcome(world.do(planner.actor, CreateUnit(oslo.number, "harbour"))),
        await outcome(world.do(planner.actor, CreateUnit(north.number, "bergen"))),
    ]
    seen = await world.ask(native.actor, UserByNumber(native.user.number))

    assert found == [inactive] * 3 + [Invalid("parent", Fault.INACTIVE)] * 2
    assert await snapshot(world.url) == before
    assert (seen.standing.home.active, [unit.active for unit in seen.standing.visible]) == (False, [False])

    await world.do(planner.actor, SwitchUnit(north.number, active=True))

    assert (await world.do(native.actor, CreateUser(UserDraft("zoe")))).home == oslo.id


async def test_a_tree_has_twenty_levels(world: World, realm: Realm, planner: Person) -> None:
    unit = realm.root
    for level in range(2, MOST_LEVELS + 1):
        unit = await world.do(planner.actor, CreateUnit(unit.number, f"level {level}"))
    found = await outcome(world.do(planner.actor, CreateUnit(unit.number, "too deep")))
    await world.do(planner.actor, SwitchUnit(realm.root.number, active=False))

    assert found == Invalid("parent", Fault.TOO_MANY, MOST_LEVELS)
    assert not (await world.ask(planner.actor, UnitByNumber(unit.number))).unit.active


async def test_ten_thousand_units_are_enough_and_are_listed_and_switched_together(
    world: World, realm: Realm, planner: Person
) -> None:
    units = [
        Unit(f"u{n:05}", realm.id, n, realm.root.id, f"{realm.root.path}{n}/", f"unit {n}", True, 0)
        for n in range(100_000, 100_000 + MOST_UNITS - 2)
    ]
    await world.do(realm.system, new(*units))
    last = await world.do(planner.actor, CreateUnit(realm.root.number, "last"))
    found = await outcome(world.do(planner.actor, CreateUnit(last.number, "too many")))
    await world.do(planner.actor, SwitchUnit(realm.root.number, active=False))
    listed = await world.ask(planner.actor, Units())

    assert found == Invalid("parent", Fault.TOO_MANY, MOST_UNITS)
    assert (len(listed), any(view.unit.active for view in listed)) == (MOST_UNITS, False)


async def test_a_first_user_is_at_home_in_the_new_unit_and_restricted_to_it(
    world: World, realm: Realm, planner: Person
) -> None:
    draft = UserDraft("zoe", email="zoe@example.com")
    unit = await world.do(planner.actor, CreateUnit(realm.root.number, "north", user=draft))
    user = await world.user(realm, unit.number + 1)
    [mail] = [mail for mail in await entities(world.url, Mail) if mail.user == user.id]

    assert (user.username, user.home, user.scope) == ("zoe", unit.id, (unit.id,))
    assert (mail.recipient, mail.sent_at) == ("zoe@example.com", None)
    assert (await world.ask(planner.actor, UnitByNumber(unit.number))).assigned == (user.number,)
    await verify_promises(world.url)


async def test_a_first_user_may_be_restricted_to_other_units(world: World, realm: Realm, planner: Person) -> None:
    north = await world.unit(realm, "north")
    draft = UserDraft("zoe", scope=(north.number,))
    unit = await world.do(planner.actor, CreateUnit(realm.root.number, "south", user=draft))
    user = await world.user(realm, unit.number + 1)

    assert (user.home, user.scope) == (unit.id, (north.id,))


async def test_a_unit_and_its_first_user_are_made_together_or_not_at_all(world: World, realm: Realm) -> None:
    north, south = await world.unit(realm, "north"), await world.unit(realm, "south")
    person = await world.person(realm, "mia", (PLANNER,), (north,), north)
    before = await snapshot(world.url)
    drafts = [
        (UserDraft("MIA"), Taken("username")),
        (UserDraft(""), Invalid("username", Fault.MISSING)),
        (UserDraft("zoe", roles=(ADMINISTRATOR,)), BeyondAuthority("role")),
        (UserDraft("zoe", scope=(south.number,)), Invalid("scope", Fault.UNKNOWN)),
    ]
    for draft, expected in drafts:
        found = await outcome(world.do(person.actor, CreateUnit(north.number, "new", user=draft)))

        assert (draft, found) == (draft, expected)

    assert await snapshot(world.url) == before


numbers = st.integers(0, 11)


@given(st.lists(numbers, min_size=1, max_size=11), st.lists(st.tuples(numbers, st.booleans()), max_size=15))
def test_what_holds_for_a_unit_is_what_was_last_said_of_it_or_of_a_unit_above_it(
    parents: list[int], said: list[tuple[int, bool]]
) -> None:
    """As if each word were written into every unit below."""
    units = [Unit("u1", "t", 1, None, "1/", "", True, 0)]
    for number, entry in enumerate(parents, 2):
        above = units[entry % len(units)]
        units.append(Unit(f"u{number}", "t", number, above.id, f"{above.path}{number}/", "", True, 0))
    expected = {unit.id: True for unit in units}
    for moment, (pick, active) in enumerate(said, 1):
        chosen = units[pick % len(units)]
        expected |= {unit.id: active for unit in units if chosen.holds(unit)}
        units[pick % len(units)] = replace(chosen, active=active, switched=moment)
    known = Known({})
    for unit in units:
        known.supply(Need(Unit, ("tenant", "number"), ("t", unit.number)), [unit])

    assert {unit.id: unit.active for unit in in_effect(known, *units)} == expected
    assert {unit.id: in_effect(known, unit)[0].active for unit in units} == expected


@given(st.lists(st.lists(st.integers(1, 12), max_size=4), max_size=8))
def test_the_topmost_paths_hold_the_others(branches: list[list[int]]) -> None:
    paths = tuple("1/" + "".join(f"{number}/" for number in branch) for branch in branches)
    found = topmost(paths)

    assert found is not None
    assert set(found) == {
        path for path in paths if not any(path != other and path.startswith(other) for other in paths)
    }
    assert len(found) == len(set(found))
    assert topmost(None) is None
