"""Somebody who asks the Administration API with an `Authorization`, and how his answers are read."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from typing import Any

import httpx

from tests.apis.idaas.contract import BASE, check
from tests.apis.strategies import ABSENT as ABSENT

NO_SESSION = (401, "invalid_session_token")
NO_SECRET = (401, "access_denied")
NO_USER = (404, "user_not_found")

Refusal = tuple[int, str]
User = dict[str, Any]

_numbers = count(1)


def unused(name: str = "user") -> str:
    """A user id that nobody has, nor anybody whom the other APIs' tests make."""
    return f"{name}-{os.getpid()}.{next(_numbers)}"


def payload(**changes: Any) -> dict[str, Any]:
    """A good body for *Create a user* with a user id of its own, and these fields in place of it."""
    name = unused()
    body = {"userId": name, "firstName": "Ada", "lastName": "Wong", "email": f"{name}@example.com"}
    return {field: value for field, value in {**body, **changes}.items() if value is not ABSENT}


def custom(*aliases: Any) -> list[dict[str, Any]]:
    """Aliases as clients send them."""
    return [{"value": alias, "type": "CUSTOM"} for alias in aliases]


def values(user: User, kind: str = "CUSTOM") -> list[str]:
    """A user's aliases of a kind, in order."""
    return sorted(alias["value"] for alias in user["userAliases"] if alias["type"] == kind)


@dataclass(frozen=True)
class Caller:
    """A client with an `Authorization`. Whatever it is answered is held against the vendor's description."""

    client: httpx.Client
    authorization: str | None

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request below the API's mount."""
        headers: dict[str, str] = options.pop("headers", {})
        if self.authorization is not None:
            headers = {"Authorization": self.authorization, **headers}
        answer = self.client.request(method, BASE + path, headers=headers, **options)
        check(method, path, answer)
        return answer

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("POST", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("DELETE", path, **options)

    def raw(self, method: str, target: str, body: bytes | None = None) -> httpx.Response:
        """One request whose target goes out as it is, without any encoding."""
        connection = HTTPConnection(self.client.base_url.host, self.client.base_url.port or 80, timeout=30)
        headers = {} if self.authorization is None else {"Authorization": self.authorization}
        try:
            connection.request(method, BASE + target, body, headers)
            answer = connection.getresponse()
            return httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())
        finally:
            connection.close()

    def create(self, **changes: Any) -> User:
        """Makes a user, who is good but for these changes, and returns him."""
        return user_in(self.post("/v3/users", json=payload(**changes)))

    def update(self, user_id: str, **changes: Any) -> httpx.Response:
        """*Update a user*."""
        return self.put(f"/v3/users/{user_id}", json=changes)

    def updated(self, user_id: str, **changes: Any) -> User:
        """Updates a user, who is good with these changes, and returns him as he is then."""
        answer = self.update(user_id, **changes)
        assert (answer.status_code, answer.content) == (200, b""), answer.text
        return self.user(user_id)

    def user(self, user_id: str) -> User:
        """The user of this UUID."""
        return user_in(self.get(f"/v3/users/{user_id}"))

    def named(self, name: str) -> httpx.Response:
        """*Get a user by user id or alias*."""
        return self.post("/v3/users/userid", json={"userId": name})

    def external(self, external_id: str) -> httpx.Response:
        """*Get a user by external id*."""
        return self.post("/v3/users/externalid", json={"userId": external_id})

    def showing(self, authorization: str | None) -> Caller:
        """Somebody with another `Authorization`."""
        return Caller(self.client, authorization)

    def authenticate(self, application: Any, secret: Any, **more: Any) -> httpx.Response:
        """*Authenticate to an Admin API application*, for which nothing else has to be shown."""
        body = {"applicationId": application, "sharedSecret": secret, **more}
        return self.showing(None).post("/v1/adminapi/authenticate", json=body)

    def signed_in(self, application: str, secret: str) -> Caller:
        """The application with a session."""
        answer = self.authenticate(application, secret)
        assert answer.status_code == 200, answer.text
        return self.showing(answer.json()["authToken"])


def user_in(answer: httpx.Response) -> User:
    """The user that an answer holds."""
    assert answer.status_code == 200, answer.text
    found: User = answer.json()
    return found


def refusal(answer: httpx.Response) -> Refusal:
    """Status and code of an answer, which has to be in the exact form of an error."""
    body = answer.json()
    assert list(body) == ["errorCode", "errorMessage", "parameters"]
    assert body["errorMessage"]
    assert all(isinstance(parameter, dict) and parameter for parameter in body["parameters"])
    assert answer.content == json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, body["errorCode"]


def fields(answer: httpx.Response) -> Sequence[str]:
    """The fields that an error names."""
    return [parameter["field"] for parameter in answer.json()["parameters"]]
