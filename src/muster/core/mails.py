"""Mail that the directory owes somebody: written with the change that caused it, delivered afterwards by `trail`."""

from __future__ import annotations

from dataclasses import dataclass

from muster.core.entity import Entity

SET_PASSWORD = "set-password"  # noqa: S105  (the name of a mail)
SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Mail(Entity):
    """One mail. `sealed` holds the secret of the link in it, bound to the mail's id.

    It is `due_at` a time, was tried `attempts` times, is being delivered by somebody until `claimed_until`, and is
    done once `sent_at` is set or, given up, `failed_at`. All times are UTC milliseconds.
    """

    MANY = (("tenant", "user"),)

    id: str
    tenant: str
    kind: str
    user: str
    recipient: str
    sealed: bytes | None
    created_at: int
    due_at: int
    attempts: int = 0
    claimed_until: int | None = None
    sent_at: int | None = None
    failed_at: int | None = None
    error: str | None = None
