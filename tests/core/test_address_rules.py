"""Address rules: what each scope allows, that all of them have to, at once and everywhere, and who may make them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from muster.app.sources import new_secret
from muster.core.addresses import AddressRule, packed, spelled
from muster.core.applications import ApplicationDraft, CreateApplication
from muster.core.authority import Actor
from muster.core.directory import Directory
from muster.core.drafts import CreateUser, UserDraft
from muster.core.finders import by_number
from muster.core.leaving import DeleteUser
from muster.core.network import (
    DESCRIPTION_LENGTH,
    MOST_RULES,
    AddAddressRule,
    AddressRuleDraft,
    AddressRules,
    RemoveAddressRule,
)
from muster.core.query import Page, Search
from muster.core.refusals import (
    AddressForbidden,
    BeyondAuthority,
    Fault,
    Invalid,
    PermissionMissing,
    ShutsOut,
    Unknown,
)
from muster.core.users import Myself, User, Users, UserView
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, MANAGER, ORIGIN, VIEWER, Person, Realm, World, new

OFFICE, HOME, SIX = "192.0.2.7", "198.51.100.1", "2001:db8::7"


def only(first: str, last: str | None = None, user: int | None = None, key: int | None = None) -> AddAddressRule:
    return AddAddressRule(AddressRuleDraft(first, last or first, user=user, key=key))


async def admitted(world: World, actor: Actor, address: str | None) -> bool:
    """Whether what he asks from there is answered; if not, for no other reason than the address."""

    async def asked() -> Page:
        here = await world.directory.admit(actor, address)
        return (await world.ask(here, Users(Search())))[1]

    found = await outcome(asked())

    assert isinstance(found, Page) or found == AddressForbidden()
    return isinstance(found, Page)


async def comes(world: World, person: Person, address: str | None) -> bool:
    """Whether a request with his key is answered there."""
    return await admitted(world, await world.directory.identify(person.secret), address)


async def reach(world: World, person: Person, *addresses: str | None) -> list[bool]:
    return [await comes(world, person, address) for address in addresses]


@pytest.fixture
async def manager(world: World, realm: Realm) -> Person:
    return await world.person(realm, "mia", (MANAGER,))


async def test_without_a_rule_every_address_is_allowed(world: World, manager: Person) -> None:
    assert await reach(world, manager, OFFICE, SIX, None, "nowhere") == [True] * 4


RANGES = [
    (
        "192.0.2.7",
        "192.0.2.7",
        ["192.0.2.7", "::ffff:192.0.2.7"],
        ["192.0.2.6", "192.0.2.8", "::c000:207"],
    ),
    ("192.0.2.9", "192.0.2.100", ["192.0.2.9", "192.0.2.10", "192.0.2.100"], ["192.0.2.8", "192.0.2.101", "1.1.1.1"]),
    ("0.0.0.0", "255.255.255.255", ["0.0.0.0", "9.9.9.9"], ["::", "2001:db8::1"]),
    ("2001:db8::", "2001:db8::ffff", ["2001:DB8:0::1", "2001:db8::ffff"], ["2001:db8::1:0", "192.0.2.7", "::1"]),
    ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["::1", "fe80::1%eth0"], ["192.0.2.7", "::ffff:192.0.2.7"]),
    ("::ffff:192.0.2.1", "192.0.2.2", ["192.0.2.2"], ["192.0.2.3"]),
]


@pytest.mark.parametrize(("first", "last", "inside", "outside"), RANGES, ids=lambda value: str(value)[:20])
async def test_a_range_holds_its_ends_and_what_lies_between(
    world: World, realm: Realm, manager: Person, first: str, last: str, inside: list[str], outside: list[str]
) -> None:
    await world.do(realm.system, only(first, last))

    assert await reach(world, manager, *inside) == [True] * len(inside)
    assert await reach(world, manager, *outside, None, "", "nowhere", "192.0.2") == [False] * (len(outside) + 4)


async def test_several_rules_of_a_scope_allow_what_any_of_them_does(
    world: World, realm: Realm, manager: Person
) -> None:
    for address in (OFFICE, SIX):
        await world.do(realm.system, only(address))

    assert await reach(world, manager, OFFICE, SIX, HOME) == [True, True, False]


async def test_each_scope_binds_its_own_and_all_of_them_have_to_allow(
    world: World, realm: Realm, manager: Person
) -> None:
    other = await world.person(realm, "zoe", (MANAGER,))
    second = await world.holder(realm, manager.user)
    three = (manager, second, other)
    addresses = ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4")
    steps = [
        only("10.0.0.1", "10.0.0.3"),
        only("10.0.0.2", "10.0.0.4", user=manager.user.number),
        only("10.0.0.3", "10.0.0.9", key=manager.key.number),
    ]
    found = []
    for step in steps:
        await world.do(realm.system, step)
        found.append(["".join("-+"[one] for one in await reach(world, person, *addresses)) for person in three])

    assert found == [["+++-", "+++-", "+++-"], ["-++-", "-++-", "+++-"], ["--+-", "-++-", "+++-"]]


async def test_a_cached_actor_obeys_a_rule_at_once_and_its_end_too(world: World, realm: Realm, manager: Person) -> None:
    elsewhere = Directory(world.store, world.sources)
    for node in (world.directory, elsewhere):
        await node.ask(await node.admit(await node.identify(manager.secret), HOME), Myself())

    async def asked(node: Directory) -> object:
        return await node.ask(await node.admit(await node.identify(manager.secret), HOME), Myself())

    rule = await world.do(realm.system, only(OFFICE))
    bound = [await outcome(asked(node)) for node in (world.directory, elsewhere) * 2]
    await world.do(realm.system, RemoveAddressRule(rule.number))
    free = [await outcome(asked(node)) for node in (world.directory, elsewhere)]

    assert bound == [AddressForbidden()] * 4
    assert [isinstance(one, UserView) for one in free] == [True, True]


async def test_a_rule_binds_what_follows_it_in_the_same_batch(world: World, realm: Realm, manager: Person) -> None:
    here, there = [await world.directory.admit(manager.actor, address) for address in (OFFICE, HOME)]
    _, inside, outside = await asyncio.gather(
        world.do(realm.system, only(OFFICE)),
        outcome(world.do(here, CreateUser(UserDraft("sam")))),
        outcome(world.do(there, CreateUser(UserDraft("tom")))),
    )

    assert (type(inside), outside) == (User, AddressForbidden())
    await verify_promises(world.url)


async def test_who_was_never_admitted_asks_from_nowhere(world: World, realm: Realm, manager: Person) -> None:
    await comes(world, manager, OFFICE)
    await world.do(realm.system, only(OFFICE))
    await comes(world, manager, OFFICE)

    assert await outcome(world.ask(await world.directory.identify(manager.secret), Myself())) == AddressForbidden()


async def test_an_application_is_bound_by_the_tenants_rules_and_by_no_others(world: World, realm: Realm) -> None:
    secret = new_secret()
    await world.do(realm.system, CreateApplication(ApplicationDraft("app", "App", VIEWER, secret, long_lived=True)))
    here, there = replace(ORIGIN, address=OFFICE), replace(ORIGIN, address=HOME)
    token, _ = await world.directory.open_session("app", secret.text, there)
    session, long_lived = (
        await world.directory.by_session(token),
        await world.directory.by_application("app", secret.text),
    )
    await world.do(realm.system, only(OFFICE))
    await world.do(realm.system, only("203.0.113.1", user=realm.administrator.user.number))

    asked = [await admitted(world, actor, where) for actor in (session, long_lived) for where in (OFFICE, HOME)]

    assert asked == [True, False] * 2
    assert await outcome(world.directory.open_session("app", secret.text, there)) == AddressForbidden()
    assert len(await world.directory.open_session("app", secret.text, here)) == 2


async def test_the_system_is_bound_by_none(world: World, realm: Realm) -> None:
    await world.do(realm.system, only("203.0.113.1"))

    _, views = await world.ask(realm.system, AddressRules())

    assert [view.rule.first_address for view in views] == ["203.0.113.1"]


WRONG = [
    (AddressRuleDraft("", "192.0.2.1"), Invalid("first_address", Fault.MALFORMED)),
    (AddressRuleDraft("192.0.2.0/24", "192.0.2.1"), Invalid("first_address", Fault.MALFORMED)),
    (AddressRuleDraft("192.0.2.256", "192.0.2.1"), Invalid("first_address", Fault.MALFORMED)),
    (AddressRuleDraft("192.0.02.1", "192.0.2.1"), Invalid("first_address", Fault.MALFORMED)),
    (AddressRuleDraft("office", "192.0.2.1"), Invalid("first_address", Fault.MALFORMED)),
    (AddressRuleDraft("fe80::1%eth0", "fe80::1"), Invalid("first_address", Fault.MALFORMED)),
    (AddressRuleDraft("192.0.2.1", "\0"), Invalid("last_address", Fault.MALFORMED)),
    (AddressRuleDraft("192.0.2.9", "192.0.2.8"), Invalid("last_address", Fault.MALFORMED)),
    (AddressRuleDraft("192.0.2.9", "2001:db8::1"), Invalid("last_address", Fault.MALFORMED)),
    (AddressRuleDraft("192.0.2.1", "192.0.2.1", "a\nb"), Invalid("description", Fault.CHARACTERS)),
    (AddressRuleDraft("192.0.2.1", "192.0.2.1", "x" * 256), Invalid("description", Fault.TOO_LONG, DESCRIPTION_LENGTH)),
    (AddressRuleDraft("192.0.2.1", "192.0.2.1", user=999), Invalid("user", Fault.UNKNOWN)),
    (AddressRuleDraft("192.0.2.1", "192.0.2.1", key=999), Invalid("key", Fault.UNKNOWN)),
]


@pytest.mark.parametrize(("draft", "expected"), WRONG, ids=str)
async def test_a_wrong_rule_is_refused_and_nothing_is_kept(
    world: World, realm: Realm, draft: AddressRuleDraft, expected: Invalid
) -> None:
    before = await snapshot(world.url)

    assert await outcome(world.do(realm.system, AddAddressRule(draft))) == expected
    assert await snapshot(world.url) == before


async def test_a_rule_that_would_shut_out_the_very_request_that_makes_it_is_refused(world: World, realm: Realm) -> None:
    own = realm.administrator
    here = await world.directory.admit(own.actor, OFFICE)
    before = await snapshot(world.url)
    acts = [only(HOME), only(HOME, user=own.user.number), only(HOME, key=own.key.number)]
    refused = [await outcome(world.do(here, act)) for act in acts]

    assert refused == [ShutsOut()] * 3
    assert await snapshot(world.url) == before
    assert isinstance(await world.do(here, only(OFFICE)), AddressRule)


async def test_the_last_rule_of_a_scope_may_go_and_the_one_that_admits_the_asker_may_not(
    world: World, realm: Realm
) -> None:
    here = await world.directory.admit(realm.administrator.actor, OFFICE)
    own, others = [await world.do(here, only(address)) for address in (OFFICE, HOME)]

    found = [await outcome(world.do(here, RemoveAddressRule(rule.number))) for rule in (own, others, own, own)]

    assert found == [ShutsOut(), None, None, Unknown("address-rule")]
    assert await entities(world.url, AddressRule) == []
    await verify_promises(world.url)


async def test_rules_are_for_whoever_may_rule_over_the_whole_tenant(world: World, realm: Realm) -> None:
    north = await world.unit(realm, "north")
    restricted = await world.person(realm, "ada", (ADMINISTRATOR,), (north,), north)
    narrowed = await world.holder(realm, realm.administrator.user, MANAGER)
    rule = await world.do(realm.system, only(OFFICE, user=realm.administrator.user.number))

    async def outcomes(actor: Actor) -> list[object]:
        admitted = await world.directory.admit(actor, OFFICE)
        return [
            await outcome(world.do(admitted, only(OFFICE))),
            await outcome(world.do(admitted, RemoveAddressRule(rule.number))),
            await outcome(world.ask(admitted, AddressRules())),
        ]

    assert await outcomes(restricted.actor) == [BeyondAuthority("scope")] * 3
    edit, view = PermissionMissing("network:edit"), PermissionMissing("network:view")
    assert await outcomes(narrowed.actor) == [edit, edit, view]


async def test_nobody_rules_over_a_user_who_holds_more(world: World, realm: Realm) -> None:
    more = await world.person(realm, "eve", (ADMINISTRATOR, (*MANAGER[:1], 3), ("audit", 1)))
    planner = await world.person(realm, "pia", (("planning", 1),))
    here = await world.directory.admit(realm.administrator.actor, OFFICE)
    rule = await world.do(realm.system, only(OFFICE, key=planner.key.number))

    found = [
        await outcome(world.do(here, act))
        for act in (
            only(OFFICE, user=planner.user.number),
            only(OFFICE, key=planner.key.number),
            RemoveAddressRule(rule.number),
        )
    ]

    assert found == [BeyondAuthority("user")] * 3
    assert isinstance(await world.do(here, only(OFFICE, user=more.user.number)), AddressRule)


async def test_the_unit_that_a_rule_is_asked_of_is_the_root(world: World, realm: Realm) -> None:
    north = await world.unit(realm, "north")
    draft = AddressRuleDraft(OFFICE, OFFICE)
    found = [await outcome(world.do(realm.system, AddAddressRule(draft, unit))) for unit in (north.number, 999)]

    assert found == [Invalid("unit", Fault.UNKNOWN), Unknown("unit")]
    assert isinstance(await world.do(realm.system, AddAddressRule(draft, realm.root.number)), AddressRule)


async def test_the_rules_are_told_with_the_numbers_of_whom_they_are_about(
    world: World, realm: Realm, manager: Person
) -> None:
    for act in (only(OFFICE), only(HOME, user=manager.user.number), only(SIX, "2001:db8::9", key=manager.key.number)):
        await world.do(realm.system, act)

    tenant, views = await world.ask(realm.system, AddressRules())

    assert tenant == realm.tenant
    assert [(view.rule.first_address, view.rule.last_address, view.user, view.key) for view in views] == [
        (OFFICE, OFFICE, None, None),
        (HOME, HOME, manager.user.number, None),
        (SIX, "2001:db8::9", None, manager.key.number),
    ]


async def test_a_users_rules_end_with_him_and_the_others_stay(world: World, realm: Realm, manager: Person) -> None:
    for act in (only(OFFICE), only(HOME, user=manager.user.number), only(SIX, key=manager.key.number)):
        await world.do(realm.system, act)
    await world.do(realm.system, DeleteUser(by_number(manager.user.number)))

    _, views = await world.ask(realm.system, AddressRules())

    assert [view.rule.first_address for view in views] == [OFFICE]
    await verify_promises(world.url)


async def test_a_tenant_has_a_thousand_rules_at_most(world: World, realm: Realm) -> None:
    made = await world.do(realm.system, only(OFFICE))
    more = [replace(made, id=f"rule-{number}", number=10_000 + number) for number in range(MOST_RULES - 1)]
    await world.do(realm.system, new(*more))

    assert await outcome(world.do(realm.system, only(HOME))) == Invalid("address_rules", Fault.TOO_MANY, MOST_RULES)


@pytest.mark.parametrize("text", ["0.0.0.0", "192.0.2.7", "255.255.255.255", "::", "2001:db8::7", "ffff::"])
def test_a_packed_address_is_spelled_as_it_was(text: str) -> None:
    assert spelled(packed(text)) == text
