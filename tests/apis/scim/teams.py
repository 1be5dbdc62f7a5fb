"""Groups for the tests of this API, and what is read of answers about them."""

from __future__ import annotations

from typing import Any

import httpx

from muster.apis.scim.schema import GROUP
from tests.apis.scim.caller import LIST, Caller
from tests.apis.scim.people import PATCH_OP, added, made, shown, unused

Json = dict[str, Any]


def body(**changes: Any) -> Json:
    """A good body for a group with a name of its own, and these fields in place of it; None leaves one out."""
    found = {"schemas": [GROUP], "displayName": unused("group"), **changes}
    return {field: value for field, value in found.items() if value is not None}


def group(caller: Caller, *members: str, **changes: Any) -> Json:
    """A new group with these members, by id."""
    return made(caller.post("/Groups", body(members=them(*members) or None, **changes)))


def them(*ids: str) -> list[Json]:
    """Members, by id, as a client sends them."""
    return [{"value": one} for one in ids]


def users(caller: Caller, count: int) -> list[str]:
    """The ids of new users."""
    return [added(caller)["id"] for _ in range(count)]


def changed(caller: Caller, group_: str, *operations: Json, query: str = "", **headers: str) -> httpx.Response:
    """A PATCH of a group."""
    message = {"schemas": [PATCH_OP], "Operations": list(operations)}
    return caller.ask("PATCH", f"/Groups/{group_}{query}", message, **headers)


def adding(*ids: str) -> Json:
    """The operation that adds members."""
    return {"op": "add", "path": "members", "value": them(*ids)}


def removing(member: str) -> Json:
    """The operation that removes a member."""
    return {"op": "remove", "path": f'members[value eq "{member}"]'}


def members(caller: Caller, group_: str) -> set[str]:
    """Who is in a group."""
    told = shown(caller.get(f"/Groups/{group_}")).get("members", [])
    ids = [one["value"] for one in told]
    assert len(set(ids)) == len(ids)
    return set(ids)


def listed(caller: Caller, **parameters: Any) -> Json:
    """A list of groups."""
    text = str(httpx.QueryParams({name: value for name, value in parameters.items() if value is not None}))
    told = shown(caller.get(f"/Groups?{text}"))
    assert told["schemas"] == [LIST]
    assert told["itemsPerPage"] == len(told["Resources"])
    return told


def ids(told: Json) -> list[str]:
    """The ids of the resources of a list, in order."""
    return [one["id"] for one in told["Resources"]]
