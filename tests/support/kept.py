"""What a database holds, read beside the store: every row, and whether the promises about all rows together hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Sequence
from typing import Any

import asyncpg

from muster.core.entity import Entity
from muster.core.events import FIRST_LINK, Event, link_after
from muster.core.known import INSTALLATION, Head
from muster.core.refusals import Refusal, Refused
from muster.core.units import Unit
from muster.core.users import LoginName, User
from muster.store.census import BLOCK
from muster.store.postgresql import STATEMENTS as POSTGRESQL
from muster.store.rows import LAYOUTS
from muster.store.sqlite import STATEMENTS as SQLITE
from muster.store.tables import METADATA
from tests.support.sqlite import opened

Rows = list[tuple[Any, ...]]


async def selected(url: str, statement: str) -> Rows:
    """The rows of a statement, run on a connection of its own."""
    if url.startswith("sqlite:///"):
        with opened(url) as connection:
            return connection.execute(statement).fetchall()
    server = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await server.fetch(statement)]
    finally:
        await server.close()


async def snapshot(url: str) -> dict[str, Rows]:
    """All rows of all tables."""
    found = {}
    for table in METADATA.sorted_tables:
        found[table.name] = sorted(await selected(url, f'SELECT * FROM "{table.name}"'), key=repr)
    return found


async def entities(url: str, kind: type[Entity]) -> list[Any]:
    """All entities of a kind, in the order of their keys."""
    layout = LAYOUTS[kind]
    statements = (SQLITE if url.startswith("sqlite") else POSTGRESQL)[kind]
    rows = await selected(url, f'SELECT {statements.selected} FROM "{layout.table.name}" t')
    return sorted((layout.entity(row) for row in rows), key=lambda it: [getattr(it, name) for name in kind.KEY])


async def outcome(work: Awaitable[Any]) -> Any:
    """What comes of it: the result, or the refusal."""
    try:
        return await work
    except Refused as refused:
        return refused.refusal


def refused(outcomes: Sequence[Any]) -> list[Any]:
    """Those of the outcomes that are refusals."""
    return [one for one in outcomes if isinstance(one, Refusal)]


async def verify_promises(url: str) -> None:
    """What must hold of any database at any time: chains, sequences, numbers, names and tallies."""
    heads = {head.id: head for head in await entities(url, Head)}
    users: list[User] = await entities(url, User)
    _verify_chains(await entities(url, Event), heads)
    await _verify_numbers(url, heads)
    for tenant, head in heads.items():
        inside = [user for user in users if user.tenant == tenant]
        counted = (len(inside), sum(user.active and user.administrator for user in inside))

        assert (head.users, head.administrators) == counted
    assert await census_of(url) == counted_anew(users)

    names: list[LoginName] = await entities(url, LoginName)

    assert {(user.tenant, user.id, user.username) for user in users} == {
        (name.tenant, name.user, name.value) for name in names if name.kind == "username"
    }


async def census_of(url: str) -> tuple[Counter[Any], Counter[Any]]:
    """What the census says: users by tenant, role, home, whether active and kind; and by block and whether active."""
    sorts = await selected(url, "SELECT tenant, role, home, active, kind, users FROM census WHERE users <> 0")
    blocks = await selected(url, "SELECT tenant, block, active, users FROM census_blocks WHERE users <> 0")
    by_sort, by_block = (Counter({row[:-1]: row[-1] for row in rows}) for rows in (sorts, blocks))
    return by_sort, by_block


def counted_anew(users: Sequence[User]) -> tuple[Counter[Any], Counter[Any]]:
    """As `census_of`, of these users."""
    sorts = Counter(
        (user.tenant, role, user.home, int(user.active), user.kind) for user in users for role in ("", *user.roles)
    )
    return sorts, Counter((user.tenant, user.number // BLOCK, int(user.active)) for user in users)


def _verify_chains(events: list[Event], heads: dict[str, Head]) -> None:
    ends = dict.fromkeys(heads, (0, FIRST_LINK))
    for event in events:
        sequence, link = ends[event.tenant]
        expected = (sequence + 1, link_after(link, event))

        assert (event.sequence, event.link) == expected
        ends[event.tenant] = expected

    assert {tenant: (head.sequence, head.link) for tenant, head in heads.items()} == ends


async def _verify_numbers(url: str, heads: dict[str, Head]) -> None:
    drawn = Counter[tuple[str, int]]()
    for table in ("units", "users", "api_keys", "address_rules"):
        drawn.update((tenant, number) for tenant, number in await selected(url, f"SELECT tenant, number FROM {table}"))
    for tenant in heads.keys() - {INSTALLATION}:
        numbers = [number for owner, number in drawn if owner == tenant]

        assert max(numbers, default=0) < heads[tenant].next_number

    assert [number for number, times in drawn.items() if times > 1] == []


async def numbers_of(url: str, tenant: str) -> list[int]:
    """The numbers that the tenant's units, users and keys have, in order."""
    units, users = await entities(url, Unit), await entities(url, User)
    keys = await selected(url, "SELECT tenant, number FROM api_keys")
    named = [(it.tenant, it.number) for it in (*units, *users)] + keys
    return sorted(number for owner, number in named if owner == tenant)
