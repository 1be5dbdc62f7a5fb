"""A list as SQL: the only place where `core.listing` meets columns. Values are always parameters."""

from __future__ import annotations

from typing import Any

from muster.core.listing import Listing, Match, Tally
from muster.core.query import Compare
from muster.core.values import fold, is_keepable
from muster.store.rows import LAYOUTS
from muster.store.statements import Spelling, quoted

MOST_SCANNED = 100_000
"""How many rows a search for a part of a text may have to look at; one that needs more is refused."""

Statement = tuple[str, list[Any]]


class _Parts:
    """The conditions of a statement with their parameters, in order."""

    def __init__(self, spelling: Spelling, listing: Listing) -> None:
        self._spelling = spelling
        self.values: list[Any] = []
        self.texts = [f"t.{quoted(name)} = {self.mark(value)}" for name, value in _fixed(listing)]

    def mark(self, value: Any) -> str:
        # What no database can keep is in no row; nor is a control character, which everybody can ask for.
        self.values.append(value if is_keepable(value) else "\x01")
        return self._spelling.mark(len(self.values))

    def match(self, match: Match) -> None:
        column, wanted = f"t.{quoted(match.column)}", fold(match.text)
        if match.compare is Compare.EQUALS:
            condition = f"{column} = {self.mark(wanted)}"
        else:
            condition = f"{column} LIKE {self.mark(_pattern(match.compare, wanted))} ESCAPE '\\'"
        if match.compare is Compare.STARTS and not match.negated:
            # For the index, which a pattern given as a parameter cannot use.
            least, beyond = self.mark(wanted), self.mark(wanted + "\U0010ffff")
            condition = f"{condition} AND {column} >= {least} AND {column} < {beyond}"
        # A comparison with what is absent is unknown in SQL, and false here.
        self.texts.append(f"NOT COALESCE({condition}, FALSE)" if match.negated else f"({condition})")

    def beyond(self, listing: Listing) -> None:
        if listing.place is None:
            return
        marks = ", ".join(self.mark(value) for value in listing.place)
        compare = "<" if listing.descending is not listing.backwards else ">"
        columns = ", ".join(f"t.{quoted(name)}" for name in listing.sorting)
        self.texts.append(f"({columns}) {compare} ({marks})")


def _fixed(listing: Listing) -> tuple[tuple[str, Any], ...]:
    return (("tenant", listing.tenant), *listing.where)


def _pattern(compare: Compare, folded: str) -> str:
    escaped = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {Compare.STARTS: f"{escaped}%", Compare.ENDS: f"%{escaped}"}.get(compare, f"%{escaped}%")


def page(spelling: Spelling, listing: Listing) -> Statement:
    """The rows of a page and one more, in the order in which they are met from its place on."""
    layout = LAYOUTS[listing.kind]
    parts = _Parts(spelling, listing)
    for match in listing.matches:
        parts.match(match)
    parts.beyond(listing)
    way = "DESC" if listing.descending is not listing.backwards else "ASC"
    selected = ", ".join(f"t.{quoted(field)}" for field in layout.fields)
    text = (
        f"SELECT {selected} FROM {quoted(layout.table.name)} t WHERE {' AND '.join(parts.texts)} "
        f"ORDER BY {', '.join(f't.{quoted(name)} {way}' for name in listing.sorting)} "
        f"LIMIT {parts.mark(listing.limit + 1)}"
    )
    if listing.offset:
        text += f" OFFSET {parts.mark(listing.offset)}"
    return text, parts.values


def tally(spelling: Spelling, wanted: Tally) -> Statement:
    """How many rows a tenant has."""
    table = quoted(LAYOUTS[wanted.kind].table.name)
    return f"SELECT count(*) FROM {table} t WHERE t.tenant = {spelling.mark(1)}", [wanted.tenant]


def scanned(spelling: Spelling, listing: Listing) -> Statement | None:
    """How many rows a search may have to look at, counted to one more than may be; None where an index finds them."""
    if all(match.compare in (Compare.EQUALS, Compare.STARTS) and not match.negated for match in listing.matches):
        return None
    parts = _Parts(spelling, listing)
    table = quoted(LAYOUTS[listing.kind].table.name)
    inside = f"SELECT 1 FROM {table} t WHERE {' AND '.join(parts.texts)} LIMIT {parts.mark(MOST_SCANNED + 1)}"
    return f"SELECT count(*) FROM ({inside}) counted", parts.values
