"""Authenticators: what a person proves with. So far tokens, which show one-time codes made from a seed and the time.

A token's kind is data: a soft token is activated by its own application, an authenticator app is given its seed
(RFC 6238, in the base32 of RFC 4648).
"""

from __future__ import annotations

from base64 import b32encode
from functools import lru_cache

from muster.core.acts import Case
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.needs import Need
from muster.core.policies import FIRST_AUTHENTICATOR, MOST_TOKENS, NONE, policy
from muster.core.refusals import Fault, Full, Invalid, refuse

SOFT_TOKEN = "soft-token"  # noqa: S105  (a kind of authenticator)
AUTHENTICATOR_APP = "authenticator-app"
KINDS = (SOFT_TOKEN, AUTHENTICATOR_APP)

NEW, ACTIVATING, ACTIVE, INACTIVE = "new", "activating", "active", "inactive"
STATES = (NEW, ACTIVATING, ACTIVE, INACTIVE)
"""All states that there are. One that is activating has begun, and is not proved yet to be in its owner's hands."""

LEAST_SEED, MOST_SEED = 10, 64
"""Bytes of a seed that is brought along."""

SERIAL = ("tenant", "serial")
_DRAWN_SEED = 20
_MILLISECONDS, _PARTS = 10**7, 4096


@frozen
class Authenticator(Entity):
    """An authenticator of a user. `serial` is ten digits, unique in the tenant; `sealed` holds its seed."""

    UNIQUE = (SERIAL,)
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
    label: str | None = None


RECORDED = ("kind", "serial", "state", "user", "label")


def recorded_name(username: str, authenticator: Authenticator) -> str:
    """What an event calls it."""
    return f"{username}/{authenticator.serial}"


def first_authenticator(case: Case, user: str, username: str, new_id: str) -> tuple[Authenticator, ...]:
    """Make the authenticator that the policy gives a new user, under this id, or none. Raises `Unloaded`."""
    kind = policy(case, FIRST_AUTHENTICATOR)
    return () if kind == NONE else (made(case, user, username, kind, new_id=new_id),)


def added(case: Case, user: str, username: str, kind: str, seed: bytes | None) -> Authenticator:
    """Give a user one more token, within what the policy allows; with a seed that is brought along it is active.

    Refuses with `Invalid` an unknown kind, and a seed that is too short, too long or for a kind that takes none; with
    `Full` a user who has as many as he may. Raises `Unloaded`.
    """
    if kind not in KINDS:
        refuse(Invalid("kind", Fault.MALFORMED))
    if seed is not None and kind != AUTHENTICATOR_APP:
        refuse(Invalid("seed", Fault.MALFORMED))
    if seed is not None and not LEAST_SEED <= len(seed) <= MOST_SEED:
        refuse(Invalid("seed", Fault.MALFORMED, MOST_SEED))
    most = int(policy(case, MOST_TOKENS))
    if len(case.known.many(Authenticator, ("tenant", "user"), case.tenant, user)) >= most:
        refuse(Full("token", most))
    return made(case, user, username, kind, seed)


def made(
    case: Case, user: str, username: str, kind: str, seed: bytes | None = None, new_id: str | None = None
) -> Authenticator:
    """A new token of a user, put and recorded; under `new_id`, if its serial number is nobody's. Raises `Unloaded`."""
    one = _new(case, user, kind, seed, new_id)
    case.put(None, one)
    name = recorded_name(username, one)
    case.record("authenticator.created", "authenticator", one.id, name, None, one, RECORDED)
    return one


def serial_needed(tenant: str, authenticator_id: str) -> Need:
    """The look-up of whoever has the serial number that an authenticator of this id is tried with."""
    return Need(Authenticator, SERIAL, (tenant, _serial(authenticator_id)))


@lru_cache(1024)  # It is foreseen, and then made.
def _serial(authenticator_id: str) -> str:
    """The microsecond in which the id was made (RFC 9562, section 5.7), of the last 10,000 seconds.

    So those that are made together stand together in the indexes, and are written together.
    """
    milliseconds, part = authenticator_id[:8] + authenticator_id[9:13], authenticator_id[15:18]
    return f"{int(milliseconds, 16) % _MILLISECONDS * 1000 + int(part, 16) * 1000 // _PARTS:010d}"


def _new(case: Case, user: str, kind: str, seed: bytes | None, new_id: str | None) -> Authenticator:
    # Serial numbers are of a moment, so that they tell nothing of how many there are; for one that is taken, another.
    while True:
        authenticator_id = new_id or case.fresh.id()
        serial, new_id = _serial(authenticator_id), None
        if case.known.one(Authenticator, SERIAL, case.tenant, serial) is None:
            sealed = case.fresh.seal(_seed_text(case, kind, seed), authenticator_id)
            state = ACTIVATING if seed is None else ACTIVE
            return Authenticator(authenticator_id, case.tenant, user, kind, serial, state, sealed, case.at)


def _seed_text(case: Case, kind: str, seed: bytes | None) -> str:
    """The seed as it is sealed: an app's in base32, as it is given to the app."""
    if kind != AUTHENTICATOR_APP:
        return case.fresh.secret().text
    # Of a secret, its digest is as random, and has the length that apps expect.
    drawn = bytes.fromhex(case.fresh.secret().digest)[:_DRAWN_SEED]
    return b32encode(drawn if seed is None else seed).decode()
