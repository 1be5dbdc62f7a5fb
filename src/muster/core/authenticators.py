"""Authenticators: what a person proves with. So far the soft token that a new user begins with."""

from __future__ import annotations

from muster.core.acts import Case
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.policies import FIRST_AUTHENTICATOR, NONE, policy

SOFT_TOKEN = "soft-token"  # noqa: S105  (a kind of authenticator)
ACTIVATING = "activating"

_SERIALS = 10**10


@frozen
class Authenticator(Entity):
    """An authenticator of a user. `serial` is ten digits, unique in the tenant; `sealed` holds its seed."""

    UNIQUE = (("tenant", "serial"),)
    MANY = (("tenant", "user"),)

    id: str
    tenant: str
    user: str
    kind: str
    serial: str
    state: str
    sealed: bytes
    created_at: int
    last_used_at: int | None = None


RECORDED = ("kind", "serial", "state", "user")


def first_authenticator(case: Case, user: str, username: str) -> tuple[Authenticator, ...]:
    """Make the authenticator that the policy gives a new user, or none. Raises `Unloaded`."""
    kind = policy(case, FIRST_AUTHENTICATOR)
    if kind == NONE:
        return ()
    made = _made(case, user, kind)
    case.put(None, made)
    case.record("authenticator.created", "authenticator", made.id, f"{username}/{made.serial}", None, made, RECORDED)
    return (made,)


def _made(case: Case, user: str, kind: str) -> Authenticator:
    # Serial numbers are drawn, so that they tell nothing of how many there are; one that is taken is drawn anew.
    while True:
        authenticator_id = case.fresh.id()
        serial = f"{int(authenticator_id.replace('-', '')[-14:], 16) % _SERIALS:010d}"
        if case.known.one(Authenticator, ("tenant", "serial"), case.tenant, serial) is None:
            sealed = case.fresh.seal(case.fresh.secret().text, authenticator_id)
            return Authenticator(authenticator_id, case.tenant, user, kind, serial, ACTIVATING, sealed, case.at)
