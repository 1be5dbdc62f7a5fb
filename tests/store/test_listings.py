"""Lists by page: SQL finds what the plain meaning says, in order, in both directions, whatever the texts are."""

from __future__ import annotations

import random

import pytest

from muster.core.groups import CreateGroup, Group, GroupDraft, Groups
from muster.core.listing import Match, Place
from muster.core.query import Compare
from muster.core.refusals import Fault, Invalid
from muster.core.values import fold
from tests.support.kept import outcome
from tests.support.world import Realm, World

NAMES = (
    "alpha",
    "Beta",
    "beta 2",
    "100%",
    "a_b",
    "axb",
    "back\\slash",
    "STRASSE",
    "straße 2",
    "漢字",
    "\U0010fffe",
    "-",
)
TEXTS = ("", "a", "BETA", "%", "_", "\\", "ss", "漢", "2", "nothing", "\x00", "alpha", "\U0010ffff")


def holds(match: Match, name: str) -> bool:
    """What a condition means."""
    folded, wanted = fold(name), fold(match.text)
    found = {
        Compare.EQUALS: folded == wanted,
        Compare.CONTAINS: wanted in folded,
        Compare.STARTS: folded.startswith(wanted),
        Compare.ENDS: folded.endswith(wanted),
    }[match.compare]
    return found is not match.negated


async def filled(world: World, realm: Realm) -> list[Group]:
    made = [await world.do(realm.system, CreateGroup(GroupDraft(name))) for name in NAMES]
    return sorted(made, key=lambda group: group.folded)


async def walked(world: World, realm: Realm, question: Groups, *, backwards: bool) -> list[str]:
    """The names of all pages, from the first on, or from the last back."""
    found: list[str] = []
    place: Place | None = None
    while True:
        page = await world.ask(
            realm.system, Groups(question.limit, question.matches, question.descending, place, backwards)
        )
        names = [group.name for group in page.rows]
        found = [*names, *found] if backwards else [*found, *names]
        place = page.before if backwards else page.after
        if place is None:
            return found


async def test_pages_hold_what_the_conditions_mean_in_order(world: World, realm: Realm) -> None:
    groups, dice = await filled(world, realm), random.Random(11)
    for _ in range(150):
        matches = tuple(
            Match("folded", dice.choice(list(Compare)), dice.choice(TEXTS), dice.random() < 0.4)
            for _ in range(dice.randrange(3))
        )
        question = Groups(dice.randrange(1, 6), matches, dice.random() < 0.5)
        expected = [group.name for group in groups if all(holds(match, group.name) for match in matches)]
        if question.descending:
            expected.reverse()
        for backwards in (False, True):
            assert (question, await walked(world, realm, question, backwards=backwards)) == (question, expected)


async def test_a_page_stays_where_it_was_when_rows_come_and_go(world: World, realm: Realm) -> None:
    await filled(world, realm)
    first = await world.ask(realm.system, Groups(4))
    await world.do(realm.system, CreateGroup(GroupDraft("\x20first of all")))
    second = await world.ask(realm.system, Groups(4, place=first.after))
    back = await world.ask(realm.system, Groups(4, place=second.before, backwards=True))

    assert back.rows == first.rows
    assert not set(first.rows) & set(second.rows)


async def test_a_page_of_none_is_empty(world: World, realm: Realm) -> None:
    await filled(world, realm)
    page = await world.ask(realm.system, Groups(0))

    assert (page.rows, page.before, page.after) == ((), None, None)


async def test_a_search_that_would_look_at_too_many_is_refused(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(world, realm)
    monkeypatch.setattr("muster.store.listings.MOST_SCANNED", len(NAMES) - 1)
    too_many = Invalid("search", Fault.TOO_MANY, len(NAMES) - 1)
    for compare in Compare:
        indexed = compare in (Compare.EQUALS, Compare.STARTS)
        found = await outcome(world.ask(realm.system, Groups(10, (Match("folded", compare, "a"),))))
        negated = await outcome(world.ask(realm.system, Groups(10, (Match("folded", compare, "a", negated=True),))))

        assert ((found == too_many), (negated == too_many)) == (not indexed, True)
    monkeypatch.undo()

    assert (await world.ask(realm.system, Groups(10, (Match("folded", Compare.CONTAINS, "alpha"),)))).rows
