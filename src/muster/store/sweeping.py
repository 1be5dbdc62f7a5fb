"""Clearing away the values of attributes that are gone: nobody sees them any more, but there may be a million."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.core.attributes import AttributeValue, GoneAttribute

if TYPE_CHECKING:
    from muster.store.session import Session

TOGETHER = 500
"""Values a chore: a few milliseconds, in which nobody else is served."""

IDLE_SECONDS = 5.0

_FIRST = "SELECT tenant, id FROM gone_attributes ORDER BY tenant, id LIMIT 1"
_VALUES = (
    f'SELECT v.tenant, v."user", v.attribute FROM ({_FIRST}) g '
    f"JOIN attribute_values v ON v.tenant = g.tenant AND v.attribute = g.id LIMIT {TOGETHER}"
)


async def sweep_some(session: Session) -> int:
    """Delete some values of attributes that are gone; how much was done. It runs inside a transaction of its own."""
    gone = [tuple(row) for row in await session.fetch(_FIRST, [], long=False)]
    if not gone:
        return 0
    # Held, so that nobody deletes one of the values, with its user, at the same time.
    await session.lock_heads([gone[0][0]])
    values = [tuple(row) for row in await session.fetch(_VALUES, [], long=False)]
    if values:
        await session.execute_many(session.statements[AttributeValue].delete, values)
    else:
        await session.execute_many(session.statements[GoneAttribute].delete, gone)
    return len(values) or len(gone)
