"""Starting other programs so that none of them outlives the tests, not even when the tests are killed."""

import ctypes
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 10.0


def free_port() -> int:
    """A loopback port that nobody listens on now. Another program may take it before you do: be ready to ask again."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def die_with_parent(by: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the child gets this signal when the thread that started it is gone. Linux only, else None."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask_the_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, int(by))

    return ask_the_kernel


def stop(process: subprocess.Popen[bytes], by: signal.Signals) -> int:
    """Sends the signal, waits, kills if that takes too long. Returns the exit status."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            return process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def tail(log: Path, lines: int = 30) -> str:
    """The last lines of a log file, for the message of a failure."""
    if not log.exists():
        return "(no output)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
