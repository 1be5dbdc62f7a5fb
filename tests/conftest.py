"""The fixtures that every room of the tests may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live import LiveMuster, running_muster
from tests.support.mail import Mailbox, smtp_mailbox
from tests.support.postgresql import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started when the first test wants it; one for each worker of pytest-xdist."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'muster.db'}"


@pytest.fixture
def postgresql_url(postgresql: PostgresServer) -> Iterator[str]:
    """The URL of a fresh, empty PostgreSQL database, dropped after the test."""
    with postgresql.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, empty database: each test that asks for it runs once on every kind that Muster knows."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def smtp_server() -> Iterator[Mailbox]:
    """A listening mail server; `.url` is for MUSTER_SMTP_URL, `.deliveries` is what has come."""
    with smtp_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def live_muster(tmp_path: Path, database_url: str) -> Iterator[LiveMuster]:
    """A whole Muster, running as a process over each kind of database."""
    with running_muster(tmp_path / "var", database_url=database_url) as muster:
        yield muster
