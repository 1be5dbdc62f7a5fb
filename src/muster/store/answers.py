"""Questions in data, each with who answers it: what a rule asks for beside single things by their keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from muster.core.arrivals import Arrivals
from muster.core.branches import Assigned, Branch
from muster.core.clashes import Clash
from muster.core.listing import Listing, Tally
from muster.core.placements import Placements
from muster.core.query import Search
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.runs import Run
from muster.core.token_query import TokenSearch
from muster.core.trail_query import EventSearch
from muster.core.units import Unit
from muster.store import listings
from muster.store.arrivals import arrived
from muster.store.branches import assigned_users, units_in
from muster.store.clashes import counted
from muster.store.pages import page
from muster.store.placements import placed
from muster.store.rows import LAYOUTS
from muster.store.tokens import tokens_found
from muster.store.trails import events_found

if TYPE_CHECKING:
    from muster.store.session import Session


async def _run(session: Session, wanted: Run) -> tuple[Any, ...]:
    statement = session.statements[wanted.kind].run
    rows = await session.fetch(statement, [wanted.tenant, wanted.after, wanted.limit], long=True)
    return tuple(map(LAYOUTS[wanted.kind].entity, rows))


async def _listing(session: Session, wanted: Listing) -> tuple[Any, ...]:
    """The rows of a list, and one more if there are more. Refuses with `Invalid` one that would look at too many."""
    spelling = session.statements[wanted.kind].spelling
    scanned = listings.scanned(spelling, wanted)
    if scanned is not None:
        [[rows]] = await session.fetch(*scanned, long=True)
        if rows > listings.MOST_SCANNED:
            refuse(Invalid("search", Fault.TOO_MANY, listings.MOST_SCANNED))
    found = await session.fetch(*listings.page(spelling, wanted), long=True)
    return tuple(map(LAYOUTS[wanted.kind].entity, found))


async def _tally(session: Session, wanted: Tally) -> int:
    [[rows]] = await session.fetch(*listings.tally(session.statements[wanted.kind].spelling, wanted), long=True)
    return int(rows)


async def _branch(session: Session, wanted: Branch) -> tuple[Unit, ...]:
    return tuple(map(LAYOUTS[Unit].entity, await session.select(units_in(wanted))))


async def _clash(session: Session, wanted: Clash) -> bool | None:
    [(values, different)] = await session.select(counted(wanted))
    return bool(values != different) if values <= wanted.most else None


async def _assigned(session: Session, wanted: Assigned) -> tuple[tuple[str, int], ...] | None:
    rows = await session.select(assigned_users(wanted))
    pairs = tuple((unit, number) for unit, number, seen in rows if seen)
    return pairs if len(rows) <= wanted.limit else None


ANSWERS: dict[type[Any], Callable[[Session, Any], Awaitable[Any]]] = {
    Search: page,
    Run: _run,
    Listing: _listing,
    Tally: _tally,
    Arrivals: arrived,
    Placements: placed,
    TokenSearch: tokens_found,
    EventSearch: events_found,
    Branch: _branch,
    Clash: _clash,
    Assigned: _assigned,
}
