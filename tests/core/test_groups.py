"""Groups: made, changed, ended and found; names and external ids are one group's each."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from muster.core.events import Event
from muster.core.groups import (
    AllGroups,
    CreateGroup,
    DeleteGroup,
    EditGroup,
    Group,
    GroupById,
    GroupByName,
    GroupDraft,
    GroupEdit,
    Groups,
)
from muster.core.refusals import BeyondAuthority, Fault, Invalid, PermissionMissing, Taken, Unknown
from muster.core.roles import Role
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import STAFF, Person, Realm, World, new

WITH_GROUPS = (STAFF, 8)
NAME = "name"


async def made(world: World, realm: Realm, name: str = "Stars", **fields: Any) -> Group:
    return await world.do(realm.system, CreateGroup(GroupDraft(name, **fields)))


async def holder(world: World, realm: Realm, *verbs: str, **fields: Any) -> Person:
    """Somebody who may do this with groups."""
    permissions = frozenset(f"groups:{verb}" for verb in verbs)
    await world.do(realm.system, new(Role("groups", realm.id, *WITH_GROUPS, "Groups", permissions)))
    return await world.person(realm, roles=(WITH_GROUPS,), **fields)


async def acts(world: World) -> list[str]:
    return [event.act for event in await entities(world.url, Event) if event.noun == "group"]


async def test_a_new_group_is_found_by_id_name_and_external_id(world: World, realm: Realm) -> None:
    group = await made(world, realm, "S.T.A.R.S.", external_id="ext/1", extras=(("b", "2"), ("a", "1")))

    assert (group.name, group.external_id, group.extras) == ("S.T.A.R.S.", "ext/1", (("a", "1"), ("b", "2")))
    assert (group.version, group.created_at, group.changed_at) == (1, world.sources.time, world.sources.time)
    for question in (GroupById(group.id), GroupByName("s.t.a.r.s."), GroupByName("ext/1")):
        assert await world.ask(realm.system, question) == group
    assert await acts(world) == ["group.created"]


async def test_an_external_id_goes_before_a_name(world: World, realm: Realm) -> None:
    await made(world, realm, "alpha")
    other = await made(world, realm, "beta", external_id="alpha")

    assert await world.ask(realm.system, GroupByName("alpha")) == other


# What is wrong with a group, and why it is refused.
WRONG: list[tuple[GroupDraft, object]] = [
    (GroupDraft(""), Invalid(NAME, Fault.MISSING)),
    (GroupDraft(" "), Invalid(NAME, Fault.MISSING)),
    (GroupDraft("x" * 256), Invalid(NAME, Fault.TOO_LONG, 255)),
    (GroupDraft("a\nb"), Invalid(NAME, Fault.CHARACTERS)),
    (GroupDraft("a\x00"), Invalid(NAME, Fault.CHARACTERS)),
    (GroupDraft("x", external_id="y" * 256), Invalid("external_id", Fault.TOO_LONG, 255)),
    (GroupDraft("x", external_id="\ud800"), Invalid("external_id", Fault.CHARACTERS)),
    (GroupDraft("STARS"), Taken(NAME)),
    (GroupDraft("\uff33TARS"), Taken(NAME)),
    (GroupDraft("other", external_id="ext"), Taken("external_id")),
]


async def test_a_wrong_one_is_refused_and_nothing_is_kept(world: World, realm: Realm) -> None:
    await made(world, realm, "Stars", external_id="ext")
    other = await made(world, realm, "Second", external_id="second")
    before = await snapshot(world.url)
    for draft, expected in WRONG:
        edit = GroupEdit(draft.name, draft.external_id)
        for act in (CreateGroup(draft), EditGroup(other.id, edit)):
            assert (draft, await outcome(world.do(realm.system, act))) == (draft, expected)

    assert await snapshot(world.url) == before


async def test_the_same_name_lives_in_another_tenant(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    groups = [await made(world, it, "Stars", external_id="ext") for it in (realm, other)]

    assert [await world.ask(it.system, GroupByName("stars")) for it in (realm, other)] == groups


async def test_what_only_an_api_knows_is_recorded_under_its_own_name(world: World, realm: Realm) -> None:
    group = await made(world, realm, "Stars", extras=(("a", "1"), ("b", "2")))
    await world.do(realm.system, EditGroup(group.id, GroupEdit(extras=(("a", "3"), ("b", "")))))
    await world.do(realm.system, DeleteGroup(group.id))

    recorded = [event.changes for event in await entities(world.url, Event) if event.noun == "group"]
    assert recorded == [
        (("name", None, "Stars"), ("a", None, "1"), ("b", None, "2")),
        (("a", "1", "3"), ("b", "2", None)),
        (("name", "Stars", None), ("a", "3", None)),
    ]


async def test_what_is_different_is_kept_and_the_rest_stays(world: World, realm: Realm) -> None:
    group = await made(world, realm, "Stars", external_id="ext", extras=(("a", "1"),))
    world.sources.time += 1000

    renamed = await world.do(realm.system, EditGroup(group.id, GroupEdit("Bravo")))
    bare = await world.do(realm.system, EditGroup(group.id, GroupEdit(external_id=None, extras=(("a", ""),))))
    again = await world.do(realm.system, EditGroup(group.id, GroupEdit("Bravo", None)))

    assert (renamed.name, renamed.external_id, renamed.extras, renamed.version) == ("Bravo", "ext", (("a", "1"),), 2)
    assert (bare.name, bare.external_id, bare.extras, bare.version) == ("Bravo", None, (), 3)
    assert (renamed.created_at, renamed.changed_at) == (group.created_at, world.sources.time)
    assert again == bare
    assert await outcome(world.ask(realm.system, GroupByName("stars"))) == Unknown("group")
    assert await acts(world) == ["group.created", "group.edited", "group.edited"]


async def test_a_group_may_change_how_its_own_name_is_written(world: World, realm: Realm) -> None:
    group = await made(world, realm, "stars", external_id="ext")

    changed = await world.do(realm.system, EditGroup(group.id, GroupEdit("STARS", "ext")))

    assert (changed.name, changed.folded) == ("STARS", "stars")


async def test_an_ended_group_is_gone_and_its_name_free(world: World, realm: Realm) -> None:
    group = await made(world, realm, "Stars", external_id="ext")
    await world.do(realm.system, DeleteGroup(group.id))
    for act in (GroupById(group.id), GroupByName("stars"), GroupByName("ext")):
        assert await outcome(world.ask(realm.system, act)) == Unknown("group")
    for command in (DeleteGroup(group.id), EditGroup(group.id, GroupEdit("x"))):
        assert await outcome(world.do(realm.system, command)) == Unknown("group")

    assert (await made(world, realm, "Stars", external_id="ext")).id != group.id


async def test_each_act_wants_its_own_permission(world: World, realm: Realm) -> None:
    group = await made(world, realm)
    actor = realm.administrator.actor
    found = [
        await outcome(world.do(actor, CreateGroup(GroupDraft("x")))),
        await outcome(world.do(actor, EditGroup(group.id, GroupEdit("x")))),
        await outcome(world.do(actor, DeleteGroup(group.id))),
        await outcome(world.ask(actor, GroupById(group.id))),
        await outcome(world.ask(actor, GroupByName("stars"))),
        await outcome(world.ask(actor, Groups(10))),
        await outcome(world.ask(actor, AllGroups())),
    ]

    assert found == [PermissionMissing(f"groups:{verb}") for verb in ("create", "edit", "delete", *("view",) * 4)]


async def test_who_is_restricted_to_units_sees_groups_and_changes_none(world: World, realm: Realm) -> None:
    group = await made(world, realm)
    unit = await world.unit(realm, "north")
    person = await holder(world, realm, "view", "create", "edit", "delete", scope=(unit,), home=unit)
    before = await snapshot(world.url)
    commands = (CreateGroup(GroupDraft("x")), EditGroup(group.id, GroupEdit("x")), DeleteGroup(group.id))

    assert await world.ask(person.actor, GroupById(group.id)) == group
    for command in commands:
        assert await outcome(world.do(person.actor, command)) == BeyondAuthority("scope")
    assert await snapshot(world.url) == before


async def test_of_many_at_once_one_gets_the_name(world: World, realm: Realm) -> None:
    drafts = [CreateGroup(GroupDraft("Stars" if number % 2 else "STARS")) for number in range(40)]

    outcomes = await asyncio.gather(*(outcome(world.do(realm.system, draft)) for draft in drafts))

    assert refused(outcomes) == [Taken(NAME)] * 39
    assert len(await entities(world.url, Group)) == 1
    await verify_promises(world.url)


async def test_all_groups_come_by_name_up_to_a_bound(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b", "C", "a"):
        await made(world, realm, name)
    found = await world.ask(realm.system, AllGroups())
    monkeypatch.setattr("muster.core.groups.MOST_LISTED", 2)

    assert [group.name for group in found] == ["a", "b", "C"]
    assert await outcome(world.ask(realm.system, AllGroups())) == Invalid("groups", Fault.TOO_MANY, 2)
