"""Changing what is kept behind the directory's back, as somebody who has the database could."""

import asyncpg

from tests.support.sqlite import SQLITE, opened


async def tamper(url: str, *statements: str) -> None:
    """Run statements on the database, all in one transaction."""
    if url.startswith(SQLITE):
        with opened(url) as database, database:
            for statement in statements:
                database.execute(statement)
        return
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        for statement in statements:
            await connection.execute(statement)
    await connection.close()
