"""The table on the screen, the promises beside it, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.peers import Peer
from bench.rounds import TOGETHER, Measured, Rounds
from bench.servers import SQLITE
from bench.workloads import CertcentralCreates
from bench.workloads_scim import ONE_MEMBER

_ROW = "{:<11} {:<32} {:>5} {:>9} {:>9} {:>9} {:>9} {:>8} {:>8}"
_HEADINGS = ("database", "what", "conn.", "per s", "best", "p50 ms", "p99 ms", "CPU µs", "DB µs")

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
MEMBER_MS = 10
"""The median: most of it is the wait for the disk, which the 99th percentile says more of than of groups."""

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


def table(rounds: Iterable[Rounds], peer: Peer) -> str:
    """All measurements, medians over the rounds; *best* is the rate of the best round."""
    rows = [_ROW.format(*_HEADINGS)]
    for one in rounds:
        rows += _rows(one.lines)
        for name, share in one.shares_of_attainable().items():
            rows.append(f"{one.database:<11} {name} is {share:.0%} of what limits 1 and 2 together allow")
    return "\n".join([*rows, *_rows(peer.lines), peer.says()])


def _rows(lines: Sequence[Measured]) -> list[str]:
    failures = [f"FAILED: {line.database}, {line.name}: {line.failure}" for line in lines if line.failure]
    return [*map(_row, lines), *failures]


def _row(line: Measured) -> str:
    return _ROW.format(
        line.database,
        line.name,
        line.connections,
        f"{line.rate:,.0f}",
        f"{line.best:,.0f}",
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
        found += _of_members(one)
        found += _of_process(one)
    return found


def _of_creates(one: Rounds) -> list[Promise]:
    database, found = one.database, []
    share = one.shares_of_attainable().get(CertcentralCreates.name)
    if share is not None and database == SQLITE:
        found.append(Promise(f"{database}: creates, share of 1/(1/L1 + 1/L2)", 100 * share, 100 * SHARE, "%"))
    floors = {TOGETHER: CREATES[database], 1: ALONE}
    for line in one.lines:
        if line.name == "create" and line.connections in floors:
            floor = floors[line.connections]
            found.append(Promise(f"{database}: creates, {line.connections} connections", line.rate, floor, "/s"))
    return found


def _of_reads(one: Rounds) -> list[Promise]:
    database, found = one.database, []
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
    database = one.database
    measured = [line for line in one.lines if line.p99 and line.connections == 1 and is_list(line.name)]
    return [
        Promise(f"{database}: {line.name}, p99", median(line.p99), LIST_P99_MS, "ms", at_most=True) for line in measured
    ]


def _of_members(one: Rounds) -> list[Promise]:
    measured = [line for line in one.lines if line.p50 and line.name.startswith(ONE_MEMBER)]
    return [
        Promise(f"{one.database}: {line.name}, p50", median(line.p50), MEMBER_MS, "ms", at_most=True)
        for line in measured
    ]


def _of_process(one: Rounds) -> list[Promise]:
    database, idle = one.database, one.subject.idle
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


def write(path: Path, about: dict[str, object], rounds: Sequence[Rounds], peer: Peer) -> None:
    """Everything that was measured, round by round."""
    lines = [*(line for one in rounds for line in one.lines), *peer.lines]
    content = {
        **about,
        "measurements": [asdict(line) | {"rate": line.rate} for line in lines],
        "promises": [asdict(one) | {"is_kept": one.is_kept} for one in promises(rounds)],
    }
    path.write_text(json.dumps(content, indent=1) + "\n")
