"""What whoever watches an API is told: each request of somebody who was identified, with its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from muster.core.authority import Actor
from muster.core.events import Origin
from muster.web.answers import Answer, Headers


@dataclass(slots=True)
class Exchange:
    """A request of somebody who was identified, and its answer. `at` is UTC milliseconds, `remarks` the handler's."""

    actor: Actor
    at: int
    milliseconds: float
    origin: Origin
    method: str
    path: str
    query_string: bytes
    headers: Headers
    body: bytes
    answer: Answer
    remarks: tuple[str, ...]


Watch = Callable[[Exchange], None]
