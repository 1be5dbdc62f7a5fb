"""Calls as handlers see them, made by hand."""

from __future__ import annotations

from typing import cast

from muster.core.authority import Actor
from muster.core.directory import Directory
from muster.core.events import Origin
from muster.core.ports import Store
from muster.web.routes import Call
from muster.web.sites import Site
from tests.support.world import TestSources

SOURCES = TestSources()
DIRECTORY = Directory(cast(Store, None), SOURCES)


def actor(profile: str | None = None, tenant: str = "racoon", name: str = "entra") -> Actor:
    """A connection."""
    return Actor(tenant, "connection", name, name, frozenset(), None, "", 0, profile=profile)


def call(
    query: str = "",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    who: Actor | None = None,
    path: str = "/Users",
) -> Call:
    """A call of a connection, which is lenient if not said otherwise."""
    sent = tuple((name.encode(), value.encode()) for name, value in (headers or {}).items())
    made = Call(DIRECTORY, who or actor(), Origin("scim"), "GET", {}, query.encode(), sent, body)
    made.mount, made.path, made.site = "/scim/v2", path, Site("https://muster.example")
    return made
