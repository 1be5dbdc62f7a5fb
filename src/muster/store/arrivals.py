"""Many users who are to join a body, as three statements. See `core.arrivals`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.core.arrivals import Arrivals, Arrived
from muster.core.memberships import Membership
from muster.core.users import OF_A_USER, User
from muster.core.values import is_keepable

if TYPE_CHECKING:
    from muster.store.session import Session

_COUNTED = 't."user", t.noun, count(*)'


async def arrived(session: Session, wanted: Arrivals) -> Arrived:
    """What the database knows of these users."""
    users = [user for user in wanted.users if is_keepable(user)]
    own = [(wanted.tenant, user) for user in users]
    keys = [(wanted.tenant, wanted.body, user) for user in users]
    there = await session.among("t.id", User, User.KEY, own)
    inside = await session.among('t."user"', Membership, Membership.KEY, keys)
    bodies = await session.among(_COUNTED, Membership, OF_A_USER, own, ' GROUP BY t."user", t.noun')
    return Arrived(
        frozenset(row[0] for row in there),
        frozenset(row[0] for row in inside),
        {user: count for user, noun, count in bodies if noun == wanted.noun},
    )
