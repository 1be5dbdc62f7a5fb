"""Where a program spends its CPU time: its stack is looked at every few milliseconds of it.

`python -m bench.sampling FILE COMMAND...` runs the command of `muster` in this process; signals begin and end the
sampling, and FILE appears with what was seen. Sampling costs about a twentieth; a tracing profiler would multiply the
price of every small function. A call into C counts for the line of Python that made it.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from muster.cli import main as muster

EVERY_SECONDS = 0.001
DEEPEST = 60

_stacks: Counter[tuple[str, ...]] = Counter()


def _where(frame: FrameType) -> str:
    code = frame.f_code
    path = code.co_filename
    for mark in ("site-packages/", "/src/", "/lib/python"):
        path = path.rpartition(mark)[2]
    return f"{path}:{frame.f_lineno}:{code.co_qualname}"


def _look(_signal: int, frame: FrameType | None) -> None:
    stack: list[str] = []
    while frame is not None and len(stack) < DEEPEST:
        stack.append(_where(frame))
        frame = frame.f_back
    _stacks[tuple(stack)] += 1


def _begin(_signal: int, _frame: FrameType | None) -> None:
    _stacks.clear()
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)


def _end(target: Path) -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    draft = target.with_suffix(".draft")
    draft.write_text(json.dumps([[number, list(stack)] for stack, number in _stacks.items()]))
    draft.rename(target)


def main() -> int:
    """Run the command; SIGUSR1 begins the sampling, SIGUSR2 ends it and writes the file."""
    target, command = Path(sys.argv[1]), sys.argv[2:]
    signal.signal(signal.SIGPROF, _look)
    signal.signal(signal.SIGUSR1, _begin)
    signal.signal(signal.SIGUSR2, lambda _signal, _frame: _end(target))
    return muster(command)


if __name__ == "__main__":
    sys.exit(main())
