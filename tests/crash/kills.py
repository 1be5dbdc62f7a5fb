"""The ways to crash: Muster under load, Muster while it starts for the first time, and PostgreSQL under Muster."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.crash.checks import findings
from tests.crash.creates import RememberedCreates, create_until
from tests.crash.databases import CrashingPostgres, kill_family, rows
from tests.support.live import LiveMuster

CONNECTIONS = 64
LOAD_SECONDS = (0.02, 0.5)
FIRST_START_SECONDS = (0.05, 1.0)
RECOVERY_SECONDS = 30.0


@dataclass
class Tally:
    """What a campaign has seen so far."""

    kills: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    findings: list[str] = field(default_factory=list)

    def add(self, creates: RememberedCreates, found: list[str]) -> None:
        self.kills += 1
        self.acknowledged += len(creates.acknowledged)
        self.unanswered += len(creates.unanswered)
        self.findings += found

    def __str__(self) -> str:
        verdict = f"{len(self.findings)} FINDINGS" if self.findings else "nothing lost, nothing half-done"
        return f"{self.kills} kills, {self.acknowledged} acknowledged, {self.unanswered} unanswered: {verdict}"


def kill(muster: LiveMuster) -> None:
    """SIGKILL for the server and all that it has started."""
    kill_family(muster.pid)
    muster.kill()


def kill_under_load(muster: LiveMuster, url: str, tally: Tally) -> None:
    """Kill a running server at a random moment, start it again over the same data, and look."""
    key, seconds = muster.bootstrap.api_key, random.uniform(*LOAD_SECONDS)
    creates = create_until(muster.port, key, CONNECTIONS, seconds, lambda: kill(muster))
    muster.start()
    with _client(muster, key) as client:
        tally.add(creates, findings(url, client, creates))


def kill_at_first_start(home: Path, new_database: Callable[[], str], tally: Tally) -> None:
    """Kill a server somewhere in its first start; the second one must lead to one tenant, whose key is known."""
    url = new_database()
    muster = LiveMuster(home, url)
    try:
        _begin(muster)
        time.sleep(random.uniform(*FIRST_START_SECONDS))
        kill(muster)
        muster.port = 0
        muster.start()
        with _client(muster, muster.bootstrap.api_key) as client:
            creates = create_until(muster.port, muster.bootstrap.api_key, 1, 0)
            found = findings(url, client, creates)
        if len(rows(url, "tenants")) != 1:
            found.append(f"{len(rows(url, 'tenants'))} tenants after a first start that was cut off")
        tally.add(creates, found)
    finally:
        muster.stop()


def _begin(muster: LiveMuster) -> None:
    """Start it without waiting for anything."""
    muster.process = muster._launch()


def kill_database_under_load(muster: LiveMuster, server: CrashingPostgres, url: str, tally: Tally) -> None:
    """Kill PostgreSQL under a running server, start it again, and look once the server has found back to it."""
    key, seconds = muster.bootstrap.api_key, random.uniform(*LOAD_SECONDS)
    creates = create_until(muster.port, key, CONNECTIONS, seconds, server.kill, server.restart)
    with _client(muster, key) as client:
        found = [] if _recovers(client) else [f"Muster was not ready {RECOVERY_SECONDS:g} s after PostgreSQL was"]
        tally.add(creates, found + findings(url, client, creates))


def _recovers(client: httpx.Client) -> bool:
    until = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < until:
        if client.get("/readyz").status_code == httpx.codes.OK:
            return True
        time.sleep(0.1)
    return False


def _client(muster: LiveMuster, key: str) -> httpx.Client:
    client = muster.client(X_DC_DEVKEY=key)
    client.timeout = httpx.Timeout(RECOVERY_SECONDS)
    return client
