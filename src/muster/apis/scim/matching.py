"""What a filter means over a resource in memory (RFC 7644, section 3.4.2.2).

A filter is first bound to a type of resource: every path to the attribute that it names, every value to one that the
attribute can be compared with. Only then it is asked whether a resource matches.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, assert_never

from muster.apis.scim.filters import Both, Compare, Either, Element, Filter, Negated, Path, Present, Value
from muster.apis.scim.schema import (
    BINARY,
    BOOLEAN,
    COMPLEX,
    DATE_TIME,
    DECIMAL,
    INTEGER,
    NEVER,
    Attribute,
    Resource,
)
from muster.core.frozen import frozen
from muster.core.values import fold

TRUTHS = {"true": True, "false": False}
"""What Entra ID writes for truth values, in any case."""

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "co": lambda value, wanted: wanted in value,
    "sw": str.startswith,
    "ew": str.endswith,
}


class Unsupported(Exception):
    """A filter that can be read and has no meaning here; says why."""


@frozen
class Place:
    """An attribute where it is in a resource: below an extension's URN, by name, and a sub-attribute of it."""

    extension: str | None
    attribute: Attribute
    sub: Attribute | None = None

    @property
    def leaf(self) -> Attribute:
        """What is compared there: the sub-attribute; of several values without one, their `value`."""
        if self.sub is not None:
            return self.sub
        value = self.attribute.sub("value") if self.attribute.type == COMPLEX else None
        return self.attribute if value is None else value

    def values(self, resource: Mapping[str, Any]) -> Iterator[Any]:
        """The values there are; none of null."""
        holder: Any = resource if self.extension is None else resource.get(self.extension, {})
        found = holder.get(self.attribute.name)
        for one in found if isinstance(found, list) else (found,):
            if isinstance(one, dict) and self.leaf is not self.attribute:
                one = one.get(self.leaf.name)
            if one is not None:
                yield one


def sort_value(place: Place, resource: Mapping[str, Any]) -> Any:
    """What a resource is sorted by: of several values the primary one's, else the first; None where there is none."""
    holder: Any = resource if place.extension is None else resource.get(place.extension, {})
    found = holder.get(place.attribute.name)
    if isinstance(found, list):
        found = next((one for one in found if isinstance(one, dict) and one.get("primary")), next(iter(found), None))
    if isinstance(found, dict) and place.leaf is not place.attribute:
        found = found.get(place.leaf.name)
    value = None if found is None else _own(place.leaf, "lt", found)
    return int(value) if isinstance(value, bool) else value


def place_of(kind: Resource, path: Path) -> Place | None:
    """Where an attribute is that a path names; None if the type of resource has none."""
    extension = None
    if path.schema is not None and path.schema.casefold() != kind.schema.urn.casefold():
        extension = kind.extension(path.schema)
        if extension is None:
            return None
    names = kind.top if extension is None else extension.by_name
    attribute = names.get(path.attribute.casefold())
    if attribute is None:
        return None
    sub = None if path.sub is None else attribute.sub(path.sub)
    if path.sub is not None and sub is None:
        return None
    return Place(None if extension is None else extension.urn, attribute, sub)


def place_without_urn(kind: Resource, path: Path) -> Place | None:
    """Where an attribute of an extension is that a path names as if it were the resource's own; None if it does not."""
    extension = kind.extension_with(path.attribute) if path.schema is None else None
    return None if extension is None else place_of(kind, Path(extension.urn, path.attribute, path.sub))


def place_named(kind: Resource, path: Path) -> Place | None:
    """Where an attribute is that a filter's path names; None if the type of resource has none."""
    # Entra ID asks for `manager` without the URN of the extension that has it.
    return place_of(kind, path) or place_without_urn(kind, path)


@frozen
class Test:
    """One comparison of a bound filter; without a value, that there is one."""

    __test__ = False

    place: Place
    operator: str
    value: Value = None


@frozen
class Within:
    """One value of several meets the filter."""

    place: Place
    filter: Bound


@frozen
class Every:
    """All hold."""

    filters: tuple[Bound, ...]


@frozen
class Some:
    """At least one holds."""

    filters: tuple[Bound, ...]


@frozen
class No:
    """It does not hold."""

    filter: Bound


Bound = Test | Within | Every | Some | No
_Find = Callable[[Path], Place]


def bound(found: Filter, kind: Resource) -> Bound:
    """The filter over a type of resource. Raises `Unsupported` for what the type does not have, and what cannot be."""

    def find(path: Path) -> Place:
        place = place_named(kind, path)
        if place is None or place.attribute.returned == NEVER:
            raise Unsupported(f"a {kind.name} has no attribute {_written(path)!r} that can be looked for")
        return place

    return _bound(found, find)


def bound_element(found: Filter, attribute: Attribute) -> Bound:
    """The filter over the values of an attribute, whose sub-attributes it names. Raises `Unsupported`."""

    def find(path: Path) -> Place:
        sub = attribute.sub(path.attribute) if path.schema is None and path.sub is None else None
        if sub is None:
            if not attribute.subs and path == Path(None, "value"):
                return Place(None, Attribute("value", attribute.type, exact=attribute.exact))
            raise Unsupported(f"{attribute.name} has no sub-attribute {_written(path)!r}")
        return Place(None, sub)

    return _bound(found, find)


def _bound(found: Filter, find: _Find) -> Bound:
    match found:
        case Compare(path, sign, value):
            place = find(path)
            return Test(place, sign, _comparable(place.leaf, sign, value))
        case Present(path):
            return Test(find(path), "pr")
        case Element(path, inner):
            place = find(path)
            if place.sub is not None:
                raise Unsupported(f"{_written(path)!r} has no values of its own to choose from")
            return Within(place, bound_element(inner, place.attribute))
        case Both(filters):
            return Every(tuple(_bound(one, find) for one in filters))
        case Either(filters):
            return Some(tuple(_bound(one, find) for one in filters))
        case Negated(inner):
            return No(_bound(inner, find))
        case _:
            assert_never(found)


def _written(path: Path) -> str:
    text = path.attribute if path.sub is None else f"{path.attribute}.{path.sub}"
    return text if path.schema is None else f"{path.schema}:{text}"


def _comparable(leaf: Attribute, sign: str, value: Value) -> Value:
    """The value as it is compared with the attribute's own."""
    if value is None:
        if sign not in ("eq", "ne"):
            raise Unsupported("null can only be equal, or not")
        return None
    if leaf.type == COMPLEX:
        raise Unsupported(f"{leaf.name} has parts, of which one must be named")
    if leaf.type == BOOLEAN:
        return _truth(leaf, sign, value)
    if leaf.type in (INTEGER, DECIMAL):
        if isinstance(value, bool) or not isinstance(value, int | float) or sign in _TEXTS:
            raise Unsupported(f"{leaf.name} is compared with numbers")
        return value
    if isinstance(value, bool) or not isinstance(value, str):
        # Clients without types write numbers and truths bare; here they are texts.
        value = str(value).lower() if isinstance(value, bool) else str(value)
    if leaf.type == BINARY and sign in _ORDERS:
        raise Unsupported(f"{leaf.name} has no order")
    if leaf.type == DATE_TIME and sign not in _TEXTS:
        return instant_in(value)
    return value if leaf.is_case_exact else fold(value)


def _truth(leaf: Attribute, sign: str, value: Value) -> bool:
    if sign not in ("eq", "ne"):
        raise Unsupported(f"{leaf.name} is true or false")
    truth = TRUTHS.get(value.casefold()) if isinstance(value, str) else value
    if not isinstance(truth, bool):
        raise Unsupported(f"{leaf.name} is true or false")
    return truth


def instant_in(text: str) -> int:
    """A moment of XML Schema's form as UTC milliseconds; without a zone it is UTC. Raises `Unsupported`."""
    try:
        moment = datetime.fromisoformat(text if _MOMENT.fullmatch(text) else "")
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Unsupported(f"{text[:100]!r} is no date and time") from None


def matches(found: Bound, resource: Mapping[str, Any]) -> bool:
    """Whether the resource meets the filter."""
    match found:
        case Test():
            return _holds(found, resource)
        case Within(place, inner):
            held = Place(place.extension, place.attribute, place.attribute)
            return any(matches(inner, _as_element(one)) for one in _elements(held, resource))
        case Every(filters):
            return all(matches(one, resource) for one in filters)
        case Some(filters):
            return any(matches(one, resource) for one in filters)
        case No(inner):
            return not matches(inner, resource)
        case _:
            assert_never(found)


def _elements(place: Place, resource: Mapping[str, Any]) -> list[Any]:
    holder: Any = resource if place.extension is None else resource.get(place.extension, {})
    found = holder.get(place.attribute.name)
    return found if isinstance(found, list) else [] if found is None else [found]


def _as_element(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {"value": value}


def _holds(test: Test, resource: Mapping[str, Any]) -> bool:
    leaf = test.place.leaf
    if test.operator == "pr":
        return any(value not in ("", [], {}) for value in test.place.values(resource))
    values = [_own(leaf, test.operator, value) for value in test.place.values(resource)]
    if test.operator == "ne":
        return test.value not in values if test.value is not None else bool(values)
    if test.operator == "eq":
        return test.value in values if test.value is not None else not values
    compare: Callable[[Any, Any], bool] = _ORDERS.get(test.operator) or _TEXTS[test.operator]
    return any(type(value) is type(test.value) and compare(value, test.value) for value in values)


def _own(leaf: Attribute, sign: str, value: Any) -> Any:
    """A resource's value as it is compared."""
    if leaf.type == DATE_TIME and sign not in _TEXTS:
        return instant_in(value)
    if isinstance(value, str) and not leaf.is_case_exact:
        return fold(value)
    return value
