"""Adopting: a tenant that is older than an API gets what that brings, at the next start, once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from muster.apis.idaas.roles import ATTRIBUTES
from muster.app.bootstrap import ROLE_TEMPLATES, bootstrap
from muster.core.attributes import Attribute, Attributes, AttributeTemplate, CreateAttribute
from muster.core.drafts import CreateUser, UserDraft
from muster.core.events import Change, Event
from muster.core.policies import RULES, SESSION_LIFETIME, Policies, Policy, SetPolicy
from muster.core.refusals import PermissionMissing
from muster.core.roles import Role, RoleTemplate
from muster.core.tenants import Adopt
from muster.core.users import UserByNumber
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import MANAGER, STAFF, TEMPLATES, VIEW, Realm, World, change

BRINGS = (
    RoleTemplate("other", 1, "Ruler", frozenset({VIEW, "users:create"})),
    RoleTemplate("other", 2, "Onlooker", frozenset({VIEW})),
)
DEMANDS = (AttributeTemplate("User", "username", True), AttributeTemplate("Phone", "phone", False))


async def roles(world: World, realm: Realm) -> dict[tuple[str, int], Role]:
    return {(it.catalogue, it.number): it for it in await entities(world.url, Role) if it.tenant == realm.id}


async def test_what_a_tenant_lacks_it_gets_and_keeps_the_rest(world: World, realm: Realm) -> None:
    badge = await world.do(realm.system, CreateAttribute("Badge"))
    before = await roles(world, realm)

    lacked = await world.do(realm.system, Adopt(BRINGS, DEMANDS))
    after = await roles(world, realm)

    assert lacked
    assert {slot: after[slot] for slot in before} == before
    assert {slot: (role.name, role.permissions) for slot, role in after.items() if slot not in before} == {
        (template.catalogue, template.number): (template.name, template.permissions) for template in BRINGS
    }
    found = await world.ask(realm.system, Attributes())
    assert badge in found
    assert {(it.name, it.field, it.mandatory, it.unique, it.kind) for it in found if it != badge} == {
        ("User", "username", True, False, "plain"),
        ("Phone", "phone", False, False, "plain"),
    }
    await verify_promises(world.url)


async def test_its_event_says_what_was_added_and_what_is_different(world: World, realm: Realm) -> None:
    kept = (await roles(world, realm))[MANAGER]
    for policy in await entities(world.url, Policy):
        if policy.name == SESSION_LIFETIME:
            await world.do(realm.system, change(policy, None))
    await world.do(
        realm.system, Adopt((BRINGS[0], RoleTemplate(*MANAGER, "Manager", frozenset({VIEW, "x:y"}))), DEMANDS)
    )
    [event] = [it for it in await entities(world.url, Event) if it.act == "tenant.adopted"]
    made = (await roles(world, realm))[BRINGS[0].catalogue, 1]
    attributes = {it.name: it.id for it in await world.ask(realm.system, Attributes())}

    assert event.changes == (
        Change(f"role {made.id}", None, "Ruler"),
        Change(f"role {made.id} permissions", None, "users:create"),
        Change(f"role {made.id} permissions", None, VIEW),
        *(Change(f"role {kept.id} permissions", lost, None) for lost in sorted(kept.permissions - {VIEW})),
        Change(f"role {kept.id} permissions", None, "x:y"),
        Change(f"attribute {attributes['User']}", None, "User"),
        Change(f"attribute {attributes['Phone']}", None, "Phone"),
        Change(SESSION_LIFETIME, None, "900"),
    )


async def test_the_second_time_there_is_nothing_to_do_and_nothing_is_written(world: World, realm: Realm) -> None:
    await world.do(realm.system, Adopt(BRINGS, DEMANDS))
    before = await snapshot(world.url)

    assert await world.do(realm.system, Adopt(BRINGS, DEMANDS)) is False
    assert await world.do(realm.system, Adopt(TEMPLATES, ())) is False
    assert await snapshot(world.url) == before
    assert [it.act for it in await entities(world.url, Event)].count("tenant.adopted") == 1


async def test_of_several_that_start_at_once_one_finds_something_to_do(world: World, realm: Realm) -> None:
    found = await asyncio.gather(*(world.do(realm.system, Adopt(BRINGS, DEMANDS)) for _ in range(5)))

    assert sorted(found) == [False] * 4 + [True]
    assert len(await roles(world, realm)) == len(TEMPLATES) + len(BRINGS)
    await verify_promises(world.url)


async def test_policies_that_are_lacking_come_with_their_defaults_and_those_that_were_set_stay(
    world: World, realm: Realm
) -> None:
    await world.do(realm.system, SetPolicy(SESSION_LIFETIME, "60"))
    for policy in await entities(world.url, Policy):
        if policy.name != SESSION_LIFETIME:
            await world.do(realm.system, change(policy, None))

    assert await world.do(realm.system, Adopt((), ()))
    assert {policy.name for policy in await entities(world.url, Policy)} == set(RULES)
    assert await world.ask(realm.system, Policies()) == {
        **{name: rule.default for name, rule in RULES.items()},
        SESSION_LIFETIME: "60",
    }


async def test_a_role_that_an_api_describes_anew_changes_for_those_who_have_it_at_once(
    world: World, realm: Realm
) -> None:
    manager = await world.person(realm, "mia", (MANAGER,))
    kept = (await roles(world, realm))[MANAGER]
    narrower = RoleTemplate(*MANAGER, "Manager of old", frozenset({VIEW}))

    assert await world.do(realm.system, Adopt((narrower,), ()))

    after = (await roles(world, realm))[MANAGER]
    assert after == replace(kept, name="Manager of old", permissions=frozenset({VIEW}))
    assert await outcome(world.do(manager.actor, CreateUser(UserDraft("sam")))) == PermissionMissing("users:create")
    assert (await world.ask(manager.actor, UserByNumber(manager.user.number))).standing.roles == (after,)


async def test_an_attribute_that_the_tenant_changed_is_left_as_it_is(world: World, realm: Realm) -> None:
    await world.do(realm.system, Adopt((), DEMANDS))
    [phone] = [it for it in await world.ask(realm.system, Attributes()) if it.field == "phone"]
    changed: Attribute = replace(phone, mandatory=True)
    await world.do(realm.system, change(phone, changed))

    assert await world.do(realm.system, Adopt((), DEMANDS)) is False
    assert changed in await world.ask(realm.system, Attributes())


async def test_one_tenant_is_adopted_at_a_time(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    await world.do(realm.system, Adopt(BRINGS, DEMANDS))

    assert set(await roles(world, other)) == {(it.catalogue, it.number) for it in TEMPLATES}
    assert await world.ask(other.system, Attributes()) == ()


async def test_no_role_gives_the_permission_to_adopt(world: World, realm: Realm) -> None:
    found = await outcome(world.do(realm.administrator.actor, Adopt((), ())))

    assert found == PermissionMissing("tenants:create")


async def test_a_start_adopts_every_tenant_that_there_is_and_the_next_one_none(
    world: World, realm: Realm, tmp_path: Path
) -> None:
    other = await world.realm("Umbrella")

    made = await bootstrap(world.directory, world.sources, tmp_path)
    before = await snapshot(world.url)
    again = await bootstrap(world.directory, world.sources, tmp_path)

    brought = {(template.catalogue, template.number) for template in ROLE_TEMPLATES}
    assert (made, again) == (None, None)
    for it in (realm, other):
        assert set(await roles(world, it)) == brought | {
            (template.catalogue, template.number) for template in TEMPLATES
        }
        assert len(await world.ask(it.system, Attributes())) == len(ATTRIBUTES)
    assert await snapshot(world.url) == before
    assert STAFF not in {catalogue for catalogue, _ in brought}
    await verify_promises(world.url)
