"""Filters over users as the directory's conditions: as far as it knows what they ask for.

A condition that is not `exact` holds for everybody who meets the filter, and perhaps for others; who does not meet it
is then told by looking at each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import assert_never

from muster.apis.scim.matching import Bound, Every, No, Place, Some, Test, Within
from muster.apis.scim.schema import ENTERPRISE
from muster.apis.scim.translate_users import EMAILS, FOUND_BY
from muster.core.finders import Finder, by_external_id, by_id, by_login_name
from muster.core.frozen import frozen
from muster.core.groups import Group
from muster.core.query import (
    NOBODY,
    AnyOf,
    Compare,
    Condition,
    During,
    Flag,
    FlagIs,
    IsIn,
    Marked,
    Not,
    Order,
    Other,
    Present,
    Text,
    TextIs,
)
from muster.core.users import mark

TEXTS = {
    "userName": Text.USERNAME,
    "name.givenName": Text.GIVEN_NAME,
    "name.familyName": Text.FAMILY_NAME,
}
_COMPARES = {"eq": Compare.EQUALS, "co": Compare.CONTAINS, "sw": Compare.STARTS, "ew": Compare.ENDS}
_MARKED = ("displayName", "nickName", f"{ENTERPRISE}:employeeNumber")
_TIMES = {"meta.created": Other.CREATED_AT, "meta.lastModified": Other.CHANGED_AT}

ORDERS: dict[str, Text | Other] = {**TEXTS, "active": Other.ACTIVE, **_TIMES}
"""What the directory sorts by as SCIM does. Of several e-mails it is not sure to have the one that SCIM means."""

MAY_BE_ABSENT = (Text.GIVEN_NAME, Text.FAMILY_NAME)
"""What of that not every user has: SCIM has it come last, or first if descending (RFC 7644, section 3.4.2.3)."""

FINDERS: dict[str, Callable[[str], Finder]] = {
    "id": by_id,
    "externalId": by_external_id,
    "userName": by_login_name,
}
"""What says of one user alone who he is. The last finds him by an alias too, so that he has to be looked at."""


@frozen
class Narrowed:
    """Whom a filter is about: no condition is everybody."""

    condition: Condition | None = None
    exact: bool = False


EVERYBODY = Narrowed(None, exact=True)
_ANYBODY = Narrowed()


def name_of(place: Place) -> str:
    """The attribute with its sub-attribute, below its extension: `name.givenName`."""
    name = place.attribute.name if place.leaf is place.attribute else f"{place.attribute.name}.{place.leaf.name}"
    return name if place.extension is None else f"{place.extension}:{name}"


def finder(found: Bound) -> Finder | None:
    """How the one user is found who alone may meet the filter, if it says who that is."""
    for test in _demands(found):
        if test.operator == "eq" and isinstance(test.value, str):
            by = FINDERS.get(name_of(test.place))
            if by is not None:
                return by(test.value)
    return None


def _demands(found: Bound) -> Iterator[Test]:
    if isinstance(found, Test):
        yield found
    elif isinstance(found, Every):
        for one in found.filters:
            yield from _demands(one)


def conditions(found: Bound | None) -> tuple[tuple[Condition, ...], bool]:
    """The conditions of a filter, and whether they are exact."""
    if found is None:
        return (), True
    parts = [narrowed(one) for one in (found.filters if isinstance(found, Every) else (found,))]
    return tuple(one.condition for one in parts if one.condition is not None), all(one.exact for one in parts)


def narrowed(found: Bound) -> Narrowed:
    """Whom the filter is about."""
    match found:
        case Test():
            return _tested(found)
        case Within(place, inner):
            return _within(place, inner)
        case Every(filters):
            return _every([narrowed(one) for one in filters])
        case Some(filters):
            return _some([narrowed(one) for one in filters])
        case No(inner):
            return _negated(narrowed(inner))
        case _:
            assert_never(found)


def _every(parts: list[Narrowed]) -> Narrowed:
    exact = all(part.exact for part in parts)
    wanted = [part.condition for part in parts if part.condition is not None]
    if len(wanted) < 2:
        return Narrowed(wanted[0] if wanted else None, exact)
    # Some index finds those of one condition, and none those of two at once.
    sure = [one for one in wanted if _is_selective(one)]
    return Narrowed(sure[0], exact=False) if sure else Narrowed(Not(AnyOf(tuple(map(Not, wanted)))), exact)


def _is_selective(condition: Condition) -> bool:
    match condition:
        case TextIs(compare=Compare.EQUALS) | Marked():
            return True
        case AnyOf(others):
            return all(map(_is_selective, others))
        case _:
            return False


def _some(parts: list[Narrowed]) -> Narrowed:
    exact = all(part.exact for part in parts)
    if any(part.condition is None for part in parts):
        return EVERYBODY if EVERYBODY in parts else _ANYBODY
    return Narrowed(AnyOf(tuple(part.condition for part in parts if part.condition is not None)), exact)


def _negated(part: Narrowed) -> Narrowed:
    if not part.exact:
        return _ANYBODY
    if part.condition in (None, NOBODY):
        return EVERYBODY if part.condition == NOBODY else Narrowed(NOBODY, exact=True)
    return Narrowed(Not(part.condition), exact=True)


def _tested(test: Test) -> Narrowed:
    name, sign, value = name_of(test.place), test.operator, test.value
    if sign == "ne":
        # Whatever is compared: it is what `eq` is not. Null is, for what has a value.
        return _negated(_tested(Test(test.place, "eq", value)))
    if name in TEXTS:
        return _text(TEXTS[name], sign, value)
    if name == "active":
        return _active(sign, value)
    if name in _TIMES:
        return _time(_TIMES[name], sign, value)
    if sign == "eq" and isinstance(value, str) and value:
        return _equal(name, value)
    return EVERYBODY if sign == "pr" and name in ("id", "meta.resourceType", "schemas") else _ANYBODY


def _text(field: Text, sign: str, value: object) -> Narrowed:
    if sign == "pr" or value is None:
        there = None if field is Text.USERNAME else Present(field)
        found = Narrowed(there, exact=True)
        return found if sign == "pr" else _negated(found)
    if sign in _COMPARES and isinstance(value, str) and value:
        return Narrowed(TextIs((field,), _COMPARES[sign], value), exact=True)
    return _ANYBODY


def _active(sign: str, value: object) -> Narrowed:
    if sign == "pr":
        return EVERYBODY
    return Narrowed(FlagIs(Flag.ACTIVE, value) if isinstance(value, bool) else NOBODY, exact=True)


def _time(field: Other, sign: str, value: object) -> Narrowed:
    if sign == "pr":
        return EVERYBODY
    if not isinstance(value, int):
        return _ANYBODY if value is not None else Narrowed(NOBODY, exact=True)
    spans = {"eq": (value, value + 1), "gt": (value + 1, None), "ge": (value, None), "lt": (None, value)}
    since, before = spans.get(sign, (None, value + 1))
    return Narrowed(During(field, since, before), exact=True)


def _equal(name: str, value: str) -> Narrowed:
    if name == f"{EMAILS}.value":
        return Narrowed(has_email(value), exact=True)
    if name == "groups.value":
        return Narrowed(IsIn(Group.NOUN, value), exact=True)
    if name in _MARKED:
        return Narrowed(Marked(mark(FOUND_BY[name.rpartition(":")[2]], value)), exact=True)
    if name == "meta.resourceType":
        return EVERYBODY if value == "User" else Narrowed(NOBODY, exact=True)
    return _ANYBODY


def has_email(text: str) -> Condition:
    """One of the user's e-mails is this one, the directory's or another."""
    return AnyOf((TextIs((Text.EMAIL,), Compare.EQUALS, text), Marked(mark(FOUND_BY[EMAILS], text))))


def _within(place: Place, inner: Bound) -> Narrowed:
    """Of the values of an attribute one meets the filter: what it equals is what is looked for."""
    for test in _demands(inner):
        if test.operator == "eq" and test.place.leaf.name == "value" and isinstance(test.value, str):
            found = _equal(f"{name_of(place)}", test.value)
            return found if inner is test else Narrowed(found.condition, exact=False)
    return _ANYBODY


def order(place: Place | None, *, descending: bool) -> tuple[Order, ...] | None:
    """The order by what a place names, if the directory knows one."""
    if place is None:
        return ()
    field = ORDERS.get(name_of(place))
    return None if field is None else (Order(field, descending),)
