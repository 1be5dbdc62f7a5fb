"""How an application is changed, given another secret and removed: by whom, and that all of it counts at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from muster.core.applications import (
    ApplicationById,
    ApplicationDraft,
    ApplicationEdit,
    Applications,
    CreateApplication,
    DeleteApplication,
    EditApplication,
    RenewSecret,
)
from muster.core.clients import ClientDraft, CreateClient
from muster.core.directory import Directory
from muster.core.drafts import CreateUser, UserDraft
from muster.core.events import Change, Event
from muster.core.programs import MOST_EXTRAS, MOST_PROGRAMS
from muster.core.refusals import (
    BeyondAuthority,
    CredentialInvalid,
    Fault,
    Full,
    Invalid,
    OwnAccount,
    PermissionMissing,
    Taken,
    Unknown,
)
from muster.core.uses import PAUSE
from tests.core.programs import OVER_APPLICATIONS, asks, filler, keeper, made, opened
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import AUDITOR, MANAGER, ORIGIN, STAFF, VIEW, VIEWER, Realm, World, new

NO_SESSION, NO_SECRET = CredentialInvalid(), CredentialInvalid(is_secret=True)
NOBODY = "2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0"


async def newest_event(world: World, realm: Realm) -> Event:
    events: list[Event] = await entities(world.url, Event)
    return [event for event in events if event.tenant == realm.id][-1]


async def test_only_what_is_given_changes_and_is_recorded(world: World, realm: Realm) -> None:
    application, _ = await made(world, realm)
    before = await world.ask(realm.system, ApplicationById(application))
    edit = ApplicationEdit(name="Robot", description="for the night", extras=(("api.logo", "x" * 2000),))
    changed = await world.do(realm.system, EditApplication(application, edit))
    event = await newest_event(world, realm)

    assert changed == replace(before, name="Robot", description="for the night", extras=(("api.logo", "x" * 2000),))
    assert await world.ask(realm.system, ApplicationById(application)) == changed
    assert (event.act, event.subject, event.subject_name) == ("application.edited", application, "script")
    assert set(event.changes) == {
        Change("name", "script", "Robot"),
        Change("description", None, "for the night"),
        Change("api.logo", None, "2000 characters"),
    }


async def test_none_erases_and_what_is_not_given_stays(world: World, realm: Realm) -> None:
    application, _ = await made(world, realm)
    full = ApplicationEdit(description="x", extras=(("a", "1"), ("b", "2")))
    await world.do(realm.system, EditApplication(application, full))
    kept = await world.do(realm.system, EditApplication(application, ApplicationEdit(extras=(("b", "3"),))))
    bare = ApplicationEdit(description=None, role=None, extras=(("a", None), ("b", None), ("c", None)))
    erased = await world.do(realm.system, EditApplication(application, bare))

    assert (kept.description, kept.extras) == ("x", (("a", "1"), ("b", "3")))
    assert (erased.name, erased.description, erased.role, erased.extras) == ("script", None, None, ())
    assert (await entities(world.url, type(erased)))[-1] == erased


async def test_an_edit_that_changes_nothing_writes_nothing(world: World, realm: Realm) -> None:
    application, _ = await made(world, realm)
    before = await snapshot(world.url)
    same = ApplicationEdit("script", None, VIEWER, True, None, (("a", None),))
    await world.do(realm.system, EditApplication(application, same))

    assert await snapshot(world.url) == before


WRONG: list[tuple[ApplicationEdit, Any]] = [
    (ApplicationEdit(name=""), Invalid("name", Fault.MISSING)),
    (ApplicationEdit(name="x" * 256), Invalid("name", Fault.TOO_LONG, 255)),
    (ApplicationEdit(name="a\x00"), Invalid("name", Fault.CHARACTERS)),
    (ApplicationEdit(name="OTHER"), Taken("name")),
    (ApplicationEdit(name="the door"), Taken("name")),
    (ApplicationEdit(description="x" * 1025), Invalid("description", Fault.TOO_LONG, 1024)),
    (ApplicationEdit(description="\x00"), Invalid("description", Fault.CHARACTERS)),
    (ApplicationEdit(role=(STAFF, 99)), Invalid("role", Fault.UNKNOWN)),
    (ApplicationEdit(role=(STAFF, NOBODY)), Invalid("role", Fault.UNKNOWN)),
    (ApplicationEdit(address_list=NOBODY), Unknown("address-list")),
    (ApplicationEdit(extras=(("a", "x" * 65_537),)), Invalid("a", Fault.TOO_LONG, 65_536)),
    (
        ApplicationEdit(extras=tuple((str(number), "x") for number in range(MOST_EXTRAS + 1))),
        Invalid("extras", Fault.TOO_MANY, MOST_EXTRAS),
    ),
]


async def test_what_cannot_be_changes_nothing(world: World, realm: Realm) -> None:
    application, _ = await made(world, realm)
    await made(world, realm, "other")
    await world.do(realm.system, CreateClient(ClientDraft(None, "The Door")))
    before = await snapshot(world.url)
    found = [await outcome(world.do(realm.system, EditApplication(application, edit))) for edit, _ in WRONG]

    assert found == [expected for _, expected in WRONG]
    assert await snapshot(world.url) == before


async def test_its_own_name_may_change_its_case(world: World, realm: Realm) -> None:
    application, _ = await made(world, realm)

    changed = await world.do(realm.system, EditApplication(application, ApplicationEdit(name="SCRIPT")))

    assert changed.name == "SCRIPT"


async def test_a_role_is_named_by_its_number_or_its_id_inside_its_catalogue(world: World, realm: Realm) -> None:
    application, _ = await made(world, realm)
    manager, auditor = realm.roles[MANAGER].id, realm.roles[AUDITOR].id
    changed = await world.do(realm.system, EditApplication(application, ApplicationEdit(role=(STAFF, manager))))
    found = await outcome(world.do(realm.system, EditApplication(application, ApplicationEdit(role=(STAFF, auditor)))))

    assert changed.role == manager
    assert found == Invalid("role", Fault.UNKNOWN)


@pytest.mark.parametrize("together", [True, False])
async def test_another_role_counts_at_once_for_the_sessions_that_are_open(
    world: World, realm: Realm, together: bool
) -> None:
    pair = await made(world, realm, role=MANAGER)
    session, lasting = await opened(world, pair), await world.directory.by_application(*pair)
    editing = world.do(realm.system, EditApplication(pair[0], ApplicationEdit(role=VIEWER)))
    writing = [outcome(world.do(actor, CreateUser(UserDraft(f"s{at}")))) for at, actor in enumerate((session, lasting))]
    if together:
        _, *found = await asyncio.gather(editing, *writing)
    else:
        await editing
        found = [await one for one in writing]

    assert found == [PermissionMissing("users:create")] * 2
    assert [await asks(world, actor) for actor in (session, lasting)] == [None, None]


async def test_without_a_role_it_signs_in_and_can_do_nothing(world: World, realm: Realm) -> None:
    pair = await made(world, realm)
    before = await opened(world, pair)
    await world.do(realm.system, EditApplication(pair[0], ApplicationEdit(role=None)))
    actors = [before, await opened(world, pair), await world.directory.by_application(*pair)]

    assert [await asks(world, actor) for actor in actors] == [PermissionMissing(VIEW)] * 3


@pytest.mark.parametrize("together", [True, False])
async def test_a_new_secret_ends_the_old_one_and_what_it_opened_at_once(
    world: World, realm: Realm, together: bool
) -> None:
    pair = await made(world, realm, role=MANAGER)
    actors = [await opened(world, pair), await world.directory.by_application(*pair)]
    renewing = world.do(realm.system, RenewSecret(pair[0]))
    writing = [outcome(world.do(actor, CreateUser(UserDraft(f"s{at}")))) for at, actor in enumerate(actors)]
    if together:
        renewed, *found = await asyncio.gather(renewing, *writing)
    else:
        renewed = await renewing
        found = [await one for one in writing]
    event = await newest_event(world, realm)
    again = await outcome(world.directory.open_session(*pair, ORIGIN))

    assert (found, again) == ([NO_SESSION, NO_SECRET], NO_SECRET)
    assert renewed.secret != pair[1]
    assert (event.act, event.subject, event.changes) == ("application.secret-renewed", pair[0], ())
    assert [await asks(world, it) for it in (await opened(world, (pair[0], renewed.secret)),)] == [None]
    assert renewed.secret not in repr(await snapshot(world.url))


@pytest.mark.parametrize("together", [True, False])
async def test_a_deleted_one_ends_at_once_with_all_that_it_opened(world: World, realm: Realm, together: bool) -> None:
    pair = await made(world, realm, role=MANAGER)
    actors = [await opened(world, pair), await world.directory.by_application(*pair)]
    deleting = world.do(realm.system, DeleteApplication(pair[0]))
    writing = [outcome(world.do(actor, CreateUser(UserDraft(f"s{at}")))) for at, actor in enumerate(actors)]
    if together:
        _, *found = await asyncio.gather(deleting, *writing)
    else:
        await deleting
        found = [await one for one in writing]
    again = [await outcome(world.do(realm.system, act)) for act in (DeleteApplication(pair[0]), RenewSecret(pair[0]))]

    assert found == [NO_SESSION, NO_SECRET]
    assert await outcome(world.directory.open_session(*pair, ORIGIN)) == Unknown("application")
    assert again == [Unknown("application")] * 2
    assert await world.ask(realm.system, Applications()) == ()
    await verify_promises(world.url)


async def test_its_name_is_free_once_it_is_deleted(world: World, realm: Realm) -> None:
    application, _ = await made(world, realm)
    await world.do(realm.system, DeleteApplication(application))

    assert (await made(world, realm))[0] != application


async def test_an_application_gives_itself_another_secret_and_does_not_delete_itself(
    world: World, realm: Realm
) -> None:
    actor = await keeper(world, realm, OVER_APPLICATIONS)
    deleted = await outcome(world.do(actor, DeleteApplication(actor.id)))
    renewed = await world.do(actor, RenewSecret(actor.id))

    assert deleted == OwnAccount()
    assert (await opened(world, (actor.id, renewed.secret))).id == actor.id
    assert await outcome(world.do(actor, RenewSecret(actor.id))) == NO_SESSION


async def test_nobody_changes_one_that_holds_more_than_he_or_gives_one_more(world: World, realm: Realm) -> None:
    actor = await keeper(world, realm, OVER_APPLICATIONS | {VIEW})
    greater, _ = await made(world, realm, "greater", MANAGER)
    equal, _ = await made(world, realm, "equal", VIEWER)
    before = await snapshot(world.url)
    acts = [
        EditApplication(greater, ApplicationEdit(name="mine")),
        EditApplication(greater, ApplicationEdit(role=None)),
        RenewSecret(greater),
        DeleteApplication(greater),
        EditApplication(equal, ApplicationEdit(role=MANAGER)),
        EditApplication(actor.id, ApplicationEdit(role=MANAGER)),
    ]
    found = [await outcome(world.do(actor, act)) for act in acts]

    assert found == [BeyondAuthority("application")] * 4 + [BeyondAuthority("role")] * 2
    assert await snapshot(world.url) == before
    assert (await world.do(actor, EditApplication(equal, ApplicationEdit(name="mine")))).name == "mine"


async def test_who_is_restricted_to_a_part_of_the_tenant_changes_none(world: World, realm: Realm) -> None:
    await keeper(world, realm, OVER_APPLICATIONS | {VIEW})
    unit = await world.unit(realm, "north")
    person = await world.person(realm, None, ((STAFF, 50),), (unit,))
    application, _ = await made(world, realm)
    acts = [
        EditApplication(application, ApplicationEdit(name="mine")),
        RenewSecret(application),
        DeleteApplication(application),
        CreateApplication(ApplicationDraft(None, "x", VIEWER, None)),
    ]
    found = [await outcome(world.do(person.actor, act)) for act in acts]

    assert found == [BeyondAuthority("scope")] * 4


async def test_who_lacks_the_permission_is_told_nothing(world: World, realm: Realm) -> None:
    for verb, act in (
        ("edit", EditApplication(NOBODY, ApplicationEdit())),
        ("edit", RenewSecret(NOBODY)),
        ("delete", DeleteApplication(NOBODY)),
    ):
        permission = f"applications:{verb}"
        actor = await keeper(world, realm, OVER_APPLICATIONS - {permission}, number=60 + len(act.__class__.__name__))

        assert await outcome(world.do(actor, act)) == PermissionMissing(permission)
    actor = await keeper(world, realm, OVER_APPLICATIONS - {"applications:view"})

    assert await outcome(world.ask(actor, ApplicationById(NOBODY))) == PermissionMissing("applications:view")


async def test_there_are_only_so_many(world: World, realm: Realm) -> None:
    await world.do(realm.system, new(*(filler(realm, number) for number in range(MOST_PROGRAMS - 1))))
    last = CreateApplication(ApplicationDraft(None, "last", VIEWER, None))
    over = [replace(last, draft=replace(last.draft, name="over")), CreateClient(ClientDraft(None, "over"))]
    await world.do(realm.system, last)
    found = [await outcome(world.do(realm.system, act)) for act in over]

    assert found == [Full("application", MOST_PROGRAMS)] * 2


async def test_of_many_who_want_one_name_one_gets_it(world: World, realm: Realm) -> None:
    pairs = [await made(world, realm, f"script {number}") for number in range(3)]
    edits = [EditApplication(pair[0], ApplicationEdit(name="robot")) for pair in pairs]
    found = await asyncio.gather(*(outcome(world.do(realm.system, edit)) for edit in edits))

    assert refused(found) == [Taken("name")] * 2
    await verify_promises(world.url)


async def test_a_session_with_a_second_secret_is_none_without_it(world: World, realm: Realm) -> None:
    pair = await made(world, realm)
    opened_ = [await world.directory.open_session(*pair, ORIGIN, accompanied=True) for _ in range(2)]
    [token, _], companions = [one for one, _ in opened_], [session.companion or "" for _, session in opened_]
    shown: list[tuple[str, ...]] = [(), ("",), (companions[1],), (pair[1],), (companions[0],), ("x", companions[0])]
    found = []
    for _ in range(2):
        # The second time he comes from the cache.
        found += [await outcome(world.directory.by_session(token, one)) for one in shown]
    afresh = Directory(world.store, world.sources)

    assert len(set(companions)) == 2
    assert refused(found) == [NO_SESSION] * 8
    assert [one.id for one in found if not isinstance(one, CredentialInvalid)] == [pair[0]] * 4
    assert await outcome(afresh.by_session(token)) == NO_SESSION
    assert companions[0] not in repr(await snapshot(world.url))


async def test_a_second_secret_shown_with_a_session_that_has_none_makes_no_difference(
    world: World, realm: Realm
) -> None:
    token, session = await world.directory.open_session(*await made(world, realm), ORIGIN)

    assert session.companion is None
    assert await asks(world, await world.directory.by_session(token, ("x",))) is None


async def test_the_uses_of_a_secret_that_stands_for_a_session_are_written_down(world: World, realm: Realm) -> None:
    pair, began = await made(world, realm), world.sources.time
    lasting, session = await world.directory.by_application(*pair), await opened(world, pair)
    found = []
    for actor in (session, lasting):
        world.sources.time += PAUSE
        await world.directory.admit(actor, "192.0.2.1")
        await world.directory.keep_uses(all_of_them=False)
        found.append((await world.ask(realm.system, ApplicationById(pair[0]))).last_used_at)

    assert found == [began, began + 2 * PAUSE]
    await verify_promises(world.url)
