"""The table on the screen, the promises beside it, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.rounds import TOGETHER, Measured, Rounds
from bench.servers import SQLITE

_ROW = "{:<11} {:<24} {:>5} {:>9} {:>9} {:>9} {:>8} {:>8}"
_HEADINGS = ("database", "what", "conn.", "per s", "p50 ms", "p99 ms", "CPU µs", "DB µs")

SHARE = 0.60
CREATES = {"sqlite": 3500, "postgresql": 2000}
ALONE = 1000
POINT_READS = 8000
READS = {
    "read by id": POINT_READS,
    "read by login name": POINT_READS,
    "read by id (IDaaS)": POINT_READS,
    "read by user id (IDaaS)": POINT_READS,
    "get (SCIM)": POINT_READS,
    "filter userName eq (SCIM)": 6000,
    "list of 100 (SCIM)": 1500,
}
READ_P99_MS = 10
LIST_P99_MS = 50
RESIDENT_MB = 150
READY_SECONDS = 1.5


@dataclass(frozen=True)
class Promise:
    """What the design promises and what was measured; `at_most` turns a floor into a ceiling."""

    what: str
    measured: float
    promised: float
    unit: str
    at_most: bool = False

    @property
    def is_kept(self) -> bool:
        return self.measured <= self.promised if self.at_most else self.measured >= self.promised


def table(rounds: Iterable[Rounds]) -> str:
    """All measurements, medians over the rounds."""
    rows = [_ROW.format(*_HEADINGS)]
    for one in rounds:
        rows += [_row(line) for line in one.lines]
        rows += [f"FAILED: {line.database}, {line.name}: {line.failure}" for line in one.lines if line.failure]
        share = one.share_of_attainable()
        if share is not None:
            rows.append(f"{one.subject.database:<11} creates are {share:.0%} of what limits 1 and 2 together allow")
    return "\n".join(rows)


def _row(line: Measured) -> str:
    return _ROW.format(
        line.database,
        line.name,
        line.connections,
        f"{line.rate:,.0f}",
        _figure(line.p50, 2),
        _figure(line.p99, 2),
        _figure(line.cpu, 0),
        _figure(line.database_cpu, 0),
    )


def _figure(values: Sequence[float], digits: int) -> str:
    return f"{median(values):,.{digits}f}" if values else "-"


def promises(rounds: Iterable[Rounds]) -> list[Promise]:
    """What DESIGN promises of the things that were measured."""
    found: list[Promise] = []
    for one in rounds:
        found += _of_creates(one)
        found += _of_reads(one)
        found += _of_lists(one)
        found += _of_process(one)
    return found


def _of_creates(one: Rounds) -> list[Promise]:
    database, found = one.subject.database, []
    share = one.share_of_attainable()
    if share is not None and database == SQLITE:
        found.append(Promise(f"{database}: creates, share of 1/(1/L1 + 1/L2)", 100 * share, 100 * SHARE, "%"))
    floors = {TOGETHER: CREATES[database], 1: ALONE}
    for line in one.lines:
        if line.name == "create" and line.connections in floors:
            floor = floors[line.connections]
            found.append(Promise(f"{database}: creates, {line.connections} connections", line.rate, floor, "/s"))
    return found


def _of_reads(one: Rounds) -> list[Promise]:
    database, found = one.subject.database, []
    for line in one.lines:
        floor = READS.get(line.name)
        if floor is not None and line.connections > 1:
            found.append(Promise(f"{database}: {line.name}", line.rate, floor, "/s"))
            if line.p99 and floor == POINT_READS:
                slowest = median(line.p99)
                found.append(Promise(f"{database}: {line.name}, p99", slowest, READ_P99_MS, "ms", at_most=True))
    return found


def is_list(name: str) -> bool:
    """Whether it is a list or a search, whose promise is how long one takes."""
    return "list" in name or "search" in name


def _of_lists(one: Rounds) -> list[Promise]:
    database = one.subject.database
    measured = [line for line in one.lines if line.p99 and line.connections == 1 and is_list(line.name)]
    return [
        Promise(f"{database}: {line.name}, p99", median(line.p99), LIST_P99_MS, "ms", at_most=True) for line in measured
    ]


def _of_process(one: Rounds) -> list[Promise]:
    database, idle = one.subject.database, one.subject.idle
    return [
        Promise(f"{database}: resident when idle", idle.resident_bytes / 1e6, RESIDENT_MB, "MB", at_most=True),
        Promise(f"{database}: from start to ready", idle.ready_seconds, READY_SECONDS, "s", at_most=True),
    ]


def promised(found: Iterable[Promise]) -> str:
    """The promises, a line each."""
    return "\n".join(
        f"{'kept  ' if one.is_kept else 'BROKEN'} {one.what:<50} {one.measured:>10,.2f} {one.unit:<3} "
        f"({'at most' if one.at_most else 'at least'} {one.promised:,g})"
        for one in found
    )


def write(path: Path, about: dict[str, object], rounds: Sequence[Rounds]) -> None:
    """Everything that was measured, round by round."""
    content = {
        **about,
        "measurements": [asdict(line) | {"rate": line.rate} for one in rounds for line in one.lines],
        "promises": [asdict(one) | {"is_kept": one.is_kept} for one in promises(rounds)],
    }
    path.write_text(json.dumps(content, indent=1) + "\n")
