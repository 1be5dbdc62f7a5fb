"""A question about the trail as data: which events, in which order, from which place on; and its plain meaning.

A store's SQL has to find what `events_of` says. Texts are compared without regard to the case of ASCII letters, since
nothing of an event is kept folded. By time the walk goes along an index, however long the trail is; any other order
sorts the span of time that is asked for, which must not hold too many events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from muster.core.events import Event
from muster.core.frozen import frozen
from muster.core.query import Compare
from muster.core.walks import Mark, Steps, Stretch, walk
from muster.core.words import Word

MOST_SORTED = 50_000
"""How many events a span of time may hold that is sorted by anything but time."""


class EventText(Word):
    """Texts of an event; the address may be absent."""

    SUBJECT_NAME = "subject_name"
    ACTOR_NAME = "actor_name"
    ADDRESS = "address"


@frozen
class Telling:
    """Which text of an event tells something: of the acts given it is `instead`, of others `field`; None is none."""

    field: EventText | None
    acts: frozenset[str] = frozenset()
    instead: EventText | None = None


@frozen
class ActIn:
    """What was done is one of these acts."""

    acts: frozenset[str]


@frozen
class Says:
    """The text is there and compares so."""

    where: Telling
    compare: Compare
    text: str


@frozen
class ByActor:
    """Who did it has this id."""

    actor: str


@frozen
class Of:
    """What it was done to has this id."""

    subject: str


@frozen
class Unless:
    """The condition does not hold."""

    condition: EventCondition


@frozen
class Both:
    """All of the conditions hold."""

    conditions: tuple[EventCondition, ...]


EventCondition = ActIn | Says | ByActor | Of | Unless | Both


@frozen
class ByTime:
    """By time, then by sequence."""


@frozen
class ByText:
    """By a text, in the order of code points, then by sequence."""

    where: Telling


@frozen
class ByRank:
    """By the place among these sets of acts that holds what was done, then by sequence; others are left out."""

    ranks: tuple[frozenset[str], ...]


EventOrder = ByTime | ByText | ByRank


@frozen
class EventSearch:
    """The events of a tenant that meet all conditions, in order; those without what they are ordered by are left out.

    `since` is the first millisecond that counts, `before` the first that does not; None is no bound.
    """

    tenant: str = ""
    since: int | None = None
    before: int | None = None
    conditions: tuple[EventCondition, ...] = ()
    order: EventOrder = ByTime()
    descending: bool = False
    steps: Steps = Steps()


def text_of(where: Telling, event: Event) -> str | None:
    """The text of the event; None if it has none, or an empty one."""
    field = where.instead if event.act in where.acts else where.field
    text: str | None = None if field is None else getattr(event, field.value)
    return text or None


def key_of(order: EventOrder, event: Event) -> str | int | None:
    """What an event is sorted by; None if it has none."""
    match order:
        case ByTime():
            return event.at
        case ByText(where):
            return text_of(where, event)
        case ByRank(ranks):
            return next((rank for rank, acts in enumerate(ranks) if event.act in acts), None)
        case _:
            assert_never(order)


def mark_of(order: EventOrder, event: Event) -> Mark:
    """Where the event, which has what it is sorted by, stands in the order."""
    key = key_of(order, event)
    assert key is not None
    return key, event.sequence


def events_of(search: EventSearch, events: Iterable[Event]) -> Stretch[Event]:
    """What the search finds among the tenant's events."""
    span = [
        event
        for event in events
        if (search.since is None or event.at >= search.since)
        and (search.before is None or event.at < search.before)
        and key_of(search.order, event) is not None
    ]
    steps = search.steps
    if not isinstance(search.order, ByTime):
        steps = replace(steps, budget=MOST_SORTED + 1)
    return walk(
        span,
        steps,
        lambda event: mark_of(search.order, event),
        lambda event: all(meets(condition, event) for condition in search.conditions),
        descending=search.descending,
    )


def meets(condition: EventCondition, event: Event) -> bool:
    """Whether the event meets the condition."""
    match condition:
        case ActIn(acts):
            return event.act in acts
        case Says(where, compare, text):
            return compares(text_of(where, event), compare, text)
        case ByActor(actor):
            return event.actor == actor
        case Of(subject):
            return event.subject == subject
        case Unless(inner):
            return not meets(inner, event)
        case Both(conditions):
            return all(meets(inner, event) for inner in conditions)
        case _:
            assert_never(condition)


_LOWERED = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}


def plain(text: str) -> str:
    """The form in which an event's texts are compared: ASCII letters in lower case."""
    return text.translate(_LOWERED)


def compares(value: str | None, compare: Compare, text: str) -> bool:
    """Whether a text is there and compares so with another, whatever the case of ASCII letters."""
    if value is None:
        return False
    there, wanted = plain(value), plain(text)
    match compare:
        case Compare.EQUALS:
            return there == wanted
        case Compare.CONTAINS:
            return wanted in there
        case Compare.STARTS:
            return there.startswith(wanted)
        case Compare.ENDS:
            return there.endswith(wanted)
        case _:
            assert_never(compare)
