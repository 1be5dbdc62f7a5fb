"""The identity provider of a tenant: set, replaced, and called as nobody else's in the installation."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from muster.core.events import Event
from muster.core.federation import (
    MAPPING_LENGTH,
    METADATA_LENGTH,
    Federation,
    FederationDraft,
    OwnFederation,
    SetFederation,
    slug_of,
)
from muster.core.refusals import BeyondAuthority, Fault, Invalid, PermissionMissing, Taken, Unknown
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, MANAGER, Realm, World

DRAFT = FederationDraft("Umbrella ID", '{"username":"NameID"}', "<md/>", None, "https://idp.example/")


def setting(realm: Realm, draft: FederationDraft = DRAFT) -> SetFederation:
    return SetFederation(realm.tenant.number, draft)


async def test_it_is_set_once_and_replaced_afterwards(world: World, realm: Realm) -> None:
    before = await world.ask(realm.administrator.actor, OwnFederation())
    first = await world.do(realm.administrator.actor, setting(realm))
    world.sources.time += 60_000
    second = await world.do(realm.administrator.actor, setting(realm, replace(DRAFT, name="Hive", metadata="<other/>")))
    kept = await snapshot(world.url)
    third = await world.do(realm.administrator.actor, setting(realm, replace(DRAFT, name="Hive", metadata="<other/>")))

    assert before == (realm.tenant, None)
    assert (first.slug, second.slug, second.created_at) == ("umbrella-id", "hive", first.created_at)
    assert await world.ask(realm.administrator.actor, OwnFederation()) == (realm.tenant, second)
    assert (third, await snapshot(world.url)) == (second, kept)
    await verify_promises(world.url)


async def test_the_trail_holds_the_digest_of_the_metadata_and_not_the_metadata(world: World, realm: Realm) -> None:
    await world.do(realm.system, setting(realm))

    [event] = [it for it in await entities(world.url, Event) if it.act == "federation.created"]
    changes = {change.field: change.new for change in event.changes}

    assert set(changes) == {"name", "slug", "provider", "mapping", "fingerprint"}
    assert "<md/>" not in str(event)


async def test_a_slug_is_one_tenants_whoever_is_first(world: World, realm: Realm) -> None:
    others = [await world.realm(name) for name in ("Umbrella", "Tricell", "WilPharma")]
    names = ["Blue  Umbrella", "BLUE_UMBRELLA!", "blue-umbrella", "Ｂｌｕｅ umbrella"]  # noqa: RUF001
    acts = [
        world.do(it.system, setting(it, replace(DRAFT, name=name)))
        for it, name in zip((realm, *others), names, strict=True)
    ]
    found = await asyncio.gather(*map(outcome, acts))

    assert refused(found) == [Taken("federation_name")] * 3
    assert [it.slug for it in await entities(world.url, Federation)] == ["blue-umbrella"]
    await verify_promises(world.url)


async def test_a_slug_that_was_given_up_is_free(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    await world.do(realm.system, setting(realm))
    await world.do(realm.system, setting(realm, replace(DRAFT, name="Hive")))

    assert isinstance(await world.do(other.system, setting(other)), Federation)


WRONG = [
    ({"name": ""}, Invalid("federation_name", Fault.MISSING)),
    ({"name": "x" * 256}, Invalid("federation_name", Fault.TOO_LONG, 255)),
    ({"name": "a\0"}, Invalid("federation_name", Fault.CHARACTERS)),
    ({"name": "!?"}, Invalid("federation_name", Fault.CHARACTERS)),
    ({"mapping": "x" * (MAPPING_LENGTH + 1)}, Invalid("mapping", Fault.TOO_LONG, MAPPING_LENGTH)),
    ({"mapping": "\ud800"}, Invalid("mapping", Fault.CHARACTERS)),
    ({"metadata": "x" * (METADATA_LENGTH + 1)}, Invalid("metadata", Fault.TOO_LONG, METADATA_LENGTH)),
    ({"metadata": "\0"}, Invalid("metadata", Fault.CHARACTERS)),
    ({"source": "x" * 2049}, Invalid("source", Fault.TOO_LONG, 2048)),
    ({"source": "a\nb"}, Invalid("source", Fault.CHARACTERS)),
]


@pytest.mark.parametrize(("changes", "expected"), WRONG, ids=lambda value: str(value)[:40])
async def test_a_wrong_one_is_refused_and_nothing_is_kept(
    world: World, realm: Realm, changes: dict[str, str], expected: Invalid
) -> None:
    before = await snapshot(world.url)

    assert await outcome(world.do(realm.system, setting(realm, replace(DRAFT, **changes)))) == expected
    assert await snapshot(world.url) == before


async def test_it_is_for_whoever_may_edit_the_whole_account(world: World, realm: Realm) -> None:
    north = await world.unit(realm, "north")
    restricted = await world.person(realm, "ada", (ADMINISTRATOR,), (north,), north)
    manager = await world.person(realm, "mia", (MANAGER,))
    found = [await outcome(world.do(person.actor, setting(realm))) for person in (restricted, manager)]

    assert found == [BeyondAuthority("scope"), PermissionMissing("account:edit")]
    assert await outcome(world.ask(manager.actor, OwnFederation())) == PermissionMissing("account:view")


async def test_it_goes_by_the_number_of_its_own_tenant(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")

    assert await outcome(world.do(other.system, setting(realm))) == Unknown("federation")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Racoon City", "racoon-city"), ("  a__b ", "a-b"), ("Ärzte & Co", "ärzte-co"), ("日本 1", "日本-1"), ("...", "")],
)
def test_a_slug_is_made_of_letters_and_digits(name: str, expected: str) -> None:
    assert slug_of(name) == expected
