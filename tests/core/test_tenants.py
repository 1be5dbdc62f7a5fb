"""Tenants: how one begins, with all it needs or not at all."""

from __future__ import annotations

import asyncio

from muster.app.sources import new_secret
from muster.core.authority import system
from muster.core.drafts import CreateUser, UserDraft
from muster.core.refusals import Fault, Invalid, Taken, Unknown
from muster.core.tenants import CreateTenant, NewTenant, Tenants
from muster.core.units import Unit
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, INSTALLER, TEMPLATES, Put, World


def creating(name: str, username: str = "admin", *, first: bool = False) -> CreateTenant:
    return CreateTenant(name, TEMPLATES, (ADMINISTRATOR,), UserDraft(username), new_secret(), first)


async def test_a_new_tenant_has_a_root_its_roles_and_an_administrator_with_a_key(world: World) -> None:
    realm = await world.realm("Racoon City")
    units: list[Unit] = await entities(world.url, Unit)

    assert units == [realm.root]
    assert (realm.root.path, realm.root.parent, realm.root.name) == (f"{realm.root.number}/", None, "Racoon City")
    assert {role: it.permissions for role, it in realm.roles.items()} == {
        (template.catalogue, template.number): template.permissions for template in TEMPLATES
    }
    assert realm.administrator.user.administrator
    assert realm.administrator.actor.permissions == TEMPLATES[0].permissions
    await verify_promises(world.url)


async def test_two_tenants_of_one_name_are_refused_however_it_is_written_and_however_fast(world: World) -> None:
    names = ["Umbrella", "UMBRELLA", "umbrella", "Ｕｍｂｒｅｌｌａ"]  # noqa: RUF001
    found = await asyncio.gather(*(outcome(world.do(INSTALLER, creating(name))) for name in names))

    assert refused(found) == [Taken("name")] * 3
    assert len(await world.ask(INSTALLER, Tenants())) == 1
    await verify_promises(world.url)


async def test_of_many_first_tenants_one_is_made(world: World) -> None:
    acts = [creating(f"Tenant {number}", first=True) for number in range(5)]
    found = await asyncio.gather(*(world.do(INSTALLER, act) for act in acts))

    [made] = [one for one in found if one is not None]

    assert await world.ask(INSTALLER, Tenants()) == (made.tenant,)


async def test_many_tenants_at_once_have_numbers_of_their_own(world: World) -> None:
    acts = [creating(f"Tenant {number}") for number in range(40)]
    found = await asyncio.gather(*(world.do(INSTALLER, act) for act in acts))
    made = [one.tenant for one in found if isinstance(one, NewTenant)]

    assert sorted(made, key=lambda it: it.id) == list(await world.ask(INSTALLER, Tenants()))
    assert len({tenant.number for tenant in made}) == 40
    await verify_promises(world.url)


async def test_a_tenant_whose_name_or_administrator_cannot_be_is_not_made(world: World) -> None:
    before = await snapshot(world.url)
    found = [
        await outcome(world.do(INSTALLER, act))
        for act in (creating(""), creating("x" * 256), creating("a\0b"), creating("x", ""), creating("x", "a\0b"))
    ]

    assert found == [
        Invalid("name", Fault.MISSING),
        Invalid("name", Fault.TOO_LONG, 255),
        Invalid("name", Fault.CHARACTERS),
        Invalid("username", Fault.MISSING),
        Invalid("username", Fault.CHARACTERS),
    ]
    assert await snapshot(world.url) == before


async def test_a_tenant_that_there_is_not_is_unknown(world: World) -> None:
    """Nothing is asked of the database again and again for it, either."""
    nobody = system("no such tenant", "test")
    acts = [CreateUser(UserDraft("sam", home=1)), CreateUser(UserDraft("sam")), Put(())]
    found = [await asyncio.wait_for(outcome(world.do(nobody, act)), 10) for act in acts]

    assert found == [Invalid("home", Fault.UNKNOWN), Unknown("tenant"), Unknown("tenant")]
