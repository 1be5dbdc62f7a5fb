"""Users: one short handler for each operation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from muster.apis.scim import shapes
from muster.apis.scim.finding import find_users
from muster.apis.scim.listing import Asked, asked, asked_in_body, list_response, requested_projection
from muster.apis.scim.normal import misfit, must_be_whole, normal
from muster.apis.scim.operations import operations_of, secrets_of
from muster.apis.scim.projection import Projection
from muster.apis.scim.refusals import answer
from muster.apis.scim.requests import body_of, profile_of
from muster.apis.scim.schema import USERS
from muster.apis.scim.shapes_resources import shape_of
from muster.apis.scim.translate_users import Passwords, draft, patching, replacing, resource
from muster.apis.scim.versions import expected, tagged
from muster.core.drafts import CreateUser
from muster.core.editing import Editor
from muster.core.finders import Checked, Finder, by_id
from muster.core.grouped_users import EditGrouped, Grouped, GroupedUser
from muster.core.leaving import DeleteUser
from muster.core.rights import Demand
from muster.core.versions import must_stand
from muster.web.answers import Answer
from muster.web.routes import Call, Route

USER = shape_of(USERS)

MOST_PASSWORDS = 10
"""How many different passwords the operations of one PATCH may give; only the last one is kept."""


async def create_user(call: Call) -> Answer:
    """Make a user: 201, with where he is then."""
    shown = requested_projection(call, USERS)
    told = _sent(call)
    passwords = await _passwords(call, "users:create", [told.get("password")])
    user = await call.directory.do(call.actor, CreateUser(draft(told, passwords)), call.origin)
    made = resource(Grouped(user), call.base)
    where = (b"location", made["meta"]["location"].encode())
    return answer(shown.of(made), 201, (where, tagged(user.version)))


async def get_user(call: Call) -> Answer:
    """A user."""
    shown = requested_projection(call, USERS)
    question = GroupedUser(by_id(call.params["id"]), shown.shows("groups"))
    return _told(call, shown, await call.directory.ask(call.actor, question))


async def replace_user(call: Call) -> Answer:
    """Have a user be as the body says."""
    told = _sent(call)
    passwords = await _passwords(call, "users:edit", [told.get("password")])
    return await _edited(call, replacing(told, passwords))


async def patch_user(call: Call) -> Answer:
    """Change a user by operations, all or none."""
    operations = operations_of(call)
    passwords = await _passwords(call, "users:edit", secrets_of(USERS, operations))
    return await _edited(call, patching(operations, profile_of(call), passwords))


async def delete_user(call: Call) -> Answer:
    """Delete a user for good: 204."""
    await call.directory.do(call.actor, DeleteUser(_finder(call)), call.origin)
    return Answer(204)


async def list_users(call: Call) -> Answer:
    """The users that the query asks for."""
    return await _listed(call, asked(call))


async def search_users(call: Call) -> Answer:
    """As a list, asked for in the body."""
    return await _listed(call, asked_in_body(call))


async def _listed(call: Call, question: Asked) -> Answer:
    found = await find_users(call, question)
    return list_response(question, found.total, found.resources, found.following, found.previous)


def _sent(call: Call) -> dict[str, Any]:
    told = normal(USERS, body_of(call), profile_of(call))
    must_be_whole(USERS, told)
    return told


async def _passwords(call: Call, permission: str, given: Iterable[str | None]) -> Passwords:
    """The passwords of a request, hashed. Raises `Misfit` for more than `MOST_PASSWORDS`.

    A hash costs more than all the rest, so that it is made for nobody who could not set it.
    """
    texts = [text for text in dict.fromkeys(given) if text]
    if len(texts) > MOST_PASSWORDS:
        misfit("tooMany", f"a request sets at most {MOST_PASSWORDS} passwords")
    if texts:
        await call.directory.ask(call.actor, Demand(permission))
    return Passwords({text: await call.directory.hash_password(text) for text in texts})


async def _edited(call: Call, editor: Editor) -> Answer:
    shown = requested_projection(call, USERS)
    command = EditGrouped(_finder(call), editor, shown.shows("groups"))
    return _told(call, shown, await call.directory.do(call.actor, command, call.origin))


def _told(call: Call, shown: Projection, grouped: Grouped) -> Answer:
    return answer(shown.of(resource(grouped, call.base)), headers=(tagged(grouped.user.version),))


def _finder(call: Call) -> Finder:
    """The user of the path, if he still is as `If-Match` says."""
    versions = expected(call)
    return Checked(by_id(call.params["id"]), lambda user: must_stand("user", user.version, versions))


_ONE = "/Users/{id}"
_LIST: Any = shapes.ListResponse

ROUTES = (
    Route(
        "POST", "/Users", create_user, "Create a user", "users:create", takes=USER, gives=USER, status=201, makes=_ONE
    ),
    Route("GET", "/Users", list_users, "List users", "users:view", gives=_LIST),
    Route(
        "POST", "/Users/.search", search_users, "Search users", "users:view", takes=shapes.SearchRequest, gives=_LIST
    ),
    Route("GET", _ONE, get_user, "Get a user", "users:view", gives=USER),
    Route("PUT", _ONE, replace_user, "Replace a user", "users:edit", takes=USER, gives=USER, versioned=True),
    Route(
        "PATCH", _ONE, patch_user, "Change a user", "users:edit", takes=shapes.PatchRequest, gives=USER, versioned=True
    ),
    Route("DELETE", _ONE, delete_user, "Delete a user", "users:delete", status=204, versioned=True),
)
