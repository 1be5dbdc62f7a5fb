"""One live Muster on each kind of database for all tests of the APIs; whoever needs another start makes his own."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import requests

from tests.apis.certcentral.caller import Caller as CertCentralCaller
from tests.apis.certcentral.caller import first_caller
from tests.apis.idaas.caller import Caller as IdaasCaller
from tests.apis.ledger import Ledger
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
    """The URL of the database that all tests of the APIs share."""
    yield from _database(request, tmp_path_factory.mktemp("apis"))


@pytest.fixture(scope="session")
def muster(kept_at: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveMuster]:
    """The live Muster over it."""
    with running_muster(tmp_path_factory.mktemp("live") / "var", database_url=kept_at) as muster:
        yield muster


@pytest.fixture(scope="module")
def lone_muster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveMuster]:
    """A Muster for one file of tests alone: for those that change everything there at random."""
    with running_muster(tmp_path_factory.mktemp("lone") / "var") as muster:
        yield muster


@pytest.fixture(scope="module")
def connections() -> Iterator[requests.Session]:
    """Connections for requests that schemathesis makes."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="session")
def client(muster: LiveMuster) -> Iterator[httpx.Client]:
    """Connections to it, without any header of their own."""
    with httpx.Client(base_url=muster.url, timeout=30, trust_env=False) as client:
        client.headers.clear()
        yield client


@pytest.fixture(scope="session")
def ledger(muster: LiveMuster, kept_at: str) -> Iterator[Ledger]:
    """What the database holds."""
    with Ledger(kept_at) as ledger:
        yield ledger


@pytest.fixture(scope="session")
def certcentral_admin(muster: LiveMuster, client: httpx.Client) -> CertCentralCaller:
    """The administrator that the first start made, through CertCentral."""
    return first_caller(client, muster.bootstrap.api_key)


@pytest.fixture(scope="session")
def application(muster: LiveMuster) -> tuple[str, str]:
    """Id and secret of the application that the first start made."""
    return muster.bootstrap.application, muster.bootstrap.shared_secret


@pytest.fixture(scope="session")
def idaas_admin(client: httpx.Client, application: tuple[str, str]) -> IdaasCaller:
    """That application, with a session of the Administration API."""
    return IdaasCaller(client, None).signed_in(*application)
