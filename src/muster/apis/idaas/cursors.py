"""Cursors: where a page begins, signed, so that a client can keep it and cannot change it.

One is good for its own tenant and kind of question alone; whatever else is shown is refused.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from muster.core.refusals import Fault, Invalid, refuse
from muster.web.routes import Call

T = TypeVar("T")

MOST_CURSOR = 1 << 16
"""Characters of a cursor."""

FIELD = "cursor"

_encode = msgspec.json.Encoder().encode


def cursor(call: Call, kind: str, payload: Any) -> str:
    """A cursor of this kind of question that holds the payload, anything that JSON can."""
    return call.directory.sign(_encode(payload).decode(), _context(call, kind))


def opened(call: Call, kind: str, text: str, shape: type[T]) -> T:
    """The payload of a cursor. Refuses with `Invalid` what was not made here, for this tenant and kind of question."""
    signed = call.directory.signed(text, _context(call, kind)) if len(text) <= MOST_CURSOR else None
    if signed is None:
        refuse(Invalid(FIELD, Fault.MALFORMED))
    try:
        return msgspec.json.decode(signed, type=shape)
    except msgspec.ValidationError:
        # Made by another version of Muster, which had other payloads.
        refuse(Invalid(FIELD, Fault.MALFORMED))


def _context(call: Call, kind: str) -> str:
    return f"cursor {call.actor.tenant} {kind}"
