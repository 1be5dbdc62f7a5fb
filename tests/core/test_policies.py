"""Policies: which there are, what they may be, and that a change holds at once, in its own tenant alone."""

from __future__ import annotations

import asyncio

import pytest

from muster.core.drafts import UserDraft
from muster.core.enrolment import EnrolUser
from muster.core.events import Change, Event
from muster.core.policies import FIRST_AUTHENTICATOR, NONE, RULES, SESSION_LIFETIME, Policies, Policy, SetPolicy
from muster.core.refusals import Fault, Invalid, PermissionMissing, Unknown
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import Realm, World, change, opened

SOFT_TOKEN = "soft-token"

ALLOWED = [
    (FIRST_AUTHENTICATOR, NONE),
    (FIRST_AUTHENTICATOR, SOFT_TOKEN),
    (SESSION_LIFETIME, "60"),
    (SESSION_LIFETIME, "000061"),
    (SESSION_LIFETIME, "28800"),
]
NOT_ALLOWED = [
    *((FIRST_AUTHENTICATOR, value) for value in ("", "None", "grid", "soft-token ", "soft-token\n", "\0")),
    *((SESSION_LIFETIME, value) for value in ("", "59", "0", "-60", "+60", "60.0", "1e3", " 60", "60\n", "28801")),
    *((SESSION_LIFETIME, value) for value in ("9" * 9, "9" * 5000, "\u0666\u0666\u0666", "\u00b9\u00b9\u00b9", "x")),
]


async def test_a_new_tenant_has_the_defaults(world: World, realm: Realm) -> None:
    assert await world.ask(realm.system, Policies()) == {name: rule.default for name, rule in RULES.items()}
    assert {policy.name for policy in await entities(world.url, Policy)} == set(RULES)


def test_every_default_is_a_value_that_is_allowed() -> None:
    assert [name for name, rule in RULES.items() if not rule.allows(rule.default)] == []


async def test_one_that_a_tenant_does_not_have_is_what_it_would_begin_with(world: World, realm: Realm) -> None:
    for policy in await entities(world.url, Policy):
        await world.do(realm.system, change(policy, None))

    assert await world.ask(realm.system, Policies()) == {name: rule.default for name, rule in RULES.items()}
    await world.do(realm.system, SetPolicy(SESSION_LIFETIME, "61"))
    assert (await world.ask(realm.system, Policies()))[SESSION_LIFETIME] == "61"


async def test_a_value_that_is_allowed_is_kept(world: World, realm: Realm) -> None:
    for name, value in ALLOWED:
        await world.do(realm.system, SetPolicy(name, value))

        assert (await world.ask(realm.system, Policies()))[name] == value


async def test_any_other_is_refused_and_nothing_is_written(world: World, realm: Realm) -> None:
    before = await snapshot(world.url)
    found = [await outcome(world.do(realm.system, SetPolicy(name, value))) for name, value in NOT_ALLOWED]
    unknown = [
        await outcome(world.do(realm.system, SetPolicy(name, "60"))) for name in ("", "x", SESSION_LIFETIME + " ")
    ]

    assert found == [Invalid(name, Fault.MALFORMED) for name, _ in NOT_ALLOWED]
    assert unknown == [Unknown("policy")] * 3
    assert await snapshot(world.url) == before


async def test_who_lacks_the_permission_neither_sees_nor_sets_them(world: World, realm: Realm) -> None:
    person = await world.person(realm)
    found = [
        await outcome(world.ask(person.actor, Policies())),
        await outcome(world.do(person.actor, SetPolicy(SESSION_LIFETIME, "60"))),
        await outcome(world.do(person.actor, SetPolicy("no such policy", "60"))),
    ]

    assert found == [PermissionMissing(name) for name in ("policies:view", "policies:edit", "policies:edit")]


async def test_a_change_is_recorded_once(world: World, realm: Realm) -> None:
    await world.do(realm.system, SetPolicy(SESSION_LIFETIME, "60"))
    event: Event = [it for it in await entities(world.url, Event) if it.tenant == realm.id][-1]
    before = await snapshot(world.url)
    await world.do(realm.system, SetPolicy(SESSION_LIFETIME, "60"))

    assert (event.act, event.noun, event.subject) == ("policy.set", "policy", SESSION_LIFETIME)
    assert event.changes == (Change("value", "900", "60"),)
    assert await snapshot(world.url) == before


async def test_a_policy_is_its_own_tenants(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    await world.do(other.system, SetPolicy(FIRST_AUTHENTICATOR, NONE))

    assert (await world.ask(realm.system, Policies()))[FIRST_AUTHENTICATOR] == SOFT_TOKEN
    assert len((await world.do(realm.system, EnrolUser(UserDraft("sam")))).authenticators) == 1
    assert (await world.do(other.system, EnrolUser(UserDraft("sam")))).authenticators == ()


@pytest.mark.parametrize("together", [True, False])
async def test_a_change_holds_for_whatever_comes_after_it(world: World, realm: Realm, together: bool) -> None:
    await world.do(realm.system, EnrolUser(UserDraft("before")))
    turned = world.do(realm.system, SetPolicy(FIRST_AUTHENTICATOR, NONE))
    if not together:
        await turned
    made = world.do(realm.system, EnrolUser(UserDraft("after")))
    found = (await asyncio.gather(turned, made))[1] if together else await made

    assert found.authenticators == ()
    await verify_promises(world.url)


async def test_a_change_holds_for_another_process_too(world: World, realm: Realm) -> None:
    async with opened(world.url) as other:
        await other.do(realm.system, EnrolUser(UserDraft("before")))
        await world.do(realm.system, SetPolicy(FIRST_AUTHENTICATOR, NONE))

        assert (await other.ask(realm.system, Policies()))[FIRST_AUTHENTICATOR] == NONE
        assert (await other.do(realm.system, EnrolUser(UserDraft("after")))).authenticators == ()
