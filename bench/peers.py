"""PyPI's scim2-server beside Muster: the same requests, from the same load generator on the same core, in the same run.

It keeps its users in memory, asks for no credential, and writes no trail and no log; so each of its lines is for less
than Muster's. It is served as Muster is, by uvicorn with uvloop and httptools in one process.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import httpx

from bench.load import Workload
from bench.processes import SERVER_CORE, Usage, can_pin, pin, usage_of
from bench.rounds import ALONE, MODEST, TOGETHER, Measured, take
from bench.samples import Present
from bench.workloads_scim import Provider, ScimCreates, ScimList, scim_by_id, scim_by_user_name, scim_person
from tests.support.processes import die_with_parent, free_port, stop

PEER = "scim2-server"
MEMORY = "(memory)"
USERS = 1_000
"""How many users it has at the beginning of each round. It looks through all of them for a list."""

READY_SECONDS = 20.0


def application() -> Any:
    """The peer as its documentation has it made, for uvicorn."""
    memory, asgi, utils = (import_module(f"scim2_server.{name}") for name in ("memory", "applications.asgi", "utils"))
    return asgi.ASGIApplication(memory.AsyncInMemoryStorage(), utils.load_default_provider())


@dataclass(frozen=True)
class Running:
    """The peer, with people in it."""

    process: subprocess.Popen[bytes]
    port: int
    people: tuple[Present, ...]


class Peer:
    """Takes the peer through its rounds, each with a process of its own, so that it always has as many users.

    `failure` says why it is not measured, where it is not.
    """

    database = MEMORY

    def __init__(self, seconds: float, *, is_wanted: bool = True) -> None:
        self._seconds = seconds
        self.lines: list[Measured] = []
        self.failure = None if find_spec("scim2_server") else "it is not installed"
        if not is_wanted:
            self.failure = "only other lines were asked for"

    def once(self) -> None:
        """One round."""
        if self.failure is not None:
            return
        try:
            with _running() as running:
                for at, (workload, connections) in enumerate(_loads(running)):
                    if at == len(self.lines):
                        self.lines.append(Measured(MEMORY, workload.name, connections))
                    take(self.lines[at], workload, running.port, lambda: self._usage(running), self._seconds)
        except (httpx.HTTPError, RuntimeError) as error:
            self.failure = f"it could not be started and filled: {error}"

    def says(self) -> str:
        """What its lines are about."""
        if self.failure is not None:
            return f"{MEMORY:<11} {PEER} is not measured: {self.failure}"
        return f"{MEMORY:<11} {PEER} {version(PEER)} has {USERS:,} users, in memory, and asks for no credential"

    @staticmethod
    def _usage(running: Running) -> Usage:
        return usage_of(running.process.pid, None)


def _loads(running: Running) -> Iterator[tuple[Workload, int]]:
    provider = Provider("none", "/v2", f"{PEER}: {{}}")
    yield scim_by_id(provider, running.people), TOGETHER
    yield scim_by_user_name(provider, running.people), TOGETHER
    yield ScimList(provider), ALONE
    yield ScimList(provider), MODEST
    yield ScimCreates(provider, "provisioned"), TOGETHER


@contextmanager
def _running() -> Iterator[Running]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "bench.peers:application", "--port", str(port)]
    quiet = ["--log-level", "error", "--no-access-log", "--loop", "uvloop", "--http", "httptools"]
    process = subprocess.Popen([*command, *quiet], stdin=subprocess.DEVNULL, preexec_fn=die_with_parent(signal.SIGKILL))
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/v2", trust_env=False) as client:
            _wait(process, client)
            if can_pin():
                pin(process.pid, SERVER_CORE)
            yield Running(process, port, tuple(_present(client, number) for number in range(USERS)))
    finally:
        stop(process, signal.SIGTERM)


def _wait(process: subprocess.Popen[bytes], client: httpx.Client) -> None:
    until = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            client.get("/ServiceProviderConfig").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"no answer (exit status {process.poll()})")


def _present(client: httpx.Client, number: int) -> Present:
    username = f"present-{number}@example.com"
    answer = client.post("/Users", content=json.dumps(scim_person(username)))
    answer.raise_for_status()
    return Present(answer.json()["id"], number, username, "Valentine", username)
