"""Units: the nodes of the tenant's tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.refusals import Fault, Invalid, Unknown, refuse

if TYPE_CHECKING:
    from muster.core.acts import View
    from muster.core.known import Known


@frozen
class Unit(Entity):
    """A node of the tree. `path` holds the numbers from the root down, `1/5/9/`; the root's `parent` is None.

    `active` is what was last said of this unit itself, in the event of the sequence `switched`. The newest word on the
    way up to the root is the one that holds: see `in_effect`. `extras` holds what only one API knows, under names that
    begin with its own.
    """

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
    description: str | None = None
    extras: tuple[tuple[str, str], ...] = ()
    switched: int = 0

    @property
    def above(self) -> tuple[int, ...]:
        """The numbers of the units above it, from the root down."""
        return tuple(map(int, self.path.split("/")[:-2]))

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


def find_units(view: View, numbers: Iterable[int], field: str) -> list[Unit]:
    """The units of these numbers, found together; as `find_unit` for each."""
    wanted = list(numbers)
    view.known.each(Unit, ("tenant", "number"), ((view.tenant, number) for number in wanted))
    return [find_unit(view, number, field) for number in wanted]


def in_effect(known: Known, *units: Unit) -> tuple[Unit, ...]:
    """The units of a tenant, active or not as holds for each: as the unit on its way up says that was switched last.

    So a branch of any size is switched by one write. Raises `Unloaded`.
    """
    if all(unit.parent is None for unit in units):
        return units
    there = {unit.number: unit for unit in units}
    above = {number for unit in units for number in unit.above} - there.keys()
    if above:
        wanted = [(units[0].tenant, number) for number in sorted(above)]
        there |= {unit.number: unit for unit in known.each(Unit, ("tenant", "number"), wanted)}
    newest: dict[int, Unit] = {}
    for unit in sorted(there.values(), key=lambda it: len(it.path)):
        over = newest.get(unit.above[-1]) if unit.parent is not None else None
        newest[unit.number] = unit if over is None or over.switched <= unit.switched else over
    return tuple(
        unit if newest[unit.number].active == unit.active else replace(unit, active=not unit.active) for unit in units
    )


def must_be_active(known: Known, unit: Unit, field: str) -> None:
    """Refuse with `Invalid`, of the field that named it, a unit that is not active. Raises `Unloaded`."""
    if not in_effect(known, unit)[0].active:
        refuse(Invalid(field, Fault.INACTIVE))
