"""A whole Muster as a process of its own, on a free port, as a user would run it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support.processes import die_with_parent, free_port, stop, tail

READY_SECONDS = 20.0
_ATTEMPTS = 3


@dataclass(frozen=True)
class Bootstrap:
    """The credentials that Muster writes down at its first start."""

    api_key: str
    username: str
    password: str
    application: str
    shared_secret: str
    token: str


@dataclass
class LiveMuster:
    """A Muster that can be started, stopped, killed and started again over the same data and on the same port.

    `settings` are further environment variables by their full names, such as MUSTER_SMTP_URL.
    """

    data: Path
    database_url: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the server has printed, over all its starts. Beside the data, so that the data hold nothing foreign."""
        return self.data.with_name(self.data.name + ".output")

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError("this Muster has not been started")
        return self.process.pid

    @property
    def bootstrap(self) -> Bootstrap:
        written = json.loads((self.data / "bootstrap.json").read_text())
        console, idaas = written["console"], written["idaas"]
        return Bootstrap(
            written["certcentral"]["api_key"],
            console["username"],
            console["password"],
            idaas["applicationId"],
            idaas["sharedSecret"],
            written["scim"]["token"],
        )

    def start(self) -> None:
        """Starts the process and waits until it is ready to answer."""
        has_port = self.port != 0
        for attempt in range(_ATTEMPTS):
            self.port = self.port if has_port else free_port()
            self.process = self._launch()
            if self._becomes_ready(self.process):
                return
            status = stop(self.process, signal.SIGKILL)
            # Somebody else may have taken the port in between: only that is worth another try.
            if has_port or attempt + 1 == _ATTEMPTS or "address already in use" not in tail(self.log).lower():
                raise RuntimeError(f"Muster did not become ready (exit status {status}):\n{tail(self.log)}")

    def stop(self) -> int:
        """Asks it to end (SIGTERM) and returns its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """Ends it at once (SIGKILL), as a crash would."""
        return self._end(signal.SIGKILL)

    def client(self, **headers: str) -> httpx.Client:
        """A client of this server; underscores in the names of headers become hyphens."""
        return httpx.Client(
            base_url=self.url, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def _end(self, by: signal.Signals) -> int:
        process, self.process = self.process, None
        return 0 if process is None else stop(process, by)

    def _launch(self) -> subprocess.Popen[bytes]:
        self.data.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "muster", "serve", *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def _environment(self) -> dict[str, str]:
        """The tests' own environment without any setting of Muster's, then the settings of this one."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
        own = {
            "MUSTER_HOST": "127.0.0.1",
            "MUSTER_PORT": str(self.port),
            "MUSTER_DATA": str(self.data),
            "MUSTER_RATE_LIMITS": "off",
        }
        if self.database_url is not None:
            own["MUSTER_DATABASE_URL"] = self.database_url
        return {**inherited, **own, **self.settings}

    def _becomes_ready(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        with httpx.Client(timeout=2.0, trust_env=False) as client:
            while process.poll() is None and time.monotonic() < deadline:
                if _is_ready(client, f"{self.url}/readyz"):
                    return True
                time.sleep(0.02)
        return False


def _is_ready(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@contextmanager
def running_muster(
    data: Path,
    *,
    database_url: str | None = None,
    settings: Mapping[str, str] | None = None,
    arguments: tuple[str, ...] = (),
) -> Iterator[LiveMuster]:
    """A started Muster that is stopped at the end of the block, whatever happened in between."""
    muster = LiveMuster(data, database_url, settings or {}, arguments)
    try:
        muster.start()
        yield muster
    finally:
        muster.stop()
