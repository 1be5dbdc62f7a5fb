"""What many answers show, as groups: looked up once while nothing happens, and seen as it is when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from muster.core.belonging import Belonging
from muster.core.drafts import CreateUser, UserDraft
from muster.core.editing import UserEdit
from muster.core.enrolment import UserDetail
from muster.core.finders import by_id
from muster.core.grouped_users import EditGrouped, GroupedUser
from muster.core.groups import CreateGroup, DeleteGroup, EditGroup, Group, GroupById, GroupDraft, GroupEdit
from muster.core.known import Head, Known
from muster.core.members import ChangeMembers
from muster.core.needs import Foreseen, Need
from muster.core.organizations import (
    CreateOrganization,
    DeleteOrganization,
    EditOrganization,
    Organization,
    OrganizationDraft,
    OrganizationEdit,
)
from muster.core.refusals import Unknown
from muster.core.resource_roles import AddResourceRole, DeleteResourceRole, ResourceRole
from muster.core.users import User
from muster.store import cache, reader
from muster.store.cache import StableCache
from muster.store.session import Session, load
from tests.core.editors import empower
from tests.support.kept import outcome
from tests.support.world import Realm, World, opened


@pytest.fixture
async def user(world: World, realm: Realm) -> User:
    """Somebody who can be in something."""
    return await world.do(realm.system, CreateUser(UserDraft("jill", notify=False)))


@pytest.fixture
async def group(world: World, realm: Realm, user: User) -> Group:
    """A group that he is in."""
    made = await world.do(realm.system, CreateGroup(GroupDraft("stars")))
    changed = await world.do(realm.system, ChangeMembers(Group, made.id, (user.id,)))
    body: Group = changed.body
    return body


@pytest.fixture
async def beside(world: World) -> AsyncIterator[World]:
    """Another process on the same database."""
    async with opened(world.url) as other:
        yield other


async def groups(world: World, realm: Realm, user: User) -> list[str]:
    """The names of the groups that he is shown with, by either question."""
    grouped = await world.ask(realm.administrator.actor, GroupedUser(by_id(user.id)))
    detail = await world.ask(realm.administrator.actor, UserDetail(by_id(user.id)))
    assert detail.belonging.groups == grouped.groups
    return [one.name for one in grouped.groups]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Need]:
    """The groups that readers look up from now on."""
    found: list[Need] = []

    async def counting(session: Session, known: Known, needs: Iterable[Foreseen]) -> None:
        needs = tuple(needs)
        found.extend(need for need in needs if isinstance(need, Need) and need.kind is Group and known.lacks(need))
        await load(session, known, needs)

    monkeypatch.setattr(reader, "load", counting)
    return found


async def test_a_group_is_looked_up_once_until_something_happens(
    world: World, realm: Realm, user: User, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = counted(monkeypatch)
    names = [await groups(world, realm, user) for _ in range(3)]
    before = len(looked_up)
    await world.do(realm.system, CreateUser(UserDraft("chris", notify=False)))
    names.append(await groups(world, realm, user))

    assert names == [["stars"]] * 4
    assert (before, len(looked_up)) == (0, 1)


async def test_another_name_is_seen_at_once_whoever_gave_it(
    world: World, beside: World, realm: Realm, user: User, group: Group
) -> None:
    told = []
    for turn in range(6):
        writer = (world, beside)[turn // 2 % 2]
        await writer.do(realm.system, EditGroup(group.id, GroupEdit(f"name {turn}")))
        told.append([await groups(reading, realm, user) for reading in (world, beside)])

    assert told == [[[f"name {turn}"]] * 2 for turn in range(6)]


async def test_a_groups_version_is_seen_at_once_though_only_its_members_change(
    world: World, beside: World, realm: Realm, user: User, group: Group
) -> None:
    other = await world.do(realm.system, CreateUser(UserDraft("chris", notify=False)))
    versions = []
    for changed, writer in (((other.id,), ()), beside), (((), (other.id,)), world):
        told = await writer.do(realm.system, ChangeMembers(Group, group.id, *changed))
        for reading in (world, beside):
            await groups(reading, realm, user)
            seen = await reading.ask(realm.system, GroupById(group.id))
            versions.append((seen.version, seen == told.body))

    assert versions == [(group.version + 1, True)] * 2 + [(group.version + 2, True)] * 2


async def test_a_group_that_ended_is_shown_no_more(
    world: World, beside: World, realm: Realm, user: User, group: Group
) -> None:
    before = [await groups(reading, realm, user) for reading in (world, beside)]
    await beside.do(realm.system, DeleteGroup(group.id))
    after = [await groups(reading, realm, user) for reading in (world, beside)]
    gone = [await outcome(reading.ask(realm.system, GroupById(group.id))) for reading in (world, beside)]

    assert (before, after, gone) == ([["stars"]] * 2, [[]] * 2, [Unknown("group")] * 2)


async def test_what_is_changed_in_the_same_batch_before_is_seen_in_it(
    world: World, realm: Realm, user: User, group: Group
) -> None:
    await empower(world, realm)
    actor = realm.administrator.actor
    await groups(world, realm, user)

    def edited(family: str) -> Any:
        return world.do(actor, EditGrouped(by_id(user.id), lambda _: UserEdit(family_name=family)))

    first, _, second, _, third = await asyncio.gather(
        edited("A"),
        world.do(realm.system, EditGroup(group.id, GroupEdit("renamed"))),
        edited("B"),
        world.do(realm.system, DeleteGroup(group.id)),
        edited("C"),
    )

    assert [[one.name for one in told.groups] for told in (first, second, third)] == [["stars"], ["renamed"], []]
    assert await groups(world, realm, user) == []


async def test_readers_beside_a_writer_never_see_less_than_was_acknowledged(
    world: World, beside: World, realm: Realm, user: User, group: Group
) -> None:
    acknowledged = 0
    ended = asyncio.Event()

    async def write() -> None:
        nonlocal acknowledged
        for turn in range(1, 31):
            await world.do(realm.system, EditGroup(group.id, GroupEdit(f"{turn}")))
            acknowledged = turn
        ended.set()

    async def read(reading: World) -> list[tuple[int, int]]:
        seen = []
        while not ended.is_set():
            least = acknowledged
            [found] = (await reading.ask(realm.administrator.actor, GroupedUser(by_id(user.id)))).groups
            seen.append((least, 0 if found.name == "stars" else int(found.name)))
        return seen

    _, *found = await asyncio.gather(write(), read(world), read(world), read(beside))
    assert all(least <= seen for told in found for least, seen in told)


async def test_organizations_and_roles_are_seen_as_they_are_at_once(
    world: World, beside: World, realm: Realm, user: User
) -> None:
    one = await world.do(realm.system, CreateOrganization(OrganizationDraft("umbrella", "Umbrella")))
    upper = await world.do(realm.system, AddResourceRole("upper"))
    role = await world.do(realm.system, AddResourceRole("role", parent=upper.id))
    await world.do(realm.system, ChangeMembers(Organization, one.id, (user.id,)))
    await world.do(realm.system, ChangeMembers(ResourceRole, role.id, (user.id,)))

    async def told() -> list[Belonging]:
        question = UserDetail(by_id(user.id))
        return [(await it.ask(realm.administrator.actor, question)).belonging for it in (world, beside, world, beside)]

    first = await told()
    await world.do(realm.system, EditOrganization(one.id, OrganizationEdit(title="Umbrella Corporation")))
    lower = await beside.do(realm.system, AddResourceRole("lower", parent=role.id))
    second = await told()
    await beside.do(realm.system, DeleteOrganization(one.id))
    await world.do(realm.system, DeleteResourceRole(lower.id))
    third = await told()

    shown = [
        [([it.title for it in one.organizations], [it.descendants for it in one.resource_roles]) for one in turn]
        for turn in (first, second, third)
    ]
    assert shown == [
        [(["Umbrella"], [()])] * 4,
        [(["Umbrella Corporation"], [(lower.id,)])] * 4,
        [([], [()])] * 4,
    ]
    assert {it.ancestors for turn in (first, second, third) for one in turn for it in one.resource_roles} == {
        (upper.id,)
    }


async def test_another_tenant_is_never_shown_what_is_kept_of_this_one(
    world: World, realm: Realm, user: User, group: Group
) -> None:
    await groups(world, realm, user)
    other = await world.realm("Umbrella")
    ours, theirs = await asyncio.gather(
        world.ask(realm.system, GroupById(group.id)), outcome(world.ask(other.system, GroupById(group.id)))
    )

    assert (ours, theirs) == (group, Unknown("group"))


NEED = Need(Group, Group.KEY, ("t", "g"))


def a_group(name: str) -> Group:
    return Group("g", "t", name, name, None, 0, 0, 1)


def looked_up(kept: StableCache, sequence: int, *found: Group) -> Known:
    """What a reader knows who has read this head, and then these rows; it is kept."""
    known = kept.known({"t": Head("t", sequence=sequence)})
    if found:
        known.supply(NEED, found)
    kept.keep(known)
    return known


def test_what_was_read_after_an_older_head_is_nothing_to_go_by_under_the_newer() -> None:
    kept = StableCache()
    slow = kept.known({"t": Head("t", sequence=3)})
    looked_up(kept, 4, a_group("renamed"))
    slow.supply(NEED, [a_group("old")])
    kept.keep(slow)

    assert looked_up(kept, 4).one(Group, Group.KEY, "t", "g") == a_group("renamed")
    assert looked_up(kept, 3).lacks(NEED)
    assert looked_up(kept, 5).lacks(NEED)


def test_who_goes_by_an_older_head_keeps_what_he_had_when_the_next_event_came() -> None:
    kept = StableCache()
    looked_up(kept, 3, a_group("old"))
    slow = kept.known({"t": Head("t", sequence=3)})
    looked_up(kept, 4, a_group("renamed"))

    assert slow.one(Group, Group.KEY, "t", "g") == a_group("old")


def test_what_is_shared_is_kept_of_so_many_at_most_of_all_tenants_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_SHARED", 3)
    kept, needs = StableCache(), [Need(Group, Group.KEY, (tenant, str(n))) for n in range(5) for tenant in "tu"]
    numbers = []
    for sequence in (1, 2):
        heads = {tenant: Head(tenant, sequence=sequence) for tenant in "tu"}
        for need in needs:
            known = kept.known(heads)
            known.supply(need, [a_group("any")])
            kept.keep(known)
            assert not kept.known(heads).lacks(need)
            numbers.append(sum(not kept.known(heads).lacks(one) for one in needs))

    assert max(numbers) == 3
    assert len(numbers) == 20
