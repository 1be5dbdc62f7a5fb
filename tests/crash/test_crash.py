"""The short form of `script/crash`: a few kills of every kind."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.databases import crashing_postgres
from tests.crash.kills import Tally, kill_at_first_start, kill_database_under_load, kill_under_load
from tests.crash.traced import has_strace, traced_creates
from tests.support.live import LiveMuster, running_muster

KILLS = 2
TRACED_SECONDS = 0.3

pytestmark = pytest.mark.live


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory for a server's data; a trace in it would be too large to be kept."""
    with tempfile.TemporaryDirectory(prefix="muster-crash-") as directory:
        yield Path(directory) / "var"


def test_a_server_killed_under_load_loses_nothing_and_keeps_nothing_half_done(
    live_muster: LiveMuster, database_url: str
) -> None:
    tally = Tally()
    for _ in range(KILLS):
        kill_under_load(live_muster, database_url, tally)

    assert tally.findings == []
    assert tally.acknowledged > 0


def test_a_first_start_that_is_killed_leads_to_one_tenant_with_a_known_key(home: Path, database_url: str) -> None:
    tally = Tally()
    kill_at_first_start(home, lambda: database_url, tally)

    assert tally.findings == []
    assert tally.acknowledged == 1


def test_a_database_that_is_killed_under_a_server_loses_nothing(home: Path) -> None:
    tally = Tally()
    with crashing_postgres() as server:
        url = server.database()
        with running_muster(home, database_url=url) as muster:
            kill_database_under_load(muster, server, url, tally)

    assert tally.findings == []
    assert tally.acknowledged > 0


@pytest.mark.skipif(not has_strace(), reason="strace is not installed, or not allowed here")
def test_no_answer_leaves_before_its_user_is_on_the_disk(home: Path) -> None:
    verdict = traced_creates(home, TRACED_SECONDS)

    assert verdict.violations == []
    assert verdict.is_sound
