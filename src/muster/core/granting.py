"""Roles of one catalogue, one at a time: which there are and how many hold them, and giving and taking them by id.

Nobody gives what he lacks, nor changes the roles of whoever holds what he lacks; the last administrator stays one.
"""

from __future__ import annotations

from muster.core.acts import Case, Command, Question, View
from muster.core.administrators import must_leave_holder
from muster.core.editing import holding, kept, must_edit
from muster.core.finders import Finder, OfAUser
from muster.core.frozen import frozen
from muster.core.query import Holds, Search
from muster.core.refusals import Unknown, refuse
from muster.core.roles import Role, by_number, find_role
from muster.core.users import User, roles_of


@frozen
class RoleCounts(Question[tuple[tuple[Role, int], ...]]):
    """The roles of a catalogue, by number, each with how many of the users whom the actor sees hold it."""

    permission = "roles:view"

    catalogue: str

    def answer(self, view: View) -> tuple[tuple[Role, int], ...]:
        """The roles and the counts."""
        return tuple((role, _holders(view, role)) for role in by_number(view, self.catalogue))


def _holders(view: View, role: Role) -> int:
    search = Search(conditions=(Holds(role.id),), limit=0).bounded(view.tenant, view.actor.within)
    return view.known.page(search).total


@frozen
class RoleById(Question[Role]):
    """The role of this id, if it stands in the catalogue."""

    permission = "roles:view"

    catalogue: str
    role: str

    def answer(self, view: View) -> Role:
        """The role. Refuses with `Invalid` if there is none."""
        return find_role(view, self.catalogue, self.role, "role")


@frozen
class RolesHeld(OfAUser, Question[tuple[Role, ...]]):
    """The roles of a catalogue that a user holds, by number."""

    permission = "user-roles:view"

    find: Finder
    catalogue: str

    def answer(self, view: View) -> tuple[Role, ...]:
        """The roles. Refuses with `Unknown` a user whom the actor does not see."""
        return _held(view, self.find(view), self.catalogue)


def _held(view: View, user: User, catalogue: str) -> tuple[Role, ...]:
    held = [role for role in roles_of(view.known, user) if role.catalogue == catalogue]
    return tuple(sorted(held, key=lambda role: role.number))


@frozen
class GrantRole(OfAUser, Command[User]):
    """Have a user hold this role, by id, and no other of its catalogue; his roles of other catalogues stay.

    Refuses one whom the actor does not see or may not change, an unknown role and one that gives what the actor lacks.
    """

    permission = "user-roles:edit"

    find: Finder
    catalogue: str
    role: str

    def decide(self, case: Case) -> User:
        """The user as he stands then."""
        user = self.find(case)
        must_edit(case, user)
        role = find_role(case, self.catalogue, self.role, "role")
        case.actor.must_hold(role.permissions, "role")
        for lost in _held(case, user, self.catalogue):
            if lost.id != role.id:
                must_leave_holder(case, user, lost)
        others = [other for other in roles_of(case.known, user) if other.catalogue != self.catalogue]
        return kept(case, user, holding(user, [*others, role]), "user.roles-set")


@frozen
class RevokeRole(OfAUser, Command[User]):
    """Take a role from a user, by id. Refuses as `GrantRole`, and with `Unknown` a role that he does not hold."""

    permission = "user-roles:delete"

    find: Finder
    catalogue: str
    role: str

    def decide(self, case: Case) -> User:
        """The user as he stands then."""
        user = self.find(case)
        must_edit(case, user)
        lost = [role for role in _held(case, user, self.catalogue) if role.id == self.role]
        if not lost:
            refuse(Unknown("role"))
        must_leave_holder(case, user, lost[0])
        rest = [role for role in roles_of(case.known, user) if role.id != self.role]
        return kept(case, user, holding(user, rest), "user.roles-set")
