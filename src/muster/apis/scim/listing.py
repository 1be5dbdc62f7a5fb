"""Lists: what a query asks for (RFC 7644, sections 3.4.2 and 3.4.3; RFC 9865), and the message that answers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from muster.apis.scim import cursors
from muster.apis.scim.filters import Filter, Unreadable, read_filter, read_path
from muster.apis.scim.matching import Bound, Place, bound, place_of
from muster.apis.scim.normal import misfit
from muster.apis.scim.profiles import Habit
from muster.apis.scim.projection import Projection, projection
from muster.apis.scim.refusals import answer
from muster.apis.scim.requests import body_of, profile_of, shaped
from muster.apis.scim.schema import COMPLEX, NEVER, Resource
from muster.apis.scim.shapes import LIST_RESPONSE, SEARCH_REQUEST, SearchRequest
from muster.core.frozen import frozen
from muster.web.answers import Answer, Hindered, Problem
from muster.web.routes import Call

USUAL_RESULTS = 100
MOST_RESULTS = 1000
"""How many resources one answer holds: without a `count`, and at most."""

DESCENDING, ASCENDING = "descending", "ascending"
_MOST_START = 1 << 62


@frozen
class Asked:
    """A question about resources of one or more kinds.

    `start` counts from 1; `count` may be 0, which asks for the total alone. `cursor` is None for pages by number, empty
    for the first page of those by cursor.
    """

    filter: Filter | None
    sort_by: str | None
    descending: bool
    start: int
    count: int
    cursor: str | None
    attributes: tuple[str, ...] | None
    excluded: tuple[str, ...] | None
    text: tuple[str, str, str]

    def bound(self, kind: Resource) -> Bound | None:
        """The filter over resources of a kind. Raises `Unsupported`."""
        return None if self.filter is None else bound(self.filter, kind)

    def projection(self, kind: Resource) -> Projection:
        """What of a resource is returned. Raises `Misfit`."""
        return projection(kind, self.attributes, self.excluded)

    def sort(self, kind: Resource) -> Place | None:
        """What the resources are sorted by; None where nothing was said. Raises `Misfit`."""
        return None if self.sort_by is None else _sort(kind, self.sort_by)

    def place(self, call: Call) -> cursors.Place | None:
        """Where the cursor goes on; None at the first page. Raises `Misfit`."""
        return cursors.opened(call, self._question(call), self.cursor) if self.cursor else None

    def cursor_at(self, call: Call, values: tuple[Any, ...], *, backwards: bool = False) -> str:
        """A cursor of this question that goes on from these values of the order."""
        return cursors.cursor(call, self._question(call), values, backwards=backwards)

    def _question(self, call: Call) -> str:
        endpoint = call.path.removesuffix("/.search")
        return "\n".join((endpoint, *self.text))


def asked(call: Call) -> Asked:
    """What a GET's query asks for, with names in any case. Raises `Misfit`, `Unreadable` and `Hindered`."""
    return _asked(_parameters(call))


def asked_in_body(call: Call) -> Asked:
    """What a search that is sent as a body asks for. Raises `Misfit`, `Unreadable` and `Hindered`."""
    request: SearchRequest = shaped(body_of(call), SearchRequest)
    if SEARCH_REQUEST not in (request.schemas or ()) and not profile_of(call).forgives(Habit.NO_SCHEMAS):
        misfit("invalidValue", f"schemas holds {SEARCH_REQUEST}")
    fields = msgspec.structs.asdict(request)
    return _asked({name.casefold(): value for name, value in fields.items() if value is not None})


def requested_projection(call: Call, kind: Resource) -> Projection:
    """What the query wants of one resource. Raises `Misfit` and `Hindered`."""
    if not call.query_string:
        return Projection(kind)
    given = _parameters(call)
    return projection(kind, _names(given.get("attributes")), _names(given.get("excludedattributes")))


def _parameters(call: Call) -> dict[str, str]:
    found = {name.casefold(): value for name, value in call.query()}
    if "filter" in found and b"+" in call.query_string:
        found["filter"] = _filter_of(call.query_string) or found["filter"]
    return found


def _filter_of(query: bytes) -> str | None:
    """The filter, where a plus sign stands for itself.

    Entra ID writes spaces as %20 and leaves the plus sign of an address as it is; who writes spaces as plus signs has
    no %20.
    """
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        if name.lower() == b"filter" and b"%20" in value:
            try:
                return unquote_to_bytes(value).decode()
            except UnicodeDecodeError:
                raise Hindered(Problem.MALFORMED, "query: the filter is no UTF-8") from None
    return None


def _asked(given: Mapping[str, Any]) -> Asked:
    text = given.get("filter")
    order = str(given.get("sortorder") or ASCENDING).casefold()
    if order not in (ASCENDING, DESCENDING):
        misfit("invalidValue", f"sortOrder is {ASCENDING} or {DESCENDING}")
    sort_by = given.get("sortby") or None
    cursor = given.get("cursor")
    return Asked(
        filter=read_filter(text) if text is not None and text.strip() else None,
        sort_by=sort_by,
        descending=order == DESCENDING,
        start=min(max(_whole(given, "startindex", "startIndex", 1, "invalidValue"), 1), _MOST_START),
        count=_count(given, cursor),
        cursor=cursor,
        attributes=_names(given.get("attributes")),
        excluded=_names(given.get("excludedattributes")),
        text=(text or "", sort_by or "", order),
    )


def _count(given: Mapping[str, Any], cursor: str | None) -> int:
    count = _whole(given, "count", "count", USUAL_RESULTS, "invalidValue" if cursor is None else "invalidCount")
    if count < 0 and cursor is not None:
        misfit("invalidCount", f"count is between 0 and {MOST_RESULTS}")
    return min(max(count, 0), MOST_RESULTS)


def _whole(given: Mapping[str, Any], name: str, shown: str, otherwise: int, kind: str) -> int:
    value = given.get(name)
    if value is None or value == "":
        return otherwise
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = value.strip().removeprefix("-") if isinstance(value, str) else ""
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        misfit(kind, f"{shown} is a whole number")
    return int(value)


def _names(given: str | list[str] | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    return tuple(given.split(",")) if isinstance(given, str) else tuple(given)


def _sort(kind: Resource, written: str) -> Place | None:
    try:
        place = place_of(kind, read_path(written))
    except Unreadable as error:
        misfit("invalidPath", f"sortBy: {error}")
    if place is None or place.attribute.returned == NEVER:
        misfit("invalidPath", f"sortBy: a {kind.name} has no attribute {written[:200]!r}")
    if place.leaf.type == COMPLEX:
        misfit("invalidPath", f"sortBy: {place.leaf.name} has parts, of which one must be named")
    return place


def list_response(
    asked_: Asked,
    total: int,
    resources: Iterable[Mapping[str, Any]],
    following: str | None = None,
    previous: str | None = None,
) -> Answer:
    """The answer to a question: some resources of all, and the cursors of the pages around them, if there are any."""
    found = list(resources)
    told: dict[str, Any] = {"schemas": [LIST_RESPONSE], "totalResults": total}
    if asked_.cursor is None:
        told["startIndex"] = asked_.start
    told["itemsPerPage"] = len(found)
    if following is not None:
        told["nextCursor"] = following
    if previous is not None:
        told["previousCursor"] = previous
    return answer({**told, "Resources": found})
