"""Users as lists hold them: as JSON, made once for each version of a user where all of him is shown.

Whoever walks through a directory again and again is told the same of most users. What a user is in is another matter,
which his version says nothing of: his groups are added each time.
"""

from __future__ import annotations

from collections import OrderedDict
from operator import attrgetter
from typing import Any

import msgspec

from muster.apis.scim.projection import Projection
from muster.apis.scim.translate_users import memberships, resource
from muster.core.grouped_users import Grouped
from muster.core.groups import Group
from muster.core.users import User

MOST_KEPT = 10_000
"""How many users are kept as JSON: some 10 MB."""

_id_of = attrgetter("id")
_encode = msgspec.json.Encoder().encode
_kept: OrderedDict[tuple[str, int, int, str], bytes] = OrderedDict()


class Page:
    """The users of one answer, for an encoder. Many of them are in the same groups, which are made JSON once."""

    def __init__(self, shown: Projection, base: str) -> None:
        self._shown = shown
        self._base = base
        self._is_whole = shown.wanted is None and shown.unwanted is None
        self._groups: dict[tuple[str, ...], bytes] = {}

    def user(self, grouped: Grouped) -> Any:
        """What is shown of the user."""
        if not self._is_whole:
            return self._shown.of(resource(grouped, self._base))
        text = self._alone(grouped.user)
        return msgspec.Raw(text[:-1] + self._end(grouped.groups) if grouped.groups else text)

    def _alone(self, user: User) -> bytes:
        key = (user.id, user.version, user.changed_at, self._base)
        text = _kept.get(key)
        if text is None:
            text = _kept[key] = _encode(self._shown.of(resource(Grouped(user), self._base)))
            if len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        return text

    def _end(self, groups: tuple[Group, ...]) -> bytes:
        ids = tuple(map(_id_of, groups))
        text = self._groups.get(ids)
        if text is None:
            text = self._groups[ids] = b',"groups":' + _encode(memberships(groups, self._base)) + b"}"
        return text
