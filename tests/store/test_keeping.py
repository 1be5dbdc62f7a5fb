"""What is kept: everything accepted, exactly, for as long as the database lives; nothing of what was refused."""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.drafts import CreateUser, UserDraft
from muster.core.entity import Entity
from muster.core.keys import ApiKey
from muster.core.links import PasswordLink
from muster.core.mails import Mail
from muster.core.query import Search, equals
from muster.core.refusals import Refusal
from muster.core.roles import Role
from muster.core.units import Unit
from muster.core.users import LoginName, User, UserByNumber, Users
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, AUDITOR, MANAGER, VIEWER, Put, Realm, World, change, new, opened

modest = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

letters = st.characters(codec="utf-8") | st.sampled_from("\0\n\x85\u2028'\"\\%_;$?:{}")
texts = st.text(letters, max_size=20)
edges = st.sampled_from(["", " ", "NULL", "null", "[]", "'; DROP TABLE users; --", "%", "\\", "$1", "?", "\ud800"])
lines = st.none() | texts | edges
drafts = st.builds(
    UserDraft,
    username=texts | edges,
    given_name=lines,
    family_name=lines,
    email=lines,
    phone=lines,
    job_title=lines,
    roles=st.lists(st.sampled_from([ADMINISTRATOR, MANAGER, VIEWER, AUDITOR, ("", 0)]), max_size=4).map(tuple),
    active=st.booleans(),
    sso_only=st.booleans(),
    notify=st.booleans(),
    password=st.none() | st.just("a hash"),
    extras=st.lists(st.tuples(texts, texts | edges), max_size=3).map(tuple),
)


def as_drafted(user: User) -> UserDraft:
    """What of a user a draft can say, but for its roles."""
    shared = {field.name for field in fields(UserDraft)} & {field.name for field in fields(User)}
    kept = {name: getattr(user, name) for name in shared - {"home", "scope", "roles"}}
    return UserDraft(**kept)


@modest
@given(batch=st.lists(drafts, min_size=1, max_size=6))
async def test_a_draft_is_kept_exactly_or_not_at_all(world: World, realm: Realm, batch: list[UserDraft]) -> None:
    before = await snapshot(world.url)
    actor = realm.administrator.actor
    outcomes = await asyncio.gather(*(outcome(world.do(actor, CreateUser(draft))) for draft in batch))
    made = [(draft, one) for draft, one in zip(batch, outcomes, strict=True) if isinstance(one, User)]
    for draft, user in made:
        read = await world.ask(actor, UserByNumber(user.number))
        wanted = {realm.roles[role].id for role in draft.roles}

        assert read.user == user
        assert as_drafted(user) == replace(draft, roles=(), notify=True)
        assert set(user.roles) == wanted
    after = await snapshot(world.url)

    assert len(after["users"]) == len(before["users"]) + len(made)
    assert (before == after) is (not made)
    assert all(isinstance(one, User | Refusal) for one in outcomes)
    await verify_promises(world.url)


TEXT = "Ä'\"\\%_漢\U0001f600"
LARGE = 2**63 - 1


def samples(realm: Realm) -> list[tuple[Any, dict[str, Any]]]:
    """One entity of each kind with nothing in it that could be absent, and what it becomes with all of it there."""
    tenant, admin = realm.id, realm.administrator.user
    return [
        (
            Unit("x", tenant, 90, None, "1/90/", "", False, 0),
            {"parent": TEXT, "path": "1/9/", "name": TEXT, "active": True, "created_at": LARGE, "number": 91},
        ),
        (
            Role("x", tenant, "more", 1, "", frozenset()),
            {"catalogue": TEXT, "number": LARGE, "name": TEXT, "permissions": frozenset({"b:c", "a:b", TEXT})},
        ),
        (
            ApiKey("x", tenant, 92, admin.id, "", "digest", None, False, 0),
            {"name": TEXT, "digest": TEXT, "role": TEXT, "active": True, "last_used_at": LARGE, "expires_at": -1},
        ),
        (
            PasswordLink("x", tenant, admin.id, "digest", 0, 0),
            {"digest": TEXT, "created_at": LARGE, "expires_at": -LARGE, "void_at": 0},
        ),
        (
            Mail("x", tenant, "set-password", admin.id, "", None, 0, 0),
            {"recipient": TEXT, "sealed": bytes(range(256)), "attempts": 3, "claimed_until": 1, "error": TEXT},
        ),
        (LoginName(tenant, "x", "nobody", "nobody", "alias", "X", 7), {"user": admin.id, "id": TEXT, "value": TEXT}),
        (
            replace(admin, id="x", number=93, administrator=False, roles=(), username="x", extras=()),
            {
                "given_name": TEXT,
                "family_name": "",
                "email": TEXT,
                "phone": TEXT,
                "job_title": TEXT,
                "active": False,
                "sso_only": True,
                "administrator": True,
                "password": TEXT,
                "last_login_at": LARGE,
                "version": 7,
                "roles": tuple(sorted(role.id for role in realm.roles.values())),
                "scope": tuple(sorted((realm.root.id, "another"))),
                "extras": ((TEXT, ""), ("a", "b\nc"), ("a", "a")),
            },
        ),
    ]


async def test_every_field_of_every_kind_is_kept_as_it_was_put(world: World, realm: Realm) -> None:
    for plain, becomes in samples(realm):
        kind: type[Entity] = type(plain)
        full = replace(plain, **becomes)
        others = await entities(world.url, kind)
        for act, expected in (
            (new(plain), [plain]),
            (change(plain, full), [full]),
            (change(full, plain), [plain]),
            (change(plain, None), []),
            (new(full), [full]),
            (Put(((full, plain), (plain, full))), [full]),
            (Put(((full, None), (None, plain))), [plain]),
            (Put(((plain, None), (None, full), (full, None))), []),
            (Put(((None, plain), (plain, full))), [full]),
            (Put(((full, None),)), []),
        ):
            await world.do(realm.system, act)

            assert [it for it in await entities(world.url, kind) if it not in others] == expected


async def test_what_was_written_is_read_at_once(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    for number in range(20):
        user = await world.do(actor, CreateUser(UserDraft(f"user{number}", given_name="Same")))
        read = await world.ask(actor, UserByNumber(user.number))
        _, page = await world.ask(actor, Users(Search(conditions=(equals("same"),))))

        assert (read.user, page.total) == (user, number + 1)


async def test_a_restart_keeps_everything(database_url: str) -> None:
    async with opened(database_url) as world:
        realm = await world.realm()
        unit = await world.unit(realm, "north")
        people = [await world.person(realm, None, (MANAGER,), (unit,), unit) for _ in range(3)]
        before = await snapshot(database_url)
    async with opened(database_url) as world:
        after = await snapshot(database_url)
        found = [await world.directory.identify(person.secret) for person in people]
        made = await world.do(found[0], CreateUser(UserDraft("later")))

        assert after == before
        assert found == [person.actor for person in people]
        assert made.number == people[-1].key.number + 1
        await verify_promises(database_url)


async def test_one_batch_is_decided_in_the_order_in_which_it_was_asked(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    users = await asyncio.gather(*(world.do(actor, CreateUser(UserDraft(f"user{number}"))) for number in range(100)))
    numbers = [user.number for user in users]
    names = [user.username for user in sorted(await entities(world.url, User), key=lambda it: it.number)]

    assert numbers == sorted(numbers)
    assert names[1:] == [user.username for user in users]


async def test_a_name_goes_from_one_to_another_within_a_batch(world: World, realm: Realm) -> None:
    """Each act sees what the ones before it did, and the rows follow, whatever order they are written in."""
    sam, zoe = [(await world.person(realm, name)).user for name in ("sam", "zoe")]
    names = {it.user: it for it in await entities(world.url, LoginName)}
    was, gone = names[sam.id], replace(sam, active=False)
    passed = replace(was, user=zoe.id, id=zoe.id, kind="alias")
    acts = [change(was, None), new(passed), change(passed, None), change(sam, gone), new(passed)]

    await asyncio.gather(*(world.do(realm.system, act) for act in acts))
    found: dict[str, LoginName] = {it.folded: it for it in await entities(world.url, LoginName)}

    assert (found["sam"], found["zoe"]) == (passed, names[zoe.id])
    assert await world.user(realm, sam.number) == gone


@pytest.mark.parametrize("size", [1, 2, 127, 128, 129, 400])
async def test_a_refusal_leaves_the_others_of_its_batch_alone(world: World, realm: Realm, size: int) -> None:
    actor = realm.administrator.actor
    drafts = [UserDraft("" if number % 3 == 1 else f"user{number}") for number in range(size)]
    outcomes = await asyncio.gather(*(outcome(world.do(actor, CreateUser(draft))) for draft in drafts))

    assert [isinstance(one, User) for one in outcomes] == [bool(draft.username) for draft in drafts]
    await verify_promises(world.url)
