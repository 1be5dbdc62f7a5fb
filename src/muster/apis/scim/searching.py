"""A search over resources of all kinds (RFC 7644, section 3.4.3), and the place that stands for whoever asks (3.11)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from muster.apis.scim import shapes
from muster.apis.scim.filters import Path, Unreadable, read_path
from muster.apis.scim.finding import Found, find_users
from muster.apis.scim.finding_groups import find_groups
from muster.apis.scim.lacking import over, paths
from muster.apis.scim.listing import Asked, asked_in_body, list_response
from muster.apis.scim.matching import place_named, place_of
from muster.apis.scim.members import add_members
from muster.apis.scim.refusals import error
from muster.apis.scim.schema import GROUPS, USERS, Resource
from muster.web.answers import Answer
from muster.web.routes import Call, Route


@dataclass(frozen=True)
class Kind:
    """A kind of resources, and how those are found, with all that is shown of them, that a question is about."""

    resource: Resource
    find: Callable[[Call, Asked], Awaitable[Found]]


async def _find_groups(call: Call, question: Asked) -> Found:
    found = await find_groups(call, question)
    await add_members(call, question.projection(GROUPS), found.resources)
    return found


KINDS = (Kind(USERS, find_users), Kind(GROUPS, _find_groups))
"""In the order in which an answer has them."""


async def search(call: Call) -> Answer:
    """Resources of all kinds: those of each together, and sorted among themselves.

    What a kind lacks has no value there. Raises `Unsupported` and `Misfit` for what all of them lack.
    """
    question = _from_its_place(call, asked_in_body(call))
    total, resources = 0, list[dict[str, Any]]()
    for kind, own in _asked_of(question):
        start = max(question.start - total, 1)
        window = replace(own, cursor=None, start=start, count=question.count - len(resources))
        found = await kind.find(call, window)
        resources += found.resources
        total += found.total
    end = question.start - 1 + len(resources)
    is_more = question.cursor is not None and bool(resources) and end < total
    return list_response(question, total, resources, question.cursor_at(call, (end,)) if is_more else None)


def _from_its_place(call: Call, question: Asked) -> Asked:
    """The question by number, wherever its cursor stands."""
    place = question.place(call)
    if question.cursor is None:
        return question
    return replace(question, start=1 if place is None else 1 + int(place.values[0] or 0))


def _asked_of(question: Asked) -> list[tuple[Kind, Asked]]:
    """The question as it is asked of each kind that has something to show. Raises `Misfit` and `Unsupported`."""
    if question.filter is not None and not all(map(_is_anywhere, paths(question.filter))):
        question.bound(USERS)
    if question.sort_by is not None and not any(_sorts(kind, question.sort_by) for kind in KINDS):
        question.sort(USERS)
    return [(kind, own) for kind in KINDS if (own := _of_kind(question, kind)) is not None]


def _of_kind(question: Asked, kind: Kind) -> Asked | None:
    """The question without what the kind lacks; None where nothing of it can meet the filter."""
    left = True if question.filter is None else over(question.filter, lambda path: _has(kind, path))
    if left is False:
        return None
    is_sorted = question.sort_by is not None and _sorts(kind, question.sort_by)
    return replace(question, filter=None if left is True else left, sort_by=question.sort_by if is_sorted else None)


def _has(kind: Kind, path: Path) -> bool:
    return place_named(kind.resource, path) is not None


def _is_anywhere(path: Path) -> bool:
    return any(_has(kind, path) for kind in KINDS)


def _sorts(kind: Kind, written: str) -> bool:
    try:
        return place_of(kind.resource, read_path(written)) is not None
    except Unreadable:
        return False


async def me(call: Call) -> Answer:
    """Whoever asks is a connection, or an application, and no user: 501."""
    await call.directory.confirm(call.actor)
    return error(501, "connections and applications are no users: there is no resource of the caller's own")


_OF_ONE = ("GET", "POST", "PUT", "PATCH", "DELETE")

ROUTES = (
    Route(
        *("POST", "/.search", search, "Search users and groups", "users:view"),
        takes=shapes.SearchRequest,
        gives=shapes.ListResponse,
    ),
    *(Route(method, "/Me", me, "The caller's own user", gives=shapes.Error, status=501) for method in _OF_ONE),
)
