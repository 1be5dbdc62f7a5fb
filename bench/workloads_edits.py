"""Edits through each API: every time another user gets another given name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import count, cycle
from typing import Any

from bench.load import WrongAnswer
from bench.samples import Present
from bench.workloads import http
from bench.workloads_scim import PATCH, Provider

Written = Callable[[Present, str], bytes]
"""The bytes of a request that gives somebody a given name."""


class Edits:
    """One request for each of the people who have an e-mail address, over and over; it answers with a status of 2xx."""

    def __init__(self, name: str, people: Sequence[Present], written: Written) -> None:
        self.name = name
        self._requests = self._turns([one for one in people if one.email], written)

    @staticmethod
    def _turns(people: Sequence[Present], written: Written) -> Iterator[bytes]:
        for one, number in zip(cycle(people), count(1), strict=False):
            yield written(one, f"Edited-{number}")

    def request(self) -> tuple[bytes, Any]:
        return next(self._requests), None

    def check(self, token: Any, status: int, body: bytes) -> None:
        if not 200 <= status < 300:
            raise WrongAnswer(f"{self.name}: {status} {body[:300]!r}")


def certcentral_edits(key: str, people: Sequence[Present]) -> Edits:
    """`PUT /services/v2/user/{id}`."""

    def written(one: Present, name: str) -> bytes:
        body = {
            "first_name": name,
            "last_name": one.family_name or "Doe",
            "email": one.email,
            "telephone": "",
            "job_title": "",
        }
        return http("PUT", f"/services/v2/user/{one.number}", key, json.dumps(body).encode())

    return Edits("edit", people, written)


def idaas_edits(credential: str, people: Sequence[Present]) -> Edits:
    """`PUT /api/web/v3/users/{id}`."""

    def written(one: Present, name: str) -> bytes:
        body = {"firstName": name, "email": one.email}
        return http("PUT", f"/api/web/v3/users/{one.id}", credential, json.dumps(body).encode(), "authorization")

    return Edits("edit (IDaaS)", people, written)


def scim_edits(provider: Provider, people: Sequence[Present]) -> Edits:
    """`PATCH /Users/{id}`."""

    def written(one: Present, name: str) -> bytes:
        operation = {"op": "replace", "path": "name.givenName", "value": name}
        return provider.request("PATCH", f"/Users/{one.id}", {"schemas": [PATCH], "Operations": [operation]})

    return Edits(provider.named.format("edit"), people, written)
