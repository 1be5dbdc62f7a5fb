"""The calls of CertCentral: each route with what `certcentral.toml` says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from muster.apis.certcentral.authorization import PERMISSIONS
from muster.apis.certcentral.routes import ROUTES
from muster.web.routes import Route
from pages.page import Page, raise_if_any, table, unknown_tags

HEADING = ("call", "title", "permission", "state", "rests on")
NAMES = {permission: name for name, permission in PERMISSIONS.items()}
"""The core's permissions by this wire's names for them; of two, the later one, which says what it is."""


class Call(msgspec.Struct, forbid_unknown_fields=True):
    """What there is to say of a call. `title` is for a form of it that has a name of its own."""

    state: Literal["done", "differs"]
    rests: list[str]
    note: str = ""
    title: str | None = None


class Calls(msgspec.Struct, forbid_unknown_fields=True):
    """The file: calls by method and path, and behind them in words the form of the call that is meant."""

    calls: dict[str, Call]


def written(data: bytes, tags: frozenset[str], routes: Iterable[Route] = ROUTES) -> str:
    """The table, in the order of the routes. Raises `Mistaken` where file and routes are not of the same calls."""
    calls = msgspec.toml.decode(data, type=Calls).calls
    by_route = {called(route): route for route in routes}
    raise_if_any(_mistakes(calls, by_route, tags))
    rows = [
        (
            _shown(name),
            call.title or route.summary,
            _permission(route),
            state(call.state, call.note),
            ", ".join(call.rests),
        )
        for key, route in by_route.items()
        for name, call in calls.items()
        if _route_of(name) == key
    ]
    return table(HEADING, rows)


def called(route: Route) -> str:
    """Method and path, by which a route is named here."""
    return f"{route.method} {route.path}"


def state(word: str, note: str) -> str:
    """The state of a call with what there is to say of it."""
    return f"{word}: {note}" if note else word


def _mistakes(calls: dict[str, Call], routes: dict[str, Route], tags: frozenset[str]) -> Iterator[str]:
    named = {_route_of(name) for name in calls}
    yield from (f"{route} is not in the file" for route in routes if route not in named)
    for name, call in calls.items():
        if _route_of(name) not in routes:
            yield f"{name} is no route"
        if call.state == "differs" and not call.note:
            yield f"{name} does not say how it differs"
        yield from unknown_tags(name, call.rests, tags)


def _route_of(name: str) -> str:
    return " ".join(name.split(" ")[:2])


def _shown(name: str) -> str:
    route = _route_of(name)
    return f"`{route}`{name.removeprefix(route)}"


def _permission(route: Route) -> str:
    return "any key" if route.permission is None else f"`{NAMES[route.permission]}`"


CERTCENTRAL = Page("certcentral", written)
