"""The measurements, in rounds: each round measures everything once, so that the machine's drift hits all alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Protocol

from bench.creates import CREATES
from bench.limits import EmptyPost, attainable
from bench.lists import TURNING, lists
from bench.load import Timed, Workload, WrongAnswer, run_load
from bench.processes import LOAD_CORE, Usage, can_pin, usage_of
from bench.servers import Subject
from bench.workloads import CertcentralCreates, IdaasCreates, certcentral_by_id, certcentral_by_login_name
from bench.workloads_edits import certcentral_edits, idaas_edits, scim_edits
from bench.workloads_idaas import idaas_by_id, idaas_by_user_id, idaas_pages
from bench.workloads_scim import Provider, ScimCreates, ScimList, ScimMembers, scim_by_id, scim_by_user_name

LIMIT_1, LIMIT_2 = EmptyPost.name, "limit 2: {}"
TOGETHER = 64
"""Connections at which limits and reads are measured."""

ALONE, MODEST = 1, 4
"""Connections at which lists and searches are measured: one by one, which tells how long one takes, and a few."""


@dataclass
class Measured:
    """One line of the table, round by round: answers a second, milliseconds, and CPU microseconds an answer.

    `failure` is what went wrong, if anything did; nothing is measured on this line from then on.
    """

    database: str
    name: str
    connections: int
    rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)
    failure: str | None = None

    @property
    def rate(self) -> float:
        return median(self.rates) if self.rates else 0.0

    @property
    def best(self) -> float:
        """What the round came to in which the machine was disturbed least."""
        return max(self.rates, default=0.0)

    def add(self, timed: Timed, usage: Usage) -> None:
        self.rates.append(timed.rate)
        self.p50.append(timed.percentile(0.50))
        self.p99.append(timed.percentile(0.99))
        self.cpu.append(1e6 * usage.server / max(1, timed.answers))
        if usage.database is not None:
            self.database_cpu.append(1e6 * usage.database / max(1, timed.answers))


class Taken(Protocol):
    """What is taken through rounds."""

    @property
    def database(self) -> str:
        """Where it keeps what it has."""

    def once(self) -> None:
        """One round."""


def take(line: Measured, workload: Workload, port: int, meter: Callable[[], Usage], seconds: float) -> None:
    """Measure a line once more, if nothing went wrong before."""
    if line.failure is not None:
        return
    try:
        timed, before, after = run_load(port, workload, line.connections, seconds, meter)
    except WrongAnswer as wrong:
        line.failure = str(wrong)
    else:
        line.add(timed, after.since(before))


class Rounds:
    """Takes one subject through its rounds: all lines, or `only` those with any of these parts in their names."""

    def __init__(self, subject: Subject, connections: Sequence[int], seconds: float, only: Sequence[str] = ()) -> None:
        self.subject = subject
        self._seconds = seconds
        self._only = only
        self.limit_1 = self._line(LIMIT_1, TOGETHER)
        wanted = [creates for creates in CREATES if self._is_wanted(creates.name)]
        self.limits_2 = {creates: self._line(LIMIT_2.format(creates.name), TOGETHER) for creates in wanted}
        key, people = subject.key, subject.sample.people
        self._loads: list[tuple[Workload, Measured]] = [(EmptyPost(key), self.limit_1)]
        credential, scim = ",".join(subject.application), Provider(subject.token)
        many: list[Workload] = [
            certcentral_by_id(key, people),
            certcentral_by_login_name(key, people),
            idaas_by_id(credential, people),
            idaas_by_user_id(credential, people),
            scim_by_id(scim, people),
            scim_by_user_name(scim, people),
        ]
        self._loads += [(each, self._line(each.name, TOGETHER)) for each in many]
        few: list[Workload] = [
            *lists(key, subject.sample),
            *idaas_pages(credential, subject.sample),
            ScimList(scim),
            ScimList(scim, subject.sample.users),
        ]
        # Whoever turns pages asks for one after the other.
        self._loads += [(each, self._line(each.name, ALONE)) for each in few]
        self._loads += [(each, self._line(each.name, MODEST)) for each in few if each.name != TURNING]
        exchanges = [ScimMembers(scim, group) for group in subject.groups]
        self._loads += [(each, self._line(each.name, ALONE)) for each in exchanges]
        # At the end: what is made is followed by an index for some seconds, beside whatever is measured then.
        creates = CertcentralCreates(key, "bench")
        others: list[Workload] = [IdaasCreates(*subject.application, "enrolled"), ScimCreates(scim, "provisioned")]
        self._loads += [(creates, self._line(creates.name, number)) for number in connections]
        others += [certcentral_edits(key, people), idaas_edits(credential, people), scim_edits(scim, people)]
        self._loads += [(each, self._line(each.name, TOGETHER)) for each in others]
        self._loads = [load for load in self._loads if load[1] is self.limit_1 or self._is_wanted(load[1].name)]

    def _is_wanted(self, name: str) -> bool:
        return not self._only or any(part in name for part in self._only)

    def _line(self, name: str, connections: int) -> Measured:
        return Measured(self.database, name, connections)

    @property
    def database(self) -> str:
        return self.subject.database

    @property
    def lines(self) -> list[Measured]:
        return [self.limit_1, *self.limits_2.values(), *(line for _, line in self._loads[1:])]

    def once(self) -> None:
        """One round."""
        self.subject.settle()
        for creates, line in self.limits_2.items():
            made = self.subject.alone.run(creates, TOGETHER, self._seconds)
            line.rates.append(made.rate)
            line.cpu.append(1e6 * made.cpu_seconds / max(1, made.answers))
        for workload, line in self._loads:
            take(line, workload, self.subject.muster.port, self._usage, self._seconds)

    def _usage(self) -> Usage:
        return usage_of(self.subject.muster.pid, self.subject.database_pid)

    def shares_of_attainable(self) -> dict[str, float]:
        """By name, creates at 64 connections over what the limits allow: medians of the rounds; none not measured."""
        lines = {line.name: line for line in self.lines if line.connections == TOGETHER}
        found = {creates.name: self._shares(lines.get(creates.name), alone) for creates, alone in self.limits_2.items()}
        return {name: median(shares) for name, shares in found.items() if shares}

    def _shares(self, whole: Measured | None, alone: Measured) -> list[float]:
        if whole is None:
            return []
        rounds = zip(whole.rates, self.limit_1.rates, alone.rates, strict=False)
        return [rate / attainable(one, two) for rate, one, two in rounds]


@contextmanager
def on_the_load_core() -> Iterator[None]:
    """Keep this process on the load's core during the block, where there are two to choose from."""
    before = os.sched_getaffinity(0)
    if can_pin():
        os.sched_setaffinity(0, {LOAD_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def measure(rounds: Iterable[Taken], number: int, say: Callable[[str], None]) -> None:
    """Take all of them through this many rounds."""
    taken = list(rounds)
    with on_the_load_core():
        for turn in range(1, number + 1):
            for one in taken:
                say(f"round {turn} of {number}: {one.database}")
                one.once()
