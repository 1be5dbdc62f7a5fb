"""Mail that the directory owes somebody: written with the change that caused it, delivered afterwards by `trail`.

Whoever delivers claims a mail first, so that no two do at once; a claim ends by itself, so that one who dies with it
holds nothing up for long. A mail may then go out twice, never not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from muster.core.acts import Case, Command
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.needs import Need

SET_PASSWORD = "set-password"  # noqa: S105  (the name of a mail)
SIGN_IN = "sign-in"

MOST_ATTEMPTS = 12
FIRST_WAIT = 90_000
"""Milliseconds to the second attempt; each wait is twice the last, so that twelve attempts take two days."""

ERROR_LENGTH = 500


@frozen
class Mail(Entity):
    """One mail. `sealed` holds the secret of the link in it, bound to the mail's id.

    It is `due_at` a time, was tried `attempts` times, is being delivered by somebody until `claimed_until`, and is
    done once `sent_at` is set or, given up, `failed_at`. All times are UTC milliseconds.
    """

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

    @property
    def done(self) -> bool:
        """Whether nothing is owed any more: it was sent, or given up."""
        return self.sent_at is not None or self.failed_at is not None

    def is_due(self, at: int) -> bool:
        """Whether it waits to be delivered at this time and nobody has it in his hands."""
        return not self.done and self.due_at <= at and (self.claimed_until is None or self.claimed_until <= at)


@frozen
class Sent:
    """The mail was handed over to the next mail server."""


@frozen
class Failed:
    """It could not be; `final` where another attempt would fare no better."""

    error: str
    final: bool = False


@frozen
class Released:
    """It was not tried after all, and somebody else may."""


Outcome = Sent | Failed | Released


@frozen
class ClaimMails(Command[tuple[Mail, ...]]):
    """Take mails of one tenant in hand until a time; an attempt begins for each. Only the system may.

    A mail whose last attempt ended with its deliverer is given up here.
    """

    permission = "mails:deliver"
    chore = True

    ids: tuple[str, ...]
    until: int

    def needs(self, tenant: str) -> Iterable[Need]:
        """The mails."""
        return [Need(Mail, Mail.KEY, (tenant, mail)) for mail in self.ids]

    def decide(self, case: Case) -> tuple[Mail, ...]:
        """Those of the mails that were due and now are the actor's to deliver."""
        found = (case.known.one(Mail, Mail.KEY, case.tenant, mail) for mail in self.ids)
        claimed = (_claimed(case, mail, self.until) for mail in found if mail is not None and mail.is_due(case.at))
        return tuple(mail for mail in claimed if mail is not None)


def _claimed(case: Case, mail: Mail, until: int) -> Mail | None:
    if mail.attempts >= MOST_ATTEMPTS:
        case.put(mail, replace(mail, claimed_until=None, failed_at=case.at, error=mail.error or "given up"))
        return None
    claimed = replace(mail, claimed_until=until, attempts=mail.attempts + 1)
    case.put(mail, claimed)
    return claimed


@frozen
class SettleMail(Command[None]):
    """Keep what became of a mail that was claimed until `claim`. Only the system may.

    A claim that has meanwhile passed to somebody else settles nothing, but that the mail went out is always kept.
    """

    permission = "mails:deliver"
    chore = True

    id: str
    claim: int
    outcome: Outcome

    def needs(self, tenant: str) -> Iterable[Need]:
        """The mail."""
        return [Need(Mail, Mail.KEY, (tenant, self.id))]

    def decide(self, case: Case) -> None:
        """Done; nothing happens to a mail that is done or gone."""
        mail = case.known.one(Mail, Mail.KEY, case.tenant, self.id)
        if mail is None or mail.sent_at is not None:
            return
        if isinstance(self.outcome, Sent):
            case.put(mail, replace(mail, sent_at=case.at, claimed_until=None, failed_at=None, error=None))
        elif mail.claimed_until == self.claim:
            case.put(mail, _settled(mail, self.outcome, case.at))


def _settled(mail: Mail, outcome: Failed | Released, at: int) -> Mail:
    free = replace(mail, claimed_until=None)
    match outcome:
        case Released():
            return replace(free, attempts=mail.attempts - 1)
        case Failed(error, final):
            if final or mail.attempts >= MOST_ATTEMPTS:
                return replace(free, error=printable(error), failed_at=at)
            return replace(free, error=printable(error), due_at=at + wait_after(mail.attempts))


def wait_after(attempts: int) -> int:
    """How long to wait, in milliseconds, after so many attempts.

    >>> [wait_after(attempts) // 1000 for attempts in (1, 2, 3)]
    [90, 180, 360]
    """
    return int(FIRST_WAIT * 2 ** (attempts - 1))


def printable(error: str) -> str:
    """An error as it is kept: one line of at most 500 characters, since it may quote what a stranger's server said."""
    return "".join(letter if letter.isprintable() else " " for letter in error[:ERROR_LENGTH])
