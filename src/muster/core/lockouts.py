"""Locks: whom one holds at a moment, and how long.

Kept is the moment at which a user was locked. A lock ends by itself when the tenant's lifetime for locks has passed:
nothing has to happen for that, and another lifetime is one for the locks that stand. Here alone that is decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.core.entity import KEPT, Kept
from muster.core.frozen import frozen
from muster.core.query import Condition, During, Other, Present

if TYPE_CHECKING:
    from muster.core.users import User


@frozen
class Lockout:
    """What a tenant says about locks.

    `attempts` may fail before somebody is locked. `lifetime` is in milliseconds, 0 for locks that do not end by
    themselves. What was locked before `over` is not any more, whatever the lifetime is.
    """

    attempts: int
    lifetime: int
    over: int = 0

    def since(self, at: int) -> int:
        """The first moment whose locks stand at another; 0 where all do."""
        return max(self.over, at - self.lifetime + 1 if self.lifetime else 0)


@frozen
class Lock:
    """A lock that stands: since when, and until when; None is until he is unlocked."""

    since: int
    until: int | None


def lock_of(user: User, lockout: Lockout, at: int) -> Lock | None:
    """The lock that holds the user at this moment; None if he is not locked, or not any more."""
    locked_at = user.locked_at
    if locked_at is None or locked_at < lockout.since(at):
        return None
    return Lock(locked_at, locked_at + lockout.lifetime if lockout.lifetime else None)


def locked_now(lockout: Lockout, at: int) -> Condition:
    """The condition that whoever is locked at this moment meets, and nobody else."""
    since = lockout.since(at)
    return During(Other.LOCKED_AT, since=since) if since else Present(Other.LOCKED_AT)


def locked_from(user: User, lockout: Lockout, at: int, *, locked: bool | Kept) -> int | None:
    """Since when the user is locked, or None, where at this moment he shall be locked, or shall not.

    A lock that would end by itself begins anew; what says nothing new leaves everything as it is.
    """
    if locked is KEPT:
        return user.locked_at
    lock = lock_of(user, lockout, at)
    if locked:
        return at if lock is None or lock.until is not None else lock.since
    return user.locked_at if lock is None else None
