"""Connections: who may make and revoke one, what its token does and until when, and how many there can be."""

from __future__ import annotations

import pytest

from muster.core import connections
from muster.core.authority import Actor
from muster.core.connections import (
    Connection,
    ConnectionDraft,
    Connections,
    CreateConnection,
    IssuedConnection,
    RevokeConnection,
)
from muster.core.events import Event
from muster.core.network import AddAddressRule, AddressRuleDraft
from muster.core.permissions import of
from muster.core.refusals import (
    AddressForbidden,
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
from tests.core.programs import OVER_APPLICATIONS, asks, keeper
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import MANAGER, STAFF, VIEWER, Realm, World


async def made(world: World, realm: Realm, name: str = "entra", role: tuple[str, int] = VIEWER) -> IssuedConnection:
    return await world.do(realm.system, CreateConnection(ConnectionDraft(name, role, "strict")))


async def opened(world: World, issued: IssuedConnection) -> Actor:
    return await world.directory.by_connection(issued.token)


async def test_its_token_acts_with_its_role_in_its_tenant_and_tells_its_profile(world: World, realm: Realm) -> None:
    await world.realm("Umbrella")
    issued = await made(world, realm)
    actor = await opened(world, issued)
    here = actor.at("192.0.2.1")

    assert (actor.tenant, actor.kind, actor.id, actor.name) == (
        realm.id,
        "connection",
        issued.connection.id,
        "entra",
    )
    assert (actor.permissions, actor.scope, actor.profile) == (realm.roles[VIEWER].permissions, None, "strict")
    assert (here.profile, here.address) == ("strict", "192.0.2.1")
    assert await asks(world, actor) is None
    await verify_promises(world.url)


async def test_the_token_is_kept_nowhere(world: World, realm: Realm) -> None:
    issued = await made(world, realm)

    assert issued.token not in repr(await snapshot(world.url))
    assert len(issued.token) == 47


async def test_a_revoked_one_is_no_credential_from_then_on_and_stays_in_the_list(world: World, realm: Realm) -> None:
    issued = await made(world, realm)
    actor = await opened(world, issued)
    revoked = await world.do(realm.system, RevokeConnection(issued.connection.id))
    again = await world.do(realm.system, RevokeConnection(issued.connection.id))
    events: list[Event] = await entities(world.url, Event)

    assert await asks(world, actor) == CredentialInvalid()
    assert await asks(world, await opened(world, issued)) == CredentialInvalid()
    assert again == revoked
    assert await world.ask(realm.system, Connections()) == (revoked,)
    assert [event.act for event in events][-2:] == ["connection.created", "connection.revoked"]


async def test_what_nobody_was_given_is_no_token(world: World, realm: Realm) -> None:
    await made(world, realm)

    for token in ("", "x", realm.administrator.secret, "\x00", "é" * 47):
        assert await outcome(world.directory.by_connection(token)) == CredentialInvalid()


async def test_nobody_makes_or_revokes_one_that_holds_more_than_he(world: World, realm: Realm) -> None:
    actor = await keeper(world, realm, OVER_APPLICATIONS | {"users:view"})
    strong = await made(world, realm, "strong", MANAGER)
    drafts = [ConnectionDraft("mine", role, "strict") for role in (MANAGER, VIEWER)]

    assert await outcome(world.do(actor, CreateConnection(drafts[0]))) == BeyondAuthority("role")
    assert await outcome(world.do(actor, RevokeConnection(strong.connection.id))) == BeyondAuthority("connection")
    assert isinstance(await outcome(world.do(actor, CreateConnection(drafts[1]))), IssuedConnection)


async def test_who_sees_a_part_of_the_tenant_makes_revokes_and_lists_none(world: World, realm: Realm) -> None:
    issued = await made(world, realm)
    unit = await world.unit(realm, "north")
    person = await world.person(realm, roles=(VIEWER,))
    bounded = Actor("", "user", "", "", frozenset(), (unit,), "", 0)
    here = Actor(
        realm.id, "user", person.user.id, "", OVER_APPLICATIONS | of("users"), bounded.scope, person.user.home, 0
    )

    draft = ConnectionDraft("mine", VIEWER, "strict")
    assert await outcome(world.do(here, CreateConnection(draft))) == BeyondAuthority("scope")
    assert await outcome(world.do(here, RevokeConnection(issued.connection.id))) == BeyondAuthority("scope")


async def test_each_act_needs_its_permission(world: World, realm: Realm) -> None:
    issued = await made(world, realm)
    actor = realm.administrator.actor
    acts = [CreateConnection(ConnectionDraft("mine", VIEWER, "strict")), RevokeConnection(issued.connection.id)]
    found = [await outcome(world.do(actor, act)) for act in acts]

    assert found == [PermissionMissing("applications:create"), PermissionMissing("applications:delete")]
    assert await outcome(world.ask(actor, Connections())) == PermissionMissing("applications:view")


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [
        (ConnectionDraft("", VIEWER, "strict"), Invalid("name", Fault.MISSING)),
        (ConnectionDraft("a\nb", VIEWER, "strict"), Invalid("name", Fault.CHARACTERS)),
        (ConnectionDraft("x" * 256, VIEWER, "strict"), Invalid("name", Fault.TOO_LONG, 255)),
        (ConnectionDraft("x", VIEWER, "s" * 33), Invalid("profile", Fault.TOO_LONG, 32)),
        (ConnectionDraft("x", VIEWER, "\x00"), Invalid("profile", Fault.CHARACTERS)),
        (ConnectionDraft("x", (STAFF, 99), "strict"), Invalid("role", Fault.UNKNOWN)),
        (ConnectionDraft("ENTRA", VIEWER, "strict"), Taken("name")),
    ],
)
async def test_wrong_ones_are_refused(world: World, realm: Realm, draft: ConnectionDraft, refusal: object) -> None:
    await made(world, realm)
    before = await snapshot(world.url)

    assert await outcome(world.do(realm.system, CreateConnection(draft))) == refusal
    assert await snapshot(world.url) == before


async def test_the_name_of_a_revoked_one_can_be_had_again(world: World, realm: Realm) -> None:
    first = await made(world, realm)
    await world.do(realm.system, RevokeConnection(first.connection.id))
    second = await made(world, realm)

    assert await asks(world, await opened(world, second)) is None


async def test_beyond_the_limit_the_oldest_revoked_one_makes_room_and_none_that_is_alive(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 3)
    ids = [(await made(world, realm, name)).connection.id for name in ("a", "b", "c")]
    full = await outcome(made(world, realm, "d"))
    for gone in (ids[2], ids[1]):
        await world.do(realm.system, RevokeConnection(gone))
    await made(world, realm, "e")
    found = await world.ask(realm.system, Connections())

    assert full == Full("connection", 3)
    assert [(one.name, one.active) for one in found] == [("a", True), ("c", False), ("e", True)]
    await verify_promises(world.url)


async def test_a_connection_does_not_end_itself(world: World, realm: Realm) -> None:
    actor = await keeper(world, realm, OVER_APPLICATIONS, 51)
    issued = await made(world, realm, role=(STAFF, 51))
    own = await opened(world, issued)

    assert await outcome(world.do(own, RevokeConnection(issued.connection.id))) == OwnAccount()
    assert await outcome(world.do(own, RevokeConnection("none"))) == Unknown("connection")
    assert isinstance(await outcome(world.do(actor, RevokeConnection(issued.connection.id))), Connection)


async def test_the_tenant_s_address_rules_bind_it(world: World, realm: Realm) -> None:
    issued = await made(world, realm)
    away, here = [
        await world.directory.admit(await opened(world, issued), f"{net}.1") for net in ("198.51.100", "192.0.2")
    ]
    await world.do(realm.system, AddAddressRule(AddressRuleDraft("192.0.2.0", "192.0.2.255")))

    assert await asks(world, away) == AddressForbidden()
    assert await asks(world, here) is None


async def test_when_it_was_last_used_is_written_down_until_it_is_revoked(world: World, realm: Realm) -> None:
    issued = await made(world, realm)
    actor = await opened(world, issued)
    found = []
    for at in (1, 2):
        world.sources.time += 1
        await world.directory.admit(actor, None)
        await world.directory.keep_uses(all_of_them=True)
        [kept] = await world.ask(realm.system, Connections())
        found.append((at, kept.last_used_at))
        await world.do(realm.system, RevokeConnection(issued.connection.id))

    begin = world.sources.time - 2
    assert found == [(1, begin + 1), (2, begin + 1)]
