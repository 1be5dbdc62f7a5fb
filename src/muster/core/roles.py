"""Roles: named sets of permissions, kept as data in catalogues.

Each API brings the catalogues that it shows; the core only ever compares sets.
"""

from __future__ import annotations

from collections.abc import Iterable

from muster.core.acts import Question, View
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.units import find_unit

ADMINISTER = "tenant:administer"
"""Who holds it through a role is an administrator; every tenant keeps an active one."""


@frozen
class Role(Entity):
    """A named set of permissions (`noun:verb`); `number` names it within its catalogue."""

    UNIQUE = (("tenant", "catalogue", "number"),)
    MANY = (("tenant",), ("tenant", "catalogue"))
    STABLE = True

    id: str
    tenant: str
    catalogue: str
    number: int
    name: str
    permissions: frozenset[str]


@frozen
class RoleTemplate:
    """A role as an API defines it, before a tenant has it."""

    catalogue: str
    number: int
    name: str
    permissions: frozenset[str]


def union(roles: Iterable[Role]) -> frozenset[str]:
    """All permissions that the roles give together."""
    return frozenset().union(*(role.permissions for role in roles))


def find_role(view: View, catalogue: str, name: int | str, field: str) -> Role:
    """The role of a catalogue by its number or its id.

    Refuses with `Invalid`, of the field that named it, if there is none.
    """
    if isinstance(name, str):
        role = view.known.one(Role, Role.KEY, view.tenant, name)
    else:
        role = view.known.one(Role, ("tenant", "catalogue", "number"), view.tenant, catalogue, name)
    if role is None or role.catalogue != catalogue:
        refuse(Invalid(field, Fault.UNKNOWN))
    return role


@frozen
class RolesOf(Question[tuple[Role, ...]]):
    """The roles of a catalogue, by number; everybody may ask this."""

    catalogue: str

    def answer(self, view: View) -> tuple[Role, ...]:
        """The roles."""
        return by_number(view, self.catalogue)


@frozen
class RolesOfUnit(Question[tuple[Role, ...]]):
    """The roles of a catalogue that can be granted in a unit, by number: the same ones in every unit."""

    unit: int
    catalogue: str

    def answer(self, view: View) -> tuple[Role, ...]:
        """The roles. Refuses with `Unknown` a unit outside the actor's scope."""
        find_unit(view, self.unit)
        return by_number(view, self.catalogue)


def by_number(view: View, catalogue: str) -> tuple[Role, ...]:
    """The roles of a catalogue, by number. Raises `Unloaded`."""
    roles = view.known.many(Role, ("tenant", "catalogue"), view.tenant, catalogue)
    return tuple(sorted(roles, key=lambda role: role.number))
