"""How a text compares with another in SQL, where both are in the form in which they are compared."""

from __future__ import annotations

from typing import assert_never

from sqlalchemy import ColumnElement

from muster.core.query import Compare
from muster.core.values import is_keepable


def kept(text: str) -> str:
    """The text as a parameter. What no database can keep is nobody's; nor is a control character, which can be."""
    return text if is_keepable(text) else "\x01"


def compared(column: ColumnElement[str], compare: Compare, text: str) -> ColumnElement[bool]:
    """Whether the column compares so with the text; unknown where the column is absent."""
    wanted = kept(text)
    match compare:
        case Compare.EQUALS:
            return column == wanted
        case Compare.CONTAINS:
            return column.contains(wanted, autoescape=True, escape="\\")
        case Compare.STARTS:
            return column.startswith(wanted, autoescape=True, escape="\\")
        case Compare.ENDS:
            return column.endswith(wanted, autoescape=True, escape="\\")
        case _:
            assert_never(compare)
