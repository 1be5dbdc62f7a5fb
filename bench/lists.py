"""Lists and searches of the certcentral API, each kind under a name."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from bench.load import WrongAnswer
from bench.samples import Sample
from bench.workloads import http

PAGE = 100
TURNING = "list, page after page"
REFUSED = "substring, refused"
ANY = b'"users":['


class Lists:
    """`GET /services/v2/user` with one query after the other, of which some may be refused as too large."""

    def __init__(self, name: str, key: str, queries: Sequence[dict[str, Any]], *, refused: bool | None = False) -> None:
        self.name = name
        self._refused = refused
        requests = [http("GET", f"/services/v2/user?{urlencode({'limit': PAGE} | query)}", key) for query in queries]
        self._requests: Iterator[bytes] = cycle(requests)

    def request(self) -> tuple[bytes, Any]:
        return next(self._requests), None

    def check(self, token: Any, status: int, body: bytes) -> None:
        is_refused = status == 400 and b"|too_many" in body
        if (is_refused and self._refused is not False) or (status == 200 and ANY in body and self._refused is not True):
            return
        raise WrongAnswer(f"{self.name}: {status} {body[:300]!r}")


def lists(key: str, sample: Sample) -> list[Lists]:
    """Every kind of list and search, on this account."""
    source = random.Random(1)
    people = source.sample(sample.people, min(len(sample.people), 2_000))
    half = sample.users // 2
    walk = [{"offset": offset} for offset in range(half, sample.users, PAGE)]
    containers = source.sample(sample.containers, len(sample.containers))
    names = [one.family_name for one in people if one.family_name]
    return [
        Lists("list, first page", key, [{}]),
        Lists(TURNING, key, walk),
        Lists("list, any offset", key, [{"offset": source.randrange(sample.users)} for _ in range(2_000)]),
        Lists("list by last name", key, [{"sort": "last_name"}, {"sort": "-last_name"}]),
        Lists("list by status", key, [{"filters[status]": status} for status in ("active", "inactive")]),
        Lists(
            "list by container",
            key,
            [{"container_id": number} for number in containers],
        ),
        Lists(
            "list by container, active",
            key,
            [{"container_id": number, "filters[status]": "active"} for number in containers],
        ),
        Lists("list by role", key, [{"access_role_id": role} for role in (1, 2, 3, 4, 5)]),
        Lists("exact search", key, [{"filters[search]": name} for name in names]),
        Lists("prefix search", key, [{"filters[search]": f"%{name[:2]}"} for name in names], refused=None),
        Lists("substring search", key, [{"filters[search]": f"%{one.username[2:14]}"} for one in people]),
        Lists(REFUSED, key, [{"filters[search]": "%example.com"}], refused=sample.users >= 100_000 or None),
    ]
