"""Locks to wire: when one ends, and what of a user's it locks. One that an administrator sets locks all that he has."""

from __future__ import annotations

from collections.abc import Sequence

from muster.apis.idaas.dates import moment
from muster.apis.idaas.shapes import AuthenticatorLockoutStatus, AuthenticatorType, LockedAuthenticator
from muster.core.authenticators import AUTHENTICATOR_APP, SOFT_TOKEN
from muster.core.enrolment import Detail

_KINDS: dict[str, LockedAuthenticator] = {
    SOFT_TOKEN: "ENTRUST_SOFT_TOKEN",
    AUTHENTICATOR_APP: "GOOGLE_AUTHENTICATOR",
}


def expiry(detail: Detail) -> str | None:
    """When the user will not be locked any more; None too where that is never, or he is not."""
    lock = detail.lock
    return None if lock is None or lock.until is None else moment(lock.until)


def types(detail: Detail) -> Sequence[AuthenticatorType]:
    """The types of the authenticators that the user has, each once."""
    if detail.user.password is None:
        return ("TOKEN",) if detail.authenticators else ()
    return ("PASSWORD", "TOKEN") if detail.authenticators else ("PASSWORD",)


def locked_types(detail: Detail) -> list[AuthenticatorType]:
    """The types of those that are locked."""
    return [] if detail.lock is None else list(types(detail))


def locked_kinds(detail: Detail) -> list[LockedAuthenticator]:
    """The same in the words of before, which tell tokens apart."""
    if detail.lock is None:
        return []
    password: list[LockedAuthenticator] = ["PASSWORD"] if detail.user.password is not None else []
    held = {one.kind for one in detail.authenticators}
    return [*password, *(name for kind, name in _KINDS.items() if kind in held)]


def statuses(detail: Detail) -> list[AuthenticatorLockoutStatus]:
    """How each type of authenticator stands that the user has."""
    lock = detail.lock
    if lock is None:
        left = detail.lockout.attempts
        return [AuthenticatorLockoutStatus(one, False, None, None, left) for one in types(detail)]
    since, until = moment(lock.since), expiry(detail)
    return [AuthenticatorLockoutStatus(one, True, since, until, 0) for one in types(detail)]
