"""What can be asked of the server, each kind under a name: add an API by adding a workload here."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from itertools import count
from typing import Any
from urllib.parse import quote

from bench.load import WrongAnswer
from bench.samples import Present

NUMBERED = b"0000000000"
STANDARD_USER = 5


def http(method: str, path: str, key: str, body: bytes | None = None, header: str = "x-dc-devkey") -> bytes:
    """The bytes of a request with the key of the certcentral API, or another credential in another header."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"{header}: {key}", "accept: application/json"]
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def person(username: str) -> dict[str, Any]:
    """What the API is told of a new user; the limits are given the same."""
    return {
        "first_name": "Jill",
        "last_name": "Valentine",
        "email": username,
        "telephone": "801-555-0100",
        "job_title": "Special Agent",
        "username": username,
        "access_roles": [{"id": STANDARD_USER}],
    }


class CertcentralCreates:
    """`POST /services/v2/user`, each time another user."""

    name = "create"

    def __init__(self, key: str, series: str) -> None:
        username = f"{series}-{NUMBERED.decode()}@example.com"
        self._pieces = http("POST", "/services/v2/user", key, json.dumps(person(username)).encode()).split(NUMBERED)
        self._numbers = count(1)

    def request(self) -> tuple[bytes, Any]:
        number = b"%010d" % next(self._numbers)
        return number.join(self._pieces), number

    def check(self, token: Any, status: int, body: bytes) -> None:
        if status != 201 or not body.startswith(b'{"id":'):
            raise WrongAnswer(f"create {token!r}: {status} {body[:300]!r}")


def idaas_person(username: str) -> dict[str, Any]:
    """What the Administration API is told of a new user, as on its page: an alias, and a soft token by policy."""
    return {
        "firstName": "Jill",
        "lastName": "Valentine",
        "email": username,
        "userId": username,
        "mobile": "+18015550100",
        "phone": "+18015550100",
        "locale": "",
        "state": "ACTIVE",
        "externalId": None,
        "userAttributeValues": [],
        "userAliases": [{"value": f"alias-{username}", "type": "CUSTOM"}],
    }


class IdaasCreates:
    """`POST /api/web/v3/users`, each time another user, with the long-lived credential of an application."""

    name = "create (IDaaS)"

    def __init__(self, application: str, secret: str, series: str) -> None:
        username = f"{series}-{NUMBERED.decode()}@example.com"
        body = json.dumps(idaas_person(username)).encode()
        credential = f"{application},{secret}"
        self._pieces = http("POST", "/api/web/v3/users", credential, body, "authorization").split(NUMBERED)
        self._numbers = count(1)

    def request(self) -> tuple[bytes, Any]:
        number = b"%010d" % next(self._numbers)
        return number.join(self._pieces), number

    def check(self, token: Any, status: int, body: bytes) -> None:
        if status != 200 or not body.startswith(b'{"id":"'):
            raise WrongAnswer(f"{self.name} {token!r}: {status} {body[:300]!r}")


class Reads:
    """Requests of a prepared list, over and over in an order without pattern; an answer holds what belongs to each."""

    def __init__(self, name: str, requests: Sequence[tuple[bytes, bytes]]) -> None:
        self.name = name
        self._requests = list(requests)
        random.shuffle(self._requests)
        self._next = 0

    def request(self) -> tuple[bytes, Any]:
        self._next = (self._next + 1) % len(self._requests)
        return self._requests[self._next]

    def check(self, token: Any, status: int, body: bytes) -> None:
        if status != 200 or token not in body:
            raise WrongAnswer(f"{self.name} {token!r}: {status} {body[:300]!r}")


def certcentral_by_id(key: str, people: Sequence[Present]) -> Reads:
    """`GET /services/v2/user/{id}`."""
    requests = [(http("GET", f"/services/v2/user/{one.number}", key), b'{"id":%d,' % one.number) for one in people]
    return Reads("read by id", requests)


def certcentral_by_login_name(key: str, people: Sequence[Present]) -> Reads:
    """`GET /services/v2/user?filters[search]=<login name>`."""
    path = "/services/v2/user?filters%5Bsearch%5D="
    requests = [
        (http("GET", path + quote(one.username, safe=""), key), f'"username":"{one.username}"'.encode())
        for one in people
    ]
    return Reads("read by login name", requests)
