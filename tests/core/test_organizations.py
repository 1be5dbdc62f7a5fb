"""Organizations: made, changed, ended and found; being in one narrows nothing."""

from __future__ import annotations

from typing import Any

from muster.core.events import Event
from muster.core.members import ChangeMembers, MembersOf
from muster.core.memberships import Membership
from muster.core.organizations import (
    CreateOrganization,
    DeleteOrganization,
    EditOrganization,
    Organization,
    OrganizationById,
    OrganizationDraft,
    OrganizationEdit,
    Organizations,
)
from muster.core.query import Search
from muster.core.refusals import BeyondAuthority, Fault, Invalid, PermissionMissing, Taken, Unknown
from muster.core.roles import Role
from muster.core.users import Users
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import STAFF, Realm, World, new

EDITOR = (STAFF, 8)


async def made(world: World, realm: Realm, name: str = "umbrella", **fields: Any) -> Organization:
    draft = OrganizationDraft(name, fields.pop("title", "Umbrella Inc."), **fields)
    return await world.do(realm.system, CreateOrganization(draft))


async def test_a_new_one_is_found_and_recorded(world: World, realm: Realm) -> None:
    it = await made(world, realm, description="Pharma", logo="https://umbrella.example/logo.png")
    events = [event for event in await entities(world.url, Event) if event.noun == "organization"]

    assert (it.name, it.title, it.description, it.logo, it.version) == (
        "umbrella",
        "Umbrella Inc.",
        "Pharma",
        "https://umbrella.example/logo.png",
        1,
    )
    assert await world.ask(realm.system, OrganizationById(it.id)) == it
    assert [event.act for event in events] == ["organization.created"]
    assert {change.field for change in events[0].changes} == {"name", "title", "description", "logo"}


# What is wrong with an organization, and why it is refused.
WRONG: list[tuple[OrganizationDraft, object]] = [
    (OrganizationDraft("", "x"), Invalid("name", Fault.MISSING)),
    (OrganizationDraft("x", ""), Invalid("title", Fault.MISSING)),
    (OrganizationDraft("x" * 256, "x"), Invalid("name", Fault.TOO_LONG, 255)),
    (OrganizationDraft("x", "y" * 1025), Invalid("title", Fault.TOO_LONG, 1024)),
    (OrganizationDraft("x", "y", "z" * 1025), Invalid("description", Fault.TOO_LONG, 1024)),
    (OrganizationDraft("x", "y", logo="z" * 2001), Invalid("logo", Fault.TOO_LONG, 2000)),
    (OrganizationDraft("x", "y\x00"), Invalid("title", Fault.CHARACTERS)),
    (OrganizationDraft("UMBRELLA", "y"), Taken("name")),
]


async def test_a_wrong_one_is_refused_and_nothing_is_kept(world: World, realm: Realm) -> None:
    await made(world, realm)
    other = await made(world, realm, "other")
    before = await snapshot(world.url)
    for draft, expected in WRONG:
        edit = OrganizationEdit(draft.name, draft.title, draft.description, draft.logo)
        for act in (CreateOrganization(draft), EditOrganization(other.id, edit)):
            assert (draft, await outcome(world.do(realm.system, act))) == (draft, expected)

    assert await snapshot(world.url) == before


async def test_what_is_different_is_kept_and_the_rest_stays(world: World, realm: Realm) -> None:
    it = await made(world, realm, description="Pharma", logo="https://x")

    changed = await world.do(realm.system, EditOrganization(it.id, OrganizationEdit(title="Red", description=None)))
    again = await world.do(realm.system, EditOrganization(it.id, OrganizationEdit("umbrella", "Red")))

    assert (changed.name, changed.title, changed.description, changed.logo) == ("umbrella", "Red", None, "https://x")
    assert (changed.version, again) == (2, changed)


async def test_an_ended_one_takes_its_memberships_along(world: World, realm: Realm) -> None:
    it, user = await made(world, realm), realm.administrator.user
    await world.do(realm.system, ChangeMembers(Organization, it.id, (user.id,)))
    found = await world.ask(realm.system, MembersOf(Organization, it.id, 10))

    await world.do(realm.system, DeleteOrganization(it.id))

    assert [one.id for one in found.users] == [user.id]
    assert await entities(world.url, Membership) == []
    assert await outcome(world.ask(realm.system, OrganizationById(it.id))) == Unknown("organization")
    assert (await made(world, realm)).id != it.id
    await verify_promises(world.url)


async def test_being_in_one_narrows_nothing(world: World, realm: Realm) -> None:
    it, actor = await made(world, realm), realm.administrator.actor
    await world.person(realm)
    before = await world.ask(actor, Users(Search()))

    await world.do(realm.system, ChangeMembers(Organization, it.id, (realm.administrator.user.id,)))

    assert await world.ask(await world.identified(realm.administrator.secret), Users(Search())) == before
    assert (await world.identified(realm.administrator.secret)).permissions == actor.permissions


async def test_each_act_wants_its_own_permission(world: World, realm: Realm) -> None:
    it, actor = await made(world, realm), realm.administrator.actor
    found = [
        await outcome(world.do(actor, CreateOrganization(OrganizationDraft("x", "y")))),
        await outcome(world.do(actor, EditOrganization(it.id, OrganizationEdit("x")))),
        await outcome(world.do(actor, DeleteOrganization(it.id))),
        await outcome(world.do(actor, ChangeMembers(Organization, it.id))),
        await outcome(world.ask(actor, OrganizationById(it.id))),
        await outcome(world.ask(actor, Organizations(10))),
        await outcome(world.ask(actor, MembersOf(Organization, it.id, 10))),
    ]

    verbs = ("create", "edit", "delete", "edit", "view", "view", "view")
    assert found == [PermissionMissing(f"organizations:{verb}") for verb in verbs]


async def test_who_is_restricted_to_units_changes_none(world: World, realm: Realm) -> None:
    it, unit = await made(world, realm), await world.unit(realm, "north")
    verbs = ("create", "edit", "delete")
    role = Role("editor", realm.id, *EDITOR, "Editor", frozenset(f"organizations:{verb}" for verb in verbs))
    await world.do(realm.system, new(role))
    person = await world.person(realm, roles=(EDITOR,), scope=(unit,), home=unit)
    for act in (
        CreateOrganization(OrganizationDraft("x", "y")),
        EditOrganization(it.id, OrganizationEdit("x")),
        DeleteOrganization(it.id),
        ChangeMembers(Organization, it.id, (person.user.id,)),
    ):
        assert await outcome(world.do(person.actor, act)) == BeyondAuthority("scope")
