"""Bringing a database to the newest shape: all steps in one transaction, one process at a time."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import apsw
import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from muster.store.database import SQLITE
from muster.store.session import DatabaseFailed
from muster.store.sqlite import LOCK_PATIENCE

# Any number, as long as every node of every version asks for the same one.
_ADVISORY_LOCK = 0x6D757374


def migrate(url: str) -> None:
    """Bring the database at this URL to the newest shape. Safe for several processes at once.

    Raises `DatabaseFailed` where it cannot be reached.
    """
    try:
        if url.startswith(SQLITE):
            _migrate_sqlite(url)
        else:
            asyncio.run(_migrate_postgresql(url))
    except (OSError, SQLAlchemyError, apsw.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseFailed(str(error)) from error


def _migrate_sqlite(url: str) -> None:
    path = Path(url.removeprefix(SQLITE))
    path.parent.mkdir(parents=True, exist_ok=True)
    if _is_newest(path):
        return
    # Through Python's own library, which no store of this process may have met: this file has not been opened yet.
    engine = create_engine(url, connect_args={"isolation_level": None, "timeout": 60})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("PRAGMA synchronous=FULL")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _upgrade(connection)
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()


def _is_newest(path: Path) -> bool:
    """Whether there is nothing to do, which is looked at through the store's library: another store may be open."""
    with closing(apsw.Connection(str(path))) as connection:
        connection.set_busy_timeout(LOCK_PATIENCE)
        try:
            versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        except apsw.SQLError:
            # There is no such table yet.
            return False
    return versions == [(_newest(),)]


async def _migrate_postgresql(url: str) -> None:
    # The driver reads the URL itself, as it does for the store: its options are not SQLAlchemy's.
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = _config()
    if MigrationContext.configure(connection).get_current_revision() == _newest():
        return
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()
