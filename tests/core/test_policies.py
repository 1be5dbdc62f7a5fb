"""Policies: which there are, what they may be, and that a change holds at once, in its own tenant alone."""

from __future__ import annotations

import asyncio

import pytest

from muster.core.drafts import UserDraft
from muster.core.enrolment import EnrolUser
from muster.core.events import Change, Event
from muster.core.policies import (
    FIRST_AUTHENTICATOR,
    LOCKOUT_COUNT,
    LOCKOUT_LIFETIME,
    LOCKOUT_MODE,
    MOST_EXTRAS,
    MOST_TOKENS,
    NONE,
    RULES,
    SESSION_LIFETIME,
    Policies,
    Policy,
    SetPolicies,
    SetPolicy,
)
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
    (FIRST_AUTHENTICATOR, "authenticator-app"),
    *((MOST_TOKENS, value) for value in ("1", "10")),
    *((LOCKOUT_COUNT, value) for value in ("1", "20")),
    *((LOCKOUT_LIFETIME, value) for value in ("0", "2147483647")),
    *((LOCKOUT_MODE, value) for value in ("authenticator", "user")),
    ("api.anything", ""),
    ("api.any.thing", "[1,\n2]"),
]
NOT_ALLOWED = [
    *((FIRST_AUTHENTICATOR, value) for value in ("", "None", "grid", "soft-token ", "soft-token\n", "\0")),
    *((SESSION_LIFETIME, value) for value in ("", "59", "0", "-60", "+60", "60.0", "1e3", " 60", "60\n", "28801")),
    *((SESSION_LIFETIME, value) for value in ("9" * 9, "9" * 5000, "\u0666\u0666\u0666", "\u00b9\u00b9\u00b9", "x")),
    *((MOST_TOKENS, value) for value in ("0", "11", "")),
    *((LOCKOUT_COUNT, value) for value in ("0", "21")),
    *((LOCKOUT_LIFETIME, value) for value in ("-1", "2147483648")),
    *((LOCKOUT_MODE, value) for value in ("", "none", "USER")),
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
        await outcome(world.do(realm.system, SetPolicy(name, "60")))
        for name in ("", "x", SESSION_LIFETIME + " ", ".x", "x.", ".")
    ]

    assert found == [Invalid(name, Fault.MALFORMED) for name, _ in NOT_ALLOWED]
    assert unknown == [Unknown("policy")] * 6
    assert await snapshot(world.url) == before


async def test_who_lacks_the_permission_neither_sees_nor_sets_them(world: World, realm: Realm) -> None:
    person = await world.person(realm)
    found = [
        await outcome(world.ask(person.actor, Policies())),
        await outcome(world.do(person.actor, SetPolicy(SESSION_LIFETIME, "60"))),
        await outcome(world.do(person.actor, SetPolicy("no such policy", "60"))),
        await outcome(world.do(person.actor, SetPolicies(()))),
    ]

    assert found == [PermissionMissing(name) for name in ("policies:view", *("policies:edit",) * 3)]


async def test_a_change_is_recorded_once(world: World, realm: Realm) -> None:
    await world.do(realm.system, SetPolicy(SESSION_LIFETIME, "60"))
    event: Event = [it for it in await entities(world.url, Event) if it.tenant == realm.id][-1]
    before = await snapshot(world.url)
    await world.do(realm.system, SetPolicy(SESSION_LIFETIME, "60"))

    assert (event.act, event.noun, event.subject) == ("policy.set", "policy", SESSION_LIFETIME)
    assert event.changes == (Change(SESSION_LIFETIME, "900", "60"),)
    assert await snapshot(world.url) == before


async def test_several_are_set_at_once_under_one_event(world: World, realm: Realm) -> None:
    wanted = ((SESSION_LIFETIME, "60"), (MOST_TOKENS, "5"), (LOCKOUT_COUNT, "3"), ("api.colour", '"red"'))
    before = len(await entities(world.url, Event))
    await world.do(realm.system, SetPolicies(wanted))
    again = await snapshot(world.url)
    await world.do(realm.system, SetPolicies(wanted))
    found: list[Event] = [it for it in await entities(world.url, Event) if it.tenant == realm.id]
    policies = await world.ask(realm.system, Policies())

    assert len(await entities(world.url, Event)) == before + 1
    assert (found[-1].act, found[-1].noun, found[-1].subject) == ("policy.set", "policy", "")
    assert found[-1].changes == (
        Change(SESSION_LIFETIME, "900", "60"),
        Change(LOCKOUT_COUNT, "5", "3"),
        Change("api.colour", None, '"red"'),
    )
    assert policies == {name: rule.default for name, rule in RULES.items()} | dict(wanted)
    assert await snapshot(world.url) == again


REFUSED_TOGETHER = [
    ((SESSION_LIFETIME, "59"), Invalid(SESSION_LIFETIME, Fault.MALFORMED)),
    (("no such policy", "1"), Unknown("policy")),
    (("api." + "x" * 252, "1"), Invalid("policy", Fault.TOO_LONG, 255)),
    (("api.a\nb", "1"), Invalid("policy", Fault.CHARACTERS)),
    (("api.x", "\0"), Invalid("api.x", Fault.CHARACTERS)),
    (("api.x", "x" * 65_537), Invalid("api.x", Fault.TOO_LONG, 65_536)),
]


async def test_where_one_is_refused_none_is_set(world: World, realm: Realm) -> None:
    before = await snapshot(world.url)
    for wrong, refusal in REFUSED_TOGETHER:
        found = await outcome(world.do(realm.system, SetPolicies(((LOCKOUT_COUNT, "3"), wrong, (MOST_TOKENS, "1")))))

        assert found == refusal

    assert await snapshot(world.url) == before


async def test_apis_keep_so_many_and_no_more(world: World, realm: Realm) -> None:
    await world.do(realm.system, SetPolicies(tuple((f"api.{number}", "x") for number in range(MOST_EXTRAS))))
    found = [
        await outcome(world.do(realm.system, SetPolicy(name, "y"))) for name in ("api.0", "api.more", LOCKOUT_COUNT)
    ]

    assert found == [None, Invalid("policies", Fault.TOO_MANY, MOST_EXTRAS), Invalid(LOCKOUT_COUNT, Fault.MALFORMED)]
    assert await outcome(world.do(realm.system, SetPolicy(LOCKOUT_COUNT, "2"))) is None


async def test_of_several_who_set_them_at_once_each_is_kept(world: World, realm: Realm) -> None:
    acts = [SetPolicies(((f"api.{number}", "x"), (LOCKOUT_COUNT, str(number + 1)))) for number in range(10)]
    await asyncio.gather(*(world.do(realm.system, act) for act in acts))
    found = await world.ask(realm.system, Policies())

    assert [found[f"api.{number}"] for number in range(10)] == ["x"] * 10
    await verify_promises(world.url)


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
