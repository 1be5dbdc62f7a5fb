"""Tokens through this wire: making, looking and listing them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.apis.idaas.caller import Caller

Token = dict[str, Any]

SOFT, APP = "ENTRUST_SOFT_TOKEN", "GOOGLE_AUTHENTICATOR"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NO_TOKEN = (404, "token_not_found")


def token_in(answer: httpx.Response) -> Token:
    """The token that an answer holds."""
    assert answer.status_code == 200, answer.text
    found: Token = answer.json()
    return found


def give(caller: Caller, user: str, kind: str = SOFT, secret: str | None = None) -> Token:
    """Makes a token for the user of this UUID."""
    options = {} if secret is None else {"json": {"activateParms": {"secret": secret}}}
    return token_in(caller.post(f"/v1/users/{user}/tokens/{kind}", **options))


def condition(name: str, operator: str, value: str) -> dict[str, str]:
    """One condition of a search."""
    return {"name": name, "operator": operator, "value": value}


def pages(caller: Caller, path: str, **search: Any) -> list[dict[str, Any]]:
    """All pages of a list, following each to the next."""
    found = [page(caller, path, **search)]
    while cursor := found[-1]["paging"]["nextCursor"]:
        found.append(page(caller, path, cursor=cursor))
        assert len(found) < 100
    return found


def page(caller: Caller, path: str, **search: Any) -> dict[str, Any]:
    """One page of a list."""
    answer = caller.post(path, json=search)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def listed(caller: Caller, path: str, **search: Any) -> list[dict[str, Any]]:
    """Everything in a list, from all of its pages."""
    return [one for each in pages(caller, path, **search) for one in each["results"]]
