"""Roles of resource servers: what users are assigned there, in a tree whose lower roles inherit from the higher ones.

They give nothing in this directory. Whoever runs the installation makes them; users are then assigned them by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.frozen import frozen
from muster.core.memberships import Body, check_name, dissolve
from muster.core.refusals import Fault, Full, InUse, Invalid, Taken, Unknown, refuse

MOST_ROLES = 500
RECORDED = ("name", "description", "parent")


@frozen
class ResourceRole(Body):
    """A role of resource servers; `parent` is the id of the one that it inherits from."""

    NOUN: ClassVar[str] = "resource-role"
    FIELD: ClassVar[str] = "resource_roles"
    MANY = (("tenant",),)
    STABLE = True

    id: str
    tenant: str
    name: str
    description: str | None
    parent: str | None
    created_at: int


@frozen
class Lineage:
    """A role with the ids of those above it, the nearest first, and of all those below it."""

    role: ResourceRole
    ancestors: tuple[str, ...]
    descendants: tuple[str, ...]


def all_roles(view: View) -> tuple[ResourceRole, ...]:
    """All roles of the tenant, the oldest first. Raises `Unloaded`."""
    found = view.known.many(ResourceRole, ("tenant",), view.tenant)
    return tuple(sorted(found, key=lambda role: role.id))


def lineages(view: View) -> Mapping[str, Lineage]:
    """All roles of the tenant by id, the oldest first, each with its place in the tree. Raises `Unloaded`."""
    return view.known.derived(view.tenant, "lineages", lambda: _lineages(all_roles(view)))


def _lineages(everything: tuple[ResourceRole, ...]) -> dict[str, Lineage]:
    parents = {role.id: role.parent for role in everything}
    above = {role: _above(role, parents) for role in parents}
    below: dict[str, list[str]] = {role: [] for role in parents}
    for role, ancestors in above.items():
        for ancestor in ancestors:
            below[ancestor].append(role)
    return {role.id: Lineage(role, above[role.id], tuple(below[role.id])) for role in everything}


def _above(role: str, parents: dict[str, str | None]) -> tuple[str, ...]:
    found: list[str] = []
    parent = parents[role]
    while parent is not None:
        found.append(parent)
        parent = parents[parent]
    return tuple(found)


@frozen
class ResourceRoles(Question[tuple[Lineage, ...]]):
    """All roles of resource servers."""

    permission = "oauth-roles:view"

    def answer(self, view: View) -> tuple[Lineage, ...]:
        """The roles, the oldest first."""
        return tuple(lineages(view).values())


@frozen
class AddResourceRole(Command[ResourceRole]):
    """Make a role of resource servers, below another if one is named. Only the system may.

    Refuses with `Taken` a name that another has, with `Invalid` a parent that there is not and more than 500 roles.
    """

    permission = "oauth-roles:create"

    name: str
    description: str | None = None
    parent: str | None = None

    def decide(self, case: Case) -> ResourceRole:
        """The new role."""
        check_name(self.name)
        values.optional_line(self.description, "description")
        there = all_roles(case)
        if any(values.fold(role.name) == values.fold(self.name) for role in there):
            refuse(Taken("name"))
        if self.parent is not None and all(role.id != self.parent for role in there):
            refuse(Invalid("parent", Fault.UNKNOWN))
        if len(there) >= MOST_ROLES:
            refuse(Full("resource-role", MOST_ROLES))
        made = ResourceRole(case.fresh.id(), case.tenant, self.name, self.description, self.parent, case.at)
        case.put(None, made)
        case.record("resource-role.created", "resource-role", made.id, made.name, None, made, RECORDED)
        return made


@frozen
class DeleteResourceRole(Command[None]):
    """Delete a role of resource servers, which no user is assigned then any more. Only the system may.

    Refuses an unknown one, and one with others below it.
    """

    permission = "oauth-roles:delete"

    role: str

    def decide(self, case: Case) -> None:
        """Done."""
        role = case.known.one(ResourceRole, ResourceRole.KEY, case.tenant, self.role)
        if role is None:
            refuse(Unknown("resource-role"))
        if any(other.parent == role.id for other in all_roles(case)):
            refuse(InUse("resource-role"))
        dissolve(case, role)
        case.put(role, None)
        case.record("resource-role.deleted", "resource-role", role.id, role.name, role, None, RECORDED)
