"""Cross-origin requests (the Fetch standard): what pages of other origins may ask, where they were named one by one.

An origin that was not named is told nothing, and its requests are answered as if there were no such thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from muster.web.answers import Answer, Headers

SECONDS = 600
"""How long a browser may remember what it was told before the request itself."""

# As browsers write them: no path, no default port, nothing in capitals; a host in letters of ASCII.
_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?", re.ASCII)
_DEFAULT_PORTS = {("http", "80"), ("https", "443")}


_NOT_ONE = {
    "*": "every origin",
    "null": "what browsers send for sandboxed frames, local files and others, whoever made them",
}


def origins(text: str) -> frozenset[str]:
    """Origins, separated by commas, as browsers write them.

    Raises `ValueError` for anything else, and for what would name more than one origin: `*`, since pages ask with
    credentials here, and `null`.
    """
    found = [part.strip() for part in text.split(",") if part.strip()]
    for one in found:
        if one in _NOT_ONE:
            raise ValueError(
                f"{one} is {_NOT_ONE[one]}, and they would all ask with credentials: name origins one by one"
            )
        shape = _ORIGIN.fullmatch(one)
        if shape is None or shape.group(1, 3) in _DEFAULT_PORTS:
            raise ValueError(f"{one} is no origin as browsers send it, such as https://app.example.com")
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Shared:
    """What of an API pages of other origins may use: the headers that they send and those that they read."""

    sent: tuple[str, ...] = ("Authorization", "Content-Type")
    read: tuple[str, ...] = ("Allow", "X-Request-Id")


class Cors:
    """The origins whose pages may ask, with credentials."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = {origin.encode(): origin.encode() for origin in allowed}

    def preflight(self, headers: Headers, methods: Iterable[str], shared: Shared) -> Answer | None:
        """The answer to a browser that asks whether its page may ask; None if this is no such request.

        `headers` are those of an OPTIONS. A browser only announces then what its page would send, a credential too:
        whoever shows one wants another answer.
        """
        sent = {key for key, _ in headers}
        if b"access-control-request-method" not in sent or self._origin(headers) is None:
            return None
        if any(name.lower().encode() in sent for name in shared.sent):
            return None
        told = (
            (b"access-control-allow-methods", ", ".join(sorted(methods)).encode()),
            (b"access-control-allow-headers", ", ".join(shared.sent).encode()),
            (b"access-control-max-age", b"%d" % SECONDS),
        )
        return Answer(204, headers=told)

    def dressed(self, answer: Answer, headers: Headers, shared: Shared) -> Answer:
        """The answer to a request with these headers, which the page that sent it may read if its origin was named."""
        if not self._allowed:
            return answer
        # Always, lest a cache hand to one origin what was meant for another, or for none.
        more: Headers = ((b"vary", b"Origin"),)
        origin = self._origin(headers)
        if origin is not None:
            more += (
                (b"access-control-allow-origin", origin),
                (b"access-control-allow-credentials", b"true"),
                (b"access-control-expose-headers", ", ".join(shared.read).encode()),
            )
        return Answer(answer.status, answer.body, (*answer.headers, *more))

    def _origin(self, headers: Headers) -> bytes | None:
        found = [value for key, value in headers if key == b"origin"]
        return self._allowed.get(found[0]) if len(found) == 1 else None
