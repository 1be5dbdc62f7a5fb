"""A client of the SCIM API, as an identity provider is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.commands import told
from tests.support.live import LiveMuster

MOUNT = "/scim/v2"
MEDIA_TYPE = "application/scim+json"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


@dataclass(frozen=True)
class Caller:
    """Somebody with a token, or without one."""

    client: httpx.Client
    token: str | None
    mount: str = MOUNT

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One request; bytes are sent as they are, anything else as JSON. Underscores in headers become hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent.setdefault("authorization", f"Bearer {self.token}")
        if body is None or isinstance(body, bytes):
            return self.client.request(method, self.mount + path, content=body, headers=sent)
        return self.client.request(method, self.mount + path, json=body, headers={"content-type": MEDIA_TYPE, **sent})

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.ask("POST", path, body, **headers)


def connected(muster: LiveMuster, client: httpx.Client, profile: str, *more: str) -> Caller:
    """A new connection of this profile."""
    made = told(muster, "scim", "connection", "add", "--profile", profile, *more)
    return Caller(client, made["token"])


def error(answer: httpx.Response) -> tuple[int, str | None]:
    """Status and `scimType` of an error, which has SCIM's form."""
    told_: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert told_["schemas"] == [ERROR]
    assert told_["status"] == str(answer.status_code)
    assert told_["detail"]
    return answer.status_code, told_.get("scimType")
