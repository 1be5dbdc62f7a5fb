"""What paged lists have in common: which searches a list allows, as a table, and where its pages begin and end.

A list names its attributes with their operators in a table of `Searched`, and what it can be ordered by; `asked` holds
a request against them, and `paging` says how its client goes on. What a cursor names goes before the request's search.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from muster.apis.idaas.cursors import cursor, opened
from muster.apis.idaas.shapes_paging import OrderByAttribute, Paging, SearchByAttribute, SearchParms
from muster.core.listing import Match
from muster.core.query import Compare
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.values import LOGIN_NAME_LENGTH, is_keepable
from muster.web.routes import Call

MOST_ROWS = 100
MOST_CONDITIONS = 20
MOST_ATTRIBUTES = 50
VALUE_LENGTH = LOGIN_NAME_LENGTH

SEARCH = "searchByAttributes"
ORDER = "orderByAttribute"
EXPANSIONS = "expansions"
"""The field that is called `attributes` here, which is what the core calls another one."""

EQUALS = frozenset({"EQUALS"})
TEXTS = frozenset({"EQUALS", "NOT_EQUALS", "CONTAINS", "NOT_CONTAINS", "STARTS_WITH", "ENDS_WITH"})
ORDERED = frozenset({"GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"})
PRESENCE = frozenset({"EXISTS", "NOT_EXISTS"})
"""Operators that look at no value."""

COMPARES = {
    "EQUALS": (Compare.EQUALS, False),
    "NOT_EQUALS": (Compare.EQUALS, True),
    "CONTAINS": (Compare.CONTAINS, False),
    "NOT_CONTAINS": (Compare.CONTAINS, True),
    "STARTS_WITH": (Compare.STARTS, False),
    "ENDS_WITH": (Compare.ENDS, False),
}
"""How the operators of texts compare, and whether they mean the opposite."""

Parse = Callable[[str, str], Any]
"""A value as it was sent, and the attribute's name, to what the core compares with. Refuses with `Invalid`."""


def text(value: str, name: str) -> str:
    """Any text of at most 255 characters."""
    if len(value) > VALUE_LENGTH:
        refuse(Invalid(name, Fault.TOO_LONG, VALUE_LENGTH))
    return value if is_keepable(value) else refuse(Invalid(name, Fault.CHARACTERS))


def one_of(*allowed: str) -> Parse:
    """One of these texts."""
    return lambda value, name: value if value in allowed else refuse(Invalid(name, Fault.MALFORMED))


def truth(value: str, name: str) -> bool:
    """`true` or `false`."""
    return bool(one_of("true", "false")(value.lower(), name) == "true")


def moment(value: str, name: str) -> int:
    """A time in ISO 8601, UTC where it names no zone, in milliseconds since 1970."""
    try:
        at = datetime.fromisoformat(value)
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        return round(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        refuse(Invalid(name, Fault.MALFORMED))


@dataclass(frozen=True, slots=True)
class Searched:
    """What a list can be searched by: the operators that are allowed, and what their value may be."""

    operators: frozenset[str]
    parse: Parse = text


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a search; `value` is what `text` says, both None where the operator looks at none."""

    name: str
    operator: str
    text: str | None
    value: Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One page that is asked for.

    `order` is an attribute's name and whether it ascends. `place` is the sort values of the row that the page begins
    after, or with `backwards` ends before; None is the beginning. `attributes` are the expansions, None for none said.
    """

    conditions: tuple[Condition, ...]
    order: tuple[str, bool] | None
    limit: int
    attributes: tuple[str, ...] | None = None
    place: tuple[Any, ...] | None = None
    backwards: bool = False


class _Place(Struct, array_like=True):
    """What a cursor holds: the search it belongs to, and where in it."""

    conditions: list[tuple[str, str, str | None]]
    order: tuple[str, bool] | None
    limit: int
    attributes: list[str] | None
    place: list[str | int | None]
    backwards: bool


def asked(
    call: Call,
    kind: str,
    parms: SearchParms,
    searched: Mapping[str, Searched],
    orders: Collection[str] = (),
    expansions: Collection[str] = (),
) -> Asked:
    """The page that the parameters ask for.

    Refuses with `Invalid` a limit outside 1 to 100, a cursor that was not made for this list, and whatever the tables
    do not name. Where there is a cursor, the request's search and order are not looked at.
    """
    if parms.limit is not None and not 1 <= parms.limit <= MOST_ROWS:
        refuse(Invalid("limit", Fault.MALFORMED, MOST_ROWS))
    attributes = _expanded(parms.attributes, expansions)
    if not parms.cursor:
        conditions = _conditions(parms.searchByAttributes or (), searched)
        return Asked(conditions, _ordered(parms.orderByAttribute, orders), parms.limit or MOST_ROWS, attributes)
    held = opened(call, kind, parms.cursor, _Place)
    search = [SearchByAttribute(*condition) for condition in held.conditions]
    order = None if held.order is None else OrderByAttribute(*held.order)
    return Asked(
        _conditions(search, searched),
        _ordered(order, orders),
        parms.limit or held.limit,
        attributes if attributes is not None else _expanded(held.attributes, expansions),
        tuple(held.place),
        held.backwards,
    )


def _expanded(wanted: list[str] | None, expansions: Collection[str]) -> tuple[str, ...] | None:
    if wanted is None:
        return None
    if len(wanted) > MOST_ATTRIBUTES:
        refuse(Invalid(EXPANSIONS, Fault.TOO_MANY, MOST_ATTRIBUTES))
    # A list without expansions has nothing to add, whatever is wished for: the file says it of users alone.
    return tuple(_known(EXPANSIONS, name, expansions) for name in wanted) if expansions else ()


def _known(field: str, name: str, allowed: Collection[str]) -> str:
    return name if name in allowed else refuse(Invalid(field, Fault.MALFORMED))


def _ordered(order: OrderByAttribute | None, orders: Collection[str]) -> tuple[str, bool] | None:
    return None if order is None else (_known(ORDER, order.name, orders), order.ascending)


def _conditions(given: Iterable[SearchByAttribute], searched: Mapping[str, Searched]) -> tuple[Condition, ...]:
    found = tuple(given)
    if len(found) > MOST_CONDITIONS:
        refuse(Invalid(SEARCH, Fault.TOO_MANY, MOST_CONDITIONS))
    return tuple(_condition(one, searched) for one in found)


def _condition(given: SearchByAttribute, searched: Mapping[str, Searched]) -> Condition:
    attribute = searched[_known(SEARCH, given.name, searched)]
    _known(SEARCH, given.operator, attribute.operators)
    if given.operator in PRESENCE:
        return Condition(given.name, given.operator, None, None)
    if given.value is None:
        refuse(Invalid(given.name, Fault.MISSING))
    value = attribute.parse(text(given.value, given.name), given.name)
    return Condition(given.name, given.operator, given.value, value)


def matched(column: str, condition: Condition) -> Match:
    """The condition upon a column of folded text."""
    compare, negated = COMPARES[condition.operator]
    return Match(column, compare, condition.value, negated)


def paging(
    call: Call, kind: str, asked: Asked, before: tuple[Any, ...] | None, after: tuple[Any, ...] | None
) -> Paging:
    """How the client goes on from a page.

    `before` is the sort values of the page's first row where there are rows before it, `after` those of its last row
    where there are rows after it; None where there are none.
    """
    next_ = None if after is None else _cursor(call, kind, asked, after, backwards=False)
    previous = None if before is None else _cursor(call, kind, asked, before, backwards=True)
    return Paging(asked.limit, next_, previous)


def _cursor(call: Call, kind: str, asked: Asked, place: tuple[Any, ...], *, backwards: bool) -> str:
    attributes = None if asked.attributes is None else list(asked.attributes)
    conditions = [(one.name, one.operator, one.text) for one in asked.conditions]
    return cursor(call, kind, _Place(conditions, asked.order, asked.limit, attributes, list(place), backwards))
