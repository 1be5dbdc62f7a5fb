"""Settings into a running application: each part is made here, once, and handed what it needs."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count

from starlette.types import ASGIApp

from muster.apis.certcentral.routes import certcentral
from muster.apis.idaas.routes import idaas
from muster.apis.scim.exchanges import recorder
from muster.apis.scim.routes import scim
from muster.app.bootstrap import BLUEPRINT, Credentials, bootstrap
from muster.app.sources import MachineSources, Sealer, new_secret
from muster.console.password import password_page
from muster.core.directory import Directory
from muster.settings import Settings, SettingsWrong
from muster.store.chores import Upkeep
from muster.store.database import Database, DatabaseStore, database_at
from muster.store.migrations.run import migrate
from muster.store.session import DatabaseFailed
from muster.trail.exchanges import ExchangeLog
from muster.trail.notes import Notes
from muster.trail.outbox import Delivery, Means
from muster.trail.post import MailServer
from muster.trail.uses import UseLog
from muster.web.addresses import ClientAddress, Network, networks
from muster.web.cookies import Cookies
from muster.web.cors import Cors, origins
from muster.web.health import health
from muster.web.logs import RequestLog
from muster.web.mounts import Mounts
from muster.web.routes import Surroundings
from muster.web.sites import Site


@dataclass(frozen=True, slots=True)
class Installation:
    """A directory with what it stands on, opened; for the server and for commands beside it."""

    settings: Settings
    store: DatabaseStore
    sources: MachineSources
    sealer: Sealer
    directory: Directory


def _parts(settings: Settings) -> Installation:
    store = DatabaseStore(_database(settings))
    sealer = Sealer(settings.secret_key)
    sources = MachineSources(sealer)
    return Installation(settings, store, sources, sealer, Directory(store, sources, BLUEPRINT))


@asynccontextmanager
async def _opened(here: Installation) -> AsyncIterator[Installation]:
    await here.store.open()
    try:
        yield here
    finally:
        await here.store.close()


def installation(settings: Settings) -> AbstractAsyncContextManager[Installation]:
    """Open the directory of these settings, and close it in good order. The tables must be there (`prepare`)."""
    return _opened(_parts(settings))


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


def _origins(settings: Settings) -> frozenset[str]:
    try:
        return origins(settings.cors_origins)
    except ValueError as error:
        raise SettingsWrong(f"MUSTER_CORS_ORIGINS: {error}") from error


def request_ids() -> Callable[[], str]:
    """Ids that tell requests apart across nodes and restarts, at the price of a counter."""
    prefix, numbers = new_secret().text[:10], count(1)
    return lambda: f"{prefix}-{next(numbers):x}"


def application(settings: Settings, on_bootstrap: Callable[[Credentials], None]) -> Mounts:
    """The server's ASGI application. It opens the directory when it starts and closes it when it ends."""
    here = _parts(settings)
    addresses, shared_with = ClientAddress(_trusted(settings)), _origins(settings)
    is_secure = settings.tls_cert is not None or settings.public_url.startswith("https:")
    around = Surroundings(
        here.directory,
        addresses,
        RequestLog(sys.stderr, here.sources.now, enabled=settings.log_level in ("debug", "info")),
        request_ids(),
        time.monotonic,
        here.sources.now,
        cors=Cors(shared_with),
        cookies=Cookies(secure=is_secure, crossing=bool(shared_with)),
        site=_site(settings),
    )
    exchanges = ExchangeLog(here.directory)
    provisioning = scim(around, recorder(exchanges.note))
    mounts: dict[str, ASGIApp] = {
        "/services/v2": certcentral(around, limited=settings.rate_limits),
        "/api/web": idaas(around),
        "/api/web/scim/v2": provisioning,
        "/scim/v2": provisioning,
        "/password": password_page(here.directory, addresses),
    }
    tasks: list[Notes | Upkeep | Delivery] = [UseLog(here.directory), exchanges, here.store.indexer, here.store.sweeper]
    delivery = _delivery(here)
    if delivery is not None:
        tasks.append(delivery)
    return Mounts(mounts, health(lambda: _is_ready(here.store)), lambda: _lifespan(here, tasks, on_bootstrap))


def _site(settings: Settings) -> Site:
    given = settings.public_url if settings.is_public_url_given else None
    return Site(given, settings.public_url, secure=settings.tls_cert is not None)


@asynccontextmanager
async def _lifespan(
    here: Installation, tasks: Sequence[Notes | Upkeep | Delivery], on_bootstrap: Callable[[Credentials], None]
) -> AsyncIterator[None]:
    async with _opened(here):
        made = await bootstrap(here.directory, here.sources, here.settings.data)
        if made is not None:
            on_bootstrap(made)
        for task in tasks:
            task.start()
        try:
            yield
        finally:
            for task in tasks:
                await task.stop()


def _delivery(here: Installation) -> Delivery | None:
    settings = here.settings
    if settings.smtp_url is None:
        return None
    try:
        server = MailServer.at(settings.smtp_url)
        means = Means(server, settings.mail_from, settings.public_url, here.sealer, here.sources.now)
        return Delivery(here.directory, here.store.history, means)
    except ValueError as error:
        raise SettingsWrong(f"mail cannot be delivered with these settings: {error}") from None


async def _is_ready(store: DatabaseStore) -> bool:
    try:
        await store.check()
    except DatabaseFailed:
        return False
    return True
