"""Credentials: a key ends when it is revoked, when its time has come, or with its user, for caches and batches too."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from muster.app.sources import new_secret
from muster.core.applications import ApplicationDraft, ApplicationEdit, CreateApplication, EditApplication
from muster.core.asked import Unloaded
from muster.core.authority import Actor
from muster.core.directory import Directory
from muster.core.drafts import CreateUser, UserDraft
from muster.core.entity import Entity
from muster.core.keys import ApiKey, ChangeKeyStatus, IssueKey
from muster.core.known import Head, Known
from muster.core.needs import Need, Several
from muster.core.query import Search
from muster.core.refusals import BeyondAuthority, CredentialInvalid, PermissionMissing, Refusal, Unknown
from muster.core.requests import Request
from muster.core.roles import Role
from muster.core.units import Unit
from muster.core.users import Myself, User, Users
from muster.store.session import Session, load
from tests.support.kept import outcome, selected
from tests.support.world import ADMINISTRATOR, MANAGER, ORIGIN, VIEWER, Person, Put, Realm, World, change


@pytest.fixture
async def manager(world: World, realm: Realm) -> Person:
    return await world.person(realm, "mia", (MANAGER,))


def ended(user: User, key: ApiKey, role: Role, at: int) -> dict[str, Put]:
    """Everything that ends a key, by a name for it."""
    revoked, expired = replace(key, active=False), replace(key, expires_at=at)
    return {
        "revoked": change(key, revoked),
        "expired": change(key, expired),
        "deleted": change(key, None),
        "owner disabled": change(user, replace(user, active=False)),
        "owner deleted": change(user, None),
        "narrowing role deleted": change(role, None),
    }


WAYS = ["revoked", "expired", "deleted", "owner disabled", "owner deleted", "narrowing role deleted"]


async def narrowed(world: World, realm: Realm) -> Person:
    return await world.person(realm, "mia", (MANAGER,), narrowing=VIEWER)


@pytest.mark.parametrize("way", WAYS)
async def test_an_ended_key_is_no_credential_any_more(world: World, realm: Realm, way: str) -> None:
    person = await narrowed(world, realm)
    await world.do(realm.system, ended(person.user, person.key, realm.roles[VIEWER], world.sources.now())[way])

    afresh = await outcome(world.identified(person.secret))
    cached = [await outcome(world.ask(person.actor, Users(Search()))), await outcome(world.ask(person.actor, Myself()))]
    written = await outcome(world.do(person.actor, IssueKey(person.user.number, "another")))

    assert [afresh, *cached, written] == [CredentialInvalid()] * 4


@pytest.mark.parametrize("way", WAYS)
async def test_an_ended_key_is_none_within_the_same_batch_either(world: World, realm: Realm, way: str) -> None:
    person = await world.person(realm, "mia", (MANAGER,), narrowing=MANAGER)
    end = ended(person.user, person.key, realm.roles[MANAGER], world.sources.now())[way]

    before, _, after = await asyncio.gather(
        outcome(world.do(person.actor, CreateUser(UserDraft("before")))),
        world.do(realm.system, end),
        outcome(world.do(person.actor, CreateUser(UserDraft("after")))),
    )

    assert isinstance(before, User)
    assert after == CredentialInvalid()


async def test_a_key_ends_at_the_very_millisecond(world: World, realm: Realm, manager: Person) -> None:
    ends = world.sources.now() + 5_000
    await world.do(realm.system, change(manager.key, replace(manager.key, expires_at=ends)))
    actor = await world.directory.identify(manager.secret)
    await world.ask(actor, Myself())
    for late, alive in ((-1, True), (0, False), (1, False), (10**9, False)):
        world.sources.time = ends + late
        found = [
            await outcome(world.identified(manager.secret)),
            await outcome(world.ask(await world.directory.identify(manager.secret), Myself())),
            await outcome(world.do(actor, CreateUser(UserDraft("sam")))),
        ]

        assert (late, [one != CredentialInvalid() for one in found]) == (late, [alive] * 3)


async def test_a_secret_that_nobody_was_given_is_no_credential(world: World, realm: Realm) -> None:
    secrets = ["", "x", "x" * 47, "\0", "é" * 1000, realm.administrator.secret[:-1], realm.administrator.key.digest]
    found = [await outcome(world.directory.identify(secret)) for secret in secrets]

    assert found == [CredentialInvalid()] * len(secrets)


async def test_a_key_that_works_again_works_again(world: World, realm: Realm, manager: Person) -> None:
    for active in (False, True):
        await world.do(realm.administrator.actor, ChangeKeyStatus(manager.key.number, active))

    view = await world.ask(await world.directory.identify(manager.secret), Myself())

    assert view.user == manager.user


@pytest.mark.parametrize("together", [True, False])
async def test_a_change_of_roles_counts_at_once(world: World, realm: Realm, manager: Person, together: bool) -> None:
    user = manager.user
    for role, expected in (
        (VIEWER, PermissionMissing("users:create")),
        (ADMINISTRATOR, None),
        (MANAGER, BeyondAuthority("role")),
    ):
        becomes = replace(user, roles=(realm.roles[role].id,))
        turned = world.do(realm.system, change(user, becomes))
        made = outcome(world.do(manager.actor, CreateUser(UserDraft("sam", roles=(ADMINISTRATOR,)))))
        if not together:
            await turned
        found = (await asyncio.gather(turned, made))[1] if together else await made
        user = becomes

        assert (role, None if isinstance(found, User) else found) == (role, expected)


async def test_a_change_of_a_unit_counts_at_once(world: World, realm: Realm) -> None:
    north, south = await world.unit(realm, "north"), await world.unit(realm, "south")
    person = await world.person(realm, "mia", (MANAGER,), (north,), north)
    moved = replace(south, parent=north.id, path=f"{north.path}{south.number}/")
    draft = UserDraft("sam", home=south.number)

    refused = await outcome(world.do(person.actor, CreateUser(draft)))
    _, made = await asyncio.gather(
        world.do(realm.system, change(south, moved)), world.do(person.actor, CreateUser(draft))
    )

    assert isinstance(refused, Refusal)
    assert made.home == south.id


async def test_only_what_touches_authority_ends_the_epoch(world: World, realm: Realm, manager: Person) -> None:
    used, titled = replace(manager.key, last_used_at=1), replace(manager.user, job_title="Chief")
    steps = []
    for act in (
        CreateUser(UserDraft("sam")),
        change(manager.key, used),
        change(manager.user, titled),
        change(titled, replace(titled, active=False)),
        change(used, replace(used, active=False)),
        change(used, None),
        change(realm.roles[VIEWER], replace(realm.roles[VIEWER], name="Onlooker")),
    ):
        await world.do(realm.system, act)
        [head] = await selected(world.url, f"SELECT epoch FROM heads WHERE id = '{realm.id}'")
        steps.append(head[0] - manager.actor.epoch)

    assert steps == [0, 0, 0, 1, 2, 3, 4]


async def test_a_key_that_is_revoked_while_it_is_looked_up_does_not_outlive_that(
    world: World, realm: Realm, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of the key and that of the epoch, which the cached actor would be held against."""
    directory, revoked = Directory(world.store, world.sources), False

    async def loaded(session: Session, known: Known, needs: list[Need]) -> None:
        nonlocal revoked
        await load(session, known, needs)
        if not revoked and any(need.kind is ApiKey for need in needs):
            revoked = True
            await world.do(realm.system, change(manager.key, replace(manager.key, active=False)))

    monkeypatch.setattr("muster.store.writer.load", loaded)
    monkeypatch.setattr("muster.store.reader.load", loaded)
    monkeypatch.setattr("muster.store.session.load", loaded)
    await outcome(directory.identify(manager.secret))

    found = await outcome(directory.identify(manager.secret))
    if isinstance(found, Actor):
        found = await outcome(world.ask(found, Myself()))

    assert (revoked, found) == (True, CredentialInvalid())


async def test_a_request_that_is_run_again_forgets_who_its_actor_was_in_the_first_run(
    world: World, realm: Realm, manager: Person
) -> None:
    """The first run saw him renewed over a change that was never kept; meanwhile another change took that epoch."""
    seen: list[Actor] = []
    request: Request[None] = Request(
        manager.actor, world.sources.now(), (realm.id,), (), lambda request, _: seen.append(request.actor)
    )
    for roles in ((ADMINISTRATOR,), (VIEWER,)):
        becomes = replace(manager.user, roles=tuple(realm.roles[role].id for role in roles))
        run_over(request, becomes, manager, realm)

    assert [actor.permissions for actor in seen] == [
        realm.roles[ADMINISTRATOR].permissions,
        realm.roles[VIEWER].permissions,
    ]


def run_over(request: Request[None], user: User, person: Person, realm: Realm) -> None:
    """Run the request over what is known, one epoch after its actor's."""
    known = Known({realm.id: Head(realm.id, epoch=person.actor.epoch + 1)})
    rows: tuple[Entity, ...] = (user, person.key, realm.root, *realm.roles.values())
    while True:
        try:
            return request.run(known)
        except Unloaded as unloaded:
            wanted = unloaded.need
            assert isinstance(wanted, Need | Several)
            for need in (wanted,) if isinstance(wanted, Need) else wanted.needs:
                found = [it for it in rows if isinstance(it, need.kind)]
                known.supply(need, [it for it in found if all(map(_has, [it] * 9, need.columns, need.values))])


def _has(it: Entity, column: str, value: object) -> bool:
    return bool(getattr(it, column) == value)


def test_units_are_compared_by_whole_numbers() -> None:
    one, other = (Unit(f"u{number}", "t", number, None, f"1/{number}/", "", True, 0) for number in (2, 20))

    assert not one.holds(other)
    assert not other.holds(one)


async def test_an_application_is_known_by_its_session_and_by_its_secret_only_where_that_is_allowed(
    world: World, realm: Realm
) -> None:
    secret = new_secret()
    made = await world.do(realm.system, CreateApplication(ApplicationDraft("app", "App", VIEWER, secret)))
    token, session = await world.directory.open_session("app", secret.text, ORIGIN)
    actor = await world.directory.by_session(token)
    await world.do(realm.system, EditApplication("app", ApplicationEdit(long_lived=True)))
    long_lived = await world.directory.by_application("app", secret.text)
    await world.do(realm.system, EditApplication("app", ApplicationEdit(long_lived=False)))
    world.sources.time = session.expires_at - 1
    in_time = await outcome(world.ask(actor, Users(Search())))
    world.sources.time = session.expires_at
    found = [
        await outcome(work)
        for work in (
            world.ask(actor, Users(Search())),
            world.ask(await world.directory.by_session(token), Users(Search())),
            world.ask(long_lived, Users(Search())),
            Directory(world.store, world.sources).by_application("app", secret.text),
            world.directory.open_session("app", secret.text + "x", ORIGIN),
            world.directory.open_session("nobody", secret.text, ORIGIN),
            world.directory.by_session(token[:-1]),
            world.directory.by_session(""),
        )
    ]

    assert (actor.id, actor.permissions, in_time[1].total) == (made.application.id, realm.roles[VIEWER].permissions, 1)
    assert [type(one) for one in found] == [CredentialInvalid] * 5 + [Unknown] + [CredentialInvalid] * 2
