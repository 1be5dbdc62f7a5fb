"""Looking things up: what is asked the same way is one look, however many ask it, and what follows is part of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from muster.core.entity import values_of
from muster.core.known import Known
from muster.core.needs import Foreseen, Need, Onward, Together, Way
from muster.core.values import is_keepable
from muster.store.rows import LAYOUTS

Values = tuple[Any, ...]

Found = list[list[Any]]
"""The rows that a look finds, and those of each way on."""


class Look(NamedTuple):
    """Rows of a kind whose columns have any of these values, each of them named once.

    And in each of these ways on what has, as the values of its columns, the tenant and this field of any of those rows.
    """

    way: Way
    values: Sequence[Values]
    field: str = ""
    ways: tuple[Way, ...] = ()

    def followed(self, rows: Iterable[Any]) -> list[Values]:
        """The values for the ways on, each once."""
        return list(dict.fromkeys(map(_follower(self.way, self.field), rows)))


@cache
def _follower(way: Way, field: str) -> Any:
    fields = LAYOUTS[way.kind].fields
    return itemgetter(fields.index("tenant"), fields.index(field))


class _Asked:
    """What of some needs may be lacking, by the form in which it is asked for."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._keepable: set[Any] = set()
        self._own: dict[tuple[Way, ...], dict[Values, None]] = {}
        self._onward: dict[tuple[Way, str, tuple[Way, ...]], dict[Values, None]] = {}

    def add(self, values: Values, ways: tuple[Way, ...]) -> None:
        """Have these be looked for in each of these ways."""
        if self._is_keepable(values, ways):
            there = self._own.get(ways)
            if there is None:
                there = self._own[ways] = {}
            there[values] = None

    def add_onward(self, onward: Onward) -> None:
        """Have this be looked for, or only what follows, where its own need is known."""
        kind, columns, values = onward.need
        way = Way(kind, columns)
        if self._known.lacks(onward.need):
            if self._is_keepable(values, (way,)):
                self._onward.setdefault((way, onward.field, onward.ways), {})[values] = None
        else:
            for following in self._known.following(onward):
                self.add(*following)

    def _is_keepable(self, values: Values, ways: tuple[Way, ...]) -> bool:
        """Whether a database can hold these; what it cannot hold is not asked for, which some answer with an error."""
        for value in values:
            if value not in self._keepable:
                if not is_keepable(value):
                    for way in ways:
                        self._known.supply_all(way, [values], {})
                    return False
                self._keepable.add(value)
        return True

    def looks(self) -> Iterable[Look]:
        """How to look up what is lacking: first what nothing has to be followed for, in the order of its naming."""
        by_way: dict[Way, list[Values]] = {}
        for ways, own in self._own.items():
            listed = list(own)
            for way in ways:
                by_way[way] = listed if way not in by_way else list(dict.fromkeys((*by_way[way], *listed)))
        for way, wanted in by_way.items():
            if values := self._known.lacking(way, wanted):
                yield Look(way, values)
        for (way, field, ways), onward in self._onward.items():
            yield Look(way, list(onward), field, ways)


def lacking(known: Known, needs: Iterable[Foreseen]) -> list[Look]:
    """How to look up what is still lacking of these needs."""
    asked = _Asked(known)
    for need in needs:
        if isinstance(need, Together):
            asked.add(*need)
        elif isinstance(need, Need):
            kind, columns, values = need
            asked.add(values, (Way(kind, columns),))
        else:
            asked.add_onward(need)
    return list(asked.looks())


def take_in(known: Known, look: Look, found: Found) -> None:
    """Have what a look found be known."""
    known.supply_all(look.way, look.values, _by_values(look.way, found[0]))
    if look.ways:
        followed = look.followed(found[0])
        for way, rows in zip(look.ways, found[1:], strict=True):
            # What was known before may have been used already, and is not told otherwise.
            wanted = known.lacking(way, followed)
            by_values = _by_values(way, rows)
            known.supply_all(way, wanted, {it: by_values[it] for it in wanted if it in by_values})


def _by_values(way: Way, rows: Iterable[Any]) -> dict[Values, list[Any]]:
    entity, columns = LAYOUTS[way.kind].entity, way.columns
    found: dict[Values, list[Any]] = {}
    for row in rows:
        loaded = entity(row)
        values = values_of(loaded, columns)
        if values in found:
            found[values].append(loaded)
        else:
            found[values] = [loaded]
    return found
