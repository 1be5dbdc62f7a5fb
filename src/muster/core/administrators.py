"""The last administrator: who stays one, and stays, as long as nobody else could do what he can.

That a tenant keeps an active administrator at all is seen to whatever is done (`acts`). But one catalogue's may do less
than another's: so whoever goes leaves somebody who can do as much, and who loses a role somebody who holds it.
"""

from __future__ import annotations

from muster.core.acts import Case
from muster.core.query import Flag, FlagIs, Holds, Search
from muster.core.refusals import LastAdministrator, refuse
from muster.core.roles import ADMINISTER, Role
from muster.core.users import User, roles_of

MOST_LOOKED_AT = 200
"""How many holders of a role are looked at for one that keeps it: more than a batch can change."""


def must_leave_holder(case: Case, user: User, lost: Role) -> None:
    """Refuse with `LastAdministrator` to take an administrator's role from the last active user who holds it.

    Another catalogue may have an administrator still, who could not do everything that this one could.
    """
    if ADMINISTER in lost.permissions and user.active and not _is_held(case, lost, user):
        refuse(LastAdministrator())


def must_leave_successor(case: Case, user: User) -> None:
    """Refuse with `LastAdministrator` that an active user ends who alone can do all that a role of his gives him.

    A role of another catalogue that gives as much will do. This concerns administrators alone.
    """
    if not (user.administrator and user.active):
        return
    there = case.known.many(Role, ("tenant",), case.tenant)
    for lost in roles_of(case.known, user):
        enough = [role for role in there if lost.permissions <= role.permissions]
        if ADMINISTER in lost.permissions and not any(_is_held(case, role, user) for role in enough):
            refuse(LastAdministrator())


def _is_held(case: Case, role: Role, but: User) -> bool:
    """Whether an active user holds the role, somebody other than this one."""
    conditions = (Holds(role.id), FlagIs(Flag.ACTIVE, value=True))
    search = Search(conditions=conditions, limit=MOST_LOOKED_AT, total=False).bounded(case.tenant, None)
    ids = {one.id for one in case.known.page(search).users}
    # Whoever the batch has changed may hold it by now, or no longer.
    ids |= {one.id for one in case.known.touched(User) if one.tenant == case.tenant}
    holders = case.known.each(User, User.KEY, [(case.tenant, one) for one in sorted(ids - {but.id})])
    return any(one.active and role.id in one.roles for one in holders)
