"""Searches of the trail: what the SQL finds, page by page, is what the question means in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.acts import Case, Command
from muster.core.authority import system
from muster.core.events import Change, Event, Origin
from muster.core.query import Compare
from muster.core.refusals import BeyondAuthority, Fault, Invalid, PermissionMissing
from muster.core.trail_query import (
    ActIn,
    Both,
    ByActor,
    ByRank,
    ByText,
    ByTime,
    EventSearch,
    EventText,
    Of,
    Says,
    Telling,
    Unless,
    events_of,
)
from muster.core.trails import AuditTrail
from muster.core.walks import Steps
from muster.store import trails
from tests.support.kept import entities, outcome
from tests.support.tampering import tamper
from tests.support.world import AUDITOR, VIEWER, Realm, World

modest = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

ACTS = ["user.created", "user.edited", "group.deleted", "key.created"]
NAMES = ["jill", "JILL", "Ärger", "ärger", "50%", "a_b", "", "jill/key"]
ADDRESSES = [None, "192.0.2.7", "192.0.2.70", "2001:db8::7"]
TIMES = [1000, 1500, 1500, 900, 2000, 2000]


@dataclass(frozen=True)
class Happens(Command[None]):
    """Something that is recorded and changes nothing."""

    act: str
    name: str

    def decide(self, case: Case) -> None:
        case.record(self.act, "test", f"id of {self.name}", self.name, None, None, (), (Change("x", None, "y"),))


@dataclass(frozen=True)
class Kept:
    """A tenant's events."""

    realm: Realm
    events: tuple[Event, ...]


@pytest.fixture
async def kept(world: World, realm: Realm) -> Kept:
    """Forty events at times that go back and forth, beside another tenant's."""
    other = await world.realm("Umbrella")
    for place in range(40):
        world.sources.time = TIMES[place % 6] + place // 13
        act = Happens(ACTS[place % 4], NAMES[place * 3 % 8])
        origin = Origin("test", ADDRESSES[place % 4 if place % 5 else 0])
        await world.directory.do(system((other if place % 3 == 0 else realm).id, NAMES[place % 8]), act, origin)
    own: list[Event] = [event for event in await entities(world.url, Event) if event.tenant == realm.id]
    return Kept(realm, tuple(own))


TEXTS = st.sampled_from(
    ["jill", "Jill", "JI", "LL", "ÄRGER", "rger", "%", "_", "", "192.0.2.7", "2", "\0", "\ud800", "/"]
)
FIELDS = st.sampled_from([None, *EventText])
SOME_ACTS = st.frozensets(st.sampled_from([*ACTS, "none"]), max_size=3)
TELLING = st.builds(Telling, FIELDS, SOME_ACTS, FIELDS)
CONDITIONS = st.recursive(
    st.one_of(
        st.builds(ActIn, SOME_ACTS),
        st.builds(Says, TELLING, st.sampled_from(list(Compare)), TEXTS),
        st.builds(ByActor, st.sampled_from(["", "nobody", "\0"])),
        st.builds(Of, st.sampled_from(["id of jill", "id of 50%", "nobody", "\0"])),
    ),
    lambda inner: st.builds(Unless, inner) | st.builds(Both, st.lists(inner, max_size=3).map(tuple)),
    max_leaves=4,
)
ORDERS = st.one_of(
    st.just(ByTime()),
    st.builds(ByText, TELLING),
    st.builds(ByRank, st.permutations(ACTS).map(lambda it: (frozenset(it[:2]), frozenset(it[2:3])))),
)
BOUNDS = st.sampled_from([None, 0, 900, 1001, 1500, 2002, 2**50])
SEARCHES = st.builds(
    EventSearch,
    since=BOUNDS,
    before=BOUNDS,
    conditions=st.lists(CONDITIONS, max_size=3).map(tuple),
    order=ORDERS,
    descending=st.booleans(),
    steps=st.builds(Steps, backwards=st.booleans(), limit=st.integers(1, 9), budget=st.sampled_from([1, 3, 10, 1000])),
)


@modest
@given(search=SEARCHES)
async def test_any_search_finds_page_by_page_what_it_means(world: World, kept: Kept, search: EventSearch) -> None:
    way = search
    for _ in range(60):
        found = await world.ask(kept.realm.administrator.actor, AuditTrail(way))

        assert found == events_of(way, kept.events)
        place = found.before if way.steps.backwards else found.after
        if place is None:
            return
        way = replace(way, steps=replace(way.steps, place=place))
    pytest.fail("the walk never ended")


async def test_a_span_that_is_too_long_is_sorted_by_time_alone(
    world: World, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trails, "MOST_SORTED", 5)
    actor = kept.realm.administrator.actor
    by_name = EventSearch(order=ByText(Telling(EventText.SUBJECT_NAME)))
    few = sum(event.at == 1500 and event.subject_name != "" for event in kept.events)

    assert few <= 5 < len(kept.events)
    assert await outcome(world.ask(actor, AuditTrail(by_name))) == Invalid("search", Fault.TOO_MANY, 5)
    assert len((await world.ask(actor, AuditTrail(replace(by_name, since=1500, before=1501)))).rows) == few
    assert len((await world.ask(actor, AuditTrail(EventSearch()))).rows) == len(kept.events)


async def test_who_may_not_or_is_restricted_reads_nothing(world: World, realm: Realm) -> None:
    north = await world.unit(realm, "north")
    viewer = await world.person(realm, roles=(VIEWER,))
    restricted = await world.person(realm, roles=(AUDITOR,), scope=(north,))
    auditor = await world.person(realm, roles=(AUDITOR,))
    found = [await outcome(world.ask(it.actor, AuditTrail(EventSearch()))) for it in (viewer, restricted)]

    assert found == [PermissionMissing("audit:view"), BeyondAuthority("scope")]
    assert (await world.ask(auditor.actor, AuditTrail(EventSearch()))).rows


async def test_an_event_that_was_tampered_with_is_shown_as_it_stands(world: World, realm: Realm) -> None:
    await tamper(world.url, "UPDATE events SET changes = 'no JSON' WHERE act = 'user.created'")
    search = EventSearch(conditions=(ActIn(frozenset({"user.created"})),))
    found = await world.ask(realm.administrator.actor, AuditTrail(search))

    assert found.rows[0].changes == (Change("unreadable", None, "no JSON"),)
