"""Users from before they were counted, found by marks and aliases, and locked since some moment: what 0006 makes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from muster.store.migrations import run
from tests.support.kept import census_of, selected

BEFORE = "0005"
USERS = 2_500
EXTRAS = {0: "[]", 1: '[["a.flag","false"],["a.text","falsehood"]]', 2: '[["b.flag","true"],["c.flag","false"]]'}


def older(connection: Connection) -> None:
    """The tables as they were, with users in them who were indexed, some of whom have aliases."""
    config = Config()
    config.set_main_option("script_location", str(Path(run.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)
    insert = text(
        "INSERT INTO users (id, tenant, number, kind, username, home, active, sso_only, administrator, created_at, "
        "changed_at, version, roles, scope, extras, username_folded, locked) VALUES (:id, 'tenant', :number, 'person', "
        ":id, 'home', 1, 0, 0, 1, :changed_at, 1, '[]', '[]', :extras, :id, :locked)"
    )
    rows = [
        {
            "id": f"user-{place:04}",
            "number": place,
            "extras": EXTRAS[place % 3],
            "changed_at": place + 7,
            "locked": int(place % 1_000 == 5),
        }
        for place in range(USERS)
    ]
    connection.execute(insert, rows)
    alias = text(
        'INSERT INTO login_names (tenant, folded, "user", id, kind, value) '
        "VALUES ('tenant', :name, :user, :name, :kind, :name)"
    )
    named = [
        {"name": f"{kind}-{number}", "user": f"user-{user:04}", "kind": kind}
        for number, (user, kind) in enumerate([(1, "alias"), (1, "alias"), (2, "alias"), (3, "username")])
    ]
    connection.execute(alias, named)
    connection.execute(text("INSERT INTO search_pending VALUES ('tenant', 'user-0002')"))
    connection.execute(text("INSERT INTO user_roles VALUES ('tenant', 'user-0003', 'role')"))
    connection.execute(text("INSERT INTO user_units VALUES ('tenant', 'user-0004', 'unit')"))
    place = "search_index_rows VALUES (1, 'tenant', 'user-0005')"
    if connection.dialect.name != "sqlite":
        place = "search_index VALUES ('tenant', 'user-0005', '{}')"
    connection.execute(text(f"INSERT INTO {place}"))


async def made_older(url: str) -> None:
    if url.startswith("sqlite"):
        engine = create_engine(url)
        with engine.begin() as connection:
            older(connection)
        engine.dispose()
        return
    server = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
    async with server.begin() as connection:
        await connection.run_sync(older)
    await server.dispose()


async def test_users_of_before_are_found_by_their_marks_and_wait_to_be_found_by_their_aliases(
    database_url: str,
) -> None:
    await made_older(database_url)

    await asyncio.to_thread(run.migrate, database_url)

    marks = sorted(await selected(database_url, 'SELECT tenant, "user", mark, number FROM user_marks'))
    expected = [
        ("tenant", f"user-{place:04}", mark, place)
        for place in range(USERS)
        for mark in {0: [], 1: ["a.flag=false"], 2: ["b.flag=true", "c.flag=false"]}[place % 3]
    ]
    assert marks == expected
    waiting = await selected(database_url, 'SELECT tenant, "user" FROM search_pending ORDER BY "user"')
    assert waiting == [("tenant", "user-0001"), ("tenant", "user-0002")]


async def test_who_was_locked_before_counts_as_locked_since_he_last_changed(database_url: str) -> None:
    await made_older(database_url)

    await asyncio.to_thread(run.migrate, database_url)

    locked = await selected(database_url, "SELECT number, locked_at FROM users WHERE locked_at IS NOT NULL")
    assert sorted(locked) == [(5, 12), (1_005, 1_012), (2_005, 2_012)]


async def test_users_of_before_are_counted_and_looked_for_by_number_and_name_where_they_stand(
    database_url: str,
) -> None:
    await made_older(database_url)

    await asyncio.to_thread(run.migrate, database_url)

    assert await census_of(database_url) == (
        {("tenant", "", "home", 1, "person"): USERS, ("tenant", "role", "home", 1, "person"): 1},
        {("tenant", 0, 1): USERS},
    )
    names = await selected(database_url, "SELECT number FROM login_names ORDER BY number")
    assert names == [(1,), (1,), (2,), (3,)]
    restricted = await selected(database_url, 'SELECT "user", unit, home FROM user_units')
    assert restricted == [("user-0004", "unit", "home")]
    table = "search_index_rows" if database_url.startswith("sqlite") else "search_index"
    placed = await selected(database_url, f"SELECT number, username_folded, email_folded, aliases FROM {table}")
    assert placed == [(5, "user-0005", None, "")]
