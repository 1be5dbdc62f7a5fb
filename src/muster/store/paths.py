"""Paths of the tree as ranges of an index; any number of them is one parameter, and the statement stays the same.

A condition for each would make an expression as deep as there are paths, and SQLite bounds that depth.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, FromClause, Join, Select, Text, and_, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from muster.store.tables import units

_encode = msgspec.json.Encoder().encode


class _Listed(FunctionElement[str]):
    """The texts of a JSON list, one a row."""

    inherit_cache = True
    name = "listed"


@compiles(_Listed)
def _listed(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Listed, "postgresql")
def _listed_by_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS json))"


class _Numbers(_Listed):
    """The numbers of a JSON list with SQLite, of an array with PostgreSQL, one a row."""

    inherit_cache = True


@compiles(_Numbers, "postgresql")
def _numbers_by_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"(SELECT unnest(CAST({compiler.process(element.clauses, **options)} AS bigint[])) AS value)"


def numbers_in(numbers: Any) -> FromClause:
    """A table of the numbers of a parameter, in its column `value`."""
    return _Numbers(numbers).table_valued("value", name="given")


class InOrder(Join):
    """A join that is carried out from left to right, whatever the database thinks that it knows of the sides."""

    inherit_cache = True


@compiles(InOrder, "sqlite")
def _in_order(element: Any, compiler: Any, **options: Any) -> str:
    # SQLite takes any list for a short one, and would go through it once for each row of a table.
    left, right = (compiler.process(side, **options) for side in (element.left, element.right))
    return f"{left} CROSS JOIN {right} ON {compiler.process(element.onclause)}"


def path_range(path: str) -> tuple[str, str]:
    """The least path at or below this one, and the least beyond: "0" follows "/" in ASCII."""
    return path, path[:-1] + "0"


def listed(paths: Iterable[str]) -> str:
    """The paths as the one parameter of `units_below`."""
    return _encode(tuple(paths)).decode()


def units_below(tenant: Any, paths: Any) -> Select[tuple[str]]:
    """The ids of a tenant's units at or below any of the paths, which are a parameter as of `listed`."""
    given = _Listed(paths).table_valued("value", name="paths")
    path: ColumnElement[str] = given.c.value
    beyond = func.substr(path, 1, func.length(path) - 1).concat(literal("0", Text))
    inside = and_(units.c.tenant == tenant, units.c.path >= path, units.c.path < beyond)
    return select(units.c.id).select_from(InOrder(given, units, inside))
