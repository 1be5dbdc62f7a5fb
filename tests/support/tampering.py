"""Changing what is kept behind the directory's back, as somebody who has the database could."""

import sqlite3

import asyncpg

SQLITE = "sqlite:///"


async def tamper(url: str, *statements: str) -> None:
    """Run statements on the database, all in one transaction."""
    if url.startswith(SQLITE):
        with sqlite3.connect(url.removeprefix(SQLITE)) as database:
            for statement in statements:
                database.execute(statement)
        database.close()
        return
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        for statement in statements:
            await connection.execute(statement)
    await connection.close()
