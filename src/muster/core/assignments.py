"""Who is restricted to a unit, said from the unit's side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from muster.core.acts import Case, Command
from muster.core.branches import Assigned, Branch, topmost
from muster.core.drafts import MOST_SCOPE
from muster.core.editing import must_edit
from muster.core.frozen import frozen
from muster.core.needs import Need
from muster.core.refusals import BeyondAuthority, Fault, Invalid, refuse
from muster.core.units import Unit, find_unit
from muster.core.users import RECORDED, User, is_visible, scope_of

MOST_USERS = 1000
"""How many users may be restricted to a unit for somebody to say at once who they shall be."""


@frozen
class AssignUsers(Command[None]):
    """Restrict these users to a unit, by number, besides what else each is restricted to; and nobody else to it.

    Whom the actor does not see stays as he is. Whoever is restricted to nothing any more is not restricted at all: so
    the actor must manage each user who changes, and see all that this one sees then. All change, or none.
    """

    permission = "units:assign"

    unit: int
    users: tuple[int, ...]

    def needs(self, tenant: str) -> Iterable[Need]:
        """The users who shall be restricted to it."""
        for number in self.users[:MOST_USERS]:
            yield Need(User, ("tenant", "number"), (tenant, number))

    def decide(self, case: Case) -> None:
        """Done. Refuses a unit or a user whom the actor does not see, and what reaches further than he does."""
        unit = find_unit(case, self.unit)
        wanted = set(self.users)
        if len(wanted) > MOST_USERS:
            refuse(Invalid("users", Fault.TOO_MANY, MOST_USERS))
        found = _seen(case, wanted)
        if len(found) < len(wanted):
            refuse(Invalid("users", Fault.UNKNOWN))
        for user in _restricted_to(case, unit):
            if user.number not in wanted:
                _restrict(case, user, tuple(own for own in user.scope if own != unit.id))
        for user in found:
            if unit.id not in user.scope:
                _restrict(case, user, (*user.scope, unit.id))


def _seen(case: Case, numbers: Iterable[int]) -> list[User]:
    found = case.known.each(User, ("tenant", "number"), [(case.tenant, number) for number in sorted(numbers)])
    return [user for user in found if is_visible(case, user)]


def _restricted_to(case: Case, unit: Unit) -> list[User]:
    """The users restricted to the unit whom the actor sees: those committed, as they are now, and the batch's own."""
    branch = Branch(case.tenant, unit=unit.id)
    pairs = case.known.assigned(Assigned(branch, topmost(case.actor.within), MOST_USERS))
    if pairs is None:
        refuse(Invalid("users", Fault.TOO_MANY, MOST_USERS))
    numbers = {number for _, number in pairs}
    numbers |= {user.number for user in case.known.touched(User) if user.tenant == case.tenant}
    return [user for user in _seen(case, numbers) if unit.id in user.scope]


def _restrict(case: Case, user: User, scope: tuple[str, ...]) -> None:
    must_edit(case, user)
    if len(scope) > MOST_SCOPE:
        refuse(Invalid("users", Fault.TOO_MANY, MOST_SCOPE))
    changed = replace(user, scope=tuple(sorted(scope)), version=user.version + 1, changed_at=case.at)
    if not case.actor.covers(scope_of(case.known, changed)):
        refuse(BeyondAuthority("scope"))
    case.put(user, changed)
    case.record("user.scope-set", "user", user.id, user.username, user, changed, RECORDED)
