"""Deleting users: who may, what goes with them, and what is never given again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from muster.core.acts import Command
from muster.core.attributes import AttributeValue, CreateAttribute
from muster.core.authenticators import Authenticator
from muster.core.drafts import CreateUser, UserDraft
from muster.core.enrolment import EnrolUser
from muster.core.entity import Entity
from muster.core.events import Change, Event
from muster.core.finders import Finder, by_external_id, by_id, by_login_name, by_number
from muster.core.keys import ApiKey, ChangeKeyStatus, IssueKey
from muster.core.leaving import BELONGINGS, DeleteUser
from muster.core.links import PasswordLink
from muster.core.refusals import (
    BeyondAuthority,
    CredentialInvalid,
    LastAdministrator,
    OwnAccount,
    PermissionMissing,
    Taken,
    Unknown,
)
from muster.core.roles import Role
from muster.core.users import LoginName, Myself, User
from tests.support.kept import entities, outcome, refused, selected, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, STAFF, VIEW, VIEWER, Person, Realm, World, new

REMOVER = (STAFF, 9)
"""A role that looks and deletes, and no more."""


async def remover(world: World, realm: Realm, **fields: object) -> Person:
    """Somebody who may delete users."""
    role = Role("remover", realm.id, *REMOVER, "Remover", frozenset({VIEW, "users:delete"}))
    await world.do(realm.system, new(role))
    return await world.person(realm, "hunk", (REMOVER,), **fields)  # type: ignore[arg-type]


async def sam(world: World, realm: Realm) -> User:
    """A user with one of everything that a user can have."""
    badge = await world.do(realm.system, CreateAttribute("Badge", unique=True))
    draft = UserDraft(
        "Sam", email="sam@example.com", aliases=("Samuel",), attributes=((badge.id, "1"),), external_id="ext 1"
    )
    user = (await world.do(realm.system, EnrolUser(draft))).user
    await world.do(realm.system, IssueKey(user.number, "key"))
    return user


HIS: list[type[Entity]] = [LoginName, ApiKey, PasswordLink, Authenticator, AttributeValue]


async def belongings(world: World, user: User) -> dict[str, int]:
    """How much of each kind is a user's."""
    return {
        kind.__name__: len([it for it in await entities(world.url, kind) if getattr(it, "user", None) == user.id])
        for kind in HIS
    }


async def test_all_that_is_his_goes_with_him_and_nothing_of_anybody_else(world: World, realm: Realm) -> None:
    user, other = await sam(world, realm), await world.person(realm, "mia")
    await world.do(realm.system, EnrolUser(UserDraft("leon", email="leon@example.com", aliases=("Scott",))))
    before = await belongings(world, user)
    theirs = {kind: [it for it in await entities(world.url, kind) if it.user != user.id] for kind in HIS}

    await world.do(realm.system, DeleteUser(by_id(user.id)))

    assert before == {"LoginName": 2, "ApiKey": 1, "PasswordLink": 1, "Authenticator": 1, "AttributeValue": 1}
    assert await belongings(world, user) == dict.fromkeys(before, 0)
    assert {kind: await entities(world.url, kind) for kind in HIS} == theirs
    assert set(HIS) <= set(BELONGINGS)
    assert user not in await entities(world.url, User)
    assert await world.user(realm, other.user.number) == other.user
    await verify_promises(world.url)


async def test_no_row_of_any_table_names_him_but_the_trail_and_his_mail(world: World, realm: Realm) -> None:
    user = await sam(world, realm)
    await world.do(realm.system, DeleteUser(by_id(user.id)))
    naming = {table for table, rows in (await snapshot(world.url)).items() if user.id in repr(rows)}

    assert naming == {"events", "mails"}


async def test_the_trail_keeps_what_he_was(world: World, realm: Realm) -> None:
    user = await sam(world, realm)
    await world.do(realm.system, DeleteUser(by_id(user.id)))
    event: Event = [it for it in await entities(world.url, Event) if it.tenant == realm.id][-1]

    assert (event.act, event.subject, event.subject_name) == ("user.deleted", user.id, "Sam")
    assert {
        Change("username", "Sam", None),
        Change("email", "sam@example.com", None),
        Change("external_id", "ext 1", None),
        Change("number", str(user.number), None),
        Change("active", "true", None),
    } <= set(event.changes)
    assert {change.new for change in event.changes} == {None}


WAYS: dict[str, Callable[[User], Finder]] = {
    "id": lambda user: by_id(user.id),
    "number": lambda user: by_number(user.number),
    "username": lambda user: by_login_name(user.username.upper()),
    "alias": lambda _: by_login_name("SAMUEL"),
    "external id": lambda _: by_external_id("ext 1"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_however_he_is_named_he_is_deleted_once(world: World, realm: Realm, way: str) -> None:
    user = await sam(world, realm)
    act = DeleteUser(WAYS[way](user))

    assert [await outcome(world.do(realm.system, act)) for _ in range(2)] == [None, Unknown("user")]


async def test_his_names_are_free_again_and_his_number_is_not(world: World, realm: Realm) -> None:
    user = await sam(world, realm)
    await world.do(realm.system, DeleteUser(by_id(user.id)))
    again = await world.do(
        realm.system, CreateUser(UserDraft("SAMUEL", aliases=("sam",), external_id="ext 1", notify=False))
    )

    # The number between was his key's.
    assert (again.number, again.id == user.id) == (user.number + 2, False)
    await verify_promises(world.url)


async def test_in_one_batch_what_comes_before_sees_him_and_what_comes_after_does_not(
    world: World, realm: Realm
) -> None:
    user = await sam(world, realm)
    taking = CreateUser(UserDraft("samuel", notify=False))
    acts: list[Command[Any]] = [
        taking,
        IssueKey(user.number, "before"),
        DeleteUser(by_number(user.number)),
        IssueKey(user.number, "after"),
        DeleteUser(by_number(user.number)),
        taking,
    ]
    found = list(await asyncio.gather(*(outcome(world.do(realm.system, act)) for act in acts)))

    assert (found[0], found[2:5]) == (Taken("username"), [None, Unknown("user"), Unknown("user")])
    assert (found[1].key.name, found[5].username) == ("before", "samuel")
    assert await belongings(world, user) == {kind.__name__: 0 for kind in HIS}
    await verify_promises(world.url)


async def test_his_keys_are_no_credentials_any_more(world: World, realm: Realm) -> None:
    person = await world.person(realm, "mia", (ADMINISTRATOR,))
    await world.do(realm.system, DeleteUser(by_id(person.user.id)))
    found = [
        await outcome(world.ask(person.actor, Myself())),
        await outcome(world.identified(person.secret)),
        await outcome(world.do(realm.system, ChangeKeyStatus(person.key.number, active=True))),
    ]

    assert found == [CredentialInvalid(), CredentialInvalid(), Unknown("key")]


async def test_who_may_delete_nobody_is_told_nothing(world: World, realm: Realm) -> None:
    user = await sam(world, realm)
    viewer = await world.person(realm, "mia", (VIEWER,))
    found = [await outcome(world.do(viewer.actor, DeleteUser(finder))) for finder in (by_id(user.id), by_id("nobody"))]

    assert found == [PermissionMissing("users:delete")] * 2


async def test_nobody_deletes_himself_nor_one_who_holds_more(world: World, realm: Realm) -> None:
    hunk = await remover(world, realm)
    people = {
        "himself": hunk,
        "an administrator": realm.administrator,
        "one who holds less": await world.person(realm, "ada", (VIEWER,)),
        "one who holds as much": await world.person(realm, "leon", (REMOVER,)),
    }
    before = await snapshot(world.url)
    found = {}
    for name, person in people.items():
        found[name] = await outcome(world.do(hunk.actor, DeleteUser(by_id(person.user.id))))
        if name == "an administrator":
            assert await snapshot(world.url) == before

    assert found == {
        "himself": OwnAccount(),
        "an administrator": BeyondAuthority("user"),
        "one who holds less": None,
        "one who holds as much": None,
    }


async def test_who_is_restricted_deletes_those_in_his_scope_who_are_restricted_as_he_is(
    world: World, realm: Realm
) -> None:
    north, south = await world.unit(realm, "north"), await world.unit(realm, "south")
    hunk = await remover(world, realm, scope=(north,), home=north)
    people = [
        await world.person(realm, "inside", scope=(north,), home=north),
        await world.person(realm, "inside but sees more", home=north),
        await world.person(realm, "outside", scope=(south,), home=south),
    ]
    found = [await outcome(world.do(hunk.actor, DeleteUser(by_id(person.user.id)))) for person in people]

    assert found == [None, BeyondAuthority("user"), Unknown("user")]


@pytest.mark.parametrize("together", [True, False])
async def test_the_last_administrator_stays_however_fast_they_are_deleted(
    world: World, realm: Realm, together: bool
) -> None:
    people = [realm.administrator, *[await world.person(realm, None, (ADMINISTRATOR,)) for _ in range(3)]]
    waiting = [outcome(world.do(realm.system, DeleteUser(by_id(person.user.id)))) for person in people]
    found = await asyncio.gather(*waiting) if together else [await one for one in waiting]

    assert refused(found) == [LastAdministrator()]
    assert await selected(world.url, f"SELECT users, administrators FROM heads WHERE id = '{realm.id}'") == [(1, 1)]
    await verify_promises(world.url)
