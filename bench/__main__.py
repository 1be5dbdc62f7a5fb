"""`script/bench`: measure, print a table, write a JSON file."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import apsw

from bench import report
from bench.peers import Peer
from bench.processes import LOAD_CORE, SERVER_CORE, can_pin, machine
from bench.rounds import Rounds, measure
from bench.servers import DATABASES, subject


@dataclass(frozen=True)
class Plan:
    """What was asked for on the command line."""

    databases: tuple[str, ...]
    connections: tuple[int, ...]
    users: int
    seconds: float
    rounds: int
    keep: Path | None
    only: tuple[str, ...] = ()


def _plan(arguments: list[str] | None = None) -> Plan:
    parser = argparse.ArgumentParser(prog="script/bench", description="Measures Muster on this machine.")
    parser.add_argument("--quick", action="store_true", help="few users and short rounds: some two minutes")
    parser.add_argument("--databases", default=",".join(DATABASES), help="sqlite,postgresql")
    parser.add_argument("--connections", default="1,16,64,256", help="numbers of connections to create over")
    parser.add_argument("--users", type=int, help="users that are there before (100000; quick: 3000)")
    parser.add_argument("--million", action="store_true", help="1,000,000 users, creates over 64 connections, 3 rounds")
    parser.add_argument("--keep", type=Path, help="a directory that filled databases are kept in, for the next time")
    parser.add_argument("--seconds", type=float, help="length of one measurement (2; quick: 0.6)")
    parser.add_argument("--rounds", type=int, help="rounds, of which the median is shown (5; quick: 1)")
    parser.add_argument("--only", default="", help="lines with any of these in their names, as: read,get (SCIM),create")
    given = parser.parse_args(arguments)
    users, seconds, rounds = (3_000, 0.6, 1) if given.quick else (100_000, 2.0, 5)
    if given.million:
        users, rounds, given.connections = 1_000_000, 3, "64"
    databases = tuple(given.databases.split(","))
    if not set(databases) <= set(DATABASES):
        parser.error(f"--databases: {', '.join(DATABASES)}")
    return Plan(
        databases,
        tuple(int(number) for number in given.connections.split(",")),
        given.users or users,
        given.seconds or seconds,
        given.rounds or rounds,
        given.keep,
        tuple(part for part in given.only.split(",") if part),
    )


def _about(plan: Plan, at: datetime) -> dict[str, object]:
    return {
        "at": at.isoformat(timespec="seconds"),
        "machine": machine(),
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
        "users": plan.users,
        "seconds": plan.seconds,
        "rounds": plan.rounds,
        "pinned": can_pin(),
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure as the command line says."""
    plan, at = _plan(), datetime.now().astimezone()
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as directory, ExitStack() as stack:
        # An unprivileged PostgreSQL has to reach it.
        Path(directory).chmod(0o755)
        rounds = []
        for database in plan.databases:
            _say(f"{database}: filling with {plan.users:,} users")
            ready = stack.enter_context(subject(database, plan.users, Path(directory), plan.keep))
            rounds.append(Rounds(ready, plan.connections, plan.seconds, plan.only))
        peer = Peer(plan.seconds, is_wanted=not plan.only)
        measure([*rounds, peer], plan.rounds, _say)
        print(report.table(rounds, peer))
        print()
        print(report.promised(report.promises(rounds)))
        path = Path(f"bench-{at:%Y-%m-%d-%H%M%S}.json")
        report.write(path, _about(plan, at), rounds, peer)
    where = f"server on core {SERVER_CORE}, load on core {LOAD_CORE}, database free" if can_pin() else "nothing pinned"
    print(f"\n{plan.users:,} users present, medians of {plan.rounds} rounds of {plan.seconds:g} s, {where}; {path}")


if __name__ == "__main__":
    main()
