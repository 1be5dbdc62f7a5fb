"""Delivering the mails that the directory owes, beside other nodes that do the same.

A round looks which mails are due, claims them tenant by tenant, and carries each to the mail server; what became of it
is kept before the claim ends. A mail goes out once, unless a node dies, or loses its database, between handing it over
and keeping that: then it goes out again, under the same Message-ID.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol, TypeVar

from muster.core.acts import Command
from muster.core.authority import Actor, system
from muster.core.directory import Directory
from muster.core.events import Origin
from muster.core.letters import LetterOf
from muster.core.links import digest_of
from muster.core.mails import ClaimMails, Failed, Mail, Outcome, Released, Sent, SettleMail
from muster.core.ports import Outbox
from muster.core.refusals import Refused, Unknown
from muster.core.values import is_email
from muster.trail.post import SEND_SECONDS, Carrier, MailServer, NotSent, sender
from muster.trail.texts import message

R = TypeVar("R")

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
CLAIM_MILLISECONDS = 5 * 60 * 1000
"""How long a claim lasts. Clocks of nodes that deliver for one database must differ by less than half of it."""

TOGETHER = 40
LANES = 4
SETTLE_ATTEMPTS = 10
_ORIGIN = Origin("outbox")


class Opener(Protocol):
    """What opens sealed links."""

    def open(self, sealed: bytes, context: str) -> str | None:
        """The text that was sealed for this context; None if it was not, or not with this key."""


@dataclass(frozen=True, slots=True)
class Means:
    """What delivering needs: where mails go and come from, what their links begin with, and what opens them.

    `now` tells the time in UTC milliseconds.
    """

    server: MailServer
    mail_from: str
    public_url: str
    opener: Opener
    now: Callable[[], int]


class Delivery:
    """A task in the background that delivers what is due, from `start` to `stop`."""

    def __init__(self, directory: Directory, outbox: Outbox, means: Means) -> None:
        sender(means.mail_from)
        self._directory = directory
        self._outbox = outbox
        self._means = means
        self._stopping = False
        self._nudged = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._stopping = False
        self._task = asyncio.create_task(self._work(), name="outbox")

    def nudge(self) -> None:
        """Look at once whether something is due, instead of within a second."""
        self._nudged.set()

    async def stop(self) -> None:
        """Finish what is being sent (a minute at most), leave the rest to others, and end."""
        self._stopping = True
        self.nudge()
        task, self._task = self._task, None
        if task is not None:
            await task

    async def _work(self) -> None:
        while not self._stopping:
            self._nudged.clear()
            if not await self._attempt():
                await self._rest()

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._nudged.wait(), POLL_SECONDS)
        except TimeoutError:
            return

    async def _attempt(self) -> bool:
        try:
            return await self.deliver_due() > 0
        except Refused as refused:
            log.warning("mails could not be looked at: %s", refused.refusal)
        except Exception:
            log.exception("a round of delivering mails was given up")
        return False

    async def deliver_due(self) -> int:
        """Deliver some of what is due now; how many mails went out. Raises `Refused` when the store does."""
        due = await self._outbox.due_mails(self._means.now(), TOGETHER)
        claimed = deque(await self._claim(due))
        async with asyncio.TaskGroup() as group:
            lanes = [group.create_task(self._carry(claimed)) for _ in range(min(LANES, len(claimed)))]
        return sum(lane.result() for lane in lanes)

    async def _claim(self, due: Iterable[Mail]) -> list[Mail]:
        ids: dict[str, list[str]] = {}
        for mail in due:
            ids.setdefault(mail.tenant, []).append(mail.id)
        until = self._means.now() + CLAIM_MILLISECONDS
        claims = (
            self._directory.do(_deliverer(tenant), ClaimMails(tuple(own), until), _ORIGIN)
            for tenant, own in ids.items()
        )
        claimed: list[Mail] = []
        for result in await asyncio.gather(*claims, return_exceptions=True):
            if isinstance(result, BaseException):
                # What another tenant's claim brought is still to be delivered.
                log.warning("mails could not be claimed: %r", result)
            else:
                claimed += result
        return claimed

    async def _do(self, tenant: str, command: Command[R]) -> R:
        return await self._directory.do(_deliverer(tenant), command, _ORIGIN)

    async def _carry(self, claimed: deque[Mail]) -> int:
        carrier, sent = Carrier(self._means.server), 0
        try:
            while claimed:
                mail = claimed.popleft()
                outcome = await self._outcome(carrier, mail)
                await self._settle(mail, outcome)
                sent += isinstance(outcome, Sent)
        finally:
            await carrier.close()
        return sent

    async def _outcome(self, carrier: Carrier, mail: Mail) -> Outcome:
        if self._stopping or not self._has_time(mail):
            return Released()
        try:
            await carrier.carry(await self._message(mail))
        except NotSent as failure:
            return Failed(str(failure), failure.final)
        except Refused:
            return Released()
        except Exception as defect:
            log.exception("mail %s could not be made", mail.id)
            return Failed(f"{type(defect).__name__}: {defect}")
        return Sent()

    def _has_time(self, mail: Mail) -> bool:
        """Whether the claim still stands when sending has taken as long as it may, however long the others took."""
        return mail.claimed_until is not None and self._means.now() + SEND_SECONDS * 1000 < mail.claimed_until

    async def _message(self, mail: Mail) -> EmailMessage:
        means = self._means
        if not is_email(mail.recipient):
            raise NotSent("the recipient is no address that mail can be sent to", final=True)
        secret = None
        if mail.sealed is not None:
            secret = means.opener.open(mail.sealed, mail.id)
            if secret is None:
                raise NotSent("the link was sealed with another secret key than this node's")
        question = LetterOf(mail.id, None if secret is None else digest_of(secret))
        try:
            letter = await self._directory.ask(_deliverer(mail.tenant), question)
        except Refused as refused:
            if isinstance(refused.refusal, Unknown):
                raise NotSent(f"the {refused.refusal.noun} is gone or no longer valid", final=True) from refused
            raise
        return message(letter, secret, means.public_url, means.mail_from, means.now())

    async def _settle(self, mail: Mail, outcome: Outcome) -> None:
        if isinstance(outcome, Failed):
            log.warning("mail %s was not sent (attempt %d): %s", mail.id, mail.attempts, outcome.error)
        command = SettleMail(mail.id, mail.claimed_until or 0, outcome)
        for _ in range(SETTLE_ATTEMPTS):
            try:
                await self._do(mail.tenant, command)
            except Refused as refused:
                log.warning("what became of mail %s could not be kept yet: %s", mail.id, refused.refusal)
                await asyncio.sleep(POLL_SECONDS)
            else:
                return
        log.error("what became of mail %s could not be kept: %s", mail.id, outcome)


def _deliverer(tenant: str) -> Actor:
    return system(tenant, "outbox")
