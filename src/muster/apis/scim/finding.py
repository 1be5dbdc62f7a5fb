"""Users that a question is about: found by the directory as far as it knows, else chosen here among those it gives.

Three ways, the quickest that fits: one user alone is named; the directory finds and sorts; each of those whom the
directory narrows it down to is looked at, and they are sorted here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from muster.apis.scim.listing import Asked
from muster.apis.scim.matching import Bound, Every, No, Place, Some, Test, Within, matches, sort_value
from muster.apis.scim.normal import misfit
from muster.apis.scim.projection import Projection
from muster.apis.scim.schema import USERS
from muster.apis.scim.telling import Page
from muster.apis.scim.translate_search import MAY_BE_ABSENT, conditions, finder, order
from muster.apis.scim.translate_users import resource
from muster.core.finders import Finder
from muster.core.frozen import frozen
from muster.core.grouped_users import Grouped, GroupedPage, GroupedUser, GroupedUsers
from muster.core.query import Condition, Position, Search
from muster.core.refusals import Refused, Unknown
from muster.core.values import fold
from muster.web.routes import Call

MOST_LOOKED_AT = 10_000
"""How many users are looked at for one question, where the directory cannot say who meets it."""

TOGETHER = 1000
FEW = 100
"""How many are looked at here and now; more are in a thread, so that others need not wait."""

Json = dict[str, Any]


@frozen
class Found:
    """Some resources of all that a question is about, and the cursors of the pages around them."""

    total: int
    resources: list[Json]
    following: str | None = None
    previous: str | None = None


async def find_users(call: Call, asked: Asked) -> Found:
    """The users. Raises `Misfit` and `Unsupported`; refuses what would have to look at too many."""
    filter_, shown, sort = asked.bound(USERS), asked.projection(USERS), asked.sort(USERS)
    by = None if filter_ is None else finder(filter_)
    if by is not None and filter_ is not None:
        return await _one(call, asked, by, filter_, shown)
    wanted, is_exact = conditions(filter_)
    by_directory = order(sort, descending=asked.descending)
    if is_exact and by_directory is not None:
        start = asked.place(call)
        search = Search(
            conditions=wanted,
            order=by_directory,
            offset=asked.start - 1 if asked.cursor is None else 0,
            limit=asked.count,
            start=None if start is None else Position(start.values[:-1], _whole(start.values[-1])),
            backwards=start is not None and start.backwards,
        )
        return _of_page(call, asked, shown, await _page(call, search, shown.shows("groups")))
    with_groups = shown.shows("groups") or _is_about(filter_, sort, "groups")
    met = await _looked_at(call, wanted, filter_, with_groups=with_groups)
    return sorted_page(call, asked, sort, shown, met)


async def _page(call: Call, search: Search, with_groups: bool) -> GroupedPage:
    absent_last = any(by.field in MAY_BE_ABSENT for by in search.order)
    return await call.directory.ask(call.actor, GroupedUsers(search, with_groups, absent_last))


async def _one(call: Call, asked: Asked, by: Finder, filter_: Bound, shown: Projection) -> Found:
    """Whom the finder finds, if he meets the filter: no sort and no page makes more of one."""
    with_groups = shown.shows("groups") or _is_about(filter_, None, "groups")
    try:
        user = await call.directory.ask(call.actor, GroupedUser(by, with_groups))
    except Refused as refused:
        if not isinstance(refused.refusal, Unknown):
            raise
        return Found(0, [])
    if not _meets(filter_, user, call.base):
        return Found(0, [])
    # A cursor of this question was never told, since all there is stands on the first page.
    here = asked.place(call) is None and asked.count > 0 and (asked.start == 1 or asked.cursor is not None)
    return Found(1, [shown.of(resource(user, call.base))] if here else [])


def _meets(filter_: Bound, grouped: Grouped, base: str) -> bool:
    if isinstance(filter_, Test):
        # What he was found by is all that is asked; only that he may have been found by an alias.
        return filter_.place.attribute.name != "userName" or fold(grouped.user.username) == filter_.value
    return matches(filter_, resource(grouped, base))


def _of_page(call: Call, asked: Asked, shown: Projection, page: GroupedPage) -> Found:
    resources = list(map(Page(shown, call.base).user, page.users))
    if asked.cursor is None:
        return Found(page.total, resources)
    before, after = page.before, page.after
    return Found(
        page.total,
        resources,
        None if after is None else asked.cursor_at(call, (*after.values, after.number)),
        None if before is None else asked.cursor_at(call, (*before.values, before.number), backwards=True),
    )


Met = list[tuple[Json, Any]]
"""Resources that meet a filter, each with what decides where it stands among its equals."""


async def _looked_at(call: Call, wanted: tuple[Condition, ...], filter_: Bound | None, *, with_groups: bool) -> Met:
    """All who meet the filter among those who meet the conditions. Raises `Misfit` where they are too many."""
    met: Met = []
    page = await _page(call, Search(conditions=wanted, limit=TOGETHER), with_groups)
    if page.total > MOST_LOOKED_AT:
        misfit("tooMany", f"over {MOST_LOOKED_AT} users would have to be looked at; say more of whom you look for")
    while True:
        met += await _chosen(page.users, filter_, call.base)
        if page.after is None:
            return met
        search = Search(conditions=wanted, limit=TOGETHER, start=page.after, total=False)
        page = await _page(call, search, with_groups)


async def _chosen(users: tuple[Grouped, ...], filter_: Bound | None, base: str) -> Met:
    if len(users) <= FEW:
        return _matching(users, filter_, base)
    return await asyncio.to_thread(_matching, users, filter_, base)


def _matching(users: tuple[Grouped, ...], filter_: Bound | None, base: str) -> Met:
    told = ((resource(one, base), one.user.number) for one in users)
    return [(one, number) for one, number in told if filter_ is None or matches(filter_, one)]


def sorted_page(call: Call, asked: Asked, sort: Place | None, shown: Projection, met: Met) -> Found:
    """The page of these: what they are sorted by comes last where it is absent; descending is the opposite order."""
    keyed = [(_key(sort, told), number, told) for told, number in met]
    descending = asked.descending and sort is not None
    keyed.sort(key=lambda one: one[:2], reverse=descending)
    start = asked.place(call)
    if asked.cursor is None:
        at, end = asked.start - 1, asked.start - 1 + asked.count
    else:
        cut = 0 if start is None else _cut(keyed, start.values, descending, behind=not start.backwards)
        at, end = (cut, cut + asked.count) if start is None or not start.backwards else (max(cut - asked.count, 0), cut)
    page = keyed[at:end]
    found = Found(len(keyed), [shown.of(told) for _, _, told in page])
    if asked.cursor is None or not page:
        return found
    (first, first_number, _), (last, last_number, _) = page[0], page[-1]
    return Found(
        found.total,
        found.resources,
        asked.cursor_at(call, (*last, last_number)) if end < len(keyed) else None,
        asked.cursor_at(call, (*first, first_number), backwards=True) if at > 0 else None,
    )


def _key(sort: Place | None, told: Json) -> tuple[bool, Any]:
    value = None if sort is None else sort_value(sort, told)
    return value is None, "" if value is None else value


def _cut(
    keyed: list[tuple[tuple[bool, Any], int, Json]],
    values: tuple[Any, ...],
    descending: bool,
    *,
    behind: bool,
) -> int:
    """How many come before the place that a cursor names, and with `behind` whoever stands there."""
    is_absent, value, number = values
    wanted = ((is_absent, value), number)
    for at, one in enumerate(keyed):
        if one[:2] == wanted:
            return at + behind
        if (one[:2] > wanted) is not descending:
            return at
    return len(keyed)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else misfit("invalidCursor", "the cursor is none of this question's")


def _is_about(filter_: Bound | None, sort: Place | None, attribute: str) -> bool:
    places = [] if filter_ is None else list(_places(filter_))
    return any(place.attribute.name == attribute for place in (*places, *(() if sort is None else (sort,))))


def _places(filter_: Bound) -> Iterator[Place]:
    match filter_:
        case Test(place) | Within(place):
            yield place
        case Every(filters) | Some(filters):
            for one in filters:
                yield from _places(one)
        case No(inner):
            yield from _places(inner)
