"""How this API writes times: both forms are the vendor's, and each place of an answer has its own."""

from __future__ import annotations

from muster.web.dates import millisecond, second


def moment(at: int) -> str:
    """UTC in the guide's form: `2018-05-29T19:12:54.000+0000`."""
    return f"{millisecond(at)}+0000"


def instant(at: int) -> str:
    """UTC in seconds with `Z`, as the file's examples have it."""
    return f"{second(at // 1000)}Z"


def precise(at: int) -> str:
    """UTC in milliseconds with `Z`, as RFC 3339 has it: for who goes on from the very moment that he was told."""
    return f"{millisecond(at)}Z"
