"""Sealed heads: how far a tenant's chain had come at a time, written out where the database's owner cannot reach.

One is a line of JSON with the tenant's id, the sequence and link of its newest event, the time, and an HMAC-SHA256
seal under a key made of the installation's. A chain that was cut or written anew afterwards no longer fits it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

LONGEST_LINE = 4_096

_encode = msgspec.json.Encoder().encode


class HeadRefused(Exception):
    """A line is no head that was sealed with this installation's key; the text says which and why."""


class SealedHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A head as a line holds it; `link` and `seal` in hex, `time` as in RFC 3339."""

    tenant: str
    sequence: int
    link: str
    time: str
    seal: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What a head that was found true says of its tenant's chain: the event of this sequence has this link."""

    tenant: str
    sequence: int
    link: bytes


class HeadSeal:
    """Seals heads and tells its own from forged ones. `secret_key` is the installation's."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = hmac.digest(secret_key, b"muster audit head", "sha256")

    def line(self, tenant: str, sequence: int, link: bytes, at: int) -> str:
        """The head as one line without its end; `at` is UTC milliseconds."""
        time = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        seal = self._sealed(tenant, sequence, link.hex(), time)
        return _encode(SealedHead(tenant, sequence, link.hex(), time, seal)).decode()

    def _sealed(self, tenant: str, sequence: int, link: str, time: str) -> str:
        # A JSON list, so that no two heads have the same bytes.
        return hmac.digest(self._key, _encode([tenant, sequence, link, time]), "sha256").hex()

    def mark(self, line: str) -> Mark:
        """What a line says. Raises `HeadRefused` for one that was not sealed with this key, or changed since."""
        try:
            head = msgspec.json.decode(line, type=SealedHead)
            link = bytes.fromhex(head.link)
        except (msgspec.MsgspecError, ValueError, UnicodeError):
            raise HeadRefused("it is not a sealed head") from None
        expected = self._sealed(head.tenant, head.sequence, head.link, head.time)
        if not hmac.compare_digest(expected.encode(), head.seal.encode()):
            raise HeadRefused("its seal is not this installation's, or it was changed")
        return Mark(head.tenant, head.sequence, link)


def marks_of(lines: Iterable[str], seal: HeadSeal) -> dict[str, list[Mark]]:
    """The marks of all lines by tenant, in order of sequence; empty lines are passed over.

    Raises `HeadRefused`, naming the line, at the first that is not true.
    """
    marks: dict[str, set[Mark]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if len(line) > LONGEST_LINE:
                raise HeadRefused("it is too long to be a sealed head")
            mark = seal.mark(line)
        except HeadRefused as refused:
            raise HeadRefused(f"line {number}: {refused}") from None
        marks.setdefault(mark.tenant, set()).add(mark)
    return {tenant: sorted(own, key=lambda mark: mark.sequence) for tenant, own in marks.items()}
