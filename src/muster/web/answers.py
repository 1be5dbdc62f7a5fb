"""What goes back: a status, headers and bytes, and the problems that only a wire can have."""

from __future__ import annotations

from enum import Enum

from muster.core.frozen import frozen

Headers = tuple[tuple[bytes, bytes], ...]

WHOLE = "muster.response"
"""An ASGI extension, and the type of its message: an answer all at once, for servers whose scope names it.

It has `status`, `headers` and `body`. The headers' names are lower case and, but for 204 and 304, `content-length` is
among them; what belongs to the connection is not.
"""


@frozen
class Answer:
    """A whole response. Header names are lower case."""

    status: int
    body: bytes = b""
    headers: Headers = ()


class Problem(Enum):
    """Why a request did not get as far as the core."""

    UNKNOWN_ROUTE = "no such route"
    WRONG_METHOD = "the route has other methods"
    TOO_LARGE = "the body is over the limit"
    MALFORMED = "the body is not what it claims to be"
    NOT_ACCEPTABLE = "only JSON is spoken here"
    RATE_LIMITED = "too many requests"
    BROKEN = "a defect"


class Hindered(Exception):
    """Carries a problem, with what there is to say about it, to the API that answers it."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(problem, detail)
        self.problem = problem
        self.detail = detail


class WrongShape(Exception):
    """A body of good JSON whose value at `field` (dotted, as on the wire) is of another type than the API's."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field, message)
        self.field = field
        self.message = message
