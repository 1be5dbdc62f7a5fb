"""Lists of things other than users, as data: entities of a kind, in order, a page of them from a place on.

A page is found by the sort values of the row that it begins after, so that the last of a hundred thousand costs what
the first does. Asked of what is committed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.query import Compare

if TYPE_CHECKING:
    from muster.core.known import Known

E = TypeVar("E", bound=Entity)

Place = tuple[Any, ...]
"""The sort values of a row: those of the columns that `Listing.sorting` names."""


@frozen
class Match:
    """A column of folded text compares so with the text, or with `negated` does not."""

    column: str
    compare: Compare
    text: str
    negated: bool = False


@frozen
class Listing:
    """Entities of a kind in a tenant that meet all conditions, by a column, `limit` at most.

    `where` holds columns with the values that they must have. Ties go by the last column of the kind's key. `place` is
    where the page begins, which is after that row, or with `backwards` where it ends, which is before it; `offset` is
    how many rows are passed over from there.
    """

    kind: type[Any]
    tenant: str
    limit: int
    order: str
    where: tuple[tuple[str, Any], ...] = ()
    matches: tuple[Match, ...] = ()
    descending: bool = False
    place: Place | None = None
    backwards: bool = False
    offset: int = 0

    @property
    def sorting(self) -> tuple[str, ...]:
        """The columns that the rows are sorted by, one after another."""
        last: str = self.kind.KEY[-1]
        return (self.order,) if last == self.order else (self.order, last)


@frozen
class Tally:
    """How many entities of a kind a tenant has."""

    kind: type[Any]
    tenant: str


@frozen
class Listed(Generic[E]):
    """One page. `before` is the place of its first row, if there are rows before it; `after` that of its last."""

    rows: tuple[E, ...]
    before: Place | None
    after: Place | None


def listed(known: Known, listing: Listing) -> Listed[Any]:
    """The page of a list. Raises `Unloaded`; refuses with `Invalid` a search that would look at too many rows."""
    found = known.listing(listing)
    more = len(found) > listing.limit
    rows = found[: listing.limit]
    if listing.backwards:
        rows = rows[::-1]
    if not rows:
        return Listed((), None, None)
    begun = listing.place is not None or listing.offset > 0
    is_after, is_before = (begun, more) if listing.backwards else (more, begun)
    return Listed(
        rows,
        _place(listing, rows[0]) if is_before else None,
        _place(listing, rows[-1]) if is_after else None,
    )


def _place(listing: Listing, row: Entity) -> Place:
    return tuple(getattr(row, column) for column in listing.sorting)
