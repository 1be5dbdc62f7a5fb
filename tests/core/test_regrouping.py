"""Groups made and changed with who is in them, in one act; and groups found by what a question names."""

from __future__ import annotations

import asyncio
import random

import pytest

from muster.core.drafts import UserDraft
from muster.core.enrolment import EnrolUser
from muster.core.events import Event
from muster.core.finders import by_id
from muster.core.groups import (
    BY_ID,
    CreateGroup,
    DeleteGroup,
    Group,
    GroupById,
    GroupCount,
    GroupDraft,
    GroupEdit,
    Groups,
)
from muster.core.leaving import DeleteUser
from muster.core.members import ChangeMembers, MembersOf, SetMembers, Strangers
from muster.core.memberships import Membership
from muster.core.picking import PickGroups
from muster.core.refusals import BeyondAuthority, Fault, Invalid, Outdated, PermissionMissing, Taken, Unknown
from muster.core.regrouping import FormGroup, ReviseGroup, Roster
from muster.core.roles import Role
from muster.core.users import User
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import STAFF, VIEW, Realm, World, new

UNKNOWN = Invalid("members", Fault.UNKNOWN)
FULL = Invalid("groups", Fault.TOO_MANY, 2)


async def users(world: World, realm: Realm, count: int) -> list[str]:
    return [(await world.person(realm)).user.id for _ in range(count)]


async def members(world: World, group: str) -> set[str]:
    return {one.user for one in await entities(world.url, Membership) if one.body == group}


async def acts(world: World, realm: Realm) -> list[str]:
    found: list[Event] = [event for event in await entities(world.url, Event) if event.tenant == realm.id]
    return [event.act for event in sorted(found, key=lambda event: event.sequence) if event.noun == "group"]


async def test_a_group_is_made_with_its_members(world: World, realm: Realm) -> None:
    a, b = await users(world, realm, 2)

    group = await world.do(realm.system, FormGroup(GroupDraft("Stars", "ext"), (a, b, a)))

    assert await members(world, group.id) == {a, b}
    assert await world.ask(realm.system, GroupById(group.id)) == group
    assert await acts(world, realm) == ["group.created", "group.members-changed"]


async def test_a_group_with_an_unknown_member_is_not_made(world: World, realm: Realm) -> None:
    [a] = await users(world, realm, 1)
    [foreign] = await users(world, await world.realm("Umbrella"), 1)
    before = await snapshot(world.url)
    for unknown in (foreign, "nobody", "", "\x00", "\ud800"):
        assert await outcome(world.do(realm.system, FormGroup(GroupDraft("Stars"), (a, unknown)))) == UNKNOWN

    assert await snapshot(world.url) == before


async def test_texts_and_members_change_in_one_act_or_not_at_all(world: World, realm: Realm) -> None:
    a, b, c = await users(world, realm, 3)
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars"), (a, b)))
    await world.do(realm.system, CreateGroup(GroupDraft("Bravo")))
    before = await snapshot(world.url)
    for edit, roster, expected in (
        (GroupEdit("bravo"), Roster(add=(c,)), Taken("name")),
        (GroupEdit("Alpha"), Roster(add=(c, "nobody")), UNKNOWN),
        (GroupEdit("Alpha"), Roster(True, ("nobody",)), UNKNOWN),
    ):
        assert await outcome(world.do(realm.system, ReviseGroup(group.id, edit, roster))) == expected
    assert await snapshot(world.url) == before

    changed = await world.do(realm.system, ReviseGroup(group.id, GroupEdit("Alpha"), Roster(False, (c, b), (a, "x"))))

    assert (changed.name, await members(world, group.id)) == ("Alpha", {b, c})
    assert await world.ask(realm.system, GroupById(group.id)) == changed


async def test_an_emptied_group_has_those_who_come_and_nobody_else(world: World, realm: Realm) -> None:
    a, b, c = await users(world, realm, 3)
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars"), (a, b)))
    for wanted in ((b, c), (), (a, b, c)):
        await world.do(realm.system, ReviseGroup(group.id, GroupEdit(), Roster(True, wanted)))

        assert await members(world, group.id) == set(wanted)


async def test_what_changes_nothing_is_no_new_version(world: World, realm: Realm) -> None:
    a, b = await users(world, realm, 2)
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars"), (a,)))
    before = await snapshot(world.url)
    for roster in (Roster(add=(a,)), Roster(remove=(b, "nobody")), Roster(True, (a,)), Roster()):
        assert await world.do(realm.system, ReviseGroup(group.id, GroupEdit("Stars"), roster)) == group

    assert await snapshot(world.url) == before


async def test_a_change_meant_for_another_version_is_refused(world: World, realm: Realm) -> None:
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars")))
    for versions in (frozenset(), frozenset({group.version + 1})):
        for act in (ReviseGroup(group.id, GroupEdit("x"), versions=versions), DeleteGroup(group.id, versions)):
            assert await outcome(world.do(realm.system, act)) == Outdated("group")
    versions = frozenset({7, group.version})
    changed = await world.do(realm.system, ReviseGroup(group.id, GroupEdit("x"), versions=versions))

    assert await outcome(world.do(realm.system, DeleteGroup(group.id, versions))) == Outdated("group")
    assert await outcome(world.do(realm.system, DeleteGroup(group.id, frozenset({changed.version})))) is None


async def test_who_may_not_change_groups_or_sees_units_only_changes_none(world: World, realm: Realm) -> None:
    verbs = frozenset(f"groups:{verb}" for verb in ("view", "create", "edit"))
    await world.do(realm.system, new(Role("groups", realm.id, STAFF, 8, "Groups", verbs)))
    unit = await world.unit(realm, "unit")
    scoped = (await world.person(realm, roles=((STAFF, 8),), scope=(unit,))).actor
    nobody = (await world.person(realm)).actor
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars")))
    for act, verb in ((FormGroup(GroupDraft("x")), "create"), (ReviseGroup(group.id, GroupEdit("x")), "edit")):
        assert await outcome(world.do(nobody, act)) == PermissionMissing(f"groups:{verb}")
        assert await outcome(world.do(scoped, act)) == BeyondAuthority("scope")


@pytest.fixture
def set_wise(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if two were many: who joins is looked up all at once."""
    monkeypatch.setattr("muster.core.memberships.MOST_LOOKED_UP", 1)


@pytest.mark.usefixtures("set_wise")
async def test_many_join_at_once_as_few_do(world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.core.memberships.MOST_OF_A_USER", 2)
    a, b, c, d = await users(world, realm, 4)
    [foreign] = await users(world, await world.realm("Umbrella"), 1)
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars"), (a, b)))
    for name in ("first", "second"):
        await world.do(realm.system, FormGroup(GroupDraft(name), (d, c)[: 1 + (name == "first")]))
    before = await snapshot(world.url)
    for wanted, expected in (
        ((a, c, foreign), UNKNOWN),
        ((a, c, "\x00"), UNKNOWN),
        ((a, c, d), FULL),
    ):
        for roster in (Roster(add=wanted), Roster(True, wanted)):
            assert await outcome(world.do(realm.system, ReviseGroup(group.id, GroupEdit(), roster))) == expected
    assert await snapshot(world.url) == before

    await world.do(realm.system, ReviseGroup(group.id, GroupEdit(), Roster(add=(c, a, b))))

    assert await members(world, group.id) == {a, b, c}
    await verify_promises(world.url)


@pytest.mark.usefixtures("set_wise")
async def test_many_who_join_are_as_the_batch_has_left_them(world: World, realm: Realm) -> None:
    dice = random.Random(4)
    them = await users(world, realm, 6)
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars")))
    for _ in range(25):
        expected = await members(world, group.id)
        some = [tuple(dice.sample(them, dice.randrange(2, 6))) for _ in range(4)]
        rosters = [Roster(dice.random() < 0.3, wanted, tuple(them[:1]) * dice.randrange(2)) for wanted in some]
        acts_ = [ReviseGroup(group.id, GroupEdit(), roster) for roster in rosters]
        await asyncio.gather(*(world.do(realm.system, act) for act in acts_))
        for roster in rosters:
            gone = set() if roster.emptied else set(roster.remove) - set(roster.add)
            expected = (set() if roster.emptied else expected - gone) | set(roster.add)

        assert await members(world, group.id) == expected
    await verify_promises(world.url)


@pytest.mark.usefixtures("set_wise")
async def test_many_join_beside_one_who_is_made_and_one_who_ends(world: World, realm: Realm) -> None:
    a, b, c = await users(world, realm, 3)
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars")))
    outcomes = await asyncio.gather(
        outcome(world.do(realm.system, DeleteUser(by_id(a)))),
        outcome(world.do(realm.system, EnrolUser(UserDraft("sam")))),
        outcome(world.do(realm.system, ChangeMembers(Group, group.id, (a, b, c)))),
        outcome(world.do(realm.system, ChangeMembers(Group, group.id, (b, c)))),
        outcome(world.do(realm.system, SetMembers(Group, group.id, (c, b)))),
    )

    assert refused(outcomes) == [UNKNOWN]
    assert await members(world, group.id) == {b, c}


async def test_one_event_tells_of_so_many(world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.core.memberships.MOST_RECORDED", 2)
    them = await users(world, realm, 5)
    await world.do(realm.system, FormGroup(GroupDraft("Stars"), tuple(them)))
    found: list[Event] = [it for it in await entities(world.url, Event) if it.act == "group.members-changed"]
    told = [[change.new for change in event.changes] for event in sorted(found, key=lambda event: event.sequence)]

    assert told == [them[:2], them[2:4], them[4:]]
    await verify_promises(world.url)


async def test_parallel_changes_all_happen(world: World, realm: Realm) -> None:
    them = await users(world, realm, 40)
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars"), tuple(them[:20])))
    leaving = [ReviseGroup(group.id, GroupEdit(), Roster(remove=(user,))) for user in them[:20]]
    coming = [ReviseGroup(group.id, GroupEdit(), Roster(add=(user,))) for user in them[20:]]
    both = [act for pair in zip(leaving, coming, strict=True) for act in pair]

    outcomes = await asyncio.gather(*(outcome(world.do(realm.system, act)) for act in both))

    assert refused(outcomes) == []
    assert await members(world, group.id) == set(them[20:])
    assert (await world.ask(realm.system, GroupById(group.id))).version == group.version + 40


async def test_groups_are_picked_by_what_is_named(world: World, realm: Realm) -> None:
    a, b = await users(world, realm, 2)
    alpha = await world.do(realm.system, FormGroup(GroupDraft("Alpha", "ext/a"), (a,)))
    beta = await world.do(realm.system, FormGroup(GroupDraft("Beta", "ext/b"), (a, b)))
    for question, expected in (
        (PickGroups(ids=(beta.id,)), [beta]),
        (PickGroups(names=("ALPHA",)), [alpha]),
        (PickGroups(external_ids=("ext/b",)), [beta]),
        (PickGroups(users=(a,)), [alpha, beta]),
        (PickGroups(users=(a, b)), [beta]),
        (PickGroups(ids=(alpha.id,), names=("alpha",), external_ids=("ext/a",), users=(a,)), [alpha]),
        (PickGroups(names=("alpha", "beta")), []),
        (PickGroups(external_ids=("EXT/A",)), []),
        (PickGroups(users=("nobody",)), []),
        (PickGroups(ids=("\x00",)), []),
        (PickGroups(), []),
    ):
        picked = await world.ask(realm.system, question)

        assert (question, list(picked.groups)) == (question, expected)
    told = (await world.ask(realm.system, PickGroups(about=(b, "nobody")))).within

    assert told == (frozenset({beta.id}), frozenset())


async def test_who_is_not_seen_is_in_no_group(world: World, realm: Realm) -> None:
    permissions = frozenset({VIEW, "groups:view"})
    await world.do(realm.system, new(Role("groups", realm.id, STAFF, 8, "Groups", permissions)))
    unit = await world.unit(realm, "unit")
    scoped = (await world.person(realm, roles=((STAFF, 8),), scope=(unit,))).actor
    inside, [outside] = (await world.person(realm, home=unit)).user.id, await users(world, realm, 1)
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars"), (inside, outside)))

    assert (await world.ask(scoped, PickGroups(users=(inside,)))).groups == (group,)
    assert (await world.ask(scoped, PickGroups(users=(outside,)))).groups == ()


async def test_strangers_are_told_apart_from_users(world: World, realm: Realm) -> None:
    [a], [foreign] = await users(world, realm, 1), await users(world, await world.realm("Umbrella"), 1)

    assert await world.ask(realm.system, Strangers((foreign, a, "x", "x"))) == (0, 2, 3)


async def test_groups_are_counted_and_paged_by_id_from_an_offset(world: World, realm: Realm) -> None:
    made = [await world.do(realm.system, CreateGroup(GroupDraft(name))) for name in "dacb"]
    for offset in range(5):
        for descending in (False, True):
            page = await world.ask(realm.system, Groups(2, descending=descending, order=BY_ID, offset=offset))
            expected = made[::-1] if descending else made

            assert list(page.rows) == expected[offset : offset + 2]
            assert (page.after is not None) == (offset + 2 < 4)
    page = await world.ask(realm.system, Groups(2, offset=2))

    assert [group.name for group in page.rows] == ["c", "d"]
    assert await world.ask(realm.system, GroupCount()) == 4


async def test_members_may_be_shown_after_a_change(world: World, realm: Realm) -> None:
    a, b = await users(world, realm, 2)
    group = await world.do(realm.system, FormGroup(GroupDraft("Stars"), (b, a)))
    page = await world.ask(realm.system, MembersOf(Group, group.id, 10))

    assert [user.id for user in page.users] == [a, b]
    assert all(isinstance(user, User) for user in page.users)
    assert await outcome(world.ask(realm.system, MembersOf(Group, "nothing", 10))) == Unknown("group")
