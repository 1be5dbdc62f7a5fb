"""Tenants that a tenant's administrator asks for: made at once or not at all, and walled off from him too."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from muster.app.sources import new_secret
from muster.core.attributes import AttributeTemplate
from muster.core.authority import system
from muster.core.drafts import UserDraft
from muster.core.events import Event
from muster.core.links import PasswordLink
from muster.core.mails import Mail
from muster.core.refusals import (
    BeyondAuthority,
    Fault,
    Invalid,
    LastAdministrator,
    PermissionMissing,
    Taken,
)
from muster.core.subtenants import CreateSubtenant, OwnTenant
from muster.core.tenants import Blueprint, CreateTenant, Tenants
from muster.core.users import Myself
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, INSTALLER, MANAGER, TEMPLATES, Realm, World, change

BLUEPRINT = Blueprint(TEMPLATES, (ADMINISTRATOR,), (AttributeTemplate("Email", "email", mandatory=True),))
OWNER = UserDraft("alice", "Alice", "Abernathy", "alice@hive.example")
HIVE = CreateSubtenant("Hive", BLUEPRINT, OWNER)


async def test_a_subtenant_begins_as_any_other_and_its_administrator_is_owed_his_mail(
    world: World, realm: Realm
) -> None:
    made = await world.do(realm.administrator.actor, HIVE)
    tenant, root = await world.ask(system(made.tenant.id, "test"), OwnTenant())
    [mail], [link] = await entities(world.url, Mail), await entities(world.url, PasswordLink)

    assert (tenant, root.name, root.path) == (made.tenant, "Hive", f"{root.number}/")
    assert made.administrator.administrator
    assert (made.administrator.tenant, made.administrator.home, made.key) == (tenant.id, root.id, None)
    assert (mail.tenant, mail.kind, mail.user, mail.recipient) == (
        tenant.id,
        "set-password",
        made.administrator.id,
        OWNER.email,
    )
    assert (link.tenant, link.user) == (tenant.id, made.administrator.id)
    await verify_promises(world.url)


async def test_with_a_key_its_administrator_asks_at_once_and_sees_his_own_alone(world: World, realm: Realm) -> None:
    made = await world.do(realm.administrator.actor, replace(HIVE, with_key=True))

    assert made.key is not None
    view = await world.ask(await world.directory.identify(made.key.secret), Myself())

    assert (view.user, view.standing.tenant) == (made.administrator, made.tenant)
    assert {role.tenant for role in view.standing.roles} == {made.tenant.id}
    await verify_promises(world.url)


async def test_both_trails_tell_what_happened_and_the_new_one_nothing_of_who_asked(world: World, realm: Realm) -> None:
    asker = realm.administrator
    made = await world.do(asker.actor, replace(HIVE, label="ours", manager=asker.user.number))
    events = await entities(world.url, Event)
    own = [it for it in events if it.tenant == realm.id and it.act == "subtenant.created"]
    theirs = [it for it in events if it.tenant == made.tenant.id]

    assert [(it.actor, it.subject, it.subject_name) for it in own] == [(asker.user.id, made.tenant.id, "Hive")]
    assert {(change.field, change.new) for change in own[0].changes} == {
        ("number", str(made.tenant.number)),
        ("name", "Hive"),
        ("label", "ours"),
        ("manager", asker.user.id),
    }
    assert [it.act for it in theirs] == ["tenant.created", "user.created"]
    assert {(it.actor_kind, it.actor, it.credential, it.address) for it in theirs} == {("system", "", None, None)}
    assert not any(word in repr(theirs) for word in (realm.id, asker.user.id, asker.user.username, "ours"))


async def test_several_may_have_one_name_since_a_refusal_would_tell_of_others(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    acts = [replace(HIVE, name=name) for name in ("Umbrella", "Hive", "Hive")]
    made = await asyncio.gather(*(world.do(it.administrator.actor, act) for act in acts for it in (realm, other)))
    taken = CreateTenant("Hive", TEMPLATES, (ADMINISTRATOR,), UserDraft("admin"), new_secret())

    assert len({it.tenant.number for it in made}) == 6
    assert await outcome(world.do(INSTALLER, taken)) == Taken("name")
    await verify_promises(world.url)


WRONG = [
    (replace(HIVE, name=""), Invalid("tenant_name", Fault.MISSING)),
    (replace(HIVE, name="x" * 256), Invalid("tenant_name", Fault.TOO_LONG, 255)),
    (replace(HIVE, label="a\nb"), Invalid("label", Fault.CHARACTERS)),
    (replace(HIVE, manager=999), Invalid("manager", Fault.UNKNOWN)),
    (replace(HIVE, administrator=UserDraft("")), Invalid("username", Fault.MISSING)),
    (replace(HIVE, administrator=replace(OWNER, given_name="\0")), Invalid("given_name", Fault.CHARACTERS)),
]


@pytest.mark.parametrize(("act", "expected"), WRONG, ids=lambda value: str(value)[-60:])
async def test_a_wrong_one_is_refused_and_nothing_is_kept(
    world: World, realm: Realm, act: CreateSubtenant, expected: Invalid
) -> None:
    before = await snapshot(world.url)

    assert await outcome(world.do(realm.administrator.actor, act)) == expected
    assert await snapshot(world.url) == before


async def test_it_is_for_whoever_may_and_sees_the_whole_tenant(world: World, realm: Realm) -> None:
    north = await world.unit(realm, "north")
    restricted = await world.person(realm, "ada", (ADMINISTRATOR,), (north,), north)
    manager = await world.person(realm, "mia", (MANAGER,))
    before = await snapshot(world.url)
    found = [await outcome(world.do(person.actor, HIVE)) for person in (restricted, manager)]

    assert found == [BeyondAuthority("scope"), PermissionMissing("subaccounts:create")]
    assert await snapshot(world.url) == before


async def test_many_at_once_from_many_tenants_are_all_made(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    both = (realm, other)
    found = await asyncio.gather(*(outcome(world.do(both[i % 2].administrator.actor, HIVE)) for i in range(20)))

    assert refused(found) == []
    assert len(await world.ask(INSTALLER, Tenants())) == 22
    await verify_promises(world.url)


async def test_a_new_tenant_keeps_its_last_administrator_like_any_other(world: World, realm: Realm) -> None:
    made = await world.do(realm.administrator.actor, HIVE)
    gone = change(made.administrator, replace(made.administrator, active=False))

    assert await outcome(world.do(system(made.tenant.id, "test"), gone)) == LastAdministrator()
