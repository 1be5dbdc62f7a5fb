"""What whoever watches an API is told: each request of somebody who was identified, with its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from muster.web.answers import Answer
from muster.web.routes import Call


@dataclass(slots=True)
class Exchange:
    """A request of somebody who was identified, and its answer. `method` is as it came, `at` UTC milliseconds."""

    call: Call
    answer: Answer
    method: str
    at: int
    milliseconds: float


Watch = Callable[[Exchange], None]
