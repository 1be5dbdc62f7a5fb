"""API keys: a user's secrets for machines."""

from __future__ import annotations

from dataclasses import replace

from muster.core import values
from muster.core.acts import Case, Command, View
from muster.core.addresses import ranges_of
from muster.core.authority import Actor, KeyCredential
from muster.core.entity import KEPT, Entity, Kept
from muster.core.frozen import frozen
from muster.core.known import Known
from muster.core.policies import ALLOWED, SSO_ONLY_KEYS, policy
from muster.core.ports import Secret
from muster.core.refusals import CredentialInvalid, Obstacle, Unknown, Unsuited, refuse
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
        """The new key.

        Refuses an unknown user, one who holds more than the actor, an unknown role, and one who signs in through
        another place only, unless the tenant's policy lets him have keys.
        """
        user = find_user(case, self.user)
        must_manage(case, user)
        return issue(case, user, values.login_name(self.name, "name"), self.role)


def issue(case: Case, user: User, name: str, role: tuple[str, int] | None) -> IssuedKey:
    """Make a key for a user whom the actor was found to manage."""
    if user.sso_only and policy(case, SSO_ONLY_KEYS) != ALLOWED:
        refuse(Unsuited(Obstacle.SSO_ONLY))
    narrowing = _narrowing(case, role)
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
        key, user = find_key(case, self.number)
        must_manage(case, user)
        if self.active:
            _must_not_widen(case, user, role_of(case.known, key))
        act = "key.activated" if self.active else "key.revoked"
        return _kept(case, user, key, replace(key, active=self.active), act)


@frozen
class EditKey(Command[ApiKey]):
    """Name a key anew and, unless its narrowing is kept, narrow it by a role or (None) by none.

    It becomes at most as powerful as the actor.
    """

    permission = "keys:edit"

    number: int
    name: str
    role: tuple[str, int] | Kept | None = KEPT

    def decide(self, case: Case) -> ApiKey:
        """The key as it stands then. Refuses as making one does, and an unknown key."""
        key, user = find_key(case, self.number)
        must_manage(case, user)
        name = values.login_name(self.name, "name")
        narrowing = role_of(case.known, key) if self.role is KEPT else _narrowing(case, self.role)
        _must_not_widen(case, user, narrowing)
        changed = replace(key, name=name, role=None if narrowing is None else narrowing.id)
        return _kept(case, user, key, changed, "key.edited")


def find_key(view: View, number: int) -> tuple[ApiKey, User]:
    """The key of this number with its user. Refuses with `Unknown` if there is none that the actor sees."""
    key = view.known.one(ApiKey, ("tenant", "number"), view.tenant, number)
    if key is None:
        refuse(Unknown("key"))
    return key, find_user_by_id(view, key.user, noun="key")


def _narrowing(case: Case, role: tuple[str, int] | None) -> Role | None:
    return None if role is None else find_role(case, *role, "role")


def _kept(case: Case, user: User, key: ApiKey, changed: ApiKey, act: str) -> ApiKey:
    """Keep and record another state of a key; nothing if it is the same."""
    if changed != key:
        case.put(key, changed)
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
        ranges=ranges_of(known, key.tenant, user.id, key.id),
    )
