"""Lists of addresses: what can be written in one, whom it binds, and that what it says counts at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.core.address_lists import (
    MOST_LISTS,
    MOST_RANGES,
    AddAddressList,
    AddressList,
    AddressLists,
    RemoveAddressList,
    SetAddressList,
    range_in,
)
from muster.core.applications import ApplicationEdit, DeleteApplication, EditApplication
from muster.core.authority import Actor
from muster.core.events import Change, Event
from muster.core.network import AddAddressRule, AddressRuleDraft
from muster.core.permissions import of
from muster.core.refusals import (
    AddressForbidden,
    Fault,
    Full,
    InUse,
    Invalid,
    PermissionMissing,
    Refused,
    ShutsOut,
    Taken,
    Unknown,
)
from tests.core.programs import OVER_APPLICATIONS, asks, keeper, made, opened
from tests.support.kept import entities, outcome, snapshot
from tests.support.world import ORIGIN, Realm, World, new

OFFICE, HOME, SIX = "192.0.2.7", "198.51.100.1", "2001:db8::7"

WRITTEN = [
    ("192.0.2.7", ("192.0.2.7", "192.0.2.7")),
    (" 192.0.2.7 ", ("192.0.2.7", "192.0.2.7")),
    ("192.0.2.0/24", ("192.0.2.0", "192.0.2.255")),
    ("192.0.2.7/32", ("192.0.2.7", "192.0.2.7")),
    ("0.0.0.0/0", ("0.0.0.0", "255.255.255.255")),
    ("192.0.2.1-192.0.2.9", ("192.0.2.1", "192.0.2.9")),
    ("192.0.2.1 - 192.0.2.9", ("192.0.2.1", "192.0.2.9")),
    ("2001:db8::/126", ("2001:db8::", "2001:db8::3")),
    ("::ffff:192.0.2.7", ("192.0.2.7", "192.0.2.7")),
]


@pytest.mark.parametrize(("text", "ends"), WRITTEN)
async def test_a_range_is_an_address_a_network_or_two_ends(
    world: World, realm: Realm, text: str, ends: tuple[str, str]
) -> None:
    made_ = await world.do(realm.system, AddAddressList("office", (text,)))

    assert made_.spans == ("-".join(ends),)
    assert await world.ask(realm.system, AddressLists()) == (made_,)


NO_RANGES = [
    "",
    "office",
    "192.0.2.1/24",
    "192.0.2.0/33",
    "192.0.2.9-192.0.2.1",
    "192.0.2.1-2001:db8::1",
    "192.0.2.1-192.0.2.2-192.0.2.3",
    "-192.0.2.1",
    "fe80::1%eth0",
    "fe80::%eth0/64",
    "192.0.2.256",
    "1" * 5000,
]


@pytest.mark.parametrize("text", NO_RANGES)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        range_in(text)

    assert refused.value.refusal == Invalid("ranges", Fault.MALFORMED)


async def test_a_list_is_recorded_and_its_ranges_are_sorted_and_once_each(world: World, realm: Realm) -> None:
    made_ = await world.do(realm.system, AddAddressList("office", (HOME, OFFICE, HOME)))
    changed = await world.do(realm.system, SetAddressList(made_.id, (OFFICE, SIX)))
    await world.do(realm.system, RemoveAddressList(made_.id))
    events: list[Event] = await entities(world.url, Event)

    assert made_.spans == (f"{OFFICE}-{OFFICE}", f"{HOME}-{HOME}")
    assert [event.act for event in events[-3:]] == [f"address-list.{act}" for act in ("added", "set", "removed")]
    assert set(events[-2].changes) == {
        Change("spans", f"{HOME}-{HOME}", None),
        Change("spans", None, f"{SIX}-{SIX}"),
    }
    assert changed.name == "office"
    assert await world.ask(realm.system, AddressLists()) == ()


async def test_what_cannot_be_makes_no_list(world: World, realm: Realm) -> None:
    await world.do(realm.system, AddAddressList("office", (OFFICE,)))
    before = await snapshot(world.url)
    many = tuple(f"10.0.{number // 256}.{number % 256}" for number in range(MOST_RANGES + 1))
    acts = [
        (AddAddressList("", (OFFICE,)), Invalid("name", Fault.MISSING)),
        (AddAddressList("OFFICE", (OFFICE,)), Taken("name")),
        (AddAddressList("home", ()), Invalid("ranges", Fault.MISSING)),
        (AddAddressList("home", many), Invalid("ranges", Fault.TOO_MANY, MOST_RANGES)),
        (SetAddressList("nothing", (OFFICE,)), Unknown("address-list")),
        (RemoveAddressList("nothing"), Unknown("address-list")),
    ]
    found = [await outcome(world.do(realm.system, act)) for act, _ in acts]

    assert found == [expected for _, expected in acts]
    assert await snapshot(world.url) == before


async def test_there_are_only_so_many(world: World, realm: Realm) -> None:
    lists = [AddressList(str(number), realm.id, f"list {number}", (), 0) for number in range(MOST_LISTS)]
    await world.do(realm.system, new(*lists))

    assert await outcome(world.do(realm.system, AddAddressList("one more", (OFFICE,)))) == Full(
        "address-list", MOST_LISTS
    )


async def test_each_act_demands_its_permission(world: World, realm: Realm) -> None:
    actor = await keeper(world, realm, OVER_APPLICATIONS)
    acts = [AddAddressList("x", (OFFICE,)), SetAddressList("x", (OFFICE,)), RemoveAddressList("x")]

    assert [await outcome(world.do(actor, act)) for act in acts] == [PermissionMissing("network:edit")] * 3
    assert await outcome(world.ask(actor, AddressLists())) == PermissionMissing("network:view")


async def asks_from(world: World, actor: Actor, address: str) -> object:
    """What comes of asking from there: None if he is answered."""
    here = await outcome(world.directory.admit(actor, address))
    return await asks(world, here) if isinstance(here, Actor) else here


async def bound(world: World, realm: Realm, *ranges: str) -> tuple[tuple[str, str], AddressList]:
    """An application that refers to a new list of these ranges."""
    pair = await made(world, realm)
    office = await world.do(realm.system, AddAddressList("office", ranges))
    await world.do(realm.system, EditApplication(pair[0], ApplicationEdit(address_list=office.id)))
    return pair, office


async def test_a_list_binds_who_refers_to_it_in_every_form_and_at_once(world: World, realm: Realm) -> None:
    pair = await made(world, realm)
    actors = [await opened(world, pair), await world.directory.by_application(*pair)]
    office = await world.do(realm.system, AddAddressList("office", (OFFICE,)))
    free = [await asks_from(world, actor, HOME) for actor in actors]
    await world.do(realm.system, EditApplication(pair[0], ApplicationEdit(address_list=office.id)))
    tied = [await asks_from(world, actor, where) for actor in actors for where in (OFFICE, HOME, SIX)]
    signing = [
        await outcome(world.directory.open_session(*pair, replace(ORIGIN, address=where)))
        for where in (OFFICE, HOME, None)
    ]
    await world.do(realm.system, SetAddressList(office.id, (HOME,)))
    moved = [await asks_from(world, actor, where) for actor in actors for where in (OFFICE, HOME)]
    await world.do(realm.system, EditApplication(pair[0], ApplicationEdit(address_list=None)))
    untied = [await asks_from(world, actor, SIX) for actor in actors]

    forbidden = AddressForbidden()
    assert free == untied == [None, None]
    assert tied == [None, forbidden, forbidden] * 2
    assert [isinstance(one, tuple) for one in signing] == [True, False, False]
    assert signing[1:] == [forbidden] * 2
    assert moved == [forbidden, None] * 2


async def test_the_tenants_rules_and_the_list_both_have_to_allow_the_address(world: World, realm: Realm) -> None:
    pair, _ = await bound(world, realm, "192.0.2.0/24", HOME)
    await world.do(realm.system, AddAddressRule(AddressRuleDraft("192.0.2.0", "192.0.3.255")))
    actor = await world.directory.by_application(*pair)
    found = [await asks_from(world, actor, where) for where in (OFFICE, HOME, "192.0.3.1")]

    assert found == [None, AddressForbidden(), AddressForbidden()]


async def test_nobody_else_is_bound_by_it(world: World, realm: Realm) -> None:
    await bound(world, realm, OFFICE)
    other = await world.directory.by_application(*await made(world, realm, "other"))

    assert await asks_from(world, other, HOME) is None


async def test_a_list_that_something_refers_to_is_not_removed(world: World, realm: Realm) -> None:
    pair, office = await bound(world, realm, OFFICE)
    refused = await outcome(world.do(realm.system, RemoveAddressList(office.id)))
    await world.do(realm.system, DeleteApplication(pair[0]))

    assert refused == InUse("address-list")
    assert await outcome(world.do(realm.system, RemoveAddressList(office.id))) is None


async def test_an_application_does_not_shut_itself_out(world: World, realm: Realm) -> None:
    actor = await keeper(world, realm, OVER_APPLICATIONS | of("network"))
    actor = await world.directory.admit(actor, OFFICE)
    lists = [
        await world.do(realm.system, AddAddressList(name, (where,))) for name, where in (("o", OFFICE), ("h", HOME))
    ]
    edits = [EditApplication(actor.id, ApplicationEdit(address_list=one.id)) for one in lists]
    found = [
        await outcome(world.do(actor, edits[1])),
        (await world.do(actor, edits[0])).address_list,
        await outcome(world.do(actor, SetAddressList(lists[0].id, (HOME,)))),
        (await world.do(actor, SetAddressList(lists[0].id, (HOME, OFFICE)))).id,
        (await world.do(actor, SetAddressList(lists[1].id, (SIX,)))).id,
    ]

    assert found == [ShutsOut(), lists[0].id, ShutsOut(), lists[0].id, lists[1].id]


async def test_whoever_runs_the_machine_may_shut_an_application_out_and_let_it_in(world: World, realm: Realm) -> None:
    pair, office = await bound(world, realm, OFFICE)
    await world.do(realm.system, SetAddressList(office.id, (HOME,)))
    actor = await world.directory.by_application(*pair)
    shut = await asks_from(world, actor, OFFICE)
    await world.do(realm.system, SetAddressList(office.id, (OFFICE,)))

    assert (shut, await asks_from(world, actor, OFFICE)) == (AddressForbidden(), None)
