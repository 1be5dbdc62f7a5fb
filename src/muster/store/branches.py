"""The questions about the tree as SQL: units by path or parent, and the users who are restricted to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, literal, not_, or_, select

from muster.core.branches import Assigned, Branch, topmost
from muster.core.units import Unit
from muster.store.paths import InOrder, listed, units_below
from muster.store.rows import LAYOUTS
from muster.store.tables import units, user_units, users


def units_in(branch: Branch) -> Select[Any]:
    """The rows of the branch's units."""
    return _chosen(branch, *(units.c[field] for field in LAYOUTS[Unit].fields))


def assigned_users(assigned: Assigned) -> Select[Any]:
    """A unit's id, a user's number and whether he is seen, for each who is restricted to a unit of the branch.

    One row more than the limit shows that there are others. The users' table is the last to be looked at, so that the
    work is bounded by the limit, however many users there are.
    """
    tenant = assigned.branch.tenant
    chosen = _chosen(assigned.branch, units.c.id).subquery()
    restricted = and_(user_units.c.tenant == tenant, user_units.c.unit == chosen.c.id)
    pairs = select(user_units.c.unit, user_units.c.user).select_from(InOrder(chosen, user_units, restricted))
    first = pairs.limit(assigned.limit + 1).subquery()
    owner = and_(users.c.tenant == tenant, users.c.id == first.c.user)
    seen = literal(1, BigInteger) if assigned.within is None else case((_seen(tenant, assigned.within), 1), else_=0)
    found = select(first.c.unit, users.c.number, seen).select_from(InOrder(first, users, owner))
    return found.order_by(users.c.number, first.c.unit)


def _chosen(branch: Branch, *columns: ColumnElement[Any]) -> Select[Any]:
    found = select(*columns).where(units.c.tenant == branch.tenant)
    if branch.unit is not None:
        found = found.where(units.c.id == branch.unit)
    if branch.parent is not None:
        found = found.where(units.c.parent == branch.parent)
    if branch.within is not None:
        found = found.where(units.c.id.in_(_inside(branch.tenant, branch.within)))
    return found.order_by(units.c.number).limit(branch.limit).offset(branch.offset or None)


def _inside(tenant: str, paths: tuple[str, ...]) -> Select[tuple[str]]:
    """The ids of the units at or below the paths."""
    return units_below(tenant, listed(topmost(paths) or ()))


def _seen(tenant: str, paths: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether somebody restricted to the paths sees a user who is known to be restricted: as `users.is_visible`."""
    inside = _inside(tenant, paths)
    other = user_units.alias()
    outside = (other.c.tenant == tenant, other.c.user == users.c.id, other.c.unit.not_in(inside))
    return or_(users.c.home.in_(inside), not_(select(other.c.unit).where(*outside).exists()))
