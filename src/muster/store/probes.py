"""Exact searches: a name or an address that few have is looked up by index, together with those who have it.

One statement answers all that are asked at once where the database can do that. What more than a hundred users have
is no look-up any more, and is searched for like anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from muster.core.query import Compare, Page, Search, Text, TextIs, page_of
from muster.core.users import USERNAME, User
from muster.core.values import fold, is_keepable
from muster.store import budgets
from muster.store.conditions import FOLDED
from muster.store.rows import LAYOUTS

if TYPE_CHECKING:
    from muster.store.session import Session

Fields = tuple[Text, ...]
Wanted = tuple[str, str]
"""A tenant and a folded text."""


class _Probe(NamedTuple):
    search: Search
    fields: Fields
    wanted: Wanted


def is_probe(search: Search) -> bool:
    """Whether the search is for one exact text, by somebody without a restriction."""
    return search.within is None and len(search.conditions) == 1 and _is_exact(search.conditions[0])


def _is_exact(condition: object) -> bool:
    return isinstance(condition, TextIs) and condition.compare is Compare.EQUALS


def having(fields: Fields, tenant: str, folded: str) -> str:
    """A query for the ids of the users who have a text in any of the fields; tenant and text are SQL."""
    return " UNION ".join(f"SELECT id FROM ({_branch(field, tenant, folded)}) AS {field.value}" for field in fields)


def _branch(field: Text, tenant: str, folded: str) -> str:
    if field is Text.USERNAME:
        return (
            f'SELECT "user" AS id FROM login_names WHERE tenant = {tenant} AND folded = {folded} '
            f"AND kind = '{USERNAME}' LIMIT {budgets.PROBED + 1}"
        )
    column, most = FOLDED[field], budgets.PROBED + 1
    return f"SELECT id FROM users WHERE tenant = {tenant} AND {column} = {folded} LIMIT {most}"


async def look_up(session: Session, searches: Iterable[Search]) -> list[tuple[Search, Page]]:
    """What each of the searches finds, all of which are probes; one that finds too many is left out."""
    by_fields: dict[Fields, list[_Probe]] = {}
    found: list[tuple[Search, Page]] = []
    for probe in map(_probe, searches):
        if is_keepable(probe.wanted[1]):
            by_fields.setdefault(probe.fields, []).append(probe)
        else:
            # What no database can keep is nobody's.
            found.append((probe.search, Page((), 0)))
    for fields, probes in by_fields.items():
        found += await _together(session, fields, probes)
    return found


def _probe(search: Search) -> _Probe:
    condition = search.conditions[0]
    assert isinstance(condition, TextIs)
    return _Probe(search, condition.fields, (search.tenant, fold(condition.text)))


async def _together(session: Session, fields: Fields, probes: Sequence[_Probe]) -> list[tuple[Search, Page]]:
    users: list[list[User]] = [[] for _ in probes]
    entity = LAYOUTS[User].entity
    for place, row in await session.having(fields, [probe.wanted for probe in probes]):
        users[place].append(entity(row))
    return [
        (probe.search, _page(probe.search, found))
        for probe, found in zip(probes, users, strict=True)
        if len(found) <= budgets.PROBED
    ]


def _page(search: Search, found: list[User]) -> Page:
    return Page(tuple(page_of(found, search)), len(found) if search.total else 0)
