"""Looking things up: what is asked the same way is one look, however many ask it, and what follows is part of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from muster.core.entity import Columns, values_of
from muster.core.known import Foreseen, Known, Onward, Way
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


_Form = tuple[type[Any], Columns, str, tuple[Way, ...]]


class _Asked:
    """What of some needs is still lacking, by the form in which it is asked for."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._keepable: set[Any] = set()
        self.values: dict[_Form, dict[Values, None]] = {}

    def add(
        self, kind: type[Any], columns: Columns, values: Values, field: str = "", ways: tuple[Way, ...] = ()
    ) -> None:
        """Have this be looked up."""
        for value in values:
            if value not in self._keepable:
                if not is_keepable(value):
                    # What no database can hold it does not hold; it need not be asked, which some answer with an error.
                    self._known.supply_all(Way(kind, columns), {values: []})
                    return
                self._keepable.add(value)
        form = (kind, columns, field, ways)
        asked = self.values.get(form)
        if asked is None:
            self.values[form] = {values: None}
        else:
            asked[values] = None


def lacking(known: Known, needs: Iterable[Foreseen]) -> list[Look]:
    """How to look up what is still lacking of these needs, in the order in which they are named."""
    asked = _Asked(known)
    lacks, add = known.lacks, asked.add
    for need in needs:
        if not isinstance(need, Onward):
            if lacks(need):
                add(*need)
        elif lacks(need.need):
            add(*need.need, need.field, need.ways)
        else:
            for following in known.following(need):
                if lacks(following):
                    add(*following)
    return [
        Look(Way(kind, columns), list(values), field, ways)
        for (kind, columns, field, ways), values in asked.values.items()
    ]


def take_in(known: Known, look: Look, found: Found) -> None:
    """Have what a look found be known."""
    known.supply_all(look.way, _by_values(look.way, look.values, found[0]))
    if look.ways:
        followed = look.followed(found[0])
        for way, rows in zip(look.ways, found[1:], strict=True):
            by_values = _by_values(way, followed, rows)
            # What was known before may have been used already, and is not told otherwise.
            known.supply_all(way, {it: rows for it, rows in by_values.items() if known.lacks((*way, it))})


def _by_values(way: Way, values: Iterable[Values], rows: Iterable[Any]) -> dict[Values, list[Any]]:
    entity, columns = LAYOUTS[way.kind].entity, way.columns
    found: dict[Values, list[Any]] = {it: [] for it in values}
    for row in rows:
        loaded = entity(row)
        found[values_of(loaded, columns)].append(loaded)
    return found
