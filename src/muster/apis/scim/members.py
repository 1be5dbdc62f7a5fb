"""The members of groups as answers show them: read in pages, and so many in one answer at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from muster.apis.scim.normal import misfit
from muster.apis.scim.projection import Projection
from muster.apis.scim.translate_groups import MEMBERS, MOST_MEMBERS, display, member
from muster.core.groups import Group
from muster.core.listing import Place
from muster.core.members import MemberIdsOf, MembersOf
from muster.core.refusals import Refused, Unknown
from muster.web.routes import Call

TOGETHER = 1000
"""How many members are read at once: others are served in between."""

_ANYBODY = {MEMBERS.name: [{"display": "anybody"}]}

Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Told:
    """Members as an answer shows them: how many, and each as JSON, some together."""

    count: int
    parts: tuple[bytes, ...]

    def beside(self, group: Json) -> Json:
        """The group with these members; without any it has no such attribute."""
        if self.parts:
            group[MEMBERS.name] = msgspec.Raw(b"[" + b",".join(self.parts) + b"]")
        return group


async def add_members(call: Call, shown: Projection, groups: Iterable[Json]) -> None:
    """Add their members to groups, unless they are not `shown`. Raises `Misfit` where one answer cannot hold them."""
    if not shown.shows(MEMBERS.name):
        return
    room = MOST_MEMBERS
    for group in groups:
        told = await members_of(call, shown, group["id"], room)
        if told is None:
            misfit("tooMany", f"these are over {MOST_MEMBERS} members; ask again with excludedAttributes=members")
        room -= told.count
        told.beside(group)


async def members_of(call: Call, shown: Projection, group: str, most: int) -> Told | None:
    """The members of a group, as `shown`; None if they are more than `most`. A group that has ended has none.

    Whoever joins or leaves while they are read may be among them or not.
    """
    read = _named if shown.of(_ANYBODY) else _plain
    count, parts, place = 0, list[bytes](), None
    while True:
        limit = min(TOGETHER, most - count + 1)
        try:
            found, place = await read(call, group, limit, place)
        except Refused as refused:
            if refused.refusal != Unknown(Group.NOUN):
                raise
            return Told(0, ())
        # Those whom the caller does not see have been read as well.
        count += len(found) if place is None else limit
        if count > most:
            return None
        told = shown.of({MEMBERS.name: found}).get(MEMBERS.name)
        if told:
            parts.append(_encode(told)[1:-1])
        if place is None:
            return Told(count, tuple(parts))


async def _plain(call: Call, group: str, limit: int, place: Place | None) -> tuple[list[Json], Place | None]:
    """A page of members without their names."""
    page = await call.directory.ask(call.actor, MemberIdsOf(Group, group, limit, place))
    base = call.base
    return [member(user, base) for user in page.users], page.after


async def _named(call: Call, group: str, limit: int, place: Place | None) -> tuple[list[Json], Place | None]:
    page = await call.directory.ask(call.actor, MembersOf(Group, group, limit, place))
    base = call.base
    return [{**member(user.id, base), "display": display(user)} for user in page.users], page.after
