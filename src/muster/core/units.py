"""Units: the nodes of the tenant's tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.refusals import Fault, Invalid, Unknown, refuse

if TYPE_CHECKING:
    from muster.core.acts import View


@frozen
class Unit(Entity):
    """A node of the tree. `path` holds the numbers from the root down, `1/5/9/`; the root's `parent` is None."""

    UNIQUE = (("tenant", "number"),)
    STABLE = True

    id: str
    tenant: str
    number: int
    parent: str | None
    path: str
    name: str
    active: bool
    created_at: int

    def holds(self, other: Unit) -> bool:
        """Whether the other unit is this one or below it."""
        return other.path.startswith(self.path)


def find_unit(view: View, number: int, field: str | None = None) -> Unit:
    """The unit of this number, named by the path or by a field of what was sent.

    Refuses with `Unknown`, or `Invalid` for a field, if there is none in the actor's scope.
    """
    unit = view.known.one(Unit, ("tenant", "number"), view.tenant, number)
    if unit is None or not view.actor.sees(unit):
        refuse(Unknown("unit") if field is None else Invalid(field, Fault.UNKNOWN))
    return unit
