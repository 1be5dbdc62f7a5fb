"""Applications: who may make them, what they may, and how their sessions begin and end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from muster.app.sources import new_id, new_secret
from muster.core.applications import (
    ApplicationDraft,
    ApplicationEdit,
    Applications,
    CreateApplication,
    EditApplication,
)
from muster.core.authority import Actor
from muster.core.directory import Directory
from muster.core.drafts import CreateUser, UserDraft
from muster.core.entity import Entity
from muster.core.events import Change, Event
from muster.core.finders import by_id
from muster.core.leaving import DeleteUser
from muster.core.policies import SESSION_LIFETIME, SetPolicy
from muster.core.ports import Secret
from muster.core.programs import Application
from muster.core.query import Search
from muster.core.refusals import (
    BeyondAuthority,
    CredentialInvalid,
    Fault,
    Invalid,
    PermissionMissing,
    Taken,
    Unknown,
)
from muster.core.roles import Role
from muster.core.sessions import OpenSession
from muster.core.users import Myself, User, Users
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, MANAGER, ORIGIN, STAFF, VIEWER, Put, Realm, World, change, new

NO_SESSION, NO_SECRET = CredentialInvalid(), CredentialInvalid(is_secret=True)
APPOINTER = (STAFF, 8)


def drafted(name: str = "script", role: tuple[str, int] = MANAGER, *, long_lived: bool = False) -> ApplicationDraft:
    return ApplicationDraft(new_id(), name, role, new_secret(), long_lived)


def pair_of(draft: ApplicationDraft) -> tuple[str, Secret]:
    assert draft.id is not None
    assert draft.secret is not None
    return draft.id, draft.secret


def allowing(application: str, *, allowed: bool = True) -> EditApplication:
    return EditApplication(application, ApplicationEdit(long_lived=allowed))


async def script(world: World, realm: Realm, draft: ApplicationDraft) -> tuple[Actor, str]:
    """A new application that is signed in, and its token."""
    await world.do(realm.system, CreateApplication(draft))
    application, secret = pair_of(draft)
    token, _ = await world.directory.open_session(application, secret.text, ORIGIN)
    return await world.directory.by_session(token), token


async def works(world: World, actor: Actor) -> Any:
    """What comes of asking for the users."""
    found = await outcome(world.ask(actor, Users(Search())))
    return None if isinstance(found, tuple) else found


async def appointer(world: World, realm: Realm) -> Actor:
    """Somebody who may make and change applications, and look at users."""
    permissions = frozenset({"applications:create", "applications:edit", "applications:view", "users:view"})
    await world.do(realm.system, new(Role("appointer", realm.id, *APPOINTER, "Appointer", permissions)))
    return (await world.person(realm, "ada", (APPOINTER,))).actor


async def test_a_new_application_is_kept_and_recorded_without_its_secret(world: World, realm: Realm) -> None:
    draft = drafted(long_lived=True)
    _, secret = pair_of(draft)
    issued = await world.do(realm.system, CreateApplication(draft))
    made = issued.application
    event: Event = [it for it in await entities(world.url, Event) if it.tenant == realm.id][-1]
    role = realm.roles[MANAGER].id

    assert (made.id, made.tenant, made.name, made.role) == (draft.id, realm.id, "script", role)
    assert (made.digest, made.long_lived, made.created_at) == (secret.digest, True, world.sources.now())
    assert issued.secret == secret.text
    assert await world.ask(realm.system, Applications()) == (made,)
    assert (event.act, event.subject, event.subject_name) == ("application.created", made.id, "script")
    assert set(event.changes) == {
        Change("name", None, "script"),
        Change("role", None, role),
        Change("long_lived", None, "true"),
    }
    assert secret.text not in repr(await snapshot(world.url))


NAMES = [
    ("", Invalid("name", Fault.MISSING)),
    ("x" * 256, Invalid("name", Fault.TOO_LONG, 255)),
    ("a\nb", Invalid("name", Fault.CHARACTERS)),
    ("SCRIPT", Taken("name")),
    ("\uff33cript", Taken("name")),
]


async def test_a_name_or_role_that_cannot_be_makes_no_application(world: World, realm: Realm) -> None:
    await world.do(realm.system, CreateApplication(drafted()))
    before = await snapshot(world.url)
    found = [await outcome(world.do(realm.system, CreateApplication(drafted(name)))) for name, _ in NAMES]
    roleless = await outcome(world.do(realm.system, CreateApplication(drafted("other", (STAFF, 99)))))

    assert found == [expected for _, expected in NAMES]
    assert roleless == Invalid("role", Fault.UNKNOWN)
    assert await snapshot(world.url) == before


async def test_of_many_who_want_one_name_one_gets_it(world: World, realm: Realm) -> None:
    acts = [CreateApplication(drafted(name)) for name in ("script", "Script", "SCRIPT")]
    found = await asyncio.gather(*(outcome(world.do(realm.system, act)) for act in acts))

    assert refused(found) == [Taken("name")] * 2
    await verify_promises(world.url)


async def test_nobody_makes_or_changes_an_application_that_may_more_than_he(world: World, realm: Realm) -> None:
    ada = await appointer(world, realm)
    greater = await world.do(realm.system, CreateApplication(drafted("greater")))
    found = [
        await outcome(world.do(ada, act))
        for act in (
            CreateApplication(drafted("a", MANAGER)),
            CreateApplication(drafted("b", VIEWER)),
            allowing(greater.application.id),
            allowing("no such application"),
        )
    ]

    assert (found[0], found[2:]) == (BeyondAuthority("role"), [BeyondAuthority("application"), Unknown("application")])
    assert found[1].application.name == "b"
    assert (await world.do(ada, allowing(found[1].application.id))).long_lived


async def test_who_lacks_the_permission_is_told_nothing(world: World, realm: Realm) -> None:
    person = await world.person(realm)
    found = [
        await outcome(world.ask(person.actor, Applications())),
        await outcome(world.do(person.actor, CreateApplication(drafted("")))),
        await outcome(world.do(person.actor, allowing("no such application"))),
    ]

    assert found == [PermissionMissing(f"applications:{verb}") for verb in ("view", "create", "edit")]


async def test_an_application_acts_with_its_role_and_is_no_user(world: World, realm: Realm) -> None:
    actor, _ = await script(world, realm, drafted(role=VIEWER))
    found = [
        await works(world, actor),
        await outcome(world.do(actor, CreateUser(UserDraft("sam")))),
        await outcome(world.ask(actor, Myself())),
    ]

    assert found == [None, PermissionMissing("users:create"), Unknown("user")]
    assert (actor.kind, actor.name, actor.scope, actor.home) == ("application", "script", None, realm.root.id)


async def test_what_it_makes_is_at_home_in_the_root_and_recorded_as_its_work(world: World, realm: Realm) -> None:
    actor, _ = await script(world, realm, drafted())
    user = await world.do(actor, CreateUser(UserDraft("sam")))
    event: Event = [it for it in await entities(world.url, Event) if it.tenant == realm.id][-1]

    assert (user.home, user.scope) == (realm.root.id, ())
    assert (event.actor_kind, event.actor, event.actor_name, event.credential) == (
        "application",
        actor.id,
        "script",
        actor.id,
    )


async def test_no_application_deletes_who_holds_more_than_it(world: World, realm: Realm) -> None:
    role = Role("r", realm.id, STAFF, 9, "Remover", frozenset({"users:delete"}))
    await world.do(realm.system, new(role))
    actor, _ = await script(world, realm, drafted(role=(STAFF, 9)))
    people = [await world.person(realm, None, (VIEWER,)), await world.person(realm)]
    found = [await outcome(world.do(actor, DeleteUser(by_id(person.user.id)))) for person in people]

    assert found == [BeyondAuthority("user"), None]


async def test_a_session_ends_at_the_very_millisecond(world: World, realm: Realm) -> None:
    await world.do(realm.system, SetPolicy(SESSION_LIFETIME, "60"))
    began = world.sources.now()
    actor, token = await script(world, realm, drafted())
    found = []
    for late in (59_999, 60_000, 60_001, 10**9):
        world.sources.time = began + late
        afresh = Directory(world.store, world.sources)
        found.append(
            [
                await works(world, actor),
                await outcome(world.do(actor, CreateUser(UserDraft(f"sam{late}")))),
                await outcome(world.directory.confirm(actor)),
                await outcome(afresh.by_session(token)),
            ]
        )

    assert (found[0][0], found[0][2]) == (None, None)
    assert (isinstance(found[0][1], User), isinstance(found[0][3], Actor)) == (True, True)
    assert found[1:] == [[NO_SESSION] * 4] * 3


async def test_a_policy_that_changes_leaves_the_sessions_that_there_are(world: World, realm: Realm) -> None:
    actor, _ = await script(world, realm, drafted())
    await world.do(realm.system, SetPolicy(SESSION_LIFETIME, "60"))
    world.sources.time += 899_999

    assert await works(world, actor) is None


def ended(application: Application, role: Role) -> dict[str, Put]:
    """Everything that ends an application's sessions."""
    return {
        "another secret": change(application, replace(application, digest=new_secret().digest)),
        "deleted": change(application, None),
        "its role deleted": change(role, None),
    }


WAYS = ["another secret", "deleted", "its role deleted"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("together", [True, False])
async def test_a_session_ends_with_what_it_rests_on(world: World, realm: Realm, way: str, together: bool) -> None:
    draft = drafted(long_lived=True)
    actor, token = await script(world, realm, draft)
    [kept] = await world.ask(realm.system, Applications())
    end = world.do(realm.system, ended(kept, realm.roles[MANAGER])[way])
    if not together:
        await end
    writing = outcome(world.do(actor, CreateUser(UserDraft("sam"))))
    written = (await asyncio.gather(end, writing))[1] if together else await writing
    afresh = Directory(world.store, world.sources)
    found = [written, await works(world, actor), await outcome(afresh.by_session(token))]
    application, secret = pair_of(draft)
    pair = await outcome(afresh.by_application(application, secret.text))

    assert found == [NO_SESSION] * 3
    assert isinstance(pair, CredentialInvalid)


async def test_a_role_that_changes_counts_at_once(world: World, realm: Realm) -> None:
    actor, _ = await script(world, realm, drafted())
    [kept] = await world.ask(realm.system, Applications())
    await world.do(realm.system, change(kept, replace(kept, role=realm.roles[VIEWER].id)))

    assert await outcome(world.do(actor, CreateUser(UserDraft("sam")))) == PermissionMissing("users:create")


@pytest.mark.parametrize("together", [True, False])
async def test_the_long_lived_form_is_allowed_and_forbidden_at_once(world: World, realm: Realm, together: bool) -> None:
    draft = drafted(long_lived=True)
    await world.do(realm.system, CreateApplication(draft))
    application, secret = pair_of(draft)
    actor = await world.directory.by_application(application, secret.text)
    found: list[Any] = [await works(world, actor)]
    for allowed in (False, True):
        turned = world.do(realm.system, allowing(application, allowed=allowed))
        if not together:
            await turned
        writing = outcome(world.do(actor, CreateUser(UserDraft(f"sam {allowed}"))))
        written = (await asyncio.gather(turned, writing))[1] if together else await writing
        found.append(None if isinstance(written, User) else written)

    assert found == [None, NO_SECRET, None]


async def test_to_allow_what_is_allowed_writes_nothing(world: World, realm: Realm) -> None:
    made = (await world.do(realm.system, CreateApplication(drafted()))).application
    before = await snapshot(world.url)

    assert await world.do(realm.system, allowing(made.id, allowed=False)) == made
    assert await snapshot(world.url) == before


async def test_signing_in_is_refused_to_who_does_not_know_the_secret(world: World, realm: Realm) -> None:
    draft = drafted()
    await world.do(realm.system, CreateApplication(draft))
    before = await snapshot(world.url)
    one, (secret, digest) = pair_of(draft)[0], (pair_of(draft)[1].text, pair_of(draft)[1].digest)
    pairs = [(one, secret[:-1]), (one, ""), (one, digest), ("", secret), ("\0", secret)]
    found = [await outcome(world.directory.open_session(name, other, ORIGIN)) for name, other in pairs]

    assert found == [NO_SECRET] * 3 + [Unknown("application")] * 2
    assert await snapshot(world.url) == before


async def test_signing_in_changes_nobodys_authority(world: World, realm: Realm) -> None:
    actor, _ = await script(world, realm, drafted())
    other = await world.directory.by_session((await script(world, realm, drafted("other")))[1])
    kept: list[Entity] = list(await world.ask(realm.system, Applications()))

    assert actor.epoch == other.epoch
    assert [getattr(it, "last_used_at", None) for it in kept] == [world.sources.now()] * 2


async def test_a_session_is_opened_in_the_applications_own_tenant(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    draft = drafted()
    actor, _ = await script(world, other, draft)
    application, secret = pair_of(draft)
    found = await outcome(world.do(realm.system, OpenSession(application, secret.digest)))

    assert (actor.tenant, found) == (other.id, Unknown("application"))
    assert ADMINISTRATOR in other.roles
