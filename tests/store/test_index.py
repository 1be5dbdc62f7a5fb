"""The index of substrings: what it says is what is there, whoever changed it, and whatever is still pending."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.core.drafts import CreateUser, UserDraft
from muster.core.finders import by_id
from muster.core.known import Writes
from muster.core.leaving import DeleteUser
from muster.core.query import SEARCHED, Compare, Search, TextIs
from muster.core.refusals import Fault, Invalid, Unavailable
from muster.core.users import User, Users
from muster.store import budgets, index
from muster.store.index import looked_up, pending, trigrams
from muster.store.session import Session
from tests.support.kept import outcome
from tests.support.world import Realm, World, change


async def indexed(world: World) -> None:
    """Bring the index up to date."""
    await world.store.indexer.catch_up()


async def found(world: World, realm: Realm, text: str, compare: Compare = Compare.CONTAINS) -> list[str]:
    """The names that hold the text."""
    search = Search(conditions=(TextIs(SEARCHED, compare, text),))
    views, page = await world.ask(realm.administrator.actor, Users(search))
    assert page.total == len(views)
    return [view.user.username for view in views]


async def people(world: World, realm: Realm, *names: str) -> list[User]:
    draft = [UserDraft(name, email=f"{name}@example.com", notify=False) for name in names]
    return [await world.do(realm.administrator.actor, CreateUser(one)) for one in draft]


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_part_of_a_name_is_found_at_once_and_after_it_was_indexed(
    world: World, realm: Realm, at_once: bool
) -> None:
    await people(world, realm, "jill.valentine", "chris_redfield", "100%sure", "straße")
    if not at_once:
        await indexed(world)

    texts = ["valen", "VALEN", "_red", "%su", "STRASSE", "ill.v", "xample.co", "nobody", 'a"b', "a*b"]
    expected = [
        ["jill.valentine"],
        ["jill.valentine"],
        ["chris_redfield"],
        ["100%sure"],
        ["straße"],
        ["jill.valentine"],
    ]
    everybody = ["jill.valentine", "chris_redfield", "100%sure", "straße"]
    assert [await found(world, realm, text) for text in texts] == [*expected, everybody, [], [], []]
    assert await found(world, realm, "field", Compare.ENDS) == ["chris_redfield"]


async def test_a_text_is_not_found_across_two_fields(world: World, realm: Realm) -> None:
    await world.do(realm.administrator.actor, CreateUser(UserDraft("one", given_name="abc", family_name="def")))
    await indexed(world)

    assert await found(world, realm, "abcdef") == await found(world, realm, "abc\ndef") == []


async def test_the_index_follows_a_change_and_an_end(world: World, realm: Realm) -> None:
    jill, chris = await people(world, realm, "jill.valentine", "chris.redfield")
    await indexed(world)
    await world.do(realm.system, change(jill, replace(jill, family_name="Sandwich")))
    await world.do(realm.system, DeleteUser(by_id(chris.id)))
    before = [await found(world, realm, text) for text in ("sandw", "redfi")]
    await indexed(world)

    assert [await found(world, realm, text) for text in ("sandw", "redfi", "valen")] == [*before, ["jill.valentine"]]
    assert before == [["jill.valentine"], []]


async def test_another_tenants_users_are_no_candidates(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    await people(world, other, "albert.wesker")
    await people(world, realm, "william.birkin")
    await indexed(world)

    assert await found(world, realm, "wesker") == []
    assert await found(world, other, "wesker") == ["albert.wesker"]


async def test_a_text_that_too_many_hold_is_refused_and_not_looked_for(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people(world, realm, "jill.valentine", "chris.redfield", "barry.burton")
    await indexed(world)
    monkeypatch.setattr(budgets, "SMALL", 0)
    monkeypatch.setattr(budgets, "CHOSEN", 2)
    monkeypatch.setattr(budgets, "CANDIDATES", 2)
    broad = Search(conditions=(TextIs(SEARCHED, Compare.CONTAINS, "example"),))
    short = Search(conditions=(TextIs(SEARCHED, Compare.CONTAINS, "e"),))

    refused = [await outcome(world.ask(realm.administrator.actor, Users(search))) for search in (broad, short)]

    assert refused == [Invalid("search", Fault.TOO_MANY, 2)] * 2
    assert await found(world, realm, "barry") == ["barry.burton"]


async def test_what_touches_no_name_makes_nobody_pending(world: World, realm: Realm) -> None:
    [jill] = await people(world, realm, "jill.valentine")
    key = (jill.tenant, jill.id)
    changes = [replace(jill, phone="1"), replace(jill, email="x@y.zz"), None]

    assert [pending({User: Writes({key: jill}, {key: after})}) for after in changes] == [[], [key], [key]]


def test_trigrams_are_of_three_characters_in_a_row_each_once() -> None:
    assert trigrams("ab") == []
    assert len(trigrams("abcabc")) == 3
    assert trigrams("\U0010ffff" * 3) == [(1114111 << 42) | (1114111 << 21) | 1114111]


def test_what_is_looked_up_of_a_text_leaves_none_of_it_out() -> None:
    assert [looked_up(text) for text in ("abc", "abcd", "abcde", "abcdef", "ababab")] == [
        ["abc"],
        ["abc", "bcd"],
        ["abc", "cde"],
        ["abc", "cde", "def"],
        ["aba", "bab"],
    ]


async def test_everybody_who_is_pending_is_indexed_a_few_at_a_time_in_all_tenants(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    await indexed(world)
    monkeypatch.setattr(index, "TOGETHER", 3)
    realms = [realm, await world.realm("Umbrella"), await world.realm("Tricell")]
    for one in realms:
        await people(world, one, "jill.valentine", "chris_redfield")
    done: list[int] = []
    while not done or done[-1]:
        done.append(await world.store._writer.run(index.index_some))
    async with world.store._database.reading() as session:
        left = await session.fetch("SELECT count(*) FROM search_pending", [], long=False)

    # The last chore finds fewer than it would take, and says that there is nothing to hurry for.
    assert set(done[:-1]) == {3}
    assert (done[-1], left[0][0]) == (0, 0)
    assert [await found(world, one, "valen") for one in realms] == [["jill.valentine"]] * 3


async def test_a_chore_that_fails_is_refused_and_the_next_write_goes_well(world: World, realm: Realm) -> None:
    async def defective(_: Session) -> int:
        raise ZeroDivisionError

    failed = await outcome(world.store._writer.run(defective))
    made = await people(world, realm, "jill.valentine")

    assert (failed, [user.username for user in made]) == (Unavailable(), ["jill.valentine"])
