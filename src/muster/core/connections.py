"""Connections: an identity provider's way in, with a token of its own, which acts with a role.

What its client may do otherwise than the rules of its API say is a profile, a name that only that API understands.
"""

from __future__ import annotations

from dataclasses import replace

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.addresses import ranges_of
from muster.core.authority import Actor, ConnectionCredential
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.known import Known
from muster.core.ports import Secret
from muster.core.refusals import CredentialInvalid, Full, OwnAccount, Taken, Unknown, refuse
from muster.core.roles import Role, find_role
from muster.core.tenancy import Tenant

MOST_CONNECTIONS = 200
"""How many connections a tenant may have; of revoked ones the oldest make room."""

PROFILE_LENGTH = 32
RECORDED = ("name", "role", "profile", "active")


@frozen
class Connection(Entity):
    """A connection, with its token's SHA-256 digest. One that was revoked stays, for its name in the log."""

    UNIQUE = (("digest",),)
    MANY = (("tenant",),)
    AUTHORITY = ("digest", "role", "profile", "active")

    id: str
    tenant: str
    name: str
    digest: str
    role: str
    profile: str
    active: bool
    created_at: int
    last_used_at: int | None = None


@frozen
class ConnectionDraft:
    """A connection as somebody wants it. `role` is a catalogue and a number in it; without `secret` one is made."""

    name: str
    role: tuple[str, int | str]
    profile: str
    secret: Secret | None = None


@frozen
class IssuedConnection:
    """A connection with its token, which is told this once."""

    connection: Connection
    token: str


def add_connection(case: Case, draft: ConnectionDraft, role: Role) -> IssuedConnection:
    """Keep a new connection, and record it."""
    secret = draft.secret or case.fresh.secret()
    made = Connection(case.fresh.id(), case.tenant, draft.name, secret.digest, role.id, draft.profile, True, case.at)
    case.put(None, made)
    case.record("connection.created", "connection", made.id, made.name, None, made, RECORDED)
    return IssuedConnection(made, secret.text)


@frozen
class CreateConnection(Command[IssuedConnection]):
    """Make a connection at most as powerful as the actor. Refuses a name that another one has which is not revoked."""

    permission = "applications:create"

    draft: ConnectionDraft

    def decide(self, case: Case) -> IssuedConnection:
        """The new connection, with its token. Refuses wrong values, an unknown role, and one more than there may be."""
        draft = self.draft
        case.actor.must_see_all()
        values.login_name(draft.name, "name")
        values.text(draft.profile, "profile", PROFILE_LENGTH)
        role = find_role(case, *draft.role, "role")
        case.actor.must_hold(role.permissions, "role")
        others = connections_of(case)
        if any(other.active and values.fold(other.name) == values.fold(draft.name) for other in others):
            refuse(Taken("name"))
        _make_room(case, others)
        return add_connection(case, draft, role)


def _make_room(case: Case, others: tuple[Connection, ...]) -> None:
    if len(others) < MOST_CONNECTIONS:
        return
    gone = next((other for other in others if not other.active), None)
    if gone is None:
        refuse(Full("connection", MOST_CONNECTIONS))
    case.put(gone, None)
    case.record("connection.deleted", "connection", gone.id, gone.name, gone, None, RECORDED)


@frozen
class RevokeConnection(Command[Connection]):
    """End a connection for good. Its token is void at once."""

    permission = "applications:delete"

    connection: str

    def decide(self, case: Case) -> Connection:
        """The connection as it stands then. Refuses an unknown one, one that holds more than the actor, his own."""
        case.actor.must_see_all()
        connection = find_connection(case, self.connection)
        role = case.known.one(Role, Role.KEY, case.tenant, connection.role)
        case.actor.must_hold(role.permissions if role is not None else frozenset(), "connection")
        if connection.id == case.actor.id:
            refuse(OwnAccount())
        revoked = replace(connection, active=False)
        if revoked != connection:
            case.put(connection, revoked)
            case.record("connection.revoked", "connection", revoked.id, revoked.name, connection, revoked, RECORDED)
        return revoked


def connections_of(view: View) -> tuple[Connection, ...]:
    """All connections of the tenant, revoked ones too, oldest first. Raises `Unloaded`."""
    return tuple(sorted(view.known.many(Connection, ("tenant",), view.tenant), key=lambda it: it.id))


def find_connection(view: View, connection_id: str) -> Connection:
    """The connection of this id. Refuses with `Unknown` if the tenant has none."""
    connection = view.known.one(Connection, Connection.KEY, view.tenant, connection_id)
    if connection is None:
        refuse(Unknown("connection"))
    return connection


@frozen
class Connections(Question[tuple[Connection, ...]]):
    """All connections of the tenant, revoked ones too."""

    permission = "applications:view"

    def answer(self, view: View) -> tuple[Connection, ...]:
        """The connections, oldest first."""
        return connections_of(view)


def authenticate_connection(known: Known, credential: ConnectionCredential) -> Actor:
    """The actor behind a connection's token. Refuses with `CredentialInvalid`, whatever is wrong with it."""
    connection = known.one(Connection, ("digest",), credential.digest)
    if connection is None or not connection.active:
        refuse(CredentialInvalid())
    epoch = known.head(connection.tenant).epoch
    tenant = known.one(Tenant, Tenant.KEY, connection.tenant)
    role = known.one(Role, Role.KEY, connection.tenant, connection.role)
    if tenant is None or role is None:
        refuse(CredentialInvalid())
    return Actor(
        tenant=connection.tenant,
        kind="connection",
        id=connection.id,
        name=connection.name,
        permissions=role.permissions,
        scope=None,
        home=tenant.root,
        epoch=epoch,
        credential=credential,
        credential_id=connection.id,
        ranges=ranges_of(known, connection.tenant, connection.id, connection.id),
        profile=connection.profile,
    )
