"""A search of the trail as SQL. It must find what `core.trail_query.events_of` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, not_, or_, select, true
from sqlalchemy import Text as AnyText

from muster.core.events import Change, Event
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.trail_query import (
    MOST_SORTED,
    ActIn,
    Both,
    ByActor,
    ByRank,
    ByText,
    ByTime,
    EventCondition,
    EventSearch,
    EventText,
    Of,
    Says,
    Telling,
    Unless,
    plain,
)
from muster.core.walks import Mark, Stretch, stretch
from muster.store.rows import LAYOUTS
from muster.store.tables import events
from muster.store.texts import compared, kept
from muster.store.walks import Columns, Path, ahead, ordered, walked

if TYPE_CHECKING:
    from muster.store.session import Session

_LOOKED_AT = ("act", "actor", "actor_name", "subject", "subject_name", "address")


def as_it_stands(row: Any) -> Event:
    """The event of a row; one that was tampered with beyond reading keeps its changes as one text."""
    layout = LAYOUTS[Event]
    try:
        event: Event = layout.entity(row)
    except (msgspec.MsgspecError, UnicodeError, TypeError):
        values = dict(zip(layout.fields, row, strict=True))
        return Event(**values | {"changes": (Change("unreadable", None, str(values["changes"])),)})
    return event


async def events_found(session: Session, search: EventSearch) -> Stretch[Event]:
    """The page of a search. Refuses with `Invalid` a span of too many events to be sorted by anything but time."""
    found, last = await _by_time(session, search) if search.order == ByTime() else await _sorted(session, search)
    page = stretch(found, search.steps, lambda mark: mark, last)
    keys = [(search.tenant, sequence) for _, sequence in page.rows]
    rows = await session.rows(Event, Event.KEY, keys) if keys else []
    kept_events = {event.sequence: event for event in map(as_it_stands, rows)}
    return Stretch(
        tuple(kept_events[sequence] for _, sequence in page.rows if isinstance(sequence, int)), page.before, page.after
    )


async def _by_time(session: Session, search: EventSearch) -> tuple[list[Mark], Mark | None]:
    own = ("tenant", search.tenant)
    path = Path(
        events,
        "ix_events_tenant_at_sequence",
        (own,),
        "at",
        "sequence",
        _LOOKED_AT,
        search.since,
        search.before,
        search.descending,
    )
    return await walked(session, path, search.steps, lambda rows: [_condition(it, rows) for it in search.conditions])


async def _sorted(session: Session, search: EventSearch) -> tuple[list[Mark], None]:
    span = _span(search)
    counted = select(func.count()).select_from(
        select(events.c.sequence).where(*span).limit(MOST_SORTED + 1).subquery("counted")
    )
    if (await session.select(counted))[0][0] > MOST_SORTED:
        refuse(Invalid("search", Fault.TOO_MANY, MOST_SORTED))
    steps, down = search.steps, search.descending is not search.steps.backwards
    key, tie = _key(search), events.c.sequence
    query: Select[Any] = select(key, tie).where(*span, key.is_not(None))
    query = query.where(*(_condition(it, events.c) for it in search.conditions))
    if steps.place is not None:
        query = query.where(ahead([key, tie], steps.place, down=down, backwards=steps.backwards))
    rows = await session.select(query.order_by(*ordered([key, tie], down=down)).limit(steps.limit + 1))
    return [(row[0], row[1]) for row in rows], None


def _span(search: EventSearch) -> list[ColumnElement[bool]]:
    bounds = [events.c.tenant == search.tenant]
    if search.since is not None:
        bounds.append(events.c.at >= search.since)
    if search.before is not None:
        bounds.append(events.c.at < search.before)
    return bounds


def _key(search: EventSearch) -> ColumnElement[Any]:
    match search.order:
        case ByTime():
            return events.c.at
        case ByText(where):
            return _text(where, events.c)
        case ByRank(ranks):
            return case(*((_any_of(acts, events.c), place) for place, acts in enumerate(ranks)), else_=None)
        case _:
            assert_never(search.order)


def _any_of(acts: frozenset[str], rows: Columns) -> ColumnElement[bool]:
    return or_(false(), *(rows.act == kept(act) for act in sorted(acts)))


def _text(where: Telling, rows: Columns) -> ColumnElement[Any]:
    field = _column(where.field, rows)
    return case((_any_of(where.acts, rows), _column(where.instead, rows)), else_=field) if where.acts else field


def _column(field: EventText | None, rows: Columns) -> ColumnElement[Any]:
    return literal(None, AnyText) if field is None else func.nullif(rows[field.value], "")


def _condition(condition: EventCondition, rows: Columns) -> ColumnElement[bool]:
    match condition:
        case ActIn(acts):
            return _any_of(acts, rows)
        case Says(where, compare, text):
            return compared(func.lower(_text(where, rows)), compare, plain(text))
        case ByActor(actor):
            return rows.actor == kept(actor)
        case Of(subject):
            return rows.subject == kept(subject)
        case Unless(inner):
            # A comparison with what is absent is unknown in SQL, and false here.
            return not_(func.coalesce(_condition(inner, rows), false()))
        case Both(conditions):
            return and_(true(), *(_condition(inner, rows) for inner in conditions))
        case _:
            assert_never(condition)
