"""A search as SQL: the only place where a condition meets a column. It must find what `core.query` means."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select

from muster.core.query import Condition, Equals, Search
from muster.core.values import fold
from muster.store.tables import login_names, units, user_units, users

_FOLDED = (users.c.email_folded, users.c.given_folded, users.c.family_folded)


def matching(search: Search) -> Select[tuple[str]]:
    """The ids of the users that meet the search, without its page."""
    found = select(users.c.id).where(users.c.tenant == search.tenant)
    for condition in search.conditions:
        found = found.where(_condition(search.tenant, condition))
    if search.within is not None:
        found = found.where(_visible(search.tenant, search.within))
    return found


def numbered(search: Search) -> Select[tuple[str]]:
    """The ids of the search's page, by number."""
    return matching(search).order_by(users.c.number).limit(search.limit).offset(search.offset)


def counted(search: Search) -> Select[int]:
    """How many users meet the search."""
    return select(func.count()).select_from(matching(search).subquery())


def _condition(tenant: str, condition: Condition) -> ColumnElement[bool]:
    match condition:
        case Equals(text):
            wanted = fold(text)
            named = select(login_names.c.user).where(
                login_names.c.tenant == tenant, login_names.c.folded == wanted, login_names.c.kind == "username"
            )
            # A UNION of look-ups by index: an OR over four columns is a scan on either database.
            others = [select(users.c.id).where(users.c.tenant == tenant, column == wanted) for column in _FOLDED]
            return users.c.id.in_(named.union(*others))


def _visible(tenant: str, within: tuple[str, ...]) -> ColumnElement[bool]:
    inside = select(units.c.id).where(units.c.tenant == tenant, or_(*(_below(path) for path in within)))
    restricted: Any = (user_units.c.tenant == tenant, user_units.c.user == users.c.id)
    reach_inside = and_(
        exists().where(*restricted),
        not_(exists().where(*restricted, user_units.c.unit.not_in(inside))),
    )
    return or_(users.c.home.in_(inside), reach_inside)


def _below(path: str) -> ColumnElement[bool]:
    # A range, so that the index serves it under any collation rule; "0" follows "/" in ASCII.
    return and_(units.c.path >= path, units.c.path < path[:-1] + "0")
