"""Users as lists hold them: as JSON, made once for each version of a user where all of him is shown.

Whoever walks through a directory again and again is told the same of most users. What a user is in is another matter,
which his version says nothing of: his groups are added each time.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from muster.apis.scim.projection import Projection
from muster.apis.scim.translate_users import memberships, resource
from muster.core.grouped_users import Grouped

MOST_KEPT = 10_000
"""How many users are kept as JSON: some 10 MB."""

_encode = msgspec.json.Encoder().encode
_kept: OrderedDict[tuple[str, int, int, str], bytes] = OrderedDict()


def as_json(shown: Projection, grouped: Grouped, base: str) -> Any:
    """What is shown of the user, for an encoder."""
    if shown.wanted is not None or shown.unwanted is not None:
        return shown.of(resource(grouped, base))
    user = grouped.user
    key = (user.id, user.version, user.changed_at, base)
    text = _kept.get(key)
    if text is None:
        text = _kept[key] = _encode(shown.of(resource(Grouped(user), base)))
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    if grouped.groups:
        text = text[:-1] + b',"groups":' + _encode(memberships(grouped.groups, base)) + b"}"
    return msgspec.Raw(text)
