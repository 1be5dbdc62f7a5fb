"""One live Muster on each kind of database for all tests of this API; whoever needs another start makes his own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.apis.certcentral.caller import Caller, first_caller
from tests.apis.certcentral.ledger import Ledger
from tests.apis.certcentral.units import add_division
from tests.support.live import LiveMuster, running_muster
from tests.support.postgresql import PostgresServer


def _database(request: pytest.FixtureRequest, directory: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{directory / 'muster.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgresql")
        with server.database() as url:
            yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kept_at(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the database that all tests of this API share."""
    yield from _database(request, tmp_path_factory.mktemp("certcentral"))


@pytest.fixture(scope="session")
def muster(kept_at: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveMuster]:
    """The live Muster over it."""
    with running_muster(tmp_path_factory.mktemp("live") / "var", database_url=kept_at) as muster:
        yield muster


@pytest.fixture(scope="session")
def client(muster: LiveMuster) -> Iterator[httpx.Client]:
    """Connections to it, without any header of their own."""
    with httpx.Client(base_url=muster.url, timeout=30, trust_env=False) as client:
        client.headers.clear()
        yield client


@pytest.fixture(scope="session")
def admin(muster: LiveMuster, client: httpx.Client) -> Caller:
    """The administrator that the first start made."""
    return first_caller(client, muster.bootstrap.api_key)


@pytest.fixture(scope="session")
def ledger(muster: LiveMuster, kept_at: str) -> Iterator[Ledger]:
    """What the database holds."""
    with Ledger(kept_at) as ledger:
        yield ledger


@pytest.fixture(scope="session")
def root(admin: Caller) -> int:
    """The id of the account's root container."""
    found: int = admin.info(admin.number)["container"]["id"]
    return found


@pytest.fixture(scope="session")
def divisions(admin: Caller, root: int, kept_at: str) -> tuple[int, int]:
    """Two containers below the root."""
    account: int = admin.info(admin.number)["account_id"]
    east = asyncio.run(add_division(kept_at, account, root, "East"))
    west = asyncio.run(add_division(kept_at, account, root, "West"))
    return east, west
