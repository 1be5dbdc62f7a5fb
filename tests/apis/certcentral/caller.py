"""Somebody who asks CertCentral's API with a key, and how his answers are read."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from typing import Any

import httpx

BASE = "/services/v2"
KEY_HEADER = "X-DC-DEVKEY"
INVALID_KEY = (
    b'{"errors":[{"code":"access_denied|access_denied_invalid_key",'
    b'"message":"Access denied due to access_denied_invalid_key."}]}'
)
ABSENT = object()
"""Stands for a field that is left out."""

_numbers = count(1)


def named(value: object) -> str:
    """A value in the name of a test."""
    return "absent" if value is ABSENT else ascii(value)[:40]


def unused(name: str = "user") -> str:
    """A username that nobody has."""
    return f"{name}.{os.getpid()}.{next(_numbers)}"


def payload(**changes: Any) -> dict[str, Any]:
    """A good body for *Add user* with a username of its own, and these fields in place of it."""
    name = unused()
    body: dict[str, Any] = {
        "username": name,
        "first_name": "Jill",
        "last_name": "Valentine",
        "email": f"{name}@example.com",
        "access_roles": [{"id": 5}],
    }
    return {field: value for field, value in {**body, **changes}.items() if value is not ABSENT}


@dataclass(frozen=True)
class Caller:
    """A client with a key; `number` is the user whose key it is."""

    client: httpx.Client
    key: str
    number: int

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request below the API's mount. Headers may be given; the key is among them unless they name another."""
        headers = {KEY_HEADER: self.key, **options.pop("headers", {})}
        return self.client.request(method, BASE + path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("PUT", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("POST", path, **options)

    def raw(self, method: str, target: str, body: bytes | None = None) -> httpx.Response:
        """One request whose target goes out as it is, without any encoding."""
        connection = HTTPConnection(self.client.base_url.host, self.client.base_url.port or 80, timeout=30)
        try:
            connection.request(method, BASE + target, body, {KEY_HEADER: self.key})
            answer = connection.getresponse()
            return httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())
        finally:
            connection.close()

    def create(self, **changes: Any) -> int:
        """Adds a user, who is good but for these changes, and returns his id."""
        answer = self.post("/user", json=payload(**changes))
        assert answer.status_code == 201, answer.text
        number: int = answer.json()["id"]
        return number

    def info(self, number: int) -> dict[str, Any]:
        """*User info*."""
        answer = self.get(f"/user/{number}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def issue_key(self, number: int, role: int | None = None) -> tuple[int, str]:
        """A new key for a user: its id and its secret."""
        answer = self.post(f"/key/user/{number}", json={"name": "a key", "restricted_to_role_id": role})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], answer.json()["api_key"]

    def with_key(self, key: str, number: int | None = None) -> Caller:
        """Somebody with another key."""
        return Caller(self.client, key, self.number if number is None else number)

    def colleague(self, role: int, **changes: Any) -> Caller:
        """A new user in this role, with a key."""
        number = self.create(access_roles=[{"id": role}], **changes)
        return self.with_key(self.issue_key(number)[1], number)


def first_caller(client: httpx.Client, key: str) -> Caller:
    """The caller behind a key that was found in a file or printed."""
    answer = client.get(f"{BASE}/user/me", headers={KEY_HEADER: key})
    assert answer.status_code == 200, answer.text
    return Caller(client, key, answer.json()["id"])


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an answer, which has to be in the exact form of an error."""
    body = answer.json()
    [error] = body["errors"]
    assert (list(body), list(error)) == (["errors"], ["code", "message"])
    assert isinstance(error["message"], str)
    assert answer.content == json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, error["code"]
