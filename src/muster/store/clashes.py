"""Attribute values compared with each other, as SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from muster.core.clashes import Clash
from muster.store.tables import attribute_values


def counted(clash: Clash) -> Select[Any]:
    """How many values there are, up to one more than may be looked at, and how many different ones."""
    table = attribute_values.c
    own = select(table.folded).where(table.tenant == clash.tenant, table.attribute == clash.attribute)
    first = own.limit(clash.most + 1).subquery()
    counts: list[ColumnElement[Any]] = [func.count(), func.count(first.c.folded.distinct())]
    return select(*counts).select_from(first)
