"""Groups: one short handler for each operation. Members are read only where an answer shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from muster.apis.scim import shapes
from muster.apis.scim.finding_groups import find_groups
from muster.apis.scim.listing import Asked, asked, asked_in_body, list_response, requested_projection
from muster.apis.scim.members import add_members, members_of
from muster.apis.scim.normal import misfit
from muster.apis.scim.operations import operations_of
from muster.apis.scim.profiles import Habit
from muster.apis.scim.projection import Projection
from muster.apis.scim.refusals import answer
from muster.apis.scim.requests import body_of, location, profile_of
from muster.apis.scim.schema import GROUPS
from muster.apis.scim.shapes_resources import shape_of
from muster.apis.scim.translate_groups import (
    MEMBERS,
    MOST_MEMBERS,
    Patched,
    drafted,
    replacing,
    resource,
)
from muster.apis.scim.versions import expected, tagged
from muster.core.acts import Command
from muster.core.groups import DeleteGroup, Group, GroupById
from muster.core.members import Strangers
from muster.core.refusals import Fault, Invalid, Refused
from muster.core.regrouping import FormGroup, ReviseGroup, Roster
from muster.web.answers import Answer
from muster.web.preconditions import unless_known
from muster.web.routes import Call, Route

GROUP = shape_of(GROUPS)

FEW = 100
"""How many members the answer to a PATCH shows; of a group that has more it says nothing, so that it costs the same."""

_MOST_NAMED = 10


async def create_group(call: Call) -> Answer:
    """Make a group, with its members: 201, with where it is then."""
    shown = requested_projection(call, GROUPS)
    draft, users = drafted(body_of(call), profile_of(call))
    group = await _done(call, lambda known: FormGroup(draft, known), users)
    told = await _left(call, shown, group, MOST_MEMBERS)
    return answer(told, 201, ((b"location", location(call, "/Groups", group.id).encode()), tagged(group.version)))


async def get_group(call: Call) -> Answer:
    """A group, with all its members."""
    shown = requested_projection(call, GROUPS)
    group = await call.directory.ask(call.actor, GroupById(call.params["id"]))
    headers = (tagged(group.version),)
    known = unless_known(Answer(200, b"", headers), call.method, call.header(b"if-none-match"))
    if known.status != 200:
        return known
    told = shown.of(resource(group, call.base))
    await add_members(call, shown, [told])
    return answer(told, headers=headers)


async def replace_group(call: Call) -> Answer:
    """Have a group be as the body says: nobody else is in it then."""
    shown = requested_projection(call, GROUPS)
    draft, users = drafted(body_of(call), profile_of(call))
    edit, versions = replacing(draft), expected(call)
    _remark_replaced(call, users)
    group = await _done(call, lambda known: ReviseGroup(call.params["id"], edit, Roster(True, known), versions), users)
    return answer(await _left(call, shown, group, MOST_MEMBERS), headers=(tagged(group.version),))


async def patch_group(call: Call) -> Answer:
    """Change a group by operations, all or none: 200, or 204 for one of over 100 members if nothing was asked for."""
    shown = requested_projection(call, GROUPS)
    patched, versions = Patched(operations_of(call), profile_of(call)), expected(call)
    roster = patched.roster
    if roster.emptied:
        _remark_replaced(call, roster.add)
    group = await _done(
        call,
        lambda known: ReviseGroup(call.params["id"], patched.edit, replace(roster, add=known), versions),
        roster.add,
    )
    headers = (tagged(group.version),)
    is_asked = shown.wanted is not None or shown.unwanted is not None
    told = await _left(call, shown, group, MOST_MEMBERS if is_asked else FEW)
    return answer(told, headers=headers) if told is not None else Answer(204, b"", headers)


async def delete_group(call: Call) -> Answer:
    """Delete a group for good; its members stay what they are: 204."""
    await call.directory.do(call.actor, DeleteGroup(call.params["id"], expected(call)), call.origin)
    return Answer(204)


async def list_groups(call: Call) -> Answer:
    """The groups that the query asks for, each with all its members."""
    return await _listed(call, asked(call))


async def search_groups(call: Call) -> Answer:
    """As a list, asked for in the body."""
    return await _listed(call, asked_in_body(call))


async def _listed(call: Call, question: Asked) -> Answer:
    found = await find_groups(call, question)
    await add_members(call, question.projection(GROUPS), found.resources)
    return list_response(question, found.total, found.resources, found.following, found.previous)


async def _done(call: Call, act: Callable[[tuple[str, ...]], Command[Group]], users: tuple[str, ...]) -> Group:
    """The group after an act about these users. Raises `Misfit` that names those whom there is not.

    Where the profile forgives that, they are passed over, which is remarked.
    """
    try:
        return await call.directory.do(call.actor, act(users), call.origin)
    except Refused as refused:
        if refused.refusal != Invalid(MEMBERS.name, Fault.UNKNOWN) or not call.actor.may("groups:view"):
            raise
        unknown = frozenset(await call.directory.ask(call.actor, Strangers(users)))
    some = ", ".join(repr(users[at][:64]) for at in sorted(unknown)[:_MOST_NAMED])
    said = f"{len(unknown)} of the members are no users: {some}"
    if not profile_of(call).forgives(Habit.UNKNOWN_MEMBER):
        misfit("invalidValue", said)
    call.remarks.append(said)
    known = tuple(user for at, user in enumerate(users) if at not in unknown)
    return await call.directory.do(call.actor, act(known), call.origin)


def _remark_replaced(call: Call, users: tuple[str, ...]) -> None:
    # A client may mean these to be added (Entra ID); what it says is that nobody else is a member.
    call.remarks.append(f"all members were replaced, by {len(users)}")


async def _left(call: Call, shown: Projection, group: Group, most: int) -> dict[str, Any] | None:
    """The group as a change has left it; None if it has more members than are to be told.

    Who may change groups and not see them is not told their members.
    """
    told = shown.of(resource(group, call.base))
    if not shown.shows(MEMBERS.name) or not call.actor.may("groups:view"):
        return told
    members = await members_of(call, shown, group.id, most)
    return None if members is None else members.beside(told)


_ONE = "/Groups/{id}"
_LIST: Any = shapes.ListResponse

ROUTES = (
    Route(
        *("POST", "/Groups", create_group, "Create a group", "groups:create"),
        takes=GROUP,
        gives=GROUP,
        status=201,
        makes=_ONE,
    ),
    Route("GET", "/Groups", list_groups, "List groups", "groups:view", gives=_LIST),
    Route(
        "POST",
        "/Groups/.search",
        search_groups,
        "Search groups",
        "groups:view",
        takes=shapes.SearchRequest,
        gives=_LIST,
    ),
    Route("GET", _ONE, get_group, "Get a group", "groups:view", gives=GROUP),
    Route("PUT", _ONE, replace_group, "Replace a group", "groups:edit", takes=GROUP, gives=GROUP, versioned=True),
    Route(
        "PATCH",
        _ONE,
        patch_group,
        "Change a group",
        "groups:edit",
        takes=shapes.PatchRequest,
        gives=GROUP,
        versioned=True,
    ),
    Route("DELETE", _ONE, delete_group, "Delete a group", "groups:delete", status=204, versioned=True),
)
