"""The operations of the Administration API: all that the vendor's file has, and which of them are routes here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from muster.apis.idaas.refusals import permission_name
from muster.apis.idaas.routes import ROUTES
from muster.web.routes import Route
from pages.certcentral import called, state
from pages.page import Page, nameless, raise_if_any, table, unknown_tags

HEADING = ("operation", "call", "permission", "state", "rests on")
STATES = ("done", "differs", "later", "not here")


class Operation(msgspec.Struct, forbid_unknown_fields=True):
    """An operation of the vendor's file: method and path below the mount, and the `ENTITY:VERB` that it demands.

    Of one that is done, `differs` says how it is other than the vendor's, and `note` what else there is to say; what it
    rests on is shown of those alone. `state` and `why` are for one that is not, where they are other than its tag's.
    """

    call: str
    permission: str
    rests: list[str] = msgspec.field(default_factory=lambda: ["FILE"])
    differs: str = ""
    note: str = ""
    state: Literal["later", "not here"] | None = None
    why: str = ""


class Tag(msgspec.Struct, forbid_unknown_fields=True):
    """The operations under one of the vendor's tags, and what becomes of those that are no route."""

    operations: dict[str, Operation]
    state: Literal["later", "not here"]
    why: str = ""


class Tags(msgspec.Struct, forbid_unknown_fields=True):
    """The file."""

    tags: dict[str, Tag]


def read(data: bytes) -> dict[str, Tag]:
    """The tags of the file, in its order."""
    return msgspec.toml.decode(data, type=Tags).tags


def written(data: bytes, tags: frozenset[str], routes: Iterable[Route] = ROUTES) -> str:
    """How many there are of each state, then each tag with its operations. Raises `Mistaken`."""
    groups, by_name = read(data), {route.summary: route for route in routes}
    raise_if_any(_mistakes(groups, by_name, tags))
    return "\n\n".join([_summary(groups, by_name), *(_group(name, tag, by_name) for name, tag in groups.items())])


def _summary(groups: dict[str, Tag], routes: dict[str, Route]) -> str:
    counts = {name: Counter(_state(tag, one, routes) for one in tag.operations) for name, tag in groups.items()}
    total = sum(counts.values(), Counter[str]())
    rows = [(name, *(str(count[word] or "") for word in STATES)) for name, count in counts.items()]
    sums = ("all", *(str(total[word]) for word in STATES))
    return table(("tag", *STATES), [*rows, sums])


def _group(name: str, tag: Tag, routes: dict[str, Route]) -> str:
    rows = [_row(name, tag, operation, routes) for name, operation in tag.operations.items()]
    why = f"Not here: {tag.why}\n\n" if tag.state == "not here" else ""
    return f"### {name}\n\n{why}{table(HEADING, rows)}"


def _row(name: str, tag: Tag, operation: Operation, routes: dict[str, Route]) -> tuple[str, ...]:
    word = _state(tag, name, routes)
    is_here = name in routes
    permission = f"`{operation.permission}`" if operation.permission else "none"
    note = "; ".join(one for one in (operation.differs, operation.note) if one) if is_here else operation.why
    rests = ", ".join(operation.rests) if is_here else ""
    return f"`{name}`", f"`{operation.call}`", permission, state(word, note), rests


def _state(tag: Tag, name: str, routes: dict[str, Route]) -> str:
    operation = tag.operations[name]
    if name in routes:
        return "differs" if operation.differs else "done"
    return operation.state or tag.state


def _mistakes(groups: dict[str, Tag], routes: dict[str, Route], tags: frozenset[str]) -> Iterator[str]:
    named = [name for tag in groups.values() for name in tag.operations]
    yield from (f"{name} is there {count} times" for name, count in Counter(named).items() if count > 1)
    yield from (f"{name} is a route and no operation" for name in routes if name not in named)
    for label, tag in groups.items():
        if tag.state == "not here" and not tag.why:
            yield f"{label} does not say why it is not here"
        for name, operation in tag.operations.items():
            yield from unknown_tags(name, operation.rests, tags)
            if (operation.state or tag.state) == "not here":
                yield from [f"{name} is a route and said not to be here"] if name in routes else []
                yield from [] if operation.why or tag.why else [f"{name} does not say why it is not here"]
            if name in routes:
                yield from _differences(name, operation, routes[name])


def _differences(name: str, operation: Operation, route: Route) -> Iterator[str]:
    if nameless(called(route)) != nameless(operation.call):
        yield f"{name} is {operation.call} and the route {called(route)}"
    permission = "" if route.permission is None else permission_name(route.permission)
    if permission != operation.permission:
        yield f"{name} demands {operation.permission or 'nothing'} and the route {permission or 'nothing'}"


IDAAS = Page("idaas", written)
