"""What a filled database holds, as far as requests name it: some of its users, and its containers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import uvloop

from muster.core.users import User
from muster.store.database import database_at
from muster.store.rows import LAYOUTS

MOST_SAMPLED = 20_000


@dataclass(frozen=True)
class Present:
    """A user that was there before the load: id and number, the login name that he is found by, and his family name."""

    id: str
    number: int
    username: str
    family_name: str


@dataclass(frozen=True)
class Sample:
    """Users from everywhere in the account, the numbers of its containers, and how many users it has."""

    people: list[Present]
    containers: list[int]
    users: int


def sample(url: str) -> Sample:
    """A sample of the largest account of a database."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_sample(url))


async def _sample(url: str) -> Sample:
    database = database_at(url)
    async with database.searching() as session:
        largest = "FROM heads ORDER BY users DESC LIMIT 1"
        [[tenant, users, numbers]] = await session.fetch(f"SELECT id, users, next_number {largest}", [], long=True)
        step = max(1, numbers // MOST_SAMPLED)
        wanted = [(tenant, number) for number in range(step, numbers, step)]
        units = await session.fetch(f"SELECT number FROM units WHERE tenant IN (SELECT id {largest})", [], long=True)
        people = []
        for place in range(0, len(wanted), 1_000):
            people += await session.rows(User, ("tenant", "number"), wanted[place : place + 1_000])
    await database.close()
    kept = (LAYOUTS[User].entity(row) for row in people)
    present = [Present(it.id, it.number, it.username, it.family_name or "") for it in kept]
    return Sample(present, [unit[0] for unit in units], users)
