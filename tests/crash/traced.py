"""A Muster under strace."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.crash.creates import RememberedCreates, create_until
from tests.crash.trace import TRACED, Verdict, judge
from tests.support.live import LiveMuster
from tests.support.processes import die_with_parent

LONGEST_STRING = 4_200
"""Bytes of each call that are written down: a whole page of the log."""

CONNECTIONS = 32


def has_strace() -> bool:
    """Whether this machine has strace, and lets us use it."""
    if shutil.which("strace") is None:
        return False
    return (
        subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=False, capture_output=True).returncode == 0
    )


@dataclass
class TracedMuster(LiveMuster):
    """A Muster whose system calls are written to `trace`."""

    @property
    def trace(self) -> Path:
        return self.data.with_name(self.data.name + ".trace")

    def stop(self) -> int:
        """Ask the server itself to end: strace does not listen, and ends when the server has."""
        if self.process is not None:
            for server in psutil.Process(self.process.pid).children():
                server.send_signal(signal.SIGTERM)
            self.process.wait()
        return super().stop()

    def _launch(self) -> subprocess.Popen[bytes]:
        self.data.mkdir(parents=True, exist_ok=True)
        shown = ["-f", "-y", "-qq", "-s", str(LONGEST_STRING), "-e", f"trace={TRACED}"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                ["strace", *shown, "-o", str(self.trace), sys.executable, "-m", "muster", "serve"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
                preexec_fn=die_with_parent(signal.SIGKILL),
            )


def traced_creates(home: Path, seconds: float) -> Verdict:
    """Create for so long on SQLite, and judge the trace."""
    muster = TracedMuster(home, f"sqlite:///{home}.db", settings={"MUSTER_LOG_LEVEL": "error"})
    try:
        muster.start()
        creates = create_until(muster.port, muster.bootstrap.api_key, CONNECTIONS, seconds)
    finally:
        muster.stop()
    with muster.trace.open(errors="replace") as lines:
        verdict = judge(lines)
    return _complete(verdict, creates)


def _complete(verdict: Verdict, creates: RememberedCreates) -> Verdict:
    """Every acknowledged user has to be among the answers that the trace shows."""
    if verdict.answers != len(creates.acknowledged):
        verdict.violations.append(f"{len(creates.acknowledged)} were acknowledged, {verdict.answers} seen")
    return verdict
