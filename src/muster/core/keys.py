"""API keys: a user's secrets for machines."""

from __future__ import annotations

from dataclasses import replace

from muster.core import values
from muster.core.acts import Case, Command
from muster.core.authority import Actor, KeyCredential
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.known import Known
from muster.core.ports import Secret
from muster.core.refusals import CredentialInvalid, Unknown, refuse
from muster.core.roles import Role, find_role, union
from muster.core.users import User, find_user, find_user_by_id, must_manage, roles_of, scope_of


@frozen
class ApiKey(Entity):
    """A key, kept as the SHA-256 digest of its secret. `role` narrows what its user may do through it."""

    UNIQUE = (("digest",), ("tenant", "number"))
    MANY = (("tenant", "user"),)
    AUTHORITY = ("active", "role", "expires_at")

    id: str
    tenant: str
    number: int
    user: str
    name: str
    digest: str
    role: str | None
    active: bool
    created_at: int
    last_used_at: int | None = None
    expires_at: int | None = None


@frozen
class IssuedKey:
    """A key with its secret, which is told this once."""

    key: ApiKey
    secret: str


RECORDED = ("number", "name", "user", "role", "active", "expires_at")


@frozen
class IssueKey(Command[IssuedKey]):
    """Make a key for a user, at most as powerful as the actor. `role` is a catalogue and a number in it."""

    permission = "keys:create"

    user: int
    name: str
    role: tuple[str, int] | None = None

    def decide(self, case: Case) -> IssuedKey:
        """The new key. Refuses an unknown user, one who holds more than the actor, and an unknown role."""
        user = find_user(case, self.user)
        must_manage(case, user)
        return issue(case, user, values.login_name(self.name, "name"), self.role)


def issue(case: Case, user: User, name: str, role: tuple[str, int] | None) -> IssuedKey:
    """Make a key for a user whom the actor was found to manage."""
    narrowing = None if role is None else find_role(case, *role, "role")
    _must_not_widen(case, user, narrowing)
    return minted(case, user, name, narrowing, case.fresh.secret())


def minted(case: Case, user: User, name: str, narrowing: Role | None, secret: Secret) -> IssuedKey:
    """Keep a new key, and record it."""
    key = ApiKey(
        id=case.fresh.id(),
        tenant=case.tenant,
        number=case.number(),
        user=user.id,
        name=name,
        digest=secret.digest,
        role=None if narrowing is None else narrowing.id,
        active=True,
        created_at=case.at,
    )
    case.put(None, key)
    case.record("key.created", "key", key.id, f"{user.username}/{name}", None, key, RECORDED)
    return IssuedKey(key, secret.text)


@frozen
class ChangeKeyStatus(Command[ApiKey]):
    """Revoke a key, or let a revoked one work again."""

    permission = "keys:edit"

    number: int
    active: bool

    def decide(self, case: Case) -> ApiKey:
        """The key as it stands then. Refuses an unknown key and one of a user who holds more than the actor."""
        key = case.known.one(ApiKey, ("tenant", "number"), case.tenant, self.number)
        if key is None:
            refuse(Unknown("key"))
        user = find_user_by_id(case, key.user, noun="key")
        must_manage(case, user)
        if self.active:
            _must_not_widen(case, user, role_of(case.known, key))
        changed = replace(key, active=self.active)
        if changed != key:
            case.put(key, changed)
            act = "key.activated" if self.active else "key.revoked"
            case.record(act, "key", key.id, f"{user.username}/{key.name}", key, changed, RECORDED)
        return changed


def narrowed(permissions: frozenset[str], role: Role | None) -> frozenset[str]:
    """What is left of the permissions through a key that a role narrows."""
    return permissions if role is None else permissions & role.permissions


def _must_not_widen(case: Case, user: User, narrowing: Role | None) -> None:
    """A narrowed key must not make, even for its own user, a key that gives more than itself."""
    case.actor.must_hold(narrowed(union(roles_of(case.known, user)), narrowing), "user")


def role_of(known: Known, key: ApiKey) -> Role | None:
    """The role that narrows the key. Raises `Unloaded`."""
    return None if key.role is None else known.one(Role, Role.KEY, key.tenant, key.role)


def authenticate_key(known: Known, credential: KeyCredential, at: int) -> Actor:
    """The actor behind a key. Refuses with `CredentialInvalid`, whatever is wrong with it."""
    key = known.one(ApiKey, ("digest",), credential.digest)
    if key is None or not key.active or (key.expires_at is not None and key.expires_at <= at):
        refuse(CredentialInvalid())
    epoch = known.head(key.tenant).epoch
    user = known.one(User, User.KEY, key.tenant, key.user)
    narrowing = role_of(known, key)
    if user is None or not user.active or (key.role is not None and narrowing is None):
        refuse(CredentialInvalid())
    return Actor(
        tenant=key.tenant,
        kind="user",
        id=user.id,
        name=user.username,
        permissions=narrowed(union(roles_of(known, user)), narrowing),
        scope=scope_of(known, user) if user.scope else None,
        home=user.home,
        epoch=epoch,
        credential=credential,
        credential_id=key.id,
        expires_at=key.expires_at,
    )
