"""By which index rows are read, for SQLite, which keeps no figures to choose by; PostgreSQL chooses itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Alias, Index, Table
from sqlalchemy.ext.compiler import compiles


class _Along(Alias):
    inherit_cache = False
    index: str


@compiles(_Along)
def _along(element: Any, compiler: Any, **options: Any) -> str:
    named: str = compiler.visit_alias(element, **options)
    return named


@compiles(_Along, "sqlite")
def _along_in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    named: str = compiler.visit_alias(element, **options)
    return f"{named} INDEXED BY {element.index}" if options.get("asfrom") else named


def index_for(table: Table, columns: Sequence[str]) -> str | None:
    """The index by which rows with values in these columns are found; None where that is the primary key.

    Left to itself SQLite takes the primary key where that begins with the tenant, and goes through all of a tenant.
    """
    wanted, count = set(columns), len(columns)
    if wanted == {column.name for column in list(table.primary_key)[:count]}:
        return None
    found = [
        index
        for index in table.indexes
        if wanted == {column.name for column in list(index.columns)[:count]} and _holds_all(index, columns)
    ]
    shortest = min(found, key=lambda index: (len(index.columns), str(index.name)), default=None)
    return None if shortest is None else str(shortest.name)


def _holds_all(index: Index, columns: Sequence[str]) -> bool:
    """Whether whatever has a value in these columns is in the index."""
    condition = index.dialect_options["sqlite"]["where"]
    return condition is None or str(condition) in [f"{column} IS NOT NULL" for column in columns]


def along(table: Table, index: str, name: str) -> Alias:
    """The table, called otherwise, with its rows from this index."""
    rows = _Along._construct(table, name=name)
    rows.index = index
    return rows
