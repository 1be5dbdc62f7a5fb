"""Groups that a question is about, and the pages that show them.

Three ways, the quickest that fits: the filter names them outright, by id, name, external id or member; there is no
filter, and the directory sorts them; each of them is looked at, or of those whose names a filter says something of. No
members are read for any of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from muster.apis.scim.finding import FEW, MOST_LOOKED_AT, TOGETHER, Found, Met, sorted_page
from muster.apis.scim.listing import Asked
from muster.apis.scim.matching import Bound, Every, No, Place, Some, Test, Unsupported, Within, matches
from muster.apis.scim.normal import misfit
from muster.apis.scim.projection import Projection
from muster.apis.scim.schema import GROUPS
from muster.apis.scim.translate_groups import MEMBERS, named_by, resource
from muster.core import groups as core
from muster.core.groups import BY_ID, BY_NAME, Group, GroupCount
from muster.core.listing import Match
from muster.core.picking import PickGroups
from muster.core.query import Compare
from muster.web.routes import Call

_COMPARES = {"co": Compare.CONTAINS, "sw": Compare.STARTS, "ew": Compare.ENDS}
_ORDERS = {"id": BY_ID, "displayName": BY_NAME}
_NAMED = {"id": "ids", "displayName": "names", "externalId": "external_ids"}

Json = dict[str, Any]
Held = dict[str, frozenset[str]]
"""By a user's id those of the groups that he is in."""


async def find_groups(call: Call, asked: Asked) -> Found:
    """The groups, without their members. Raises `Misfit` and `Unsupported`; refuses what would look at too many."""
    filter_, shown, sort = asked.bound(GROUPS), asked.projection(GROUPS), asked.sort(GROUPS)
    if sort is not None and sort.attribute is MEMBERS:
        misfit("invalidPath", "sortBy: groups are not sorted by their members")
    order = BY_ID if sort is None else _ORDERS.get(sort.leaf.name)
    if filter_ is None and order is not None:
        return await _page(call, asked, shown, order)
    return sorted_page(call, asked, sort, shown, await _met(call, filter_))


async def _page(call: Call, asked: Asked, shown: Projection, order: str) -> Found:
    """A page of all groups, as the directory sorts them."""
    start = asked.place(call)
    offset = asked.start - 1 if asked.cursor is None else 0
    backwards = start is not None and start.backwards
    place = None if start is None else start.values
    question = core.Groups(asked.count, (), asked.descending, place, backwards, order, offset)
    total = await call.directory.ask(call.actor, GroupCount())
    page = await call.directory.ask(call.actor, question)
    resources = [shown.of(resource(group, call.base)) for group in page.rows]
    if asked.cursor is None:
        return Found(total, resources)
    following = None if page.after is None else asked.cursor_at(call, page.after)
    previous = None if page.before is None else asked.cursor_at(call, page.before, backwards=True)
    return Found(total, resources, following, previous)


async def _met(call: Call, filter_: Bound | None) -> Met:
    """All groups that meet the filter. Raises `Misfit` where too many would have to be looked at."""
    wanted = _Wanted.of(filter_)
    within: Held = {}
    if wanted.pick is not None:
        picked = await call.directory.ask(call.actor, wanted.pick)
        within = dict(zip(wanted.pick.about, picked.within, strict=True))
        if wanted.is_named:
            return await _chosen(call, picked.groups, filter_, within)
    met: Met = []
    looked, page = 0, await call.directory.ask(call.actor, core.Groups(TOGETHER, wanted.matches))
    while True:
        looked += len(page.rows)
        if looked > MOST_LOOKED_AT:
            misfit("tooMany", f"over {MOST_LOOKED_AT} groups would have to be looked at; say more of what you look for")
        met += await _chosen(call, page.rows, filter_, within)
        if page.after is None:
            return sorted(met, key=lambda one: str(one[1]))
        page = await call.directory.ask(call.actor, core.Groups(TOGETHER, wanted.matches, place=page.after))


async def _chosen(call: Call, groups: tuple[Group, ...], filter_: Bound | None, within: Held) -> Met:
    if len(groups) <= FEW:
        return _matching(groups, filter_, within, call.base)
    return await asyncio.to_thread(_matching, groups, filter_, within, call.base)


def _matching(groups: tuple[Group, ...], filter_: Bound | None, within: Held, base: str) -> Met:
    told = [(resource(group, base), group.id) for group in groups]
    return [it for it in told if filter_ is None or matches(filter_, {**it[0], **_asked_members(it[1], within)})]


def _asked_members(group: str, within: Held) -> Json:
    """Of a group's members those whom the filter names: it asks for no others."""
    found = [{"value": user, "type": "User"} for user, his in within.items() if group in his]
    return {MEMBERS.name: found} if found else {}


@dataclass(frozen=True)
class _Wanted:
    """What a filter says of the groups that it is about.

    `is_named` says that all of them are picked by it; otherwise they are among those whose names match.
    """

    pick: PickGroups | None = None
    is_named: bool = False
    matches: tuple[Match, ...] = ()

    @classmethod
    def of(cls, filter_: Bound | None) -> _Wanted:
        """Raises `Unsupported` for what only a look at all members could tell."""
        if filter_ is None:
            return cls()
        terms = filter_.filters if isinstance(filter_, Every) else (filter_,)
        named: dict[str, list[str]] = {}
        for term in terms:
            for name, value in _named(term):
                named.setdefault(name, []).append(value)
        about = tuple(dict.fromkeys(_users_in(filter_)))
        pick = PickGroups(**{name: tuple(found) for name, found in named.items()}, about=about)
        return cls(pick if named or about else None, bool(named), tuple(_matched(terms)))


def _named(term: Bound) -> Iterator[tuple[str, str]]:
    """What a term that must hold names, by the field of the question that asks for it."""
    match term:
        case Test(place, "eq", str(value)) if place.attribute is MEMBERS:
            yield "users", value
        case Test(place, "eq", str(value)) if place.leaf.name in _NAMED:
            yield _NAMED[place.leaf.name], value
        case Within(place, inner) if place.attribute is MEMBERS:
            found = named_by(inner)
            if found is not None and len(found) == 1:
                yield "users", next(iter(found))
        case _:
            return


def _matched(terms: tuple[Bound, ...]) -> Iterator[Match]:
    for term in terms:
        match term:
            case Test(Place(leaf=leaf), sign, str(value)) if leaf.name == "displayName" and sign in _COMPARES:
                yield Match(BY_NAME, _COMPARES[sign], value)
            case _:
                continue


def _users_in(filter_: Bound) -> Iterator[str]:
    """The users whom a filter names as members. Raises `Unsupported` where it asks for members otherwise."""
    match filter_:
        case Test(place, "eq" | "ne", str(value)) if place.attribute is MEMBERS and place.leaf.name == "value":
            yield value
        case Within(place, inner) if place.attribute is MEMBERS:
            found = named_by(inner)
            if found is None:
                raise Unsupported("groups are found by the values of their members")
            yield from found
        case Test(place) | Within(place):
            if place.attribute is MEMBERS:
                raise Unsupported("groups are found by the values of their members")
        case Every(filters) | Some(filters):
            for one in filters:
                yield from _users_in(one)
        case No(inner):
            yield from _users_in(inner)
