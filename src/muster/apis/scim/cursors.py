"""Cursors (RFC 9865): where a page begins, signed, so that a client can keep one for an hour and cannot change it.

One is good for the connection that it was told to, and for the question that it was the answer to.
"""

from __future__ import annotations

from typing import Any

import msgspec

from muster.apis.scim.normal import misfit
from muster.web.routes import Call

SECONDS = 3600
MOST_CHARACTERS = 1 << 14

_encode = msgspec.json.Encoder().encode


class Place(msgspec.Struct, array_like=True):
    """Where in the answer: the values of the order at the last row before, or with `backwards` the first one after."""

    at: int
    values: tuple[str | int | bool | None, ...]
    backwards: bool = False


def cursor(call: Call, question: str, values: tuple[Any, ...], *, backwards: bool = False) -> str:
    """A cursor of this question that goes on from the values."""
    payload = _encode(Place(call.directory.now(), values, backwards)).decode()
    return call.directory.sign(payload, _context(call, question)).rstrip("=")


def opened(call: Call, question: str, text: str) -> Place:
    """What a cursor says. Raises `Misfit` for one that was not made for this question, or over an hour ago."""
    padded = text + "=" * (-len(text) % 4)
    signed = call.directory.signed(padded, _context(call, question)) if len(text) <= MOST_CHARACTERS else None
    if signed is None:
        misfit("invalidCursor", "the cursor is none of this question's; begin again without one")
    try:
        place = msgspec.json.decode(signed, type=Place)
    except msgspec.ValidationError:
        misfit("invalidCursor", "the cursor was made by another version; begin again without one")
    if place.at + SECONDS * 1000 <= call.directory.now():
        misfit("expiredCursor", "the cursor is over an hour old; begin again without one")
    return place


def _context(call: Call, question: str) -> str:
    return f"scim cursor {call.actor.tenant} {call.actor.id} {question}"
