"""A case: what holds for every command, whatever it decides."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from muster.app.sources import FreshIds, Sealer
from muster.core.acts import Case
from muster.core.authority import system
from muster.core.drafts import UserDraft, drafted
from muster.core.events import FIRST_LINK, Event, Origin, link_after
from muster.core.groups import Group
from muster.core.known import Head, Known
from muster.core.refusals import LastAdministrator, Refused
from muster.core.units import Unit

UNIT = Unit("u", "t", 1, None, "1/", "root", True, 0)


@dataclass(frozen=True)
class Bench:
    """What is known of one tenant, and cases over it."""

    known: Known
    head: Head

    def case(self) -> Case:
        return Case(system("t", "test"), self.known, 7, FreshIds(Sealer(b"")), Origin("test"))


@pytest.fixture
def bench() -> Bench:
    head = Head("t", next_number=5, sequence=2, epoch=3, users=4, administrators=1)
    return Bench(Known({"t": head}), head)


def test_a_change_needs_an_event_unless_it_is_a_chore(bench: Bench) -> None:
    case = bench.case()
    case.put(None, UNIT)

    with pytest.raises(AssertionError):
        case.settle(chore=False)
    assert bench.known.writes == {}
    case.settle(chore=True)
    assert bench.known.writes[Unit].after == {("t", "u"): UNIT}


def test_what_many_answers_show_is_never_changed_without_an_event(bench: Bench) -> None:
    old = Group("g", "t", "stars", "stars", None, 0, 0, 1)
    for pair in ((None, old), (old, replace(old, version=2)), (old, None)):
        case = bench.case()
        case.put(*pair)

        with pytest.raises(AssertionError):
            case.settle(chore=True)
    with pytest.raises(AssertionError):
        bench.case().sweep(Group, ("tenant", "folded"), "t", "stars")
    assert bench.known.writes == {}


def test_a_case_that_decides_nothing_moves_nothing(bench: Bench) -> None:
    case = bench.case()
    numbers = [case.number(), case.number()]
    case.settle(chore=False)

    assert numbers == [5, 6]
    assert (bench.head.next_number, bench.head.sequence, bench.known.settled) == (5, 2, set())
    assert bench.case().number() == 5


def test_numbers_and_sequences_go_on_from_case_to_case(bench: Bench) -> None:
    drawn = []
    for _ in range(3):
        case = bench.case()
        drawn += [case.number(), case.number()]
        case.record("test", "test", "", "", None, None, ())
        case.record("test", "test", "", "", None, None, ())
        case.settle(chore=False)
    events: list[Event] = list(bench.known.writes[Event].after.values())

    assert drawn == [5, 6, 7, 8, 9, 10]
    assert [event.sequence for event in events] == [3, 4, 5, 6, 7, 8]
    assert bench.head.next_number == 11
    link = FIRST_LINK
    for event in events:
        link = link_after(link, event)
        assert event.link == link
    assert bench.head.link == link


def test_what_would_break_a_promise_is_refused_with_nothing_laid(bench: Bench) -> None:
    case = bench.case()
    user = drafted(case, UserDraft("sam"), (), "u", ())
    last = replace(user, id="a", administrator=True)
    case.put(None, user)
    case.put(last, None)
    case.record("test", "test", "", "", None, None, ())

    with pytest.raises(Refused) as raised:
        case.settle(chore=False)

    assert raised.value.refusal == LastAdministrator()
    assert bench.known.writes == {}
    assert bench.head == Head("t", next_number=5, sequence=2, epoch=3, users=4, administrators=1)
