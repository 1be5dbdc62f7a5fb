"""Groups, organizations and OAuth roles, as tests of the Administration API make and name them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.apis.idaas.caller import Caller, unused

NOBODY = "01890000-0000-7000-8000-000000000000"
"""A good id that is nobody's and nothing's."""

Shape = dict[str, Any]


def good(answer: httpx.Response) -> Any:
    """What a good answer says; None where it says nothing."""
    assert answer.status_code == 200, answer.text
    return answer.json() if answer.content else None


def group(caller: Caller, **fields: Any) -> Shape:
    """A new group."""
    found: Shape = good(caller.post("/v1/groups", json={"name": unused("group"), **fields}))
    return found


def organization(caller: Caller, **fields: Any) -> Shape:
    """A new organization."""
    body = {"name": unused("organization"), "displayName": "Umbrella Inc.", **fields}
    found: Shape = good(caller.post("/v1/organizations", json=body))
    return found


def condition(name: str, operator: str, value: str | None) -> Shape:
    """One condition of a search."""
    return {"name": name, "operator": operator, "value": value}


def pages(caller: Caller, path: str, search: Shape, cursor: str = "nextCursor") -> list[list[Shape]]:
    """The results of all pages from a search on."""
    found = [good(caller.post(path, json=search))]
    while token := found[-1]["paging"][cursor]:
        found.append(good(caller.post(path, json={"cursor": token})))
    return [page["results"] for page in found]


def names(found: list[list[Shape]]) -> list[str]:
    """The names on these pages, in order."""
    return [one["name"] for page in found for one in page]
