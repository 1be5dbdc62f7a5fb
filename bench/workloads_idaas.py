"""Reads, lists and searches of the idaas API, each kind under a name."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from bench.load import WrongAnswer
from bench.samples import Present, Sample
from bench.workloads import Reads, http

PAGE = 100


def idaas_by_id(credential: str, people: Sequence[Present]) -> Reads:
    """`GET /api/web/v3/users/{id}`."""
    requests = [
        (http("GET", f"/api/web/v3/users/{one.id}", credential, header="authorization"), f'"id":"{one.id}"'.encode())
        for one in people
    ]
    return Reads("read by id (IDaaS)", requests)


def idaas_by_user_id(credential: str, people: Sequence[Present]) -> Reads:
    """`POST /api/web/v3/users/userid`."""
    requests = [
        (_post("/api/web/v3/users/userid", credential, {"userId": one.username}), f'"id":"{one.id}"'.encode())
        for one in people
    ]
    return Reads("read by user id (IDaaS)", requests)


def _post(path: str, credential: str, body: dict[str, Any]) -> bytes:
    return http("POST", path, credential, json.dumps(body).encode(), "authorization")


class Pages:
    """`POST /api/web/v4/userspaged` for pages of 100, with one search after the other."""

    def __init__(self, name: str, credential: str, searches: Sequence[dict[str, Any]]) -> None:
        self.name = name
        requests = [_post("/api/web/v4/userspaged", credential, {"limit": PAGE} | search) for search in searches]
        self._requests = cycle(requests)

    def request(self) -> tuple[bytes, Any]:
        return next(self._requests), None

    def check(self, token: Any, status: int, body: bytes) -> None:
        if status != 200 or b'"results":[{' not in body:
            raise WrongAnswer(f"{self.name}: {status} {body[:300]!r}")


def _where(name: str, operator: str, value: str) -> dict[str, Any]:
    return {"searchByAttributes": [{"name": name, "operator": operator, "value": value}]}


def idaas_pages(credential: str, sample: Sample) -> list[Pages]:
    """Every kind of paged search that is promised."""
    people = random.Random(1).sample(sample.people, min(len(sample.people), 2_000))
    orders = [
        {"orderByAttribute": {"name": "lastAuthTime", "ascending": ascending}, **_where("lastAuthTime", "EXISTS", "")}
        for ascending in (True, False)
    ]
    states = [_where("state", "EQUALS", state) for state in ("ACTIVE", "INACTIVE")]
    beginnings = [_where("userId", "STARTS_WITH", one.username[:8]) for one in people]
    by_user_id = {"orderByAttribute": {"name": "userId", "ascending": True}}
    parts = [_where("userId", "CONTAINS", one.username[2:14]) for one in people]
    return [
        Pages("list, first page (IDaaS)", credential, [{}]),
        Pages("list with aliases (IDaaS)", credential, [{"attributes": ["userAliases", "groups"]}]),
        Pages("list by last login (IDaaS)", credential, orders),
        Pages("list by state (IDaaS)", credential, states),
        Pages("search by beginning (IDaaS)", credential, beginnings),
        Pages("beginning, sorted (IDaaS)", credential, [by_user_id | one for one in beginnings]),
        Pages("search by part (IDaaS)", credential, parts),
    ]
