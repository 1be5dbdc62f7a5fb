"""Attribute values from before they were compared: the step to 0006 says of each what it is compared by."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from muster.core.attributes import AttributeValue, folded_value
from muster.store.migrations import run
from tests.support.kept import entities, selected

BEFORE = "0005"
VALUES = ["Stra\u00dfe 1", "x" * 1024, "\U0001f600" * 1024, "", *(f"Number {number}" for number in range(2_000))]


def older(connection: Connection) -> None:
    """The tables as they were, with values in them."""
    config = Config()
    config.set_main_option("script_location", str(Path(run.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)
    insert = text(
        'INSERT INTO attribute_values (id, tenant, "user", attribute, value, "unique", changed_at) '
        "VALUES (:id, 'tenant', :user, 'attribute', :value, NULL, 7)"
    )
    rows = [{"id": f"v{place}", "user": f"u{place}", "value": value} for place, value in enumerate(VALUES)]
    connection.execute(insert, rows)


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


async def test_values_of_before_are_compared_like_those_of_after(database_url: str) -> None:
    await made_older(database_url)

    await asyncio.to_thread(run.migrate, database_url)

    kept: list[AttributeValue] = await entities(database_url, AttributeValue)
    assert {value.value: value.folded for value in kept} == {value: folded_value(value) for value in VALUES}
    assert {(value.tenant, value.attribute, value.changed_at) for value in kept} == {("tenant", "attribute", 7)}
    assert await selected(database_url, "SELECT * FROM gone_attributes") == []
