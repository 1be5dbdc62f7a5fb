"""Handing messages to a mail server by SMTP (RFC 5321)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPRecipientsRefused

SEND_SECONDS = 60
"""The longest that one message may take, connecting included."""

GOODBYE_SECONDS = 5
PERMANENT = 500
"""Reply codes from here on say that the same command will never succeed (RFC 5321 section 4.2.1)."""

_PORTS = {"smtp": 25, "smtps": 465}


class NotSent(Exception):
    """A message was not accepted; `final` where another attempt would fare no better. The text says why."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where messages are handed over, from a URL `smtp://[user:password@]host[:port]`, or `smtps://` (TLS at once).

    With `smtp://`, STARTTLS is used where it is offered. A user and a password are sent to a server on another machine
    only under TLS whose certificate is checked.
    """

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str) -> MailServer:
        """The server that a URL names. Raises `ValueError`, whose text does not repeat the URL."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError("the URL of the mail server is malformed") from None
        if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError("the URL of a mail server is smtp://[user:password@]host[:port] or smtps://…")
        if (parts.username is None) != (parts.password is None):
            raise ValueError("the URL of the mail server has a user or a password, but not both")
        user, password = (None if text is None else unquote(text) for text in (parts.username, parts.password))
        return cls(parts.hostname, port or _PORTS[parts.scheme], parts.scheme == "smtps", user, password)

    def client(self) -> SMTP:
        """A client that is not yet connected."""
        guarded = self.user is not None and not _is_loopback(self.host)
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.tls,
            # None takes STARTTLS where it is offered.
            start_tls=False if self.tls else (guarded or None),
            # Whoever could forge a certificate there could as well hide the offer: checking it would protect nothing,
            # and refuse the many servers that certify themselves.
            validate_certs=self.tls or guarded,
            timeout=SEND_SECONDS / 2,
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def sender(text: str) -> str:
    """The text, if it is one address that mail can come from, `a@b.example` or `Name <a@b.example>`.

    Raises `ValueError` otherwise.
    """
    header = SMTP_POLICY.header_factory("From", text)
    addresses: tuple[Address, ...] = header.addresses
    if header.defects or len(addresses) != 1 or not addresses[0].username or not addresses[0].domain:
        raise ValueError(f"not an address that mail can come from: {text!r}")
    return text


class Carrier:
    """One connection to the mail server, made when it is first needed and again after a failure."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._client: SMTP | None = None

    async def carry(self, message: EmailMessage) -> None:
        """Hand a message over; on return the server has accepted it. Raises `NotSent`."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                client = await self._connected()
                await client.send_message(message)
        except SMTPRecipientsRefused as refused:
            codes = [one.code for one in refused.recipients]
            raise NotSent(_reason(refused.recipients[0]), final=min(codes) >= PERMANENT) from refused
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            # Whatever state the conversation is in, the next message begins a new one.
            self._drop()
            raise NotSent(_reason(error)) from error

    async def _connected(self) -> SMTP:
        if self._client is None or not self._client.is_connected:
            self._drop()
            client = self._server.client()
            await client.connect()
            self._client = client
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def close(self) -> None:
        """Take leave of the server; never raises."""
        if self._client is not None and self._client.is_connected:
            with suppress(SMTPException, OSError, TimeoutError):
                await self._client.quit(timeout=GOODBYE_SECONDS)
        self._drop()


def _reason(error: Exception) -> str:
    """What happened in one line; a server's own words with their code in front."""
    code, words = getattr(error, "code", None), getattr(error, "message", "") or str(error)
    return f"{code} {words}" if code is not None else f"{type(error).__name__}: {words}".removesuffix(": ")
