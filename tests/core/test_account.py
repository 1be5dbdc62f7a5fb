"""The account: the company it says it belongs to, the terms it agreed to, and how much of it is in use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from muster.core.account import AccountInUse, EditAccount
from muster.core.drafts import CreateUser, UserDraft
from muster.core.events import Change, Event
from muster.core.known import INSTALLATION
from muster.core.refusals import Fault, Invalid, PermissionMissing, Unknown
from muster.core.subtenants import OwnTenant
from muster.core.tenancy import Tenant
from muster.core.tenants import Tenants
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import INSTALLER, Realm, World


async def test_what_an_account_says_of_itself_is_kept_and_recorded(world: World, realm: Realm) -> None:
    changed = await world.do(realm.system, EditAccount("Umbrella", agreed=True))
    event: Event = [it for it in await entities(world.url, Event) if it.tenant == realm.id][-1]

    assert changed == replace(realm.tenant, company="Umbrella", agreed=True)
    assert (await world.ask(realm.system, OwnTenant()))[0] == changed
    assert await world.ask(INSTALLER, Tenants()) == (changed,)
    assert (event.act, event.subject) == ("account.edited", realm.id)
    assert event.changes == (Change("company", None, "Umbrella"), Change("agreed", "false", "true"))
    await verify_promises(world.url)


async def test_what_is_not_named_stays(world: World, realm: Realm) -> None:
    await world.do(realm.system, EditAccount(agreed=True))
    before = await snapshot(world.url)

    assert (await world.do(realm.system, EditAccount())).agreed
    assert (await world.do(realm.system, EditAccount(agreed=True))).agreed
    assert await snapshot(world.url) == before
    changed = await world.do(realm.system, EditAccount("Hive"))
    assert (changed.name, changed.company, changed.agreed) == (realm.tenant.name, "Hive", True)


WRONG: list[tuple[dict[str, Any], Invalid]] = [
    ({"company": ""}, Invalid("company", Fault.MISSING)),
    ({"company": " "}, Invalid("company", Fault.MISSING)),
    ({"company": "x" * 101}, Invalid("company", Fault.TOO_LONG, 100)),
    ({"company": "a\nb"}, Invalid("company", Fault.CHARACTERS)),
    ({"company": "Hive", "agreed": False}, Invalid("agreed", Fault.FIXED)),
]


@pytest.mark.parametrize(("given", "refusal"), WRONG, ids=str)
async def test_what_cannot_be_changes_nothing(
    world: World, realm: Realm, given: dict[str, Any], refusal: Invalid
) -> None:
    await world.do(realm.system, EditAccount(agreed=True))
    before = await snapshot(world.url)

    assert await outcome(world.do(realm.system, EditAccount(**given))) == refusal
    assert await snapshot(world.url) == before


async def test_two_accounts_may_be_of_one_company(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    for where in (realm, other):
        await world.do(where.system, EditAccount("Umbrella"))
    kept: list[Tenant] = await entities(world.url, Tenant)

    assert [tenant.company for tenant in kept] == ["Umbrella"] * 2


async def test_those_are_counted_who_are_active(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    for name, active in (("ada", True), ("ben", False), ("cyd", True)):
        await world.do(realm.system, CreateUser(UserDraft(name, active=active)))
    found = [await world.ask(where.system, AccountInUse()) for where in (realm, other)]

    assert found == [(realm.tenant, 3), (other.tenant, 1)]


async def test_who_lacks_the_permission_sees_and_says_nothing(world: World, realm: Realm) -> None:
    person = await world.person(realm)
    found = [
        await outcome(world.ask(person.actor, AccountInUse())),
        await outcome(world.do(person.actor, EditAccount("Hive"))),
    ]

    assert found == [PermissionMissing("entitlements:view"), PermissionMissing("account:edit")]


async def test_the_installation_is_no_account(world: World) -> None:
    found = [await outcome(world.ask(INSTALLER, AccountInUse())), await outcome(world.do(INSTALLER, EditAccount("x")))]

    assert (INSTALLER.tenant, found) == (INSTALLATION, [Unknown("tenant")] * 2)
