"""Where clients reach the server, for the absolute URLs in answers."""

from __future__ import annotations

import re
from functools import lru_cache

_HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII)


class Site:
    """The server's URL: the one that it was told, or else the host that the client itself asked for.

    `secure` says whether that is by TLS; `otherwise` is for a client that names none.
    """

    def __init__(self, public: str | None = None, otherwise: str = "", *, secure: bool = False) -> None:
        self._public = public
        self._otherwise = otherwise
        self._scheme = "https" if secure else "http"

    def of(self, host: str | None) -> str:
        """The URL, without a slash at its end. A host that is none is passed over."""
        if self._public is not None:
            return self._public
        if host is None or not _is_host(host):
            return self._otherwise
        return f"{self._scheme}://{host}"


@lru_cache(maxsize=64)
def _is_host(text: str) -> bool:
    # The same few are named in every request.
    return _HOST.fullmatch(text) is not None
