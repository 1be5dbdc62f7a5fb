"""What SCIM's clients ask of the server, each kind under a name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from typing import Any
from urllib.parse import quote

from bench.load import WrongAnswer
from bench.samples import Present
from bench.workloads import NUMBERED, Reads, http

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def scim_by_id(token: str, people: Sequence[Present]) -> Reads:
    """`GET /scim/v2/Users/{id}`."""
    requests = [(_request("GET", f"/scim/v2/Users/{one.id}", token), f'"id":"{one.id}"'.encode()) for one in people]
    return Reads("get (SCIM)", requests)


def scim_by_user_name(token: str, people: Sequence[Present]) -> Reads:
    """`GET /scim/v2/Users?filter=userName eq "…"`."""
    requests = []
    for one in people:
        filter_ = quote(f'userName eq "{one.username}"')
        requests.append((_request("GET", f"/scim/v2/Users?filter={filter_}", token), f'"id":"{one.id}"'.encode()))
    return Reads("filter userName eq (SCIM)", requests)


def scim_list(token: str) -> Reads:
    """`GET /scim/v2/Users?count=100`."""
    return Reads("list of 100 (SCIM)", [(_request("GET", "/scim/v2/Users?count=100", token), b'"itemsPerPage":100')])


def _request(method: str, path: str, token: str, body: dict[str, Any] | None = None) -> bytes:
    content = None if body is None else json.dumps(body).encode()
    return http(method, path, f"Bearer {token}", content, "authorization")


class ScimCreates:
    """`POST /scim/v2/Users`, each time another user."""

    name = "create (SCIM)"

    def __init__(self, token: str, series: str) -> None:
        username = f"{series}-{NUMBERED.decode()}@example.com"
        body = {
            "schemas": [USER],
            "userName": username,
            "externalId": f"{series}-{NUMBERED.decode()}",
            "name": {"givenName": "Jill", "familyName": "Valentine"},
            "active": True,
            "emails": [{"value": username, "type": "work", "primary": True}],
            "phoneNumbers": [{"value": "801-555-0100", "type": "work"}],
            "title": "Special Agent",
        }
        self._pieces = _request("POST", "/scim/v2/Users", token, body).split(NUMBERED)
        self._numbers = count(1)

    def request(self) -> tuple[bytes, Any]:
        number = b"%010d" % next(self._numbers)
        return number.join(self._pieces), number

    def check(self, token: Any, status: int, body: bytes) -> None:
        if status != 201 or b'"userName"' not in body:
            raise WrongAnswer(f"{self.name} {token!r}: {status} {body[:300]!r}")
