"""Service users: who makes them, what they are called and what they may do."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from muster.core.finders import by_number
from muster.core.keys import EditKey, IssueKey
from muster.core.leaving import DeleteUser
from muster.core.mails import Mail
from muster.core.policies import ALLOWED, REFUSED, SSO_ONLY_KEYS, Policies, SetPolicy
from muster.core.refusals import (
    BeyondAuthority,
    CredentialInvalid,
    Fault,
    Invalid,
    Obstacle,
    PermissionMissing,
    Unknown,
    Unsuited,
)
from muster.core.roles import ADMINISTER
from muster.core.services import CreateServiceUser, ServiceUser
from muster.core.users import SERVICE
from tests.core.editors import editing, empower
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, AUDITOR, CREATE, MANAGER, VIEWER, Realm, World

EMAIL = "robot@example.com"


def making(**fields: Any) -> CreateServiceUser:
    return CreateServiceUser(**{"email": EMAIL, "key_name": "robot", **fields})


async def test_a_service_user_holds_what_its_maker_holds_and_acts_through_its_key(world: World, realm: Realm) -> None:
    maker = await world.person(realm, None, (ADMINISTRATOR, AUDITOR))

    made = await world.do(maker.actor, making())
    actor = await world.directory.identify(made.key.secret)
    user = made.user

    assert re.fullmatch(r"1700000000[0-9a-f]{10}", user.username)
    assert (user.kind, user.given_name, user.family_name, user.email) == (SERVICE, "Service", "User", EMAIL)
    assert (user.roles, user.scope, user.administrator) == (maker.user.roles, (), True)
    assert (user.password, made.key.key.name, made.key.key.role) == (None, "robot", None)
    assert (actor.id, actor.permissions) == (user.id, maker.actor.permissions)
    assert await entities(world.url, Mail) == []
    await verify_promises(world.url)


async def test_service_users_are_numbered_and_no_name_comes_twice(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    made = await asyncio.gather(*(world.do(realm.administrator.actor, making()) for _ in range(9)))
    one_more = await world.do(realm.administrator.actor, making())
    elsewhere = await world.do(other.administrator.actor, making())

    names = {it.user.family_name for it in (*made, one_more)}
    assert names == {"User", *(f"User-{number}" for number in range(2, 11))}
    assert elsewhere.user.family_name == "User"
    assert len({it.user.username for it in made}) == 9
    await verify_promises(world.url)


async def test_a_name_of_one_that_is_gone_is_not_given_again(world: World, realm: Realm) -> None:
    await empower(world, realm)
    first = await world.do(realm.administrator.actor, making())
    await world.do(realm.administrator.actor, DeleteUser(by_number(first.user.number)))

    second = await world.do(realm.administrator.actor, making())
    found = await outcome(world.directory.identify(first.key.secret))

    assert (second.user.family_name, found) == ("User-2", CredentialInvalid())


async def test_how_many_there_were_is_no_setting(world: World, realm: Realm) -> None:
    await world.do(realm.administrator.actor, making())
    listed = await world.ask(realm.system, Policies())
    found = [await outcome(world.do(realm.system, SetPolicy(name, "7"))) for name in ("services-made", "no-such")]

    assert not [name for name in listed if "made" in name]
    assert found == [Unknown("policy")] * 2


async def test_only_administrators_make_service_users(world: World, realm: Realm) -> None:
    manager = await world.person(realm, None, (MANAGER,))
    narrow = await world.holder(realm, realm.administrator.user, MANAGER)
    viewer = await world.person(realm, None, (VIEWER,))
    before = await snapshot(world.url)

    found = [await outcome(world.do(who.actor, making())) for who in (manager, narrow, viewer)]

    assert found == [PermissionMissing(ADMINISTER), PermissionMissing(ADMINISTER), PermissionMissing(CREATE)]
    assert await outcome(world.do(realm.system, making())) == Unknown("user")
    assert await snapshot(world.url) == before


async def test_a_service_user_is_restricted_as_it_is_wanted_or_as_its_maker_is(world: World, realm: Realm) -> None:
    north, south = await world.unit(realm, "north"), await world.unit(realm, "south")
    oslo = await world.unit(realm, "oslo", north)
    bound = await world.person(realm, None, (ADMINISTRATOR,), (north,), north)

    found = [
        await outcome(world.do(actor, making(scope=tuple(unit.number for unit in scope))))
        for actor, scope in (
            (bound.actor, ()),
            (bound.actor, (oslo,)),
            (bound.actor, (south,)),
            (realm.administrator.actor, (south, oslo)),
        )
    ]
    scopes = [it.user.scope if isinstance(it, ServiceUser) else it for it in found]

    assert scopes == [(north.id,), (oslo.id,), Invalid("scope", Fault.UNKNOWN), tuple(sorted((south.id, oslo.id)))]


async def test_its_key_may_be_narrowed(world: World, realm: Realm) -> None:
    made = await world.do(realm.administrator.actor, making(role=VIEWER))
    actor = await world.directory.identify(made.key.secret)

    assert actor.permissions == realm.roles[VIEWER].permissions


WRONG: list[tuple[dict[str, Any], Invalid]] = [
    ({"key_name": ""}, Invalid("name", Fault.MISSING)),
    ({"key_name": "a\0"}, Invalid("name", Fault.CHARACTERS)),
    ({"email": "\n"}, Invalid("email", Fault.CHARACTERS)),
    ({"role": ("staff", 9)}, Invalid("role", Fault.UNKNOWN)),
    ({"scope": (999,)}, Invalid("scope", Fault.UNKNOWN)),
]


async def test_a_wrong_service_user_is_refused_and_nothing_is_written(world: World, realm: Realm) -> None:
    before = await snapshot(world.url)
    for fields, expected in WRONG:
        assert await outcome(world.do(realm.administrator.actor, making(**fields))) == expected

    assert await snapshot(world.url) == before


async def test_who_only_signs_in_elsewhere_gets_a_key_where_the_tenant_allows_it(world: World, realm: Realm) -> None:
    await empower(world, realm)
    person = await world.person(realm)
    await world.do(realm.administrator.actor, editing(person.user, sso_only=True))
    issuing = IssueKey(person.user.number, "another")

    found = [await outcome(world.do(realm.administrator.actor, issuing))]
    for value in (ALLOWED, REFUSED):
        await world.do(realm.system, SetPolicy(SSO_ONLY_KEYS, value))
        found.append(await outcome(world.do(realm.administrator.actor, issuing)))
    still = await world.directory.identify(person.secret)
    renamed = await world.do(realm.administrator.actor, EditKey(person.key.number, "renamed"))

    assert (found[0], found[2]) == (Unsuited(Obstacle.SSO_ONLY),) * 2
    assert (found[1].key.name, still.id, renamed.name) == ("another", person.user.id, "renamed")


@pytest.mark.parametrize("roles", [(ADMINISTRATOR,), (ADMINISTRATOR, AUDITOR)])
async def test_a_service_user_is_managed_by_those_alone_who_hold_as_much(
    world: World, realm: Realm, roles: tuple[tuple[str, int], ...]
) -> None:
    await empower(world, realm)
    maker, manager = await world.person(realm, None, roles), await world.person(realm, None, (MANAGER,))
    made = await world.do(maker.actor, making())

    found = [
        await outcome(world.do(manager.actor, act))
        for act in (DeleteUser(by_number(made.user.number)), EditKey(made.key.key.number, "mine"))
    ]

    assert found == [BeyondAuthority("user")] * 2
