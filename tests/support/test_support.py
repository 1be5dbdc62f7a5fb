"""What the other tests stand on, tried by itself."""

import signal
import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from textwrap import dedent

import asyncpg
import httpx
import pytest

from tests.support.live import LiveMuster
from tests.support.mail import Mailbox
from tests.support.postgresql import PostgresServer, database_name
from tests.support.processes import stop
from tests.support.sqlite import opened

MESSAGE = EmailMessage()
MESSAGE["Subject"] = "Für dich"
MESSAGE["From"] = "muster@example.com"
MESSAGE["To"] = "ada@example.com"
MESSAGE.set_content("a text — with a dash")


async def test_a_database_is_empty_and_can_be_written(database_url: str) -> None:
    if database_url.startswith("sqlite:///"):
        with opened(database_url) as database:
            rows = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    else:
        connection = await asyncpg.connect(database_url)
        await connection.execute("CREATE TABLE t (a integer)")
        await connection.execute("DROP TABLE t")
        rows = await connection.fetchrow("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        await connection.close()

    assert tuple(rows or ()) == (0,)


async def test_a_database_starts_as_its_template_and_is_gone_afterwards(postgresql: PostgresServer) -> None:
    with postgresql.database() as template:
        connection = await asyncpg.connect(template)
        await connection.execute("CREATE TABLE t AS SELECT 7 AS a")
        await connection.close()
        with postgresql.database(template=database_name(template)) as copy:
            connection = await asyncpg.connect(copy)
            value = await connection.fetchval("SELECT a FROM t")
            await connection.close()

    assert value == 7
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(copy)


def test_the_mail_server_keeps_what_it_is_sent_and_can_refuse(smtp_server: Mailbox) -> None:
    host, port = smtp_server.url.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port)) as client:
        client.send_message(MESSAGE)
        smtp_server.refusal = "451 come back later"
        with pytest.raises(smtplib.SMTPDataError):
            client.send_message(MESSAGE)
    [delivery] = smtp_server.wait_for(1)

    assert (delivery.sender, delivery.recipients) == ("muster@example.com", ("ada@example.com",))
    assert (delivery.subject, delivery.text.strip()) == ("Für dich", "a text — with a dash")


def test_waiting_for_mail_that_does_not_come_ends(smtp_server: Mailbox) -> None:
    with pytest.raises(TimeoutError, match="0 of 1"):
        smtp_server.wait_for(1, seconds=0.05)


def test_a_server_that_does_not_become_ready_is_reported_with_its_output(tmp_path: Path) -> None:
    muster = LiveMuster(tmp_path / "var", arguments=("--no-such-flag",))

    with pytest.raises(RuntimeError, match="did not become ready"):
        muster.start()


def test_a_process_that_ignores_the_signal_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.processes._GRACE_SECONDS", 0.1)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()

    status = stop(process, signal.SIGTERM)
    process.stdout.close()

    assert status == -signal.SIGKILL


def test_a_live_muster_is_driven_through_start_stop_and_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against a stand-in that only answers /readyz, so that the driver itself is what is tried."""
    stand_in = tmp_path / "stand-in"
    stand_in.mkdir()
    (stand_in / "muster.py").write_text(STAND_IN)
    monkeypatch.setenv("MUSTER_TLS_CERT", "must not reach the server")
    muster = LiveMuster(tmp_path / "var", "sqlite:///x", {"PYTHONPATH": str(stand_in)})

    muster.start()
    first = httpx.get(f"{muster.url}/readyz").json()
    port, killed = muster.port, muster.kill()
    muster.start()
    with muster.client(X_Request_Id="7") as client:
        second = client.get("/readyz").json()
    stopped = muster.stop()

    assert first == second == ["MUSTER_DATA", "MUSTER_DATABASE_URL", "MUSTER_HOST", "MUSTER_PORT", "MUSTER_RATE_LIMITS"]
    assert (muster.port, killed, stopped) == (port, -signal.SIGKILL, -signal.SIGTERM)
    assert muster.bootstrap.api_key == "k"


STAND_IN = dedent("""
    import http.server, json, os, pathlib

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(sorted(n for n in os.environ if n.startswith("MUSTER_"))).encode())

    written = {"certcentral": {"api_key": "k"}, "console": {"username": "u", "password": "p"}}
    written["idaas"] = {"applicationId": "a", "sharedSecret": "s"}
    written["scim"] = {"token": "t"}
    pathlib.Path(os.environ["MUSTER_DATA"], "bootstrap.json").write_text(json.dumps(written))
    http.server.HTTPServer(("127.0.0.1", int(os.environ["MUSTER_PORT"])), Handler).serve_forever()
    """)
