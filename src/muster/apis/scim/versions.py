"""Versions as weak ETags (RFC 7644, section 3.14), and what a client says about the one that it knows."""

from __future__ import annotations

import re

from muster.apis.scim.normal import misfit
from muster.web.routes import Call

_TAG = re.compile(r'(?:W/)?"(?P<version>[^"]*)"')


def tag(version: int) -> str:
    """The ETag of a version, as `meta.version` has it too."""
    return f'W/"{version}"'


def tagged(version: int) -> tuple[bytes, bytes]:
    """The header that says it. `web` answers a GET with 304 by it (`If-None-Match`)."""
    return b"etag", tag(version).encode()


def expected(call: Call) -> frozenset[int] | None:
    """The versions of which one must still stand (`If-Match`); None where any will do. Raises `Misfit`.

    Weak tags match: the RFC has no others. `*` asks only that there is such a resource. A tag that no version has is
    left out, so that what is answered can be the empty set, which nothing meets.
    """
    header = call.header(b"if-match")
    if header is None or header.strip() == "*":
        return None
    tags = [_TAG.fullmatch(one.strip()) for one in header.split(",") if one.strip()]
    found = [one["version"] for one in tags if one is not None]
    if not found:
        misfit("invalidVers", "If-Match holds no ETag")
    return frozenset(int(one) for one in found if one.isascii() and one.isdigit() and len(one) < 19)
