"""The SQL that is the same in form for every kind of entity, made once from its layout.

What the two databases spell differently comes from a `Spelling`; values are always parameters.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Table

from muster.core.entity import Columns
from muster.store.rows import Child, Layout


class Spelling(Protocol):
    """What SQLite and PostgreSQL write differently."""

    def mark(self, position: int) -> str:
        """The placeholder of a parameter, counted from 1."""

    def source(self, table: Table, columns: Columns) -> str:
        """The table as `t`, whose rows are looked for by these columns."""

    def keys(self, table: Table, columns: Columns) -> str:
        """A FROM clause that joins `t` to a list of key values given as parameters."""

    def insert(self, table: Table, columns: Columns) -> str:
        """An INSERT of many rows."""


class Insert(NamedTuple):
    """An INSERT of many rows, and what it is about, for a database that has a quicker way.

    Where rows may be there already, it ends with what becomes of them.
    """

    statement: str
    table: str
    columns: Columns
    end: str = ""

    def ending(self, end: str) -> Insert:
        """The same for rows that may be there already."""
        return self._replace(statement=f"{self.statement} {end}", end=end)


Rows = tuple[Insert, list[Any]]
"""Rows, and how they are inserted."""


def quoted(name: str) -> str:
    """The name as an identifier."""
    return f'"{name}"'


def listed(names: Columns) -> str:
    """The names as identifiers, with commas."""
    return ", ".join(quoted(name) for name in names)


def inserting(spelling: Spelling, table: Table, columns: Columns | None = None) -> Insert:
    """An INSERT of these columns, or of all."""
    named = tuple(table.columns.keys()) if columns is None else columns
    return Insert(spelling.insert(table, named), table.name, named)


class Statements:
    """The statements of one layout."""

    def __init__(self, layout: Layout, spelling: Spelling) -> None:
        self.layout = layout
        self.spelling = spelling
        self._one: dict[Columns, str] = {}
        self._several: dict[Columns, str] = {}

    @cached_property
    def selected(self) -> str:
        """The select list, in the order of the layout's fields, from a table called `t`."""
        return ", ".join(f"t.{quoted(field)}" for field in self.layout.fields)

    def one(self, columns: Columns) -> str:
        """Rows in which these columns have the values given."""
        if columns not in self._one:
            self._one[columns] = f"SELECT {self.selected} FROM {self.having(columns)}"
        return self._one[columns]

    def having(self, columns: Columns) -> str:
        """A FROM clause of the rows `t` in which these columns have the values given."""
        return f"{self.spelling.source(self.layout.table, columns)} WHERE {self._equal('t.', columns, 1)}"

    def several(self, columns: Columns) -> str:
        """Rows in which these columns have any of the values of a list."""
        if columns not in self._several:
            source = self.spelling.keys(self.layout.table, columns)
            self._several[columns] = f"SELECT {self.selected} FROM {source}"
        return self._several[columns]

    @cached_property
    def run(self) -> str:
        """Rows by number: parameters are the tenant, the number that they are above, and how many at most."""
        tenant, after, limit = (self.spelling.mark(i) for i in (1, 2, 3))
        return (
            f"SELECT {self.selected} FROM {quoted(self.layout.table.name)} t "
            f"WHERE t.tenant = {tenant} AND t.number > {after} ORDER BY t.number LIMIT {limit}"
        )

    @cached_property
    def insert(self) -> Insert:
        """Insert many rows in the order of the layout's columns."""
        return self._insert(self.layout.table, self.layout.columns)

    @cached_property
    def keep(self) -> Insert:
        """As `insert`, and what is there already under its key is as is said now."""
        key, changed = listed(self.layout.kind.KEY), (f"{quoted(it)} = excluded.{quoted(it)}" for it in self.changed)
        return self.insert.ending(f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(changed)}")

    def _insert(self, table: Table, columns: Columns) -> Insert:
        return inserting(self.spelling, table, columns)

    @cached_property
    def changed(self) -> Columns:
        """The columns that may change: all but the key."""
        return tuple(name for name in self.layout.columns if name not in self.layout.kind.KEY)

    def update(self, columns: Columns) -> str:
        """Set these columns of the row with a key: parameters are their values, then the key."""
        marks = (f"{quoted(name)} = {self.spelling.mark(i)}" for i, name in enumerate(columns, 1))
        where = self._equal("", self.layout.kind.KEY, len(columns) + 1)
        return f"UPDATE {quoted(self.layout.table.name)} SET {', '.join(marks)} WHERE {where}"

    @cached_property
    def delete(self) -> str:
        """Delete the row with a key."""
        return self.sweep(self.layout.kind.KEY)

    def sweep(self, columns: Columns) -> str:
        """Delete all rows in which these columns have the values given."""
        return f"DELETE FROM {quoted(self.layout.table.name)} WHERE {self._equal('', columns, 1)}"

    @cached_property
    def children(self) -> tuple[tuple[Child, Insert, str], ...]:
        """Each child, how its rows are inserted, and how one of them is deleted."""
        return tuple(
            (child, self._insert(child.table, child.columns), self._ending(child)) for child in self.layout.children
        )

    def _ending(self, child: Child) -> str:
        return f"DELETE FROM {quoted(child.table.name)} WHERE {self._equal('', child.columns, 1)}"

    def _equal(self, prefix: str, columns: Columns, first: int) -> str:
        marks = (f"{prefix}{quoted(name)} = {self.spelling.mark(i)}" for i, name in enumerate(columns, first))
        return " AND ".join(marks)
