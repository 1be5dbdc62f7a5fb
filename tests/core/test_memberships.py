"""Who is in what: from a user's side and from a group's, one at a time and many, and what ends with whom."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from muster.core.acts import Command
from muster.core.belonging import Belonging
from muster.core.drafts import UserDraft
from muster.core.editing import EditUser, UserEdit
from muster.core.enrolment import EnrolUser, UserDetail
from muster.core.events import Change, Event
from muster.core.finders import by_id
from muster.core.groups import CreateGroup, DeleteGroup, Group, GroupById, GroupDraft
from muster.core.leaving import DeleteUser
from muster.core.members import ChangeMembers, MembersOf, PlaceUser, SetMembers
from muster.core.memberships import Membership
from muster.core.organizations import CreateOrganization, Organization, OrganizationDraft
from muster.core.refusals import BeyondAuthority, Fault, Invalid, PermissionMissing, Unknown
from muster.core.resource_roles import AddResourceRole, ResourceRole
from muster.core.roles import Role
from muster.core.users import User
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, STAFF, Realm, World, new

EDITOR = (STAFF, 8)
"""A role that changes users and groups, and no more."""


async def group(world: World, realm: Realm, name: str) -> Group:
    return await world.do(realm.system, CreateGroup(GroupDraft(name)))


async def groups(world: World, realm: Realm, *names: str) -> list[str]:
    return [(await group(world, realm, name)).id for name in names]


async def users(world: World, realm: Realm, count: int) -> list[User]:
    return [(await world.person(realm)).user for _ in range(count)]


async def rows(world: World) -> set[tuple[str, str]]:
    """All memberships, as pairs of a body and a user."""
    return {(one.body, one.user) for one in await entities(world.url, Membership)}


async def within(world: World, realm: Realm, user: User) -> Belonging:
    return (await world.ask(realm.system, UserDetail(by_id(user.id)))).belonging


async def newest(world: World, realm: Realm) -> Event:
    events: list[Event] = [event for event in await entities(world.url, Event) if event.tenant == realm.id]
    return max(events, key=lambda event: event.sequence)


async def test_a_users_groups_are_those_that_were_said_last(world: World, realm: Realm) -> None:
    [user], [a, b, c] = await users(world, realm, 1), await groups(world, realm, "a", "b", "c")
    for wanted, changes in (
        ((a, b), {(None, a), (None, b)}),
        ((b, c, b), {(a, None), (None, c)}),
        ((), {(b, None), (c, None)}),
    ):
        await world.do(realm.system, PlaceUser(by_id(user.id), Group, wanted))
        event = await newest(world, realm)

        assert await rows(world) == {(one, user.id) for one in wanted}
        assert {one.id for one in (await within(world, realm, user)).groups} == set(wanted)
        assert (event.act, event.subject) == ("user.groups-set", user.id)
        assert {(change.old, change.new) for change in event.changes} == changes


async def test_what_is_as_it_was_is_not_recorded(world: World, realm: Realm) -> None:
    [user], [a] = await users(world, realm, 1), await groups(world, realm, "a")
    await world.do(realm.system, PlaceUser(by_id(user.id), Group, (a,)))
    before = await snapshot(world.url)

    await world.do(realm.system, PlaceUser(by_id(user.id), Group, (a,)))
    await world.do(realm.system, PlaceUser(by_id(user.id), Group, None))
    await world.do(realm.system, ChangeMembers(Group, a, add=(user.id,)))
    await world.do(realm.system, SetMembers(Group, a, (user.id,)))

    assert await snapshot(world.url) == before


async def test_each_kind_of_body_is_its_own(world: World, realm: Realm) -> None:
    [user], [a] = await users(world, realm, 1), await groups(world, realm, "a")
    company = await world.do(realm.system, CreateOrganization(OrganizationDraft("umbrella", "Umbrella")))
    upper = await world.do(realm.system, AddResourceRole("upper"))
    lower = await world.do(realm.system, AddResourceRole("lower", parent=upper.id))
    for kind, body in ((Group, a), (Organization, company.id), (ResourceRole, lower.id)):
        await world.do(realm.system, PlaceUser(by_id(user.id), kind, (body,)))
    found = await within(world, realm, user)
    await world.do(realm.system, PlaceUser(by_id(user.id), Organization, ()))

    assert [one.id for one in found.groups] == [a]
    assert [one.id for one in found.organizations] == [company.id]
    assert [(one.role.id, one.ancestors, one.descendants) for one in found.resource_roles] == [
        (lower.id, (upper.id,), ())
    ]
    assert await rows(world) == {(a, user.id), (lower.id, user.id)}
    # An id of another kind is none of this one.
    for kind, body in ((Group, company.id), (Organization, a), (ResourceRole, a)):
        expected = Invalid(kind.FIELD, Fault.UNKNOWN)

        assert await outcome(world.do(realm.system, PlaceUser(by_id(user.id), kind, (body,)))) == expected


async def test_a_new_user_is_in_what_his_draft_says(world: World, realm: Realm) -> None:
    a, b = await groups(world, realm, "a", "b")
    draft = UserDraft("sam", places=((Group, (a, b)),))

    detail = await world.do(realm.system, EnrolUser(draft))
    wrong = await outcome(world.do(realm.system, EnrolUser(UserDraft("zoe", places=((Group, (a, "x")),)))))

    assert await world.ask(realm.system, UserDetail(by_id(detail.user.id))) == detail
    assert [(one.id, one.version) for one in detail.belonging.groups] == [(a, 2), (b, 2)]
    assert wrong == Invalid("groups", Fault.UNKNOWN)
    assert len(await rows(world)) == 2


async def test_a_change_of_a_user_can_move_him_in_the_same_act(world: World, realm: Realm) -> None:
    [user], [a] = await users(world, realm, 1), await groups(world, realm, "a")
    edit = EditUser(by_id(user.id), lambda _: UserEdit(family_name="Chambers", places=((Group, (a,)),)))
    wrong = EditUser(by_id(user.id), lambda _: UserEdit(family_name="Wong", places=((Group, ("x",)),)))

    changed = await world.do(realm.system, edit)
    refusal = await outcome(world.do(realm.system, wrong))

    assert (changed.family_name, await rows(world)) == ("Chambers", {(a, user.id)})
    assert refusal == Invalid("groups", Fault.UNKNOWN)
    assert (await world.user(realm, user.number)).family_name == "Chambers"


async def test_members_join_and_leave_from_the_bodys_side(world: World, realm: Realm) -> None:
    [one, two, three], [a] = await users(world, realm, 3), await groups(world, realm, "a")

    first = await world.do(realm.system, ChangeMembers(Group, a, add=(one.id, two.id, one.id)))
    second = await world.do(realm.system, ChangeMembers(Group, a, add=(three.id, two.id), remove=(one.id, "nobody")))
    event = await newest(world, realm)

    assert (first.joined, first.left, second.joined, second.left) == (2, 0, 1, 1)
    assert await rows(world) == {(a, two.id), (a, three.id)}
    assert (event.act, event.noun, event.subject) == ("group.members-changed", "group", a)
    assert event.changes == (Change("members", one.id, None), Change("members", None, three.id))
    assert second.body == await world.ask(realm.system, GroupById(a))
    assert second.body.version == 3


async def test_a_bodys_members_are_set_at_once(world: World, realm: Realm) -> None:
    them, [a] = await users(world, realm, 4), await groups(world, realm, "a")
    ids = [user.id for user in them]
    for wanted in (ids[:2], ids[1:], [], ids):
        await world.do(realm.system, SetMembers(Group, a, tuple(wanted)))

        assert await rows(world) == {(a, user) for user in wanted}
    unknown = await outcome(world.do(realm.system, SetMembers(Group, a, (ids[0], "nobody"))))

    assert unknown == Invalid("members", Fault.UNKNOWN)
    assert len(await rows(world)) == 4


async def test_members_are_paged_by_id_in_both_directions(world: World, realm: Realm) -> None:
    them, [a, b] = await users(world, realm, 5), await groups(world, realm, "a", "b")
    ids = sorted(user.id for user in them)
    await world.do(realm.system, SetMembers(Group, a, tuple(ids)))
    await world.do(realm.system, SetMembers(Group, b, (ids[0],)))

    first = await world.ask(realm.system, MembersOf(Group, a, 2))
    second = await world.ask(realm.system, MembersOf(Group, a, 2, first.after))
    third = await world.ask(realm.system, MembersOf(Group, a, 2, second.after))
    back = await world.ask(realm.system, MembersOf(Group, a, 2, third.before, backwards=True))

    assert [[user.id for user in page.users] for page in (first, second, third)] == [ids[:2], ids[2:4], ids[4:]]
    assert (first.before, third.after) == (None, None)
    assert back == second


async def test_who_is_not_seen_is_not_among_the_members_that_are_shown(world: World, realm: Realm) -> None:
    unit = await world.unit(realm, "north")
    await world.do(realm.system, new(Role("editor", realm.id, *EDITOR, "Editor", frozenset({"groups:view"}))))
    inside = await world.person(realm, roles=(EDITOR,), scope=(unit,), home=unit)
    [outside], [a] = await users(world, realm, 1), await groups(world, realm, "a")
    await world.do(realm.system, SetMembers(Group, a, (inside.user.id, outside.id)))

    assert (await world.ask(inside.actor, MembersOf(Group, a, 10))).users == (inside.user,)


async def test_an_ended_group_takes_its_memberships_along(world: World, realm: Realm) -> None:
    them, [a, b] = await users(world, realm, 3), await groups(world, realm, "a", "b")
    for body in (a, b):
        await world.do(realm.system, SetMembers(Group, body, tuple(user.id for user in them)))

    await world.do(realm.system, DeleteGroup(a))

    assert await rows(world) == {(b, user.id) for user in them}
    assert [one.id for one in (await within(world, realm, them[0])).groups] == [b]
    await verify_promises(world.url)


async def test_an_ended_user_leaves_what_he_was_in(world: World, realm: Realm) -> None:
    [one, two], [a] = await users(world, realm, 2), await groups(world, realm, "a")
    await world.do(realm.system, SetMembers(Group, a, (one.id, two.id)))

    await world.do(realm.system, DeleteUser(by_id(one.id)))

    assert await rows(world) == {(a, two.id)}
    assert (await world.ask(realm.system, GroupById(a))).version == 3


async def test_within_one_batch_each_act_sees_what_the_ones_before_it_did(world: World, realm: Realm) -> None:
    """A group ends between two changes of who is in it: nothing of it comes back, and the other group stays."""
    [one, two, gone], [a, b] = await users(world, realm, 3), await groups(world, realm, "a", "b")
    for user in (one, gone):
        await world.do(realm.system, PlaceUser(by_id(user.id), Group, (a, b)))
    acts: list[Command[Any]] = [
        # While this one is written the others gather, for a batch of their own.
        CreateGroup(GroupDraft("c")),
        PlaceUser(by_id(two.id), Group, (a, b)),
        DeleteGroup(a),
        PlaceUser(by_id(one.id), Group, (b,)),
        PlaceUser(by_id(two.id), Group, (a,)),
        ChangeMembers(Group, a, add=(one.id,)),
        DeleteUser(by_id(gone.id)),
    ]

    outcomes = await asyncio.gather(*(outcome(world.do(realm.system, act)) for act in acts))

    assert refused(outcomes) == [Invalid("groups", Fault.UNKNOWN), Unknown("group")]
    assert await rows(world) == {(b, one.id), (b, two.id)}
    await verify_promises(world.url)


async def test_no_member_is_lost_when_many_change_a_group_at_once(world: World, realm: Realm) -> None:
    them, [a, b] = await users(world, realm, 30), await groups(world, realm, "a", "b")
    await world.do(realm.system, SetMembers(Group, b, tuple(user.id for user in them)))
    acts: list[Command[Any]] = [ChangeMembers(Group, a, add=(user.id,)) for user in them]
    acts += [ChangeMembers(Group, b, remove=(user.id,)) for user in them]
    random.Random(7).shuffle(acts)

    await asyncio.gather(*(world.do(realm.system, act) for act in acts))

    assert await rows(world) == {(a, user.id) for user in them}
    assert [(await world.ask(realm.system, GroupById(one))).version for one in (a, b)] == [31, 32]
    await verify_promises(world.url)


async def test_a_whole_set_counts_those_who_joined_within_the_same_batch(world: World, realm: Realm) -> None:
    them, [a] = await users(world, realm, 4), await groups(world, realm, "a")
    ids = [user.id for user in them]
    await world.do(realm.system, SetMembers(Group, a, (ids[0],)))
    acts: list[Command[Any]] = [
        ChangeMembers(Group, a, add=(ids[1],)),
        ChangeMembers(Group, a, remove=(ids[0],)),
        SetMembers(Group, a, (ids[2],)),
        ChangeMembers(Group, a, add=(ids[3],)),
    ]

    await asyncio.gather(*(world.do(realm.system, act) for act in acts))

    assert await rows(world) == {(a, ids[2]), (a, ids[3])}


async def test_nobody_moves_a_user_who_holds_what_he_lacks(world: World, realm: Realm) -> None:
    permissions = frozenset({"users:edit", "users:view", "groups:edit"})
    await world.do(realm.system, new(Role("editor", realm.id, *EDITOR, "Editor", permissions)))
    editor = await world.person(realm, roles=(EDITOR,))
    boss = await world.person(realm, roles=(ADMINISTRATOR,))
    [user], [a] = await users(world, realm, 1), await groups(world, realm, "a")

    found = [await outcome(world.do(editor.actor, PlaceUser(by_id(it.id), Group, (a,)))) for it in (user, boss.user)]

    assert [found[0].id, found[1]] == [user.id, BeyondAuthority("user")]
    assert await rows(world) == {(a, user.id)}


async def test_a_bodys_members_are_changed_by_who_sees_all_and_may_edit_it(world: World, realm: Realm) -> None:
    unit, [a] = await world.unit(realm, "north"), await groups(world, realm, "a")
    await world.do(realm.system, new(Role("editor", realm.id, *EDITOR, "Editor", frozenset({"groups:edit"}))))
    restricted = await world.person(realm, roles=(EDITOR,), scope=(unit,), home=unit)
    for act in (ChangeMembers(Group, a, (restricted.user.id,)), SetMembers(Group, a, (restricted.user.id,))):
        found = [await outcome(world.do(who.actor, act)) for who in (restricted, realm.administrator)]

        assert found == [BeyondAuthority("scope"), PermissionMissing("groups:edit")]
    assert await rows(world) == set()


async def test_a_user_is_in_so_many_and_no_more(world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.core.memberships.MOST_OF_A_USER", 2)
    [user], [a, b, c] = await users(world, realm, 1), await groups(world, realm, "a", "b", "c")
    await world.do(realm.system, PlaceUser(by_id(user.id), Group, (a, b)))
    expected = Invalid("groups", Fault.TOO_MANY, 2)
    for act in (
        PlaceUser(by_id(user.id), Group, (a, b, c)),
        ChangeMembers(Group, c, add=(user.id,)),
        SetMembers(Group, c, (user.id,)),
    ):
        assert await outcome(world.do(realm.system, act)) == expected
    await world.do(realm.system, PlaceUser(by_id(user.id), Group, (b, c)))

    assert await rows(world) == {(b, user.id), (c, user.id)}


async def test_so_many_are_changed_at_once_and_no_more(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.core.members.MOST_TOGETHER", 2)
    them, [a] = await users(world, realm, 3), await groups(world, realm, "a")
    ids = tuple(user.id for user in them)
    expected = Invalid("members", Fault.TOO_MANY, 2)
    for act in (ChangeMembers(Group, a, ids), ChangeMembers(Group, a, remove=ids), SetMembers(Group, a, ids)):
        assert await outcome(world.do(realm.system, act)) == expected
    for user in ids:
        await world.do(realm.system, ChangeMembers(Group, a, (user,)))

    assert await outcome(world.do(realm.system, SetMembers(Group, a, ()))) == expected
    assert len(await rows(world)) == 3
