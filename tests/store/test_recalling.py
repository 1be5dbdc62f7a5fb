"""Answers that are remembered: who asks again is told the same without a search, and a change is seen at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from muster.core.drafts import CreateUser, UserDraft
from muster.core.grouped_users import GroupedUsers
from muster.core.groups import CreateGroup, Group, GroupDraft
from muster.core.known import Head, Known
from muster.core.members import ChangeMembers
from muster.core.placements import Placements
from muster.core.query import Page, Search
from muster.core.users import Users
from muster.store import recalled
from muster.store.recalled import Recalled
from tests.support.world import MANAGER, Realm, World

SEARCH = Search("t")


def counted(world: World, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """As many as there were searches since."""
    database: Any = world.store._database
    searching = database.searching
    found: list[None] = []

    @asynccontextmanager
    async def counting() -> AsyncIterator[Any]:
        found.append(None)
        async with searching() as session:
            yield session

    monkeypatch.setattr(database, "searching", counting)
    return found


async def test_a_page_that_is_asked_for_again_is_searched_for_once_and_afresh_after_any_change(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = realm.administrator.actor
    searches = counted(world, monkeypatch)
    (_, first), (_, again) = [await world.ask(actor, Users(Search(limit=10))) for _ in range(2)]
    after_two = len(searches)
    user = await world.do(actor, CreateUser(UserDraft("newcomer")))
    _, changed = await world.ask(actor, Users(Search(limit=10)))

    assert (first, after_two) == (again, 1)
    assert changed.users == (*first.users, user)
    assert len(searches) == 2


async def test_who_may_see_less_is_never_told_what_another_was(world: World, realm: Realm) -> None:
    unit = await world.unit(realm, "north")
    restricted = await world.person(realm, "Claire", (MANAGER,), scope=(unit,), home=unit)
    _, everybody = await world.ask(realm.administrator.actor, Users(Search()))
    _, some = await world.ask(restricted.actor, Users(Search()))

    assert some.users == (restricted.user,)
    assert len(everybody.users) > 1


async def test_what_users_are_in_is_seen_as_soon_as_it_changes(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    group = await world.do(realm.system, CreateGroup(GroupDraft("stars")))
    for n in range(12):
        await world.do(actor, CreateUser(UserDraft(f"user{n}")))
    question = GroupedUsers(Search())
    before = await world.ask(actor, question)
    joined = before.users[-1].user
    await world.do(realm.system, ChangeMembers(Group, group.id, (joined.id,)))
    after = await world.ask(actor, question)

    assert [one.groups for one in before.users] == [()] * len(before.users)
    assert {one.user.id: [it.id for it in one.groups] for one in after.users if one.groups} == {joined.id: [group.id]}


def known_at(sequence: int) -> Known:
    return Known({"t": Head("t", sequence=sequence)})


def test_an_answer_holds_for_the_state_that_it_was_found_in_alone() -> None:
    kept, page = Recalled(), Page((), 7)
    kept.keep(known_at(3), SEARCH, page)
    same, later, other = known_at(3), known_at(4), known_at(3)

    assert (kept.supply(same, SEARCH), same.page(SEARCH)) == (True, page)
    assert not kept.supply(later, SEARCH)
    assert not kept.supply(other, Search("t", limit=1))
    assert not kept.supply(Known({}), SEARCH)


def test_the_answers_that_are_kept_are_about_so_many_users_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalled, "MOST_USERS", 10)
    kept = Recalled()
    asked = [Placements("t", "group", (str(n),)) for n in range(4)]
    for n, question in enumerate(asked):
        kept.keep(known_at(1), question, {f"{n} {m}": () for m in range(3)})
    kept.supply(known_at(1), asked[2])
    kept.keep(known_at(1), Placements("t", "group", ("many",)), {str(m): () for m in range(10)})
    supplied = [kept.supply(known_at(1), question) for question in asked]

    assert supplied == [False, False, True, True]
