"""What SCIM's clients ask of a service, each kind under a name."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote

from bench.groups import FilledGroup
from bench.load import WrongAnswer
from bench.samples import Present
from bench.workloads import NUMBERED, Reads, http

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PAGE = 100
ONE_MEMBER = "one member of"


@dataclass(frozen=True)
class Provider:
    """Who speaks SCIM below a path; `named` is what the table calls a line, with a place for what is asked."""

    token: str
    path: str = "/scim/v2"
    named: str = "{} (SCIM)"

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        """The bytes of a request."""
        content = None if body is None else json.dumps(body).encode()
        return http(method, self.path + path, f"Bearer {self.token}", content, "authorization")


def scim_by_id(provider: Provider, people: Sequence[Present]) -> Reads:
    """`GET /Users/{id}`."""
    requests = [(provider.request("GET", f"/Users/{one.id}"), one.id.encode()) for one in people]
    return Reads(provider.named.format("get"), requests)


def scim_by_user_name(provider: Provider, people: Sequence[Present]) -> Reads:
    """`GET /Users?filter=userName eq "…"`."""
    requests = []
    for one in people:
        filter_ = quote(f'userName eq "{one.username}"')
        requests.append((provider.request("GET", f"/Users?filter={filter_}"), one.id.encode()))
    return Reads(provider.named.format("filter userName eq"), requests)


class ScimList:
    """`GET /Users?count=100`: the first page again and again, or with `users` any page of so many users."""

    def __init__(self, provider: Provider, users: int | None = None) -> None:
        self._provider, self._users = provider, users
        self.name = provider.named.format(f"list of {PAGE}" if users is None else f"list of {PAGE}, any page")
        self._first = provider.request("GET", f"/Users?count={PAGE}")

    def request(self) -> tuple[bytes, Any]:
        if self._users is None:
            return self._first, None
        start = random.randrange(1, max(2, self._users - PAGE))
        return self._provider.request("GET", f"/Users?startIndex={start}&count={PAGE}"), None

    def check(self, token: Any, status: int, body: bytes) -> None:
        if status != 200 or body.count(b'"userName"') != PAGE:
            raise WrongAnswer(f"{self.name}: {status} {body[:300]!r}")


def scim_person(username: str) -> dict[str, Any]:
    """What a service is told of a new user."""
    return {
        "schemas": [USER],
        "userName": username,
        "externalId": username.partition("@")[0],
        "name": {"givenName": "Jill", "familyName": "Valentine"},
        "active": True,
        "emails": [{"value": username, "type": "work", "primary": True}],
        "phoneNumbers": [{"value": "801-555-0100", "type": "work"}],
        "title": "Special Agent",
    }


class ScimCreates:
    """`POST /Users`, each time another user."""

    def __init__(self, provider: Provider, series: str) -> None:
        self.name = provider.named.format("create")
        body = scim_person(f"{series}-{NUMBERED.decode()}@example.com")
        self._pieces = provider.request("POST", "/Users", body).split(NUMBERED)
        self._numbers = count(1)

    def request(self) -> tuple[bytes, Any]:
        number = b"%010d" % next(self._numbers)
        return number.join(self._pieces), number

    def check(self, token: Any, status: int, body: bytes) -> None:
        if status != 201 or b'"userName"' not in body:
            raise WrongAnswer(f"{self.name} {token!r}: {status} {body[:300]!r}")


class ScimMembers:
    """`PATCH /Groups/{id}`, by turns one that adds a member and one that removes him again: over one connection."""

    def __init__(self, provider: Provider, group: FilledGroup) -> None:
        self.name = provider.named.format(f"{ONE_MEMBER} {group.size:,}")
        self._requests = self._turns(provider, group)

    @staticmethod
    def _turns(provider: Provider, group: FilledGroup) -> Iterator[tuple[bytes, Any]]:
        path = f"/Groups/{group.id}"
        while True:
            for user in group.outsiders:
                adding = {"op": "add", "path": "members", "value": [{"value": user}]}
                removing = {"op": "remove", "path": f'members[value eq "{user}"]'}
                for operation, is_in in ((adding, True), (removing, False)):
                    body = {"schemas": [PATCH], "Operations": [operation]}
                    yield provider.request("PATCH", path, body), (user.encode(), is_in)

    def request(self) -> tuple[bytes, Any]:
        return next(self._requests)

    def check(self, token: Any, status: int, body: bytes) -> None:
        # A large group is not shown: 204.
        user, is_in = token
        if status != 204 and (status != 200 or (user in body) is not is_in):
            raise WrongAnswer(f"{self.name} {token!r}: {status} {body[:300]!r}")
