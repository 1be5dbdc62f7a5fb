"""All that a user is in, together: for whoever shows, makes or ends a user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from muster.core.acts import Case, View
from muster.core.frozen import frozen
from muster.core.groups import Group
from muster.core.memberships import Body, Membership, bodies_of, mark, memberships_of
from muster.core.organizations import Organization
from muster.core.resource_roles import Lineage, ResourceRole, lineages
from muster.core.users import User

T = TypeVar("T")

KINDS: tuple[type[Body], ...] = (Group, Organization, ResourceRole)


@frozen
class Belonging:
    """What a user is in, of each kind the oldest first."""

    groups: tuple[Group, ...] = ()
    organizations: tuple[Organization, ...] = ()
    resource_roles: tuple[Lineage, ...] = ()


NOWHERE = Belonging()


def belonging(view: View, user: User) -> Belonging:
    """What the user is in. Raises `Unloaded`."""
    memberships = memberships_of(view.known, user.tenant, user.id)
    return NOWHERE if not memberships else _found(view, memberships)


def _found(view: View, memberships: tuple[Membership, ...]) -> Belonging:
    groups = bodies_of(view.known, Group, memberships)
    organizations = bodies_of(view.known, Organization, memberships)
    roles = sorted([one.body for one in memberships if one.noun == ResourceRole.NOUN])
    return Belonging(groups, organizations, those(lineages(view), roles) if roles else ())


def those(found: Mapping[str, T], ids: Iterable[str]) -> tuple[T, ...]:
    """What is found under these ids."""
    return tuple(found[one] for one in ids if one in found)


def new_belonging(case: Case, user: User) -> Belonging:
    """What a user whom this very command makes is in, as it stands after the command."""
    memberships = tuple(one for one in case.added(Membership) if one.user == user.id)
    if not memberships:
        return NOWHERE
    found = _found(case, memberships)
    groups = {group.id: group for group in (*found.groups, *case.added(Group))}
    organizations = {one.id: one for one in (*found.organizations, *case.added(Organization))}
    return Belonging(tuple(groups.values()), tuple(organizations.values()), found.resource_roles)


def leave_all(case: Case, user: User) -> None:
    """End all that a user is in, as he ends himself: his own event says so."""
    memberships = memberships_of(case.known, user.tenant, user.id)
    for kind in KINDS:
        for body in bodies_of(case.known, kind, memberships):
            mark(case, body)
    for membership in memberships:
        case.put(membership, None)
