"""Scope: what somebody who is restricted to some units sees, makes and manages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.authority import Actor
from muster.core.drafts import CreateUser, UserDraft
from muster.core.keys import IssueKey
from muster.core.query import Search
from muster.core.refusals import BeyondAuthority, Fault, Invalid, Unknown
from muster.core.roles import RolesOfUnit
from muster.core.units import Unit
from muster.core.users import UserByNumber, Users
from tests.support.kept import outcome
from tests.support.world import MANAGER, STAFF, Person, Realm, World, change


@dataclass(frozen=True)
class Tree:
    """Below the root north (with Oslo in it), south, and a unit whose number begins as north's does."""

    units: dict[str, Unit]
    manager: Person

    def __getitem__(self, name: str) -> Unit:
        return self.units[name]

    def some(self, names: str) -> tuple[Unit, ...]:
        return tuple(self.units[name] for name in names.split())


@pytest.fixture
async def tree(world: World, realm: Realm) -> Tree:
    """The units, and a manager whose home and scope are north."""
    units = {"root": realm.root}
    units["north"] = await world.unit(realm, "north")
    units["oslo"] = await world.unit(realm, "oslo", units["north"])
    units["south"] = await world.unit(realm, "south")
    while "twin" not in units:
        unit = await world.unit(realm, "filler")
        if str(unit.number).startswith(str(units["north"].number)):
            units["twin"] = unit
    manager = await world.person(realm, "mia", (MANAGER,), (units["north"],), units["north"])
    return Tree(units, manager)


# home, scope, whether a manager restricted to north sees such a user, and whether he manages him.
USERS = [
    ("north", "north", True, True),
    ("oslo", "oslo", True, True),
    ("oslo", "north oslo", True, True),
    ("south", "oslo", True, True),
    ("north", "", True, False),
    ("oslo", "", True, False),
    ("oslo", "oslo south", True, False),
    ("north", "root", True, False),
    ("south", "", False, False),
    ("root", "", False, False),
    ("twin", "", False, False),
    ("twin", "twin", False, False),
    ("south", "oslo south", False, False),
    ("south", "south", False, False),
    ("root", "root", False, False),
]


async def test_one_sees_whoever_lives_in_his_scope_or_reaches_no_further(
    world: World, realm: Realm, tree: Tree
) -> None:
    known = 1
    for home, scope, seen, managed in USERS:
        person = await world.person(realm, None, (), tree.some(scope), tree[home])
        number, known = person.user.number, known + seen

        looked = await outcome(world.ask(tree.manager.actor, UserByNumber(number)))
        listed, page = await world.ask(tree.manager.actor, Users(Search()))
        issued = await outcome(world.do(tree.manager.actor, IssueKey(number, "key")))
        found = (looked != Unknown("user"), person.user in [view.user for view in listed], issued != Unknown("user"))

        assert (home, scope, found) == (home, scope, (seen,) * 3)
        assert page.total == len(listed) == known
        assert (home, scope, issued == BeyondAuthority("user")) == (home, scope, seen and not managed)


async def test_one_who_is_not_restricted_sees_everybody(world: World, realm: Realm, tree: Tree) -> None:
    people = [await world.person(realm, None, (), tree.some(scope), tree[home]) for home, scope, *_ in USERS]
    listed, page = await world.ask(realm.administrator.actor, Users(Search()))

    assert {person.user.id for person in people} < {view.user.id for view in listed}
    assert page.total == len(listed) == len(USERS) + 2


# The creator's scope, the draft's home and scope, and what comes of it: a refusal, or the new user's home and scope.
DRAFTS: list[tuple[str, str | None, str, object]] = [
    ("", None, "", ("root", "")),
    ("", "south", "oslo", ("south", "oslo")),
    ("north", None, "", ("south", "north")),
    ("north oslo", None, "", ("south", "north oslo")),
    ("north", "oslo", "", ("oslo", "north")),
    ("north", "north", "oslo", ("north", "oslo")),
    ("north", "north", "oslo oslo", ("north", "oslo")),
    ("north", "south", "", Invalid("home", Fault.UNKNOWN)),
    ("north", "root", "", Invalid("home", Fault.UNKNOWN)),
    ("north", "twin", "", Invalid("home", Fault.UNKNOWN)),
    ("north", "north", "south", Invalid("scope", Fault.UNKNOWN)),
    ("north", "north", "oslo south", Invalid("scope", Fault.UNKNOWN)),
    ("north", "north", "root", Invalid("scope", Fault.UNKNOWN)),
    ("oslo", "oslo", "north", Invalid("scope", Fault.UNKNOWN)),
]


async def test_a_new_user_gets_no_more_scope_than_his_creator_has(world: World, realm: Realm, tree: Tree) -> None:
    for row, (creators, home, scope, expected) in enumerate(DRAFTS):
        lives = tree["south"] if creators else tree["root"]
        creator = await world.person(realm, None, (MANAGER,), tree.some(creators), lives)
        numbers = tuple(unit.number for unit in tree.some(scope))
        draft = UserDraft(f"sam{row}", home=None if home is None else tree[home].number, scope=numbers)

        made = await outcome(world.do(creator.actor, CreateUser(draft)))

        if isinstance(expected, tuple):
            lives_in, reaches = expected
            assert (row, made.home, made.scope) == (
                row,
                tree[lives_in].id,
                tuple(sorted(unit.id for unit in tree.some(reaches))),
            )
        else:
            assert (row, made) == (row, expected)


async def test_a_unit_that_there_is_not_is_refused_by_the_field_that_named_it(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    in_place = [Invalid("home", Fault.UNKNOWN), Invalid("scope", Fault.UNKNOWN), Unknown("unit"), Unknown("user")]
    for number in (0, -1, 999, 2**31, 2**63, -(2**63) - 1, 10**30):
        found = [
            await outcome(world.do(actor, CreateUser(UserDraft("sam", home=number)))),
            await outcome(world.do(actor, CreateUser(UserDraft("sam", scope=(1, number))))),
            await outcome(world.ask(actor, RolesOfUnit(number, STAFF))),
            await outcome(world.ask(actor, UserByNumber(number))),
        ]

        assert (number, found) == (number, in_place)


async def test_the_roles_of_a_unit_are_told_inside_the_scope_only(world: World, tree: Tree) -> None:
    for name, seen in (("north", True), ("oslo", True), ("south", False), ("root", False), ("twin", False)):
        found = await outcome(world.ask(tree.manager.actor, RolesOfUnit(tree[name].number, STAFF)))
        told = [role.number for role in found] if isinstance(found, tuple) else found

        assert (name, told) == (name, [1, 2, 3] if seen else Unknown("unit"))


async def test_one_whose_scope_is_gone_sees_nothing_rather_than_everything(
    world: World, realm: Realm, tree: Tree
) -> None:
    manager = await world.person(realm, None, (MANAGER,), tree.some("oslo"), tree["oslo"])
    other = await world.person(realm, "sam", home=tree["oslo"])
    await world.do(realm.system, change(tree["oslo"], None))
    actor = await world.directory.identify(manager.secret)

    looked = await outcome(world.ask(actor, UserByNumber(other.user.number)))
    views, page = await world.ask(actor, Users(Search()))
    made = await outcome(world.do(actor, CreateUser(UserDraft("zoe", home=tree["south"].number))))

    assert looked == Unknown("user")
    assert (views, page.users, page.total) == ((), (), 0)
    assert made == Invalid("home", Fault.UNKNOWN)


async def test_the_system_makes_a_user_at_the_root_if_it_names_no_other_place(world: World, realm: Realm) -> None:
    user = await world.do(realm.system, CreateUser(UserDraft("sam")))
    view = await world.ask(realm.administrator.actor, UserByNumber(user.number))

    assert (view.standing.home, view.standing.visible) == (realm.root, (realm.root,))


parents = st.lists(st.integers(0, 30), min_size=1, max_size=30)
picks = st.sets(st.integers(0, 30), max_size=3)


def grown(parents: list[int]) -> list[Unit]:
    """A tree: the root, and a unit for each entry, below the unit that it names."""
    units = [Unit("u1", "t", 1, None, "1/", "", True, 0)]
    for number, entry in enumerate(parents, 2):
        above = units[entry % len(units)]
        units.append(Unit(f"u{number}", "t", number, above.id, f"{above.path}{number}/", "", True, 0))
    return units


def ancestors(units: list[Unit], unit: Unit) -> set[str]:
    """The ids of the unit and all above it, found by its parents."""
    found: set[str] = set()
    by_id = {it.id: it for it in units}
    above: Unit | None = unit
    while above is not None:
        found.add(above.id)
        above = by_id.get(above.parent or "")
    return found


@given(parents, picks, picks)
def test_a_scope_holds_its_units_and_all_below_them(parents: list[int], own: set[int], others: set[int]) -> None:
    units = grown(parents)
    scope = tuple(units[pick % len(units)] for pick in own)
    wanted = tuple(units[pick % len(units)] for pick in others)
    actor = Actor("t", "user", "a", "a", frozenset(), scope, "u1", 0)
    inside = {unit.id for unit in units if ancestors(units, unit) & {one.id for one in scope}}

    assert {unit.id for unit in units if actor.sees(unit)} == inside
    assert actor.covers(wanted) is (bool(wanted) and {unit.id for unit in wanted} <= inside)
    assert replace(actor, scope=None).covers(wanted)
