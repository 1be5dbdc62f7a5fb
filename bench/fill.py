"""`python -m bench.fill`: plausible users in a database that a server has prepared, a million of them within minutes.

They are decided and written as the directory does it (`drafts.add`, `session.flush`): the same rows, each with its
event in the chain, and the head row's counters right. What is spared is asking for each whether his names are free,
which these are, and one commit for each few dozen.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

import asyncpg
import uvloop

from bench.directory import ORIGIN, directory_at
from bench.people import Somebody, people
from muster.app.sources import MachineSources, Sealer
from muster.core.acts import Case, Question, View
from muster.core.authority import Actor
from muster.core.drafts import add
from muster.core.events import Change
from muster.core.known import Known
from muster.core.ports import Sources
from muster.core.roles import RolesOf
from muster.core.tree import CreateUnit
from muster.core.units import Unit
from muster.core.users import ALIAS, PERSON, SERVICE, LoginName, User
from muster.core.values import fold
from muster.store.database import SQLITE, database_at
from muster.store.index import place_of
from muster.store.session import flush

TOGETHER = 2_000
BRANCHES = (8, 5, 4)
"""Units on each level below the root: 8, 40 and 160."""

NUMBERED = (5, 2, 4, 3, 1)
"""Roles of the catalogue, the most usual first, and which share of the people has each."""
SHARES = (0.88, 0.08, 0.02, 0.015, 0.005)


@dataclass(frozen=True)
class Places:
    """Where people can be at home, and what they can hold: units with how usual each is, and roles by their ids."""

    units: Sequence[Unit]
    weights: Sequence[float]
    roles: Sequence[str]

    def home(self, drawn: float) -> Unit:
        return self.units[min(bisect(self.weights, drawn * self.weights[-1]), len(self.units) - 1)]

    def role(self, drawn: float) -> tuple[str, bool]:
        """The role's id, and whether it administers."""
        which = min(bisect(list(accumulate(SHARES)), drawn), len(self.roles) - 1)
        return self.roles[which], NUMBERED[which] == 1


def fill(url: str, key: str, users: int) -> None:
    """Make this many users. The key is an administrator's."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_fill(url, key, users))


async def _fill(url: str, key: str, users: int) -> None:
    async with directory_at(url) as directory:
        actor = await directory.identify(key)
        roles = {role.number: role.id for role in await directory.ask(actor, RolesOf("certcentral"))}
        root = await directory.ask(actor, _Root())
        units, level = [root], [root]
        for width in BRANCHES:
            level = [
                await directory.do(actor, CreateUnit(above.number, f"{above.name} {letter}"), ORIGIN)
                for above in level
                for letter in "ABCDEFGH"[:width]
            ]
            units += level
    weights = list(accumulate(1 / (place + 3) for place in range(len(units))))
    places = Places(units, weights, [roles[number] for number in NUMBERED])
    await _write(url, actor, people(users), places)


@dataclass(frozen=True)
class _Root(Question[Unit]):
    def answer(self, view: View) -> Unit:
        unit = view.known.one(Unit, Unit.KEY, view.tenant, view.actor.home)
        assert unit is not None
        return unit


async def _write(url: str, actor: Actor, whole: Iterator[Somebody], places: Places) -> None:
    database, made = database_at(url), 0
    sources = MachineSources(Sealer(b"of no other installation"))
    begun = sources.now()
    await _at_once(url, *_BEFORE)
    session = await database.writing()
    if url.startswith(SQLITE):
        await session.fetch("PRAGMA cache_size = -1000000", [], long=False)
    while some := list(islice(whole, TOGETHER)):
        await session.begin()
        [head] = await session.lock_heads([actor.tenant])
        known = Known({head.id: head})
        users = [_decide(actor, known, sources, one, places, begun) for one in some]
        await flush(session, known)
        aliases = {name.user: [name.value] for name in known.touched(LoginName) if name.kind == ALIAS}
        await session.index.place_new(session, [place_of(user, aliases.get(user.id, ())) for user in users])
        await session.commit()
        made += len(users)
        if made % 100_000 == 0:
            print(f"{made:,} users", file=sys.stderr, flush=True)
    await session.close()
    await database.close()
    await _at_once(url, *_AFTER)


def _decide(actor: Actor, known: Known, sources: Sources, one: Somebody, places: Places, present: int) -> User:
    case = Case(actor, known, present - one.age, sources.fresh(), ORIGIN)
    home = places.home(one.place)
    role, administers = places.role(one.role)
    user = User(
        id=case.fresh.id(),
        tenant=actor.tenant,
        number=case.number(),
        kind=SERVICE if one.is_service else PERSON,
        username=one.username,
        given_name=one.given_name,
        family_name=one.family_name,
        email=one.email,
        phone=one.phone,
        job_title=one.job_title,
        home=home.id,
        active=one.is_active,
        sso_only=False,
        administrator=administers,
        password=None,
        created_at=case.at,
        changed_at=case.at,
        last_login_at=None if one.last_login_age is None else present - one.last_login_age,
        version=1,
        roles=(role,),
        scope=(home.id,) if one.is_restricted else (),
        extras=(),
    )
    more = []
    if one.alias is not None:
        case.put(None, LoginName(case.tenant, fold(one.alias), user.id, case.fresh.id(), ALIAS, one.alias, user.number))
        more.append(Change("aliases", None, one.alias))
    add(case, user, *more)
    case.settle(chore=False)
    return user


_BEFORE = ("DROP INDEX ix_search_index_grams",)
_AFTER = (
    "SET maintenance_work_mem = '1GB'",
    "CREATE INDEX ix_search_index_grams ON search_index USING gin (grams)",
    "VACUUM ANALYZE",
)
"""PostgreSQL makes an index of what is there several times as fast as it adds to one."""


async def _at_once(url: str, *statements: str) -> None:
    if url.startswith(SQLITE):
        return
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def main() -> None:
    """Fill a database that a server has prepared, and say how long it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.fill", description="Makes plausible users.")
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--url", required=True, help="a database that a server has been started on")
    parser.add_argument("--key", required=True, help="an administrator's API key")
    given = parser.parse_args()
    begun = time.perf_counter()
    fill(given.url, given.key, given.users)
    print(f"{given.users:,} users in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
