"""Settings into a running application: each part is made here, once, and handed what it needs."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from muster.apis.certcentral.routes import certcentral
from muster.app.bootstrap import Credentials, bootstrap
from muster.app.sources import MachineSources, Sealer, new_secret
from muster.core.directory import Directory
from muster.settings import Settings, SettingsWrong
from muster.store.database import Database, DatabaseStore, database_at
from muster.store.migrations.run import migrate
from muster.store.session import DatabaseFailed
from muster.web.addresses import ClientAddress, Network, networks
from muster.web.health import health
from muster.web.logs import RequestLog
from muster.web.mounts import Mounts
from muster.web.routes import Surroundings


@dataclass(frozen=True, slots=True)
class Installation:
    """A directory with what it stands on, opened; for the server and for commands beside it."""

    settings: Settings
    store: DatabaseStore
    sources: MachineSources
    sealer: Sealer
    directory: Directory


@asynccontextmanager
async def installation(settings: Settings) -> AsyncIterator[Installation]:
    """Open the directory of these settings, and close it in good order. The tables must be there (`prepare`)."""
    store = DatabaseStore(_database(settings))
    sealer = Sealer(settings.secret_key)
    sources = MachineSources(sealer)
    await store.open()
    try:
        yield Installation(settings, store, sources, sealer, Directory(store, sources))
    finally:
        await store.close()


def prepare(settings: Settings) -> None:
    """Bring the tables to the newest shape."""
    _database(settings)
    migrate(settings.database_url)


def _database(settings: Settings) -> Database:
    try:
        return database_at(settings.database_url)
    except ValueError as error:
        raise SettingsWrong(f"MUSTER_DATABASE_URL: {error}") from error


def _trusted(settings: Settings) -> tuple[Network, ...]:
    try:
        return networks(settings.trusted_proxies)
    except ValueError as error:
        raise SettingsWrong(f"MUSTER_TRUSTED_PROXIES: {error}") from error


def request_ids() -> Callable[[], str]:
    """Ids that tell requests apart across nodes and restarts, at the price of a counter."""
    prefix, numbers = new_secret().text[:10], count(1)
    return lambda: f"{prefix}-{next(numbers):x}"


def application(settings: Settings, on_bootstrap: Callable[[Credentials], None]) -> Mounts:
    """The server's ASGI application. It opens the directory when it starts and closes it when it ends."""
    store = DatabaseStore(_database(settings))
    sealer = Sealer(settings.secret_key)
    sources = MachineSources(sealer)
    directory = Directory(store, sources)
    around = Surroundings(
        directory,
        ClientAddress(_trusted(settings)),
        RequestLog(sys.stderr, sources.now, enabled=settings.log_level in ("debug", "info")),
        request_ids(),
        time.monotonic,
        sources.now,
    )

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        await store.open()
        try:
            made = await bootstrap(directory, sources, settings.data)
            if made is not None:
                on_bootstrap(made)
            yield
        finally:
            await store.close()

    async def is_ready() -> bool:
        try:
            await store.check()
        except DatabaseFailed:
            return False
        return True

    mounts = {"/services/v2": certcentral(around, limited=settings.rate_limits)}
    return Mounts(mounts, health(is_ready), lifespan)
