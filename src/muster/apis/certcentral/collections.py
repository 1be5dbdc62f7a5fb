"""The query parameters that collections take: `filters[search]`, `offset`, `limit`."""

from __future__ import annotations

from muster.core.query import MOST_ROWS, Search, equals
from muster.core.refusals import Fault, Invalid, refuse

DEFAULT_LIMIT = 500
"""As in the recorded answer to a list without parameters."""

LARGEST_OFFSET = 2**31


def wanted_page(parameters: list[tuple[str, str]]) -> Search:
    """The search that the parameters ask for. Parameters that it does not know are ignored."""
    given = dict(parameters)
    limit = _whole(given.get("limit"), "limit", DEFAULT_LIMIT)
    text = given.get("filters[search]", "")
    return Search(
        conditions=(equals(text),) if text else (),
        offset=_whole(given.get("offset"), "offset", 0),
        limit=min(limit or DEFAULT_LIMIT, MOST_ROWS),
    )


def _whole(text: str | None, field: str, otherwise: int) -> int:
    if text is None or text == "":
        return otherwise
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST_OFFSET)) or int(text) > LARGEST_OFFSET:
        refuse(Invalid(field, Fault.MALFORMED))
    return int(text)
