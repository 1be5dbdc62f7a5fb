"""The census: how many users there are of each sort, kept with them, so that nobody has to count a million.

A sort is a home, whether he is active, and his kind: once of all users, and once of those who hold a role, for each
role. Beside that it says how many users the numbers of each block have, by which a page far down a list is found. It is
written in the transaction that changes the users, under the lock of their tenant's head: one statement for each table
and batch. What nobody is counted under any more may stand there as 0.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table

from muster.core.known import Writes
from muster.core.users import User
from muster.store.tables_census import census, census_blocks

if TYPE_CHECKING:
    from muster.store.session import Session

BLOCK = 4_096
"""How many numbers in a row are counted together."""

EVERYBODY = ""
"""What stands for the role where all are counted, whatever they hold."""

Sort = tuple[str, str, bool, str, tuple[str, ...]]
"""Tenant, home, whether active, kind and roles."""

_SORTS = (
    f"SELECT tenant, '{EVERYBODY}', home, active, kind, count(*) FROM users GROUP BY tenant, home, active, kind "
    "UNION ALL SELECT r.tenant, r.role, u.home, u.active, u.kind, count(*) "
    "FROM user_roles r JOIN users u ON u.tenant = r.tenant AND u.number = r.number "
    "GROUP BY r.tenant, r.role, u.home, u.active, u.kind"
)
_BLOCKS = f"SELECT tenant, number / {BLOCK}, active, count(*) FROM users GROUP BY tenant, number / {BLOCK}, active"
_COUNTED = ((census, _SORTS), (census_blocks, _BLOCKS))


def moved(writes: Writes) -> list[tuple[Table, list[Any]]]:
    """What counts in and out whom a batch has made, moved and ended: by table the rows, each with how many to add."""
    sorts, blocks = _moved(writes)
    counted = ((census, _by_role(sorts)), (census_blocks, blocks))
    found = [(table, [(*cell, number) for cell, number in cells.items() if number]) for table, cells in counted]
    return [(table, rows) for table, rows in found if rows]


def _moved(writes: Writes) -> tuple[Counter[Sort], Counter[tuple[Any, ...]]]:
    sorts, blocks = Counter[Sort](), Counter[tuple[Any, ...]]()
    for key, after in writes.after.items():
        before = writes.before[key]
        if before is after:
            continue
        for user, step in ((before, -1), (after, 1)):
            if user is not None:
                sorts[_sort(user)] += step
                blocks[user.tenant, user.number // BLOCK, int(user.active)] += step
    return sorts, blocks


def _sort(user: User) -> Sort:
    return user.tenant, user.home, user.active, user.kind, user.roles


def _by_role(sorts: Counter[Sort]) -> Counter[tuple[Any, ...]]:
    cells = Counter[tuple[Any, ...]]()
    for (tenant, home, active, kind, roles), number in sorts.items():
        for role in (EVERYBODY, *roles):
            cells[tenant, role, home, int(active), kind] += number
    return cells


async def wrong(session: Session) -> int:
    """How many figures of the census are not what counting everybody gives."""
    found = 0
    for table, counted in _COUNTED:
        columns = _columns(table)
        told = f"SELECT {columns} FROM {table.name} WHERE users <> 0"
        # Each in brackets of its own: SQLite would take them all from left to right.
        for one, other in ((counted, told), (told, counted)):
            statement = f"SELECT count(*) FROM (SELECT * FROM ({one}) a EXCEPT SELECT * FROM ({other}) b) c"
            [(differing,)] = await session.fetch(statement, [], long=True)
            found += differing
    return found


async def correct(session: Session) -> int:
    """Count everybody anew where that differs from the census, while nobody writes; how many figures were wrong."""
    heads = await session.fetch("SELECT id FROM heads", [], long=True)
    await session.lock_heads(sorted(row[0] for row in heads))
    found = await wrong(session)
    for table, counted in _COUNTED if found else ():
        columns = _columns(table)
        await session.execute_many(f"DELETE FROM {table.name}", [()])
        await session.execute_many(f"INSERT INTO {table.name} ({columns}) {counted}", [()])
    return found


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def adding(table: Table) -> str:
    """What an INSERT into a table that counts ends with, so that it adds to what is there."""
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    return f"ON CONFLICT ({key}) DO UPDATE SET users = {table.name}.users + excluded.users"
