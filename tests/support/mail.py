"""A real SMTP server on loopback that keeps what it is sent."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.processes import free_port

_ATTEMPTS = 3


@dataclass(frozen=True)
class Delivery:
    """One message as it arrived, with the envelope that it came in."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain", "html"))
        return "" if body is None else str(body.get_content())


@dataclass
class Mailbox:
    """What a mail server has received, oldest first. `refusal` is answered to every message while it is set."""

    url: str
    deliveries: list[Delivery] = field(default_factory=list)
    refusal: str | None = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by the server, in its own thread, under the name that it looks for."""
        if self.refusal is not None:
            return self.refusal
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        message = message_from_bytes(content, policy=policy.default)
        self.deliveries.append(Delivery(envelope.mail_from or "", tuple(envelope.rcpt_tos), message))
        return "250 OK"

    def wait_for(self, number: int, seconds: float = 10.0) -> list[Delivery]:
        """Returns all deliveries once there are this many. Blocks; TimeoutError when they do not come."""
        deadline = time.monotonic() + seconds
        while len(self.deliveries) < number:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.deliveries)} of {number} messages came within {seconds} s")
            time.sleep(0.01)
        return list(self.deliveries)


@contextmanager
def smtp_mailbox() -> Iterator[Mailbox]:
    """A listening mail server that lasts as long as the block; `url` is for MUSTER_SMTP_URL."""
    mailbox, controller = _listen()
    try:
        yield mailbox
    finally:
        controller.stop()


def _listen() -> tuple[Mailbox, Controller]:
    for attempt in range(_ATTEMPTS):
        port = free_port()
        mailbox = Mailbox(f"smtp://127.0.0.1:{port}")
        controller = Controller(mailbox, hostname="127.0.0.1", port=port)
        try:
            controller.start()
        except OSError:
            if attempt + 1 == _ATTEMPTS:
                raise
            continue
        return mailbox, controller
    raise AssertionError("unreachable")
