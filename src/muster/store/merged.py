"""Several looks in one statement, for a database where each statement is a round trip.

What looks find differs in its columns, and the rows of one statement do not. So every row has a place for each field
of whatever has the most, and the fields of others stand in places of their types; the rest is NULL. That is read in
half the time that records inside of a record take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, LargeBinary, Table

from muster.core.needs import Way
from muster.store.looks import Found
from muster.store.rows import LAYOUTS
from muster.store.statements import quoted


class Merging(NamedTuple):
    """A look of a merged statement: rows `t` of a kind from this FROM clause, and what follows, as of `Look`."""

    kind: type[Any]
    source: str
    field: str = ""
    ways: tuple[Way, ...] = ()


class Merged:
    """One statement for some looks, whatever it is that they look for."""

    def __init__(self, looks: Sequence[Merging]) -> None:
        """Put the looks together, which have their own parameters."""
        self._parts = [1 + len(look.ways) for look in looks]
        kinds = [kind for look in looks for kind in (look.kind, *(way.kind for way in look.ways))]
        types, places = _placed(kinds)
        selects = [
            f"SELECT {part}, {_selected(kind, types, its)} FROM {source}"
            for part, (kind, its, source) in enumerate(zip(kinds, places, _sources(looks), strict=True))
        ]
        self.statement = " UNION ALL ".join(selects)
        if named := ", ".join(_named(place, look) for place, look in enumerate(looks) if look.ways):
            self.statement = f"WITH {named} {self.statement}"
        self._readers = [_reader(its) for its in places]

    def sorted_out(self, rows: Iterable[Any]) -> list[Found]:
        """What each of the looks found."""
        readers = self._readers
        parts: list[list[Any]] = [[] for _ in readers]
        for row in rows:
            part = row[0]
            parts[part].append(readers[part](row))
        found = iter(parts)
        return [[next(found) for _ in range(number)] for number in self._parts]


def _sources(looks: Sequence[Merging]) -> Iterable[str]:
    for place, look in enumerate(looks):
        if not look.ways:
            yield look.source
            continue
        yield f"look_{place} t"
        for kind, (first, second) in look.ways:
            table = quoted(LAYOUTS[kind].table.name)
            joined = f"t.{quoted(first)} = f.tenant AND t.{quoted(second)} = f.{quoted(look.field)}"
            yield f"followed_{place} f JOIN {table} t ON {joined}"


def _named(place: int, look: Merging) -> str:
    # Looked up once, though it is read again; and two names of one user lead to him once.
    fields = ", ".join(f"t.{quoted(field)}" for field in LAYOUTS[look.kind].fields)
    return (
        f"look_{place} AS MATERIALIZED (SELECT {fields} FROM {look.source}), "
        f"followed_{place} AS MATERIALIZED (SELECT DISTINCT tenant, {quoted(look.field)} FROM look_{place})"
    )


def _type(table: Table, field: str) -> str:
    kind = table.c[field].type
    if isinstance(kind, BigInteger):
        return "BIGINT"
    return "BYTEA" if isinstance(kind, LargeBinary) else "TEXT"


def _placed(kinds: Sequence[type[Any]]) -> tuple[list[str], list[list[int]]]:
    """The types of all places, and for each kind the places of its fields."""
    of_each = [[_type(LAYOUTS[kind].table, field) for field in LAYOUTS[kind].fields] for kind in kinds]
    types = [*max(of_each, key=len)]
    places: list[list[int]] = []
    for wanted in of_each:
        free, taken = list(range(len(types))), list[int]()
        for type_ in wanted:
            place = next((it for it in free if types[it] == type_), None)
            if place is None:
                place = len(types)
                types.append(type_)
            else:
                free.remove(place)
            taken.append(place)
        places.append(taken)
    return types, places


def _selected(kind: type[Any], types: Sequence[str], places: Sequence[int]) -> str:
    named = {place: f"t.{quoted(field)}" for place, field in zip(places, LAYOUTS[kind].fields, strict=True)}
    return ", ".join(named.get(place, f"CAST(NULL AS {type_})") for place, type_ in enumerate(types))


def _reader(places: Sequence[int]) -> Callable[[Any], tuple[Any, ...]]:
    """What makes a row of the layout of a row of the statement, in which a number comes first."""
    if list(places) == list(range(len(places))):
        return itemgetter(slice(1, 1 + len(places)))
    read: Callable[[Any], tuple[Any, ...]] = itemgetter(*(1 + place for place in places))
    return read
