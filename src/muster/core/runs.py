"""A walk through all things of a kind, as data: they are asked for run by run, in the order of their numbers."""

from __future__ import annotations

from typing import Any

from muster.core.frozen import frozen


@frozen
class Run:
    """Entities of a kind in a tenant, by number: those above `after`, `limit` at most. Asked of what is committed."""

    kind: type[Any]
    tenant: str
    after: int
    limit: int
