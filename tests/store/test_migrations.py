"""Migrations: from nothing to what `store.tables` says, once, whoever else does the same at that moment."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from muster.store.migrations.run import migrate
from muster.store.tables import METADATA
from tests.support.kept import selected, snapshot
from tests.support.world import opened


def differences(connection: Connection) -> list[Any]:
    """What Alembic would change for the database to be as the tables say."""
    # The index of substrings is each database's own, and no table of entities.
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("search_"),
        "include_object": lambda _object, name, kind, _found, _other: kind != "index" or not is_sorted_its_way(name),
    }
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, METADATA))


def is_sorted_its_way(index: str) -> bool:
    """Whether an index says where nulls go, which Alembic cannot compare; the tests below do, word for word."""
    return index in {f"ix_users_tenant_{it}_number" for it in ("email_folded", "given_folded", "family_folded")} | {
        "ix_users_tenant_last_login_at_number"
    }


async def compared(url: str) -> list[Any]:
    if url.startswith("sqlite"):
        engine = create_engine(url)
        try:
            with engine.connect() as connection:
                return differences(connection)
        finally:
            engine.dispose()
    server = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
    try:
        async with server.connect() as connection:
            return await connection.run_sync(differences)
    finally:
        await server.dispose()


INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' "
    "AND name NOT LIKE '%search\\_%' ESCAPE '\\' ORDER BY name",
    "postgresql": "SELECT indexname, regexp_replace(indexdef, ' ON (public\\.)?', ' ON ') FROM pg_indexes "
    "WHERE schemaname = 'public' AND indexname NOT LIKE 'alembic%' AND indexname NOT LIKE '%search\\_%' "
    "ORDER BY indexname",
}


async def test_the_migrated_tables_are_those_that_the_store_knows(database_url: str) -> None:
    await asyncio.to_thread(migrate, database_url)

    assert await compared(database_url) == []


async def test_a_difference_would_be_found(database_url: str) -> None:
    await asyncio.to_thread(migrate, database_url)
    for statement in ("DROP INDEX ix_users_tenant_number", "ALTER TABLE units DROP COLUMN created_at"):
        if database_url.startswith("sqlite"):
            await selected(database_url, statement)
        else:
            connection = await asyncpg.connect(database_url)
            await connection.execute(statement)
            await connection.close()

    assert {difference[0] for difference in await compared(database_url)} == {"add_index", "add_column"}


async def test_keys_clusters_and_partial_indexes_are_as_if_made_from_the_tables(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Word for word, since Alembic's comparison sees none of these on SQLite."""
    other = f"sqlite:///{tmp_path / 'other.db'}"
    engine = create_engine(other)
    METADATA.create_all(engine)
    engine.dispose()
    await asyncio.to_thread(migrate, sqlite_url)
    migrated, made = [
        {name: normal(sql) for name, sql in await selected(url, INDEXES["sqlite"])} for url in (sqlite_url, other)
    ]

    assert migrated == made


def normal(sql: str) -> list[str]:
    """The statement's parts, in no order and without the quoting of names."""
    return sorted(part.strip() for part in sql.replace('"', "").replace("\t", "").replace("\n", "").split(","))


async def test_indexes_are_as_if_made_from_the_tables(postgresql_url: str) -> None:
    await asyncio.to_thread(migrate, postgresql_url)
    migrated = await selected(postgresql_url, INDEXES["postgresql"])
    connection = await asyncpg.connect(postgresql_url)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(postgresql_url))
    async with engine.begin() as server:
        await server.run_sync(METADATA.create_all)
    await engine.dispose()

    assert await selected(postgresql_url, INDEXES["postgresql"]) == migrated


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    async with opened(database_url) as world:
        await world.realm()
        before = await snapshot(database_url)
        for _ in range(2):
            await asyncio.to_thread(migrate, database_url)

    assert await snapshot(database_url) == before


async def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    program = "import sys; from muster.store.migrations.run import migrate; migrate(sys.argv[1])"
    processes = [
        subprocess.Popen([sys.executable, "-c", program, database_url], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = [(await asyncio.to_thread(process.communicate))[1] for process in processes]

    assert [(process.returncode, text) for process, text in zip(processes, told, strict=True)] == [(0, "")] * 4
    assert await compared(database_url) == []
    assert await selected(database_url, "SELECT id FROM heads") == [("",)]


async def test_a_url_with_options_is_understood_by_migration_and_store_alike(postgresql_url: str) -> None:
    async with opened(f"{postgresql_url}?sslmode=disable&application_name=muster") as world:
        realm = await world.realm()
        view = await world.directory.identify(realm.administrator.secret)

    assert view.tenant == realm.id
