"""`muster scim log`: what came over connections, why it was refused, and what of it is not told."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, Popen

import httpx
import pytest

from tests.apis.scim.caller import Caller, connected
from tests.support.commands import command, told
from tests.support.live import LiveMuster, running_muster

PATIENCE = 30.0


@pytest.fixture
def own(tmp_path: Path) -> Iterator[LiveMuster]:
    """A Muster that can be stopped."""
    with running_muster(tmp_path / "var", database_url=f"sqlite:///{tmp_path / 'muster.db'}") as muster:
        yield muster


def log(muster: LiveMuster, *words: str) -> str:
    finished = command(muster, "scim", "log", *words)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def awaited(muster: LiveMuster, wanted: str, *words: str) -> str:
    """The log, once this is in it."""
    deadline = time.monotonic() + PATIENCE
    while wanted not in (found := log(muster, *words)):
        assert time.monotonic() < deadline, found
    return found


def test_it_tells_what_came_from_whom_and_why_it_was_refused(
    muster: LiveMuster, admin: Caller, client: httpx.Client
) -> None:
    okta = connected(muster, client, "okta", "--name", "okta to be read")
    okta.post("/Schemas", {"a": 1}, user_agent="Okta SCIM Client 1.0.0")
    refused = okta.get("/Users/none/such?x=1")
    admin.get("/Schemas")
    lines = awaited(muster, refused.headers["x-request-id"], "--connection", "OKTA TO BE READ").splitlines()

    assert len(lines) == 4
    assert " okta to be read POST /Schemas 405 " in lines[0]
    assert lines[0].endswith("127.0.0.1 Okta SCIM Client 1.0.0")
    assert lines[1].strip() == "the endpoint takes GET"
    assert " GET /Users/none/such?x=1 404 " in lines[2]
    assert lines[3].strip() == "there is no such endpoint"


def test_tokens_are_nowhere_in_it_nor_in_the_database(own: LiveMuster) -> None:
    with own.client() as client:
        caller = Caller(client, own.bootstrap.token)
        last = caller.get(f"/Nothing?access_token={caller.token}").headers["x-request-id"]
    told_ = awaited(own, last, "--bodies")
    own.stop()
    kept = b"".join(path.read_bytes() for path in own.data.parent.glob("muster.db*"))

    assert own.bootstrap.token not in told_
    assert "GET /Nothing?(blanked) 404" in told_
    assert own.bootstrap.token.encode() not in kept


def test_it_survives_the_end_of_the_server(own: LiveMuster) -> None:
    with own.client() as client:
        last = Caller(client, own.bootstrap.token).get("/Schemas").headers["x-request-id"]
    own.stop()

    assert last in log(own)


def test_who_was_not_identified_is_in_no_log(own: LiveMuster) -> None:
    with own.client() as client:
        Caller(client, "forged").get("/Nothing-forged")
        Caller(client, None).get("/Schemas?open")
    own.stop()

    assert log(own) == ""


def test_an_application_has_one_too(own: LiveMuster) -> None:
    pair = f"{own.bootstrap.application},{own.bootstrap.shared_secret}"
    with own.client() as client:
        Caller(client, pair).get("/Nothing")
    own.stop()

    assert " first application GET /Nothing 404 " in log(own, "--connection", "first application")
    assert own.bootstrap.shared_secret not in log(own, "--bodies")


def test_each_tenant_reads_its_own(own: LiveMuster) -> None:
    other = told(own, "tenant", "add", "Elsewhere")
    with own.client() as client:
        Caller(client, other["scim"]["token"]).get("/Theirs")
        Caller(client, own.bootstrap.token).get("/Ours")
    own.stop()
    ours, theirs = log(own), log(own, "--tenant", "Elsewhere")

    assert ("/Ours" in ours, "/Theirs" in ours) == (True, False)
    assert ("/Ours" in theirs, "/Theirs" in theirs) == (False, True)


def test_it_follows_what_comes(own: LiveMuster) -> None:
    # Whoever runs the tests in the background has them started with interrupts ignored.
    heeding = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    started = heeding + "runpy.run_module('muster', run_name='__main__', alter_sys=True)"
    words = [sys.executable, "-c", started, "scim", "log", "--follow", "--lines", "1"]
    with own.client() as client, Popen(words, env=own._environment(), stdout=PIPE, text=True) as following:
        caller = Caller(client, own.bootstrap.token)
        caller.get("/Followed")
        assert following.stdout is not None
        first = following.stdout.readline()
        following.send_signal(signal.SIGINT)
        try:
            status = following.wait(PATIENCE)
        finally:
            following.kill()

    assert " GET /Followed 404 " in first
    assert status == 130


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--lines", "0"], 2),
        (["--lines", "1001"], 2),
        (["--lines", "x"], 2),
        (["--connection", "none such"], 1),
        (["--tenant", "none such"], 1),
        (["--connection", "first connection"], 0),
    ],
)
def test_wrong_commands_are_refused(muster: LiveMuster, words: list[str], status: int) -> None:
    assert command(muster, "scim", "log", *words).returncode == status
