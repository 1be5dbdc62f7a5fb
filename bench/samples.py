"""What a filled database holds, as far as requests name it: some of its users, and its containers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import uvloop

from muster.core.users import PERSON, User
from muster.store.database import database_at
from muster.store.rows import LAYOUTS

MOST_SAMPLED = 20_000
LARGEST = "FROM heads ORDER BY users DESC LIMIT 1"


@dataclass(frozen=True)
class Present:
    """A user that was there before the load: id and number, the login name that he is found by, and his family name.

    `email` is a person's, if he has one; a service cannot be edited.
    """

    id: str
    number: int
    username: str
    family_name: str
    email: str


@dataclass(frozen=True)
class Sample:
    """Users from everywhere in the account, the numbers of its containers, and how many users it has."""

    people: list[Present]
    containers: list[int]
    users: int


def unindexed(url: str) -> int:
    """How many users the index of substrings has still to follow."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_unindexed(url))


async def _unindexed(url: str) -> int:
    database = database_at(url)
    async with database.searching() as session:
        [[number]] = await session.fetch("SELECT count(*) FROM search_pending", [], long=True)
    await database.close()
    return int(number)


def sample(url: str) -> Sample:
    """A sample of the largest account of a database."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_sample(url))


def user_ids(url: str, most: int) -> list[str]:
    """The ids of users of the largest account of a database, the first ones that were made."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_user_ids(url, most))


async def _user_ids(url: str, most: int) -> list[str]:
    database = database_at(url)
    async with database.searching() as session:
        theirs = f"tenant IN (SELECT id {LARGEST})"
        found = await session.fetch(f"SELECT id FROM users WHERE {theirs} ORDER BY number LIMIT {most}", [], long=True)
    await database.close()
    return [row[0] for row in found]


async def _sample(url: str) -> Sample:
    database = database_at(url)
    async with database.searching() as session:
        [[tenant, users, numbers]] = await session.fetch(f"SELECT id, users, next_number {LARGEST}", [], long=True)
        step = max(1, numbers // MOST_SAMPLED)
        wanted = [(tenant, number) for number in range(step, numbers, step)]
        units = await session.fetch(f"SELECT number FROM units WHERE tenant IN (SELECT id {LARGEST})", [], long=True)
        people = []
        for place in range(0, len(wanted), 1_000):
            people += await session.rows(User, ("tenant", "number"), wanted[place : place + 1_000])
    await database.close()
    kept = (LAYOUTS[User].entity(row) for row in people)
    present = [Present(it.id, it.number, it.username, it.family_name or "", _email(it)) for it in kept]
    return Sample(present, [unit[0] for unit in units], users)


def _email(user: User) -> str:
    return user.email or "" if user.kind == PERSON else ""
