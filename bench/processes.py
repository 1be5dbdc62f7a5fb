"""Where programs run, and what CPU and memory they use."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

SERVER_CORE = 0
LOAD_CORE = 1


def can_pin() -> bool:
    """Whether this machine has a core for the server and another for the load, and lets us choose."""
    return hasattr(os, "sched_setaffinity") and {SERVER_CORE, LOAD_CORE} <= os.sched_getaffinity(0)


def pin(pid: int, core: int) -> None:
    """Keep every thread of a process on one core; threads that it begins later stay there too."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), {core})


def cpu_seconds(pid: int) -> float:
    """What a process has used so far, its threads together."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def family_cpu_seconds(pid: int) -> float:
    """What a process and all its descendants have used so far, those that have ended too."""
    parent = psutil.Process(pid)
    times = parent.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in parent.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            total += cpu_seconds(child.pid)
    return total


def resident_bytes(pid: int) -> int:
    """Memory of the process that is in RAM now."""
    resident: int = psutil.Process(pid).memory_info().rss
    return resident


def postgres_pid() -> int | None:
    """The PostgreSQL server that this process has started; None if it has started none, or several."""
    own = [child.pid for child in psutil.Process().children() if child.name() == "postgres"]
    return own[0] if len(own) == 1 else None


@dataclass(frozen=True)
class Usage:
    """CPU seconds of the server, and of the database server beside it where that is known."""

    server: float
    database: float | None

    def since(self, earlier: Usage) -> Usage:
        database = None
        if self.database is not None and earlier.database is not None:
            database = self.database - earlier.database
        return Usage(self.server - earlier.server, database)


def usage_of(server: int, database: int | None) -> Usage:
    """What both have used so far."""
    return Usage(cpu_seconds(server), None if database is None else family_cpu_seconds(database))


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    model = ""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{os.uname().sysname} {os.uname().release}",
    }
