"""Questions about the tenant's tree as data: which units, and which users are restricted to them.

They are asked of what is committed; the units themselves, one by one, are found like every other entity.
"""

from __future__ import annotations

from muster.core.frozen import frozen

MOST_UNITS = 10_000
"""How many units a tenant may have, so that all of them can be listed."""

MOST_ASSIGNED = 10_000
"""How many users are told to be restricted to the units of one answer."""


@frozen
class Branch:
    """Units of a tenant, by number: from `offset` on, `limit` at most.

    With `within`, those at or below any of these paths; with `parent`, those right below the unit of this id; with
    `unit`, the one of this id.
    """

    tenant: str
    within: tuple[str, ...] | None = None
    parent: str | None = None
    unit: str | None = None
    offset: int = 0
    limit: int | None = None


@frozen
class Assigned:
    """The users restricted to units of a branch, by number, whom somebody restricted to these paths sees.

    They are told only if there are no more than the limit, seen or not.
    """

    branch: Branch
    within: tuple[str, ...] | None
    limit: int = MOST_ASSIGNED


def topmost(paths: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The paths without those that lie below another of them."""
    if paths is None:
        return None
    found: list[str] = []
    for path in sorted(paths):
        if not found or not path.startswith(found[-1]):
            found.append(path)
    return tuple(found)
