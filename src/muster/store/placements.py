"""What users are in, many of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.core.memberships import Membership
from muster.core.placements import Placements

if TYPE_CHECKING:
    from muster.store.session import Session


async def placed(session: Session, wanted: Placements) -> dict[str, tuple[str, ...]]:
    """The bodies of each who is in any, the oldest first."""
    keys = [(wanted.tenant, user) for user in wanted.users]
    found: dict[str, list[str]] = {}
    # Rows as they are: of a thousand users it is no small matter to make each an entity first.
    for _, body, user, noun in await session.rows(Membership, ("tenant", "user"), keys) if keys else ():
        if noun == wanted.noun:
            found.setdefault(user, []).append(body)
    return {user: tuple(sorted(bodies)) for user, bodies in found.items()}
