"""Tokens: how a user is given one, what can be done with it, and by whom."""

from __future__ import annotations

import asyncio
from base64 import b32decode, b32encode
from dataclasses import replace
from typing import Any

import pytest

from muster.core import permissions
from muster.core.acts import Command
from muster.core.authenticators import (
    ACTIVATING,
    ACTIVE,
    AUTHENTICATOR_APP,
    INACTIVE,
    NEW,
    SOFT_TOKEN,
    Authenticator,
)
from muster.core.authority import Actor
from muster.core.drafts import UserDraft
from muster.core.enrolment import EnrolUser
from muster.core.entity import KEPT
from muster.core.events import Change, Event
from muster.core.finders import by_id
from muster.core.leaving import DeleteUser
from muster.core.policies import FIRST_AUTHENTICATOR, MOST_TOKENS, SetPolicy
from muster.core.refusals import BeyondAuthority, Fault, Full, Invalid, PermissionMissing, Unknown, WrongState
from muster.core.token_query import TokenSearch
from muster.core.tokens import (
    CreateToken,
    DeleteToken,
    EditToken,
    SwitchToken,
    TokenDetail,
    Tokens,
    TokenView,
    token_by_id,
    token_by_serial,
)
from muster.core.users import User
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, VIEWER, Realm, World, change

SEED = b"12345678901234567890"


@pytest.fixture
async def sam(world: World, realm: Realm) -> User:
    """A user without a token."""
    return (await world.person(realm, "sam")).user


async def given(world: World, realm: Realm, user: User, kind: str = SOFT_TOKEN, seed: bytes | None = None) -> TokenView:
    return await world.do(realm.system, CreateToken(by_id(user.id), kind, seed))


def helper(world: World, realm: Realm, **more: Any) -> Actor:
    """Somebody who may do everything with tokens, and nothing else."""
    actor = realm.administrator.actor
    held = permissions.of("tokens") | {"users:view"}
    return replace(actor, id="helper", permissions=held, credential=None, **more)


async def happened(world: World, realm: Realm, number: int) -> list[Event]:
    """The newest events."""
    return [it for it in await entities(world.url, Event) if it.tenant == realm.id][-number:]


@pytest.mark.parametrize("kind", [SOFT_TOKEN, AUTHENTICATOR_APP])
async def test_a_new_token_is_being_activated(world: World, realm: Realm, sam: User, kind: str) -> None:
    made = await given(world, realm, sam, kind)
    [kept] = await entities(world.url, Authenticator)
    [event] = await happened(world, realm, 1)

    assert made == TokenView(kept, sam)
    assert (kept.kind, kept.state, kept.user, kept.created_at) == (kind, ACTIVATING, sam.id, world.sources.now())
    assert await world.ask(realm.system, TokenDetail(token_by_id(kept.id))) == made
    assert await world.ask(realm.system, TokenDetail(token_by_serial(kept.serial))) == made
    assert (event.act, event.subject, event.subject_name) == ("authenticator.created", kept.id, f"sam/{kept.serial}")
    assert [it.field for it in event.changes] == ["kind", "serial", "state", "user"]
    await verify_promises(world.url)


async def test_an_app_has_a_seed_that_it_can_be_given(world: World, realm: Realm, sam: User) -> None:
    seeds = []
    for _ in range(2):
        token = (await given(world, realm, sam, AUTHENTICATOR_APP)).token
        seeds.append(world.sources._sealer.open(token.sealed, token.id) or "")

    assert [len(b32decode(seed)) for seed in seeds] == [20, 20]
    assert seeds[0] != seeds[1]


async def test_a_seed_that_is_brought_along_is_sealed_and_its_token_active(
    world: World, realm: Realm, sam: User
) -> None:
    token = (await given(world, realm, sam, AUTHENTICATOR_APP, SEED)).token
    kept = await snapshot(world.url)

    assert token.state == ACTIVE
    assert world.sources._sealer.open(token.sealed, token.id) == b32encode(SEED).decode()
    assert b32encode(SEED).decode() not in repr(kept)
    assert repr(SEED) not in repr(kept)


WRONG: list[tuple[str, bytes | None, Invalid]] = [
    ("grid", None, Invalid("kind", Fault.MALFORMED)),
    ("", None, Invalid("kind", Fault.MALFORMED)),
    (SOFT_TOKEN, SEED, Invalid("seed", Fault.MALFORMED)),
    (AUTHENTICATOR_APP, b"", Invalid("seed", Fault.MALFORMED, 64)),
    (AUTHENTICATOR_APP, bytes(9), Invalid("seed", Fault.MALFORMED, 64)),
    (AUTHENTICATOR_APP, bytes(65), Invalid("seed", Fault.MALFORMED, 64)),
]


@pytest.mark.parametrize(("kind", "seed", "expected"), WRONG)
async def test_a_wrong_kind_or_seed_is_refused(
    world: World, realm: Realm, sam: User, kind: str, seed: bytes | None, expected: Invalid
) -> None:
    before = await snapshot(world.url)

    assert await outcome(given(world, realm, sam, kind, seed)) == expected
    assert await snapshot(world.url) == before


@pytest.mark.parametrize("length", [10, 64])
async def test_the_shortest_and_the_longest_seed_are_taken(world: World, realm: Realm, sam: User, length: int) -> None:
    assert (await given(world, realm, sam, AUTHENTICATOR_APP, bytes(length))).token.state == ACTIVE


async def test_a_user_has_as_many_as_the_policy_allows(world: World, realm: Realm, sam: User) -> None:
    mia = (await world.person(realm, "mia")).user
    made = [await outcome(given(world, realm, sam)) for _ in range(6)]
    await world.do(realm.system, SetPolicy(MOST_TOKENS, "6"))
    more = [await outcome(given(world, realm, sam)) for _ in range(2)]
    await world.do(realm.system, DeleteToken(token_by_id(made[0].token.id)))

    assert [isinstance(one, TokenView) for one in made] == [True] * 5 + [False]
    assert (made[-1], more[-1]) == (Full("token", 5), Full("token", 6))
    assert isinstance(await outcome(given(world, realm, sam)), TokenView)
    assert isinstance(await outcome(given(world, realm, mia)), TokenView)


async def test_of_many_at_once_no_more_than_that_are_made(world: World, realm: Realm, sam: User) -> None:
    made = await asyncio.gather(*(outcome(given(world, realm, sam)) for _ in range(12)))

    assert sum(isinstance(one, TokenView) for one in made) == 5
    assert refused(made) == [Full("token", 5)] * 7
    assert len({one.serial for one in await entities(world.url, Authenticator)}) == 5


async def test_a_user_may_begin_with_an_app(world: World, realm: Realm) -> None:
    await world.do(realm.system, SetPolicy(FIRST_AUTHENTICATOR, AUTHENTICATOR_APP))
    [first] = (await world.do(realm.system, EnrolUser(UserDraft("ada")))).authenticators

    assert (first.kind, first.state) == (AUTHENTICATOR_APP, ACTIVATING)
    assert len(b32decode(world.sources._sealer.open(first.sealed, first.id) or "")) == 20


async def test_an_active_token_is_switched_off_and_on(world: World, realm: Realm, sam: User) -> None:
    token = (await given(world, realm, sam, AUTHENTICATOR_APP, SEED)).token
    states = []
    for state in (ACTIVE, INACTIVE, INACTIVE, ACTIVE):
        await world.do(realm.system, SwitchToken(token_by_id(token.id), state))
        states.append((await world.ask(realm.system, TokenDetail(token_by_id(token.id)))).token.state)
    events = await happened(world, realm, 3)

    assert states == [ACTIVE, INACTIVE, INACTIVE, ACTIVE]
    assert [(it.act, it.changes) for it in events] == [
        ("authenticator.created", events[0].changes),
        ("authenticator.disabled", (Change("state", ACTIVE, INACTIVE),)),
        ("authenticator.enabled", (Change("state", INACTIVE, ACTIVE),)),
    ]


@pytest.mark.parametrize("state", [ACTIVE, INACTIVE])
async def test_a_token_that_was_never_activated_is_not_switched(
    world: World, realm: Realm, sam: User, state: str
) -> None:
    token = (await given(world, realm, sam)).token
    before = await snapshot(world.url)

    assert await outcome(world.do(realm.system, SwitchToken(token_by_id(token.id), state))) == WrongState(
        "token", ACTIVATING
    )
    assert await snapshot(world.url) == before


@pytest.mark.parametrize("state", [NEW, ACTIVATING, "unassigned", "", "ACTIVE"])
async def test_a_token_is_switched_to_no_other_state(world: World, realm: Realm, sam: User, state: str) -> None:
    token = (await given(world, realm, sam, AUTHENTICATOR_APP, SEED)).token

    assert await outcome(world.do(realm.system, SwitchToken(token_by_id(token.id), state))) == Invalid(
        "state", Fault.MALFORMED
    )


async def test_a_label_is_set_and_taken_away(world: World, realm: Realm, sam: User) -> None:
    token = (await given(world, realm, sam)).token
    labels = []
    for label in ("x" * 100, KEPT, "phone", "phone", None):
        await world.do(realm.system, EditToken(token_by_id(token.id), label))
        labels.append((await world.ask(realm.system, TokenDetail(token_by_id(token.id)))).token.label)
    events = await happened(world, realm, 3)

    assert labels == ["x" * 100, "x" * 100, "phone", "phone", None]
    assert {it.act for it in events} == {"authenticator.edited"}
    assert events[-1].changes == (Change("label", "phone", None),)


@pytest.mark.parametrize(
    ("label", "fault"), [("x" * 101, Fault.TOO_LONG), ("a\nb", Fault.CHARACTERS), ("\0", Fault.CHARACTERS)]
)
async def test_a_wrong_label_is_refused(world: World, realm: Realm, sam: User, label: str, fault: Fault) -> None:
    token = (await given(world, realm, sam)).token
    found = await outcome(world.do(realm.system, EditToken(token_by_id(token.id), label)))

    assert isinstance(found, Invalid)
    assert (found.field, found.fault) == ("label", fault)


@pytest.mark.parametrize("state", [ACTIVATING, ACTIVE])
async def test_a_token_is_deleted_whatever_its_state(world: World, realm: Realm, sam: User, state: str) -> None:
    seed = SEED if state == ACTIVE else None
    token = (await given(world, realm, sam, AUTHENTICATOR_APP, seed)).token
    await world.do(realm.system, DeleteToken(token_by_serial(token.serial)))
    [event] = await happened(world, realm, 1)

    assert await entities(world.url, Authenticator) == []
    assert (event.act, event.subject) == ("authenticator.deleted", token.id)
    assert Change("state", state, None) in event.changes
    assert await outcome(world.do(realm.system, DeleteToken(token_by_id(token.id)))) == Unknown("token")
    await verify_promises(world.url)


async def test_tokens_go_with_their_user(world: World, realm: Realm, sam: User) -> None:
    made = [(await given(world, realm, sam, AUTHENTICATOR_APP, SEED)).token for _ in range(3)]
    await world.do(realm.system, DeleteUser(by_id(sam.id)))

    assert await outcome(world.ask(realm.system, TokenDetail(token_by_id(made[0].id)))) == Unknown("token")
    assert (await world.ask(realm.system, Tokens(TokenSearch()))).rows == ()


def acts(token: Authenticator, user: User) -> list[Command[Any]]:
    return [
        CreateToken(by_id(user.id), SOFT_TOKEN),
        SwitchToken(token_by_id(token.id), INACTIVE),
        EditToken(token_by_id(token.id), "mine"),
        DeleteToken(token_by_id(token.id)),
    ]


async def test_nobody_touches_the_tokens_of_who_holds_more_than_he(world: World, realm: Realm) -> None:
    strong = (await world.person(realm, roles=(ADMINISTRATOR,))).user
    weak = (await world.person(realm, roles=(VIEWER,))).user
    tokens = [(await given(world, realm, user, AUTHENTICATOR_APP, SEED)).token for user in (strong, weak)]
    actor = helper(world, realm)
    before = await snapshot(world.url)
    beyond = [await outcome(world.do(actor, act)) for act in acts(tokens[0], strong)]
    unchanged = await snapshot(world.url) == before
    within = [await outcome(world.do(actor, act)) for act in acts(tokens[1], weak)]

    assert (beyond, unchanged) == ([BeyondAuthority("user")] * 4, True)
    assert (within[0].user, within[1:]) == (weak, [None] * 3)


async def test_outside_ones_scope_there_is_no_token(world: World, realm: Realm) -> None:
    north, south = [await world.unit(realm, name) for name in ("north", "south")]
    here, there = [(await world.person(realm, home=unit)).user for unit in (north, south)]
    tokens = [(await given(world, realm, user, AUTHENTICATOR_APP, SEED)).token for user in (here, there)]
    actor = helper(world, realm, scope=(north,))
    outside = [await outcome(world.do(actor, act)) for act in acts(tokens[1], there)]
    outside.append(await outcome(world.ask(actor, TokenDetail(token_by_serial(tokens[1].serial)))))
    found = await world.ask(actor, Tokens(TokenSearch()))

    assert outside == [Unknown("user"), *[Unknown("token")] * 4]
    assert [it.token for it in found.rows] == [tokens[0]]


async def test_every_act_demands_its_own_permission(world: World, realm: Realm, sam: User) -> None:
    token = (await given(world, realm, sam, AUTHENTICATOR_APP, SEED)).token
    wanted = ["tokens:create", "tokens:edit", "tokens:edit", "tokens:delete"]
    actor = replace(realm.administrator.actor, credential=None)
    without = [replace(actor, permissions=permissions.ALL - {permission}) for permission in wanted]
    found = [await outcome(world.do(who, act)) for who, act in zip(without, acts(token, sam), strict=True)]
    blind = replace(actor, permissions=permissions.ALL - {"tokens:view"})
    blinded = [
        await outcome(world.ask(blind, Tokens(TokenSearch()))),
        await outcome(world.ask(blind, TokenDetail(token_by_id(token.id)))),
    ]

    assert found == [PermissionMissing(permission) for permission in wanted]
    assert blinded == [PermissionMissing("tokens:view")] * 2


async def test_a_token_whose_user_is_gone_is_not_listed(world: World, realm: Realm, sam: User) -> None:
    token = (await given(world, realm, sam)).token
    await world.do(realm.system, change(token, replace(token, user="nobody")))

    assert (await world.ask(realm.system, Tokens(TokenSearch()))).rows == ()
    assert await outcome(world.ask(realm.system, TokenDetail(token_by_id(token.id)))) == Unknown("token")
