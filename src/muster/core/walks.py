"""A walk through many rows in an order, page by page in both directions, with a bound on how many are looked at.

A page is cut where its limit is reached, or where `budget` rows have been looked at: it may be short, or empty, while
there is more behind it. So a question that no index answers costs no more than another, and its answer comes in
pieces. `walk` is the plain meaning; a store's SQL has to find the same rows and to cut in the same places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from muster.core.frozen import frozen

R = TypeVar("R")

Key = str | int
Mark = tuple[Key, Key]
"""Where a row stands: its sort key, and what no two rows share."""

MOST_FOUND = 100
MOST_LOOKED_AT = 10_000


class Place(NamedTuple):
    """A place between two rows: just past where a row stands, or just short of it, in the order of the question.

    The row itself need not be there any more.
    """

    key: Key
    tie: Key
    past: bool


@frozen
class Steps:
    """How far to walk: from a place (None is the end where the walk begins), forwards or backwards.

    `limit` is how many rows are wanted, `budget` how many are looked at; both are at least 1.
    """

    place: Place | None = None
    backwards: bool = False
    limit: int = MOST_FOUND
    budget: int = MOST_LOOKED_AT

    def bounded(self) -> Steps:
        """The same, within limits."""
        limit, budget = min(max(self.limit, 1), MOST_FOUND), min(max(self.budget, 1), MOST_LOOKED_AT)
        return Steps(self.place, self.backwards, limit, budget)


@frozen
class Stretch(Generic[R]):
    """What a walk found, in the order of the question whichever way it went.

    `before` and `after` are the places from which to walk on backwards and forwards; None where nothing is left.
    """

    rows: tuple[R, ...]
    before: Place | None
    after: Place | None


def stretch(rows: Sequence[R], steps: Steps, mark: Callable[[R], Mark], last: Mark | None) -> Stretch[R]:
    """The stretch of the rows that were found in the direction walked, `limit` and one more at most.

    `last` is where the last row stands that the budget allowed to look at; None where the rows ended before.
    """
    if len(rows) > steps.limit:
        rows, last = rows[: steps.limit], mark(rows[steps.limit - 1])
    end = None if last is None else Place(*last, not steps.backwards)
    if steps.backwards:
        return Stretch(tuple(reversed(rows)), end, steps.place)
    return Stretch(tuple(rows), steps.place, end)


def walk(
    rows: Iterable[R], steps: Steps, mark: Callable[[R], Mark], meets: Callable[[R], bool], *, descending: bool
) -> Stretch[R]:
    """What a walk through these rows, which are in no order, finds."""
    ordered = sorted(rows, key=mark, reverse=descending is not steps.backwards)
    ahead = [row for row in ordered if _is_ahead(mark(row), steps, descending=descending)]
    looked_at = ahead[: steps.budget]
    found = [row for row in looked_at if meets(row)]
    last = mark(looked_at[-1]) if len(looked_at) == steps.budget else None
    return stretch(found[: steps.limit + 1], steps, mark, last)


def _is_ahead(mark: Mark, steps: Steps, *, descending: bool) -> bool:
    if steps.place is None:
        return True
    *at, past = steps.place
    if mark == tuple(at):
        return past is steps.backwards
    return (mark > tuple(at)) is (descending is steps.backwards)
