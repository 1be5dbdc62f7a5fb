"""Looking things up in SQLite, which keeps no figures about its tables: by the index of what is looked up, always."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import apsw
import pytest

from muster.core.entity import Columns, Entity
from muster.store.migrations.run import migrate
from muster.store.rows import LAYOUTS
from muster.store.sqlite import STATEMENTS

WAYS = [
    pytest.param(kind, columns, id=f"{kind.__name__} by {' and '.join(columns)}")
    for kind in LAYOUTS
    for columns in (kind.KEY, *kind.UNIQUE, *kind.MANY)
    if columns != ("installation",)
]
"""Every way in which the rules look for entities. What an installation has of tenants is few, and read as a whole."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> apsw.Connection:
    """A migrated database with nothing in it."""
    path: Path = tmp_path_factory.mktemp("lookups") / "muster.db"
    asyncio.run(asyncio.to_thread(migrate, f"sqlite:///{path}"))
    return apsw.Connection(str(path))


@pytest.mark.parametrize(("kind", "columns"), WAYS)
def test_whatever_is_looked_up_is_found_by_all_that_it_is_looked_up_by(
    database: apsw.Connection, kind: type[Entity], columns: Columns
) -> None:
    statements = STATEMENTS[kind]
    # An index that is unique by less than the key leads to one row all the same.
    wanted = {columns, ("id",)} if columns == kind.KEY else {columns}
    for statement in (statements.one(columns), statements.several(columns)):
        plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * statement.count("?")).fetchall()

        assert tuple(re.findall(r"(\w+)=\?", str(plan[-1][3]))) in wanted
