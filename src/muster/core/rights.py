"""Who may do what, as an answer: the permissions that every rule goes by, the actor's own and other users'."""

from __future__ import annotations

from muster.core import permissions
from muster.core.acts import Question, View
from muster.core.branches import Branch, topmost
from muster.core.finders import Finder, OfAUser
from muster.core.frozen import frozen
from muster.core.roles import union
from muster.core.units import Unit, find_unit, in_effect
from muster.core.users import roles_of


@frozen
class Demand(Question[None]):
    """Nothing but that the actor holds a permission: for an answer that needs nothing else of the directory."""

    wanted: str

    def answer(self, view: View) -> None:
        """Done. Refuses with `PermissionMissing`."""
        view.actor.must(self.wanted)


@frozen
class OwnPermissions(Question[frozenset[str]]):
    """What the actor may do, through what he shows; everybody may ask this.

    With a `unit`, in it: where he may do something, he may do it in all that he sees.
    """

    unit: int | None = None

    def answer(self, view: View) -> frozenset[str]:
        """The permissions. Refuses with `Unknown` a unit outside his scope."""
        if self.unit is not None:
            find_unit(view, self.unit)
        return permissions.ALL if view.actor.everything else view.actor.permissions


@frozen
class PermissionsOf(OfAUser, Question[frozenset[str]]):
    """What a user may do by his roles, before any narrowing of his keys; nothing, if he is disabled."""

    permission = "users:view"

    find: Finder

    def answer(self, view: View) -> frozenset[str]:
        """The permissions. Refuses with `Unknown` a user whom the actor does not see."""
        user = self.find(view)
        return union(roles_of(view.known, user)) if user.active else frozenset()


@frozen
class UnitsFor(Question[tuple[Unit, ...]]):
    """The units in which the actor holds a permission: all that he sees, or none. Everybody may ask this."""

    held: str

    def answer(self, view: View) -> tuple[Unit, ...]:
        """The units, by number."""
        if not view.actor.may(self.held):
            return ()
        return in_effect(view.known, *view.known.branch(Branch(view.tenant, topmost(view.actor.within))))
