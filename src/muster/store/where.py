"""A search as SQL: the only place where a condition meets a column. It must find what `core.query` means.

A statement is built once for each shape of search (which conditions, how many units) and kept; the values are always
parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Dialect,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    union,
)

from muster.core.query import Search
from muster.core.users import USERNAME
from muster.core.values import fold
from muster.store.tables import login_names, units, user_units, users

PROBED = 100
"""How many candidates a probe looks at before it leaves the search to a thread of its own."""

KEPT_SHAPES = 500

Statement = tuple[str, list[Any]]
Shape = tuple[int, int]

_FOLDED = (users.c.email_folded, users.c.given_folded, users.c.family_folded)


class Searches:
    """The statements of searches in one database's dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._kept: dict[tuple[str, Shape], tuple[str, list[tuple[str, Any]]]] = {}

    def probe(self, search: Search) -> Statement | None:
        """A look-up of at most a few hundred candidates by index; None where the search is not of that kind.

        The ids of at most `PROBED` users are all there are; one more, and there may be others.
        """
        if len(search.conditions) != 1 or search.within is not None:
            return None
        return self._bound("probe", search, lambda _: _probe())

    def page(self, search: Search) -> Statement:
        """The ids of the search's page, by number."""
        return self._bound("page", search, _numbered)

    def count(self, search: Search) -> Statement:
        """How many users meet the search."""
        return self._bound("count", search, _counted)

    def _bound(self, name: str, search: Search, build: Callable[[Shape], Select[Any]]) -> Statement:
        shape = (len(search.conditions), -1 if search.within is None else len(search.within))
        slot = (name, shape)
        if slot not in self._kept:
            if len(self._kept) >= KEPT_SHAPES:
                self._kept.clear()
            compiled = build(shape).compile(dialect=self._dialect)
            names = getattr(compiled, "positiontup", None) or ()
            self._kept[slot] = (str(compiled), [(name, compiled.params[name]) for name in names])
        text, parameters = self._kept[slot]
        values = _values(search)
        return text, [values.get(name, constant) for name, constant in parameters]


def _values(search: Search) -> dict[str, Any]:
    values: dict[str, Any] = {"tenant": search.tenant, "limit": search.limit, "offset": search.offset}
    values.update((f"equals{i}", fold(condition.text)) for i, condition in enumerate(search.conditions))
    values |= {"probed": PROBED + 1, "username": USERNAME}
    for i, path in enumerate(search.within or ()):
        # A range, so that the index serves it; "0" follows "/" in ASCII.
        values[f"path{i}"], values[f"after{i}"] = path, path[:-1] + "0"
    return values


def _matching(shape: Shape) -> Select[tuple[str]]:
    conditions, paths = shape
    found = select(users.c.id).where(users.c.tenant == bindparam("tenant"))
    for i in range(conditions):
        found = found.where(users.c.id.in_(union(*_equal(f"equals{i}"))))
    return found if paths < 0 else found.where(_visible(paths))


def _numbered(shape: Shape) -> Select[tuple[str]]:
    return _matching(shape).order_by(users.c.number).limit(bindparam("limit")).offset(bindparam("offset"))


def _counted(shape: Shape) -> Select[int]:
    return select(func.count()).select_from(_matching(shape).subquery())


def _probe() -> Select[tuple[str]]:
    bounded = (select(branch.limit(bindparam("probed")).subquery()) for branch in _equal("equals0"))
    return select(union(*bounded).subquery())


def _equal(wanted: str) -> list[Select[Any]]:
    # Look-ups by index, to be united: an OR over four columns is a scan on either database.
    tenant: BindParameter[str] = bindparam("tenant")
    named = select(login_names.c.user).where(
        login_names.c.tenant == tenant,
        login_names.c.folded == bindparam(wanted),
        login_names.c.kind == bindparam("username"),
    )
    return [
        named,
        *(select(users.c.id).where(users.c.tenant == tenant, column == bindparam(wanted)) for column in _FOLDED),
    ]


def _visible(paths: int) -> ColumnElement[bool]:
    below = (and_(units.c.path >= bindparam(f"path{i}"), units.c.path < bindparam(f"after{i}")) for i in range(paths))
    inside = select(units.c.id).where(units.c.tenant == bindparam("tenant"), or_(false(), *below))
    restricted: Any = (user_units.c.tenant == bindparam("tenant"), user_units.c.user == users.c.id)
    reach_inside = and_(
        exists().where(*restricted),
        not_(exists().where(*restricted, user_units.c.unit.not_in(inside))),
    )
    return or_(users.c.home.in_(inside), reach_inside)
