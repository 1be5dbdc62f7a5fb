"""What of a request and its answer goes into the log of its connection, and what that says: no credential, no password.

The directory keeps words that it does not know the meaning of: the method, the path, the query and the status.

Headers are not kept but for the client's name of itself. Of a body that names a password, and of a query that does, the
values are blanked before anything is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from muster.core.exchanges import TEXT_BYTES, Noted
from muster.core.exchanges import Exchange as Kept
from muster.web.exchanges import Exchange, Watch

BLANK = "(blanked)"
SECRET = "password"  # noqa: S105  (part of a name, in any case)

_UNREADABLE = b"(not kept: it is no JSON and may hold a password)"

# What begins with 2 or 3 is a sign or a digit; without another one every letter stands as it is.
_HIDDEN = re.compile(rb"%[^23]")

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def recorder(note: Callable[[Noted], None]) -> Watch:
    """What notes each request of the API."""

    def record(exchange: Exchange) -> None:
        call = exchange.call
        actor, origin, query = call.actor, call.origin, call.query_string
        is_secret = _names_a_secret(query)
        note(
            Noted(
                actor.tenant,
                actor.id,
                actor.name,
                exchange.at,
                round(exchange.milliseconds),
                exchange.method,
                call.path,
                BLANK.encode() if is_secret else query[:TEXT_BYTES],
                str(exchange.answer.status),
                origin.request or "",
                origin.address,
                call.header(b"user-agent") or "",
                blanked(call.body)[:TEXT_BYTES],
                # What was wrong with a query is told with parts of it.
                BLANK.encode() if is_secret else exchange.answer.body[:TEXT_BYTES],
                "\n".join(call.remarks),
            )
        )

    return record


def line(kept: Kept) -> str:
    """The request in a line: method, path and query, and the status that it was answered with."""
    query = f"?{kept.details}" if kept.details else ""
    return f"{kept.kind} {kept.subject}{query} {kept.outcome}"


def reason(kept: Kept) -> str:
    """Why it was refused, in the answer's own words; nothing where it was not."""
    if int(kept.outcome) < 400:
        return ""
    try:
        told = _decode(kept.answered)
        return ": ".join(filter(None, (told.get("scimType"), told.get("detail"))))
    except (msgspec.DecodeError, AttributeError, TypeError, RecursionError):
        return kept.answered


def _names_a_secret(query: bytes) -> bool:
    if not query:
        return False
    said = query.decode("latin-1")
    said = said.lower() if query.isascii() and not _HIDDEN.search(query) else unquote_plus(said).casefold()
    # RFC 6750, section 2.3: a token that does not belong there, and is not looked at.
    return SECRET in said or "access_token" in said


def blanked(body: bytes) -> bytes:
    """The body with every password in it blanked: below its name, and beside a path that ends with it."""
    small = body.lower()
    # A letter can be written as its number, so that where there is one the text says nothing.
    if SECRET.encode() not in small and b"\\u" not in small:
        return body
    try:
        return _encode(_without_secrets(_decode(body)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _UNREADABLE


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: BLANK if _is_secret(name, value) else _without_secrets(one) for name, one in value.items()}


def _is_secret(name: str, holder: dict[str, Any]) -> bool:
    folded = name.casefold()
    if folded == "value":
        return any(key.casefold() == "path" and SECRET in str(path).casefold() for key, path in holder.items())
    return SECRET in folded
