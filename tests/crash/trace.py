"""Reads what a server asked of the kernel, and judges whether an answer left before its user was on the disk.

The server runs under `strace -f -y`, which writes down every read and write on sockets and on the write-ahead log, and
every sync, in the order in which they began and ended. In that trace

- a request that was read from a socket names the login name that it wants to create, and the next answer `201` on that
  socket is the answer to it (there is no pipelining here);
- a page written to `…-wal` holds the login names of the users on it; where a name is first seen is its transaction;
- a frame header with a size in its second word ends the transaction (SQLite's file format, section 4.1): what was
  written up to there is committed, and is durable once a sync of the log that began afterwards has ended well.

An answer that begins before its name is durable is a violation. It is not enough to ask that nothing at all leaves
between a write and its sync: while one batch is on its way to the disk, the answers of the batch before it leave, and
rightly so.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

NAME = re.compile(r"crash\d{5}-\d{10}@example\.com")
FRAME_HEADER = 24
"""Bytes before each page in the log; SQLite writes them on their own."""

TRACED = "read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync"
READS = frozenset({"read", "readv", "recvfrom", "recvmsg"})
WRITES = frozenset({"write", "writev", "sendto", "sendmsg"})
SYNCS = frozenset({"fsync", "fdatasync"})
CREATED = "HTTP/1.1 201"

_LINE = re.compile(r"^(?P<thread>\d+)\s+(?P<rest>.*)$")
_RESUMED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
_BEGINNING = re.compile(r"^(?P<name>\w+)\((?P<target>\d+(?:<[^>]*>)?)")
_UNFINISHED = " <unfinished ...>"
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Step:
    """The beginning or the end of a system call: its name, what it is on, and its whole text so far."""

    call: int
    name: str
    target: str
    text: str
    is_end: bool

    @property
    def succeeded(self) -> bool:
        return self.text.rstrip().endswith(" = 0")


def steps(lines: Iterable[str]) -> Iterator[Step]:
    """The beginnings and ends of system calls in the order in which they happened."""
    open_calls: dict[str, Step] = {}
    for number, line in enumerate(lines):
        found = _LINE.match(line.rstrip("\n"))
        if found is None:
            continue
        thread, text = found["thread"], found["rest"]
        resumed = _RESUMED.match(text)
        if resumed is not None:
            begun = open_calls.pop(thread, None)
            if begun is not None:
                yield Step(begun.call, begun.name, begun.target, begun.text + resumed["rest"], is_end=True)
            continue
        beginning = _BEGINNING.match(text)
        if beginning is None:
            continue
        is_unfinished = text.endswith(_UNFINISHED)
        step = Step(number, beginning["name"], beginning["target"], text.removesuffix(_UNFINISHED), is_end=False)
        yield step
        if is_unfinished:
            open_calls[thread] = step
        else:
            yield Step(step.call, step.name, step.target, step.text, is_end=True)


@dataclass
class Verdict:
    """What a trace showed. `commits` are transactions that reached the log, `syncs` those of the log."""

    answers: int = 0
    commits: int = 0
    syncs: int = 0
    violations: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether something was seen, and nothing wrong in it."""
        return self.answers > 0 and self.commits > 0 and self.syncs > 0 and not self.violations

    def __str__(self) -> str:
        seen = f"{self.answers} answers, {self.commits} commits, {self.syncs} syncs"
        return f"{seen}: {len(self.violations)} answers left before their sync"


class _Log:
    """What is in the write-ahead log, and how much of it is on the disk."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._seen: set[str] = set()
        self._written: set[str] = set()
        self._committed: set[str] = set()
        self._syncing: dict[int, set[str]] = {}
        self._is_last_page = False
        self.durable: set[str] = set()

    def write(self, text: str) -> None:
        quoted = _STRING.search(text)
        content = quoted[1] if quoted is not None else ""
        new = set(NAME.findall(content)) - self._seen
        self._seen |= new
        self._written |= new
        if text.rstrip().endswith(f" = {FRAME_HEADER}"):
            header = codecs.escape_decode(content.encode())[0]
            self._is_last_page = any(header[4:8])
        elif self._is_last_page:
            self._is_last_page = False
            self._verdict.commits += 1
            self._committed |= self._written
            self._written = set()

    def begin_sync(self, call: int) -> None:
        self._syncing[call] = set(self._committed)

    def end_sync(self, call: int, succeeded: bool) -> None:
        reached = self._syncing.pop(call, set())
        if succeeded:
            self._verdict.syncs += 1
            self.durable |= reached
            self._committed -= reached


def judge(lines: Iterable[str]) -> Verdict:
    """Whether every answer in a trace waited for its sync."""
    verdict = Verdict()
    log, wanted = _Log(verdict), dict[str, str]()
    for step in steps(lines):
        is_log = step.target.endswith("-wal>")
        if step.name in READS and step.is_end:
            name = NAME.search(step.text)
            if name is not None:
                wanted[step.target] = name[0]
        elif step.name == "pwrite64" and is_log and step.is_end:
            log.write(step.text)
        elif step.name in SYNCS and is_log:
            log.end_sync(step.call, step.succeeded) if step.is_end else log.begin_sync(step.call)
        elif step.name in WRITES and not step.is_end and CREATED in step.text:
            verdict.answers += 1
            asked = wanted.pop(step.target, "an answer nobody asked for")
            if asked not in log.durable:
                verdict.violations.append(f"{asked} was answered before it was on the disk")
    return verdict
