"""Cookies: the values that came under a name, and one to be kept by the client.

A cookie of ours is for no script to read and, where clients come over TLS, goes over nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from muster.web.answers import Headers


@dataclass(frozen=True, slots=True)
class Cookies:
    """How cookies are set: `secure` where clients come over TLS, `crossing` where pages of other sites may send them.

    A browser sends a cookie across sites over TLS alone.
    """

    secure: bool = False
    crossing: bool = False

    def set(self, name: str, value: str, path: str, seconds: int) -> tuple[bytes, bytes]:
        """The header that has it kept for so many seconds, and sent to what lies below the path."""
        parts = [f"{name}={value}", f"Path={path}", f"Max-Age={seconds}", "HttpOnly"]
        if self.secure:
            parts.append("Secure")
        parts.append("SameSite=None" if self.secure and self.crossing else "SameSite=Strict")
        return b"set-cookie", "; ".join(parts).encode()


def values_of(headers: Headers, name: str) -> list[str]:
    """All values of the cookies of this name, in order; a client may hold several, for different paths."""
    found = []
    for key, value in headers:
        if key == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                one, _, text = pair.strip().partition("=")
                if one == name:
                    found.append(text)
    return found
