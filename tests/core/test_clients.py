"""Clients: programs that people sign in to, which can ask nothing here, whoever they claim to be."""

from __future__ import annotations

import asyncio

from muster.core.applications import (
    ApplicationById,
    ApplicationDraft,
    ApplicationEdit,
    CreateApplication,
    DeleteApplication,
    EditApplication,
    RenewSecret,
)
from muster.core.clients import (
    KINDS,
    ClientById,
    ClientDraft,
    ClientEdit,
    Clients,
    CreateClient,
    DeleteClient,
    EditClient,
    ProgramKinds,
    Programs,
)
from muster.core.events import Change, Event
from muster.core.refusals import (
    BeyondAuthority,
    CredentialInvalid,
    Fault,
    Invalid,
    PermissionMissing,
    Taken,
    Unknown,
)
from tests.core.programs import OVER_APPLICATIONS, keeper, made
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ORIGIN, STAFF, VIEWER, Realm, World

DOOR = ClientDraft("the-door", "Door", "to the hall", (("api.colour", "red"),))


async def test_a_client_is_kept_and_recorded(world: World, realm: Realm) -> None:
    made_ = await world.do(realm.system, CreateClient(DOOR))
    events: list[Event] = await entities(world.url, Event)

    assert (made_.id, made_.name, made_.description, made_.extras) == (
        DOOR.id,
        DOOR.name,
        DOOR.description,
        DOOR.extras,
    )
    assert await world.ask(realm.system, Clients()) == (made_,)
    assert await world.ask(realm.system, ClientById("the-door")) == made_
    assert (events[-1].act, events[-1].subject) == ("client.created", "the-door")
    assert set(events[-1].changes) == {
        Change("name", None, "Door"),
        Change("description", None, "to the hall"),
        Change("api.colour", None, "red"),
    }


async def test_a_client_can_open_no_session_and_is_no_application(world: World, realm: Realm) -> None:
    client = await world.do(realm.system, CreateClient(ClientDraft(None, "Door")))
    _, secret = await made(world, realm)
    before = await snapshot(world.url)
    opening = [await outcome(world.directory.open_session(client.id, text, ORIGIN)) for text in ("", secret, "None")]
    shown = [await outcome(world.directory.by_application(client.id, text)) for text in ("", secret, "None")]
    acts = [
        RenewSecret(client.id),
        DeleteApplication(client.id),
        EditApplication(client.id, ApplicationEdit(role=VIEWER)),
    ]
    treated = [await outcome(world.do(realm.system, act)) for act in acts]

    assert opening == [Unknown("application")] * 3
    assert shown == [CredentialInvalid(is_secret=True)] * 3
    assert treated == [Unknown("application")] * 3
    assert await outcome(world.ask(realm.system, ApplicationById(client.id))) == Unknown("application")
    assert await snapshot(world.url) == before


async def test_an_application_is_no_client(world: World, realm: Realm) -> None:
    application, _ = await made(world, realm)
    acts = [DeleteClient(application), EditClient(application, ClientEdit(name="mine"))]

    assert [await outcome(world.do(realm.system, act)) for act in acts] == [Unknown("client")] * 2
    assert await outcome(world.ask(realm.system, ClientById(application))) == Unknown("client")


async def test_an_edit_changes_what_it_names_and_nothing_else(world: World, realm: Realm) -> None:
    await world.do(realm.system, CreateClient(DOOR))
    edit = ClientEdit(name="Gate", description=None, extras=(("api.size", "x" * 1025),))
    changed = await world.do(realm.system, EditClient("the-door", edit))
    events: list[Event] = await entities(world.url, Event)
    before = await snapshot(world.url)
    same = await world.do(realm.system, EditClient("the-door", ClientEdit(name="Gate")))

    assert (changed.name, changed.description) == ("Gate", None)
    assert changed.extras == (("api.colour", "red"), ("api.size", "x" * 1025))
    assert Change("api.size", None, "1025 characters") in events[-1].changes
    assert (same, await snapshot(world.url)) == (changed, before)


async def test_a_client_that_is_deleted_is_gone(world: World, realm: Realm) -> None:
    await world.do(realm.system, CreateClient(DOOR))
    await world.do(realm.system, DeleteClient("the-door"))

    assert await world.ask(realm.system, Clients()) == ()
    assert await outcome(world.do(realm.system, DeleteClient("the-door"))) == Unknown("client")
    assert (await world.do(realm.system, CreateClient(DOOR))).id == "the-door"
    await verify_promises(world.url)


async def test_names_are_one_space_of_the_tenant_and_ids_of_all_tenants(world: World, realm: Realm) -> None:
    application, _ = await made(world, realm)
    await world.do(realm.system, CreateClient(DOOR))
    other = await world.realm("Umbrella")
    drafts = [
        (realm, ClientDraft(None, "SCRIPT"), Taken("name")),
        (realm, ClientDraft(None, "door"), Taken("name")),
        (realm, ClientDraft(None, ""), Invalid("name", Fault.MISSING)),
        (realm, ClientDraft("the-door", "Other"), Taken("id")),
        (realm, ClientDraft(application, "Other"), Taken("id")),
        (other, ClientDraft("the-door", "Other"), Taken("id")),
        (other, ClientDraft(application, "Other"), Taken("id")),
    ]
    before = await snapshot(world.url)
    found = [await outcome(world.do(where.system, CreateClient(draft))) for where, draft, _ in drafts]

    assert found == [expected for *_, expected in drafts]
    assert await snapshot(world.url) == before
    assert (await world.do(other.system, CreateClient(ClientDraft(None, "Door")))).name == "Door"


async def test_of_two_tenants_that_want_one_id_at_once_one_gets_it(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    acts = [world.do(where.system, CreateClient(DOOR)) for where in (realm, other)]
    found = await asyncio.gather(*map(outcome, acts))

    assert refused(found) == [Taken("id")]
    await verify_promises(world.url)


async def test_programs_are_told_together_by_id(world: World, realm: Realm) -> None:
    application, _ = await made(world, realm)
    client = await world.do(realm.system, CreateClient(ClientDraft("0", "Door")))

    assert [it.id for it in await world.ask(realm.system, Programs())] == [client.id, application]


async def test_each_act_demands_its_permission(world: World, realm: Realm) -> None:
    acts = {
        "create": CreateClient(DOOR),
        "edit": EditClient("x", ClientEdit()),
        "delete": DeleteClient("x"),
    }
    for number, (verb, act) in enumerate(acts.items()):
        actor = await keeper(world, realm, OVER_APPLICATIONS - {f"applications:{verb}"}, 60 + number)

        assert await outcome(world.do(actor, act)) == PermissionMissing(f"applications:{verb}")
    actor = await keeper(world, realm, OVER_APPLICATIONS - {"applications:view"})
    found = [await outcome(world.ask(actor, question)) for question in (Clients(), ClientById("x"), Programs())]
    kinds = await outcome(world.ask(actor, ProgramKinds()))

    assert found == [PermissionMissing("applications:view")] * 3
    assert kinds == PermissionMissing("program-kinds:view")
    assert await world.ask(realm.system, ProgramKinds()) == KINDS


async def test_who_is_restricted_to_a_part_of_the_tenant_makes_and_changes_none(world: World, realm: Realm) -> None:
    await keeper(world, realm, OVER_APPLICATIONS)
    person = await world.person(realm, None, ((STAFF, 50),), (await world.unit(realm, "north"),))
    await world.do(realm.system, CreateClient(DOOR))
    acts = [
        CreateClient(ClientDraft(None, "x")),
        EditClient("the-door", ClientEdit(name="x")),
        DeleteClient("the-door"),
    ]

    assert [await outcome(world.do(person.actor, act)) for act in acts] == [BeyondAuthority("scope")] * 3


async def test_a_new_application_takes_no_clients_name(world: World, realm: Realm) -> None:
    await world.do(realm.system, CreateClient(DOOR))
    draft = ApplicationDraft(None, "DOOR", VIEWER, None)

    assert await outcome(world.do(realm.system, CreateApplication(draft))) == Taken("name")
