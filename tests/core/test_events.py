"""Events: the link of the chain, and the changes that an event tells."""

from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.events import FIRST_LINK, Change, Event, differences, link_after

EVENT = Event(
    tenant="t",
    sequence=7,
    id="e",
    at=1,
    act="user.created",
    actor_kind="user",
    actor="a",
    actor_name="ada",
    credential="k",
    channel="test",
    address="192.0.2.1",
    request="r",
    noun="user",
    subject="s",
    subject_name="sam",
    changes=(Change("email", None, "a@b.co"), Change("roles", "x", None)),
    link=b"",
)
NULLABLE = {"credential", "address", "request"}

texts = st.text("0123456789:-ab", max_size=6)
maybe = st.none() | texts
events = st.builds(
    replace,
    st.just(EVENT),
    act=texts,
    actor=texts,
    actor_name=texts,
    credential=maybe,
    channel=texts,
    address=maybe,
    request=maybe,
    noun=texts,
    subject=texts,
    subject_name=texts,
    changes=st.lists(st.builds(Change, texts, maybe, maybe), max_size=3).map(tuple),
)


def others(event: Event) -> list[Event]:
    """The event with each field changed, one at a time, in every way that might be missed."""
    found = []
    for field in fields(Event):
        value: Any = getattr(event, field.name)
        others: list[Any] = []
        if isinstance(value, int):
            others = [value + 1, -value, value * 10]
        elif isinstance(value, str):
            others = [value + "x", "", value.upper() + " "] + ([None] if field.name in NULLABLE else [])
        found += [replace(event, **{field.name: other}) for other in others]
    return found + [replace(event, changes=changes) for changes in _other_changes(event.changes)]


def _other_changes(changes: tuple[Change, ...]) -> list[tuple[Change, ...]]:
    first, second = changes
    return [
        (),
        (first,),
        (second, first),
        (first, second, second),
        (first._replace(field="phone"), second),
        (first._replace(old=""), second),
        (first._replace(old="a@b.co", new=None), second),
        (first, second._replace(old="y")),
        (first, second._replace(new="")),
    ]


@pytest.mark.parametrize("other", others(EVENT))
def test_the_link_depends_on_every_field(other: Event) -> None:
    assert link_after(FIRST_LINK, other) != link_after(FIRST_LINK, EVENT)


def test_every_field_but_the_link_is_tried() -> None:
    tried = {
        field.name
        for other in others(EVENT)
        for field in fields(Event)
        if getattr(other, field.name) != getattr(EVENT, field.name)
    }

    assert tried == {field.name for field in fields(Event)} - {"link"}


def test_the_link_depends_on_the_one_before_and_not_on_itself() -> None:
    link = link_after(FIRST_LINK, EVENT)

    assert len(link) == 32
    assert link_after(link, EVENT) != link
    assert link_after(FIRST_LINK, replace(EVENT, link=b"anything")) == link


@given(events, events)
def test_two_events_have_the_same_link_only_if_they_are_equal(one: Event, other: Event) -> None:
    assert (link_after(FIRST_LINK, one) == link_after(FIRST_LINK, other)) is (one == other)


@given(st.text("ab:1-", max_size=8), st.integers(0, 8), st.integers(0, 8))
def test_it_matters_where_one_field_ends_and_the_next_begins(text: str, here: int, there: int) -> None:
    one = replace(EVENT, subject=text[:here], subject_name=text[here:])
    other = replace(EVENT, subject=text[:there], subject_name=text[there:])

    assert (link_after(FIRST_LINK, one) == link_after(FIRST_LINK, other)) is (one == other)


@dataclass(frozen=True)
class Thing:
    name: str | None
    age: int
    active: bool
    roles: tuple[str, ...]


THING = Thing("a", 1, True, ("x", "y"))
FIELDS = ("name", "age", "active", "roles")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (THING, THING, ()),
        (None, None, ()),
        (THING, replace(THING, name="b"), (Change("name", "a", "b"),)),
        (THING, replace(THING, name=None), (Change("name", "a", None),)),
        (THING, replace(THING, age=2), (Change("age", "1", "2"),)),
        (THING, replace(THING, active=False), (Change("active", "true", "false"),)),
        (THING, replace(THING, roles=("y", "z")), (Change("roles", "x", None), Change("roles", None, "z"))),
        (THING, replace(THING, roles=()), (Change("roles", "x", None), Change("roles", "y", None))),
        (THING, replace(THING, roles=("y", "x")), ()),
        (
            None,
            THING,
            (
                Change("name", None, "a"),
                Change("age", None, "1"),
                Change("active", None, "true"),
                Change("roles", None, "x"),
                Change("roles", None, "y"),
            ),
        ),
        (
            replace(THING, roles=()),
            None,
            (Change("name", "a", None), Change("age", "1", None), Change("active", "true", None)),
        ),
    ],
)
def test_differences_tell_old_and_new_and_each_member_of_a_set(
    old: Thing | None, new: Thing | None, expected: tuple[Change, ...]
) -> None:
    assert differences(old, new, FIELDS) == expected


def test_only_the_fields_named_are_told() -> None:
    assert differences(THING, Thing("b", 2, False, ()), ("age",)) == (Change("age", "1", "2"),)


names = st.frozensets(st.sampled_from("abcdef"))


@given(names, names)
def test_the_changes_of_a_set_lead_from_its_old_members_to_its_new_ones(
    old: frozenset[str], new: frozenset[str]
) -> None:
    before, after = (replace(THING, roles=tuple(sorted(members))) for members in (old, new))
    changes = differences(before, after, ("roles",))
    removed: set[str | None] = {change.old for change in changes if change.new is None}
    added: set[str | None] = {change.new for change in changes if change.old is None}

    assert (removed, added) == (set(old - new), set(new - old))
    assert len(changes) == len(removed) + len(added)
