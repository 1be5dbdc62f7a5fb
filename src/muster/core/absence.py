"""Users sorted by what some of them lack, so that those come last, or first if descending.

A search has them the other way round, see `query`. So this order is made of two: of those who have it, and of those
who lack it, who go by their numbers.
"""

from __future__ import annotations

from dataclasses import replace

from muster.core.known import Known
from muster.core.query import Condition, Not, Order, Other, Page, Position, Present, Search
from muster.core.users import User


def page_with_the_absent_last(known: Known, search: Search) -> Page:
    """The page of a search that is sorted by one field; it has a start or an offset, not both.

    Raises `Unloaded`; refuses with `Invalid` a search that would look at too many users.
    """
    total = _size(known, search, search.conditions) if search.total else 0
    users: tuple[User, ...] = ()
    offset = search.offset
    for stretch in _ahead(search):
        left = search.limit - len(users)
        if offset and left:
            size = _size_of(known, search, stretch)
            if size <= offset:
                offset -= size
                continue
        if left:
            more = known.page(replace(stretch, offset=offset, limit=left, total=False)).users
            users = (*more, *users) if search.backwards else (*users, *more)
        offset = 0
    return Page(users, total)


def _ahead(search: Search) -> tuple[Search, ...]:
    """Those who have it and those who lack it, from the search's start on in its direction."""
    [by] = search.order
    has = replace(search, conditions=(*search.conditions, Present(by.field)))
    by_number = (Order(Other.NUMBER, by.descending),)
    lacks = replace(search, conditions=(*search.conditions, Not(Present(by.field))), order=by_number)
    first, last = (lacks, has) if by.descending is not search.backwards else (has, lacks)
    start = search.start
    if start is None:
        return first, last
    is_in_first = (start.values[0] in (None, "")) is (first is lacks)
    begun = first if is_in_first else last
    if begun is lacks:
        start = Position((start.number,), start.number)
    begun = replace(begun, start=start)
    return (begun, replace(last, start=None)) if is_in_first else (begun,)


def _size_of(known: Known, search: Search, stretch: Search) -> int:
    """How many users a stretch has; of those who have it that is all but those who lack it, who are easier to count."""
    [by] = search.order
    lacking = _size(known, search, (*search.conditions, Not(Present(by.field))))
    return (
        lacking if Not(Present(by.field)) in stretch.conditions else _size(known, search, search.conditions) - lacking
    )


def _size(known: Known, search: Search, conditions: tuple[Condition, ...]) -> int:
    return known.page(Search(search.tenant, search.within, conditions, limit=0)).total
