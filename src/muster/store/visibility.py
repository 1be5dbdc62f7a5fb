"""Whom somebody sees who is restricted to some units, as SQL: what `core.users.is_visible` says of a user's row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_

from muster.store.paths import units_below
from muster.store.tables import user_units, users


def visible(tenant: Any, within: Any) -> ColumnElement[bool]:
    """Whether he sees the user: `within` holds the units' paths, as of `paths.listed`. Both may be parameters."""
    inside = units_below(tenant, within)
    restricted: Any = (user_units.c.tenant == tenant, user_units.c.user == users.c.id)
    reach_inside = and_(
        exists().where(*restricted),
        not_(exists().where(*restricted, user_units.c.unit.not_in(inside))),
    )
    return or_(users.c.home.in_(inside), reach_inside)
