"""A search over resources of all kinds (RFC 7644, section 3.4.3), and the place that stands for whoever asks (3.11)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from muster.apis.scim import shapes
from muster.apis.scim.filters import Unreadable, read_path
from muster.apis.scim.finding import Found, find_users
from muster.apis.scim.finding_groups import find_groups
from muster.apis.scim.listing import Asked, asked_in_body, list_response
from muster.apis.scim.matching import Unsupported, place_of
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

    A kind that lacks what the filter is about has nothing to show; `Unsupported` is raised where all do.
    """
    question = _from_its_place(call, asked_in_body(call))
    total, resources = 0, list[dict[str, Any]]()
    for kind in _asked_of(question):
        start = max(question.start - total, 1)
        window = replace(question, cursor=None, start=start, count=question.count - len(resources))
        found = await kind.find(call, window if _has(kind, question.sort_by) else replace(window, sort_by=None))
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


def _asked_of(question: Asked) -> list[Kind]:
    """The kinds that a question can be asked of. Raises `Misfit` and `Unsupported` where it is none."""
    kinds = []
    for kind in KINDS:
        try:
            question.bound(kind.resource)
        except Unsupported:
            continue
        kinds.append(kind)
    if not kinds:
        question.bound(USERS)
    if not any(_has(kind, question.sort_by) for kind in KINDS):
        question.sort(USERS)
    return kinds


def _has(kind: Kind, written: str | None) -> bool:
    if written is None:
        return True
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
