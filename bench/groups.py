"""Groups whose members are changed: a few have the one, and as many as there are, up to 100,000, the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from tests.support.live import LiveMuster

SMALL, LARGE = 10, 100_000
OUTSIDERS = 100
"""Users who are in neither, to come and to go."""

FILL_SECONDS = 120.0

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@dataclass(frozen=True)
class FilledGroup:
    """A group with so many members, and users who are none."""

    id: str
    size: int
    outsiders: tuple[str, ...]


def filled_groups(muster: LiveMuster, users: Sequence[str]) -> list[FilledGroup]:
    """A small group and a large one of these users, made as clients of SCIM make them."""
    with muster.client(authorization=f"Bearer {muster.bootstrap.token}") as client:
        client.timeout = httpx.Timeout(FILL_SECONDS)
        outsiders = [_made(client, "Users", USER, userName=f"outsider-{number}") for number in range(OUTSIDERS)]
        groups = []
        for most in (SMALL, LARGE):
            members = [{"value": user} for user in users[:most]]
            made = _made(client, "Groups", GROUP, displayName=f"group of {most}", members=members)
            groups.append(FilledGroup(made, len(members), tuple(outsiders)))
    return groups


def _made(client: httpx.Client, endpoint: str, schema: str, **fields: object) -> str:
    answer = client.post(f"/scim/v2/{endpoint}?attributes=id", json={"schemas": [schema], **fields})
    answer.raise_for_status()
    made: str = answer.json()["id"]
    return made
