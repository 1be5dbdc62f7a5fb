"""Pages of long lists: totals that are right, offsets that go on where the last page ended, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.core.drafts import CreateUser, UserDraft
from muster.core.editing import SetRoles
from muster.core.finders import by_id, by_number
from muster.core.known import Head
from muster.core.leaving import DeleteUser
from muster.core.query import (
    Compare,
    Flag,
    FlagIs,
    Holds,
    HomeBelow,
    Not,
    Order,
    Other,
    Page,
    Position,
    Present,
    Search,
    Text,
    TextIs,
)
from muster.core.refusals import Fault, Invalid
from muster.core.users import User, Users
from muster.store import budgets
from muster.store.remembered import NEAR, Remembered
from tests.support.kept import outcome
from tests.support.world import AUDITOR, VIEWER, Realm, World, change


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tenant is a large one, and every offset from the second page on a deep one."""
    monkeypatch.setattr(budgets, "SMALL", 0)
    monkeypatch.setattr(budgets, "DEEP", 4)


async def people(world: World, realm: Realm, number: int) -> list[User]:
    """So many further users, every other one a viewer."""
    drafts = [UserDraft(f"u{place:03}", notify=False, roles=(VIEWER,) * (place % 2)) for place in range(number)]
    return [await world.do(realm.system, CreateUser(draft)) for draft in drafts]


async def page(world: World, realm: Realm, search: Search) -> Page:
    _, found = await world.ask(realm.administrator.actor, Users(search))
    return found


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("order", [(), (Order(Text.USERNAME, descending=True),), (Order(Other.ACTIVE),)])
async def test_whoever_turns_pages_while_users_come_and_go_misses_nobody_who_was_there_all_along(
    world: World, realm: Realm, order: tuple[Order, ...]
) -> None:
    there = [*await people(world, realm, 30), realm.administrator.user]
    seen: list[User] = []
    gone: set[str] = set()
    offset = 0
    while found := (await page(world, realm, Search(order=order, offset=offset, limit=4))).users:
        seen += found
        offset += len(found)
        first = next(user for user in seen if user.id not in gone and user.id != realm.administrator.user.id)
        gone.add(first.id)
        await world.do(realm.system, DeleteUser(by_id(first.id)))
        await world.do(realm.system, CreateUser(UserDraft(f"a{offset:03}", notify=False)))

    met = [user.id for user in seen]
    assert len(met) == len(set(met))
    assert {user.id for user in there} <= set(met) | gone


@pytest.mark.usefixtures("large")
async def test_a_total_is_right_after_every_change(world: World, realm: Realm) -> None:
    active = Search(conditions=(FlagIs(Flag.ACTIVE, value=True),), limit=1)
    viewers = Search(conditions=(Holds(realm.roles[VIEWER].id),), limit=1)
    both = replace(active, conditions=(*active.conditions, *viewers.conditions))
    searches = (Search(limit=1), active, viewers, both)
    users = await people(world, realm, 10)
    totals = []
    for act in (
        DeleteUser(by_id(users[1].id)),
        change(users[3], replace(users[3], active=False)),
        SetRoles(by_number(users[5].number), AUDITOR[0], (AUDITOR[1],)),
        SetRoles(by_number(users[7].number), VIEWER[0], ()),
    ):
        # Asked twice: the second answer is remembered.
        totals.append([(await page(world, realm, search)).total for search in (*searches, *searches)])
        await world.do(realm.system, act)
    totals.append([(await page(world, realm, search)).total for search in (*searches, *searches)])

    expected = [(11, 11, 5, 5), (10, 10, 4, 4), (10, 9, 4, 3), (10, 9, 4, 3), (10, 9, 3, 2)]
    assert totals == [[*once, *once] for once in expected]


@pytest.mark.usefixtures("large")
async def test_every_page_of_a_list_is_where_its_offset_says(world: World, realm: Realm) -> None:
    everybody = [realm.administrator.user, *await people(world, realm, 22)]
    for offset in (20, 3, 8, 12, 4, 8, 11, 22, 23, 1000, 0, 17):
        found = await page(world, realm, Search(offset=offset, limit=4))

        assert found == Page(tuple(everybody[offset : offset + 4]), 23)


@pytest.mark.usefixtures("large")
async def test_who_moves_is_seen_by_whoever_sees_his_home_or_all_of_his_scope(world: World, realm: Realm) -> None:
    units = [await world.unit(realm, name, realm.root) for name in ("north", "south")]
    north, south = (unit.id for unit in units)
    jill, *_ = await people(world, realm, 6)
    actor = replace(realm.administrator.actor, scope=(units[0],), credential=None)
    seen = []
    for home, scope in (
        (south, (north,)),
        (north, (north,)),
        (realm.root.id, (north,)),
        (realm.root.id, tuple(sorted((north, south)))),
        (north, (south,)),
        (south, ()),
    ):
        moved = replace(jill, home=home, scope=scope)
        await world.do(realm.system, change(jill, moved))
        jill = moved
        _, page = await world.ask(actor, Users(Search()))
        seen.append((page.users, page.total))

    assert seen == [
        *[((replace(jill, home=home, scope=(north,)),), 1) for home in (south, north, realm.root.id)],
        ((), 0),
        ((replace(jill, home=north, scope=(south,)),), 1),
        ((), 0),
    ]


async def test_what_would_look_at_too_many_is_refused_as_the_search_or_the_order(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people(world, realm, 20)
    monkeypatch.setattr(budgets, "SMALL", 0)
    for budget in ("CHOSEN", "CANDIDATES", "BEGUN", "LISTED", "WALKED", "PROBED"):
        monkeypatch.setattr(budgets, budget, 5)
    viewers = Holds(realm.roles[VIEWER].id)
    for field, search in (
        ("sort", Search(order=(Order(Other.PHONE),))),
        ("sort", Search(order=(Order(Text.FAMILY_NAME), Order(Text.GIVEN_NAME)))),
        ("sort", Search(conditions=(viewers,), order=(Order(Other.JOB_TITLE),))),
        ("search", Search(conditions=(viewers, Present(Other.PHONE)))),
        ("search", Search(conditions=(TextIs((Text.USERNAME,), Compare.STARTS, "u"),))),
        ("search", Search(conditions=(TextIs((Text.USERNAME,), Compare.CONTAINS, "u0"),))),
    ):
        refused = await outcome(world.ask(realm.administrator.actor, Users(search)))

        assert refused == Invalid(field, Fault.TOO_MANY, 5)


async def test_what_an_index_gives_in_order_is_not_refused_however_many_there_are(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = await people(world, realm, 20)
    for budget in ("SMALL", "CHOSEN", "CANDIDATES", "BEGUN", "LISTED", "WALKED", "PROBED"):
        monkeypatch.setattr(budgets, budget, 0)
    searches = [
        Search(order=(Order(Text.USERNAME, descending=True),)),
        Search(conditions=(Holds(realm.roles[VIEWER].id),)),
        Search(conditions=(HomeBelow(realm.root.path),)),
        Search(conditions=(FlagIs(Flag.ACTIVE, value=True),)),
    ]

    found = [await page(world, realm, search) for search in searches]

    assert [it.total for it in found] == [21, 10, 21, 21]
    assert [it.users[0] for it in found] == [users[-1], users[1], realm.administrator.user, realm.administrator.user]


def test_a_number_is_remembered_for_one_state_of_its_tenant() -> None:
    remembered = Remembered()
    remembered.keep(Head("a", sequence=3), "key", 7)

    heads = [Head("a", sequence=3), Head("a", sequence=4), Head("b", sequence=3)]
    assert [remembered.number(head, "key") for head in heads] == [7, None, None]


async def test_a_page_goes_on_from_the_nearest_place_that_is_known(realm: Realm) -> None:
    user = realm.administrator.user
    remembered, head, later = Remembered(), Head("a", sequence=3), Head("a", sequence=4)
    list_ = Search("a", limit=100)
    remembered.end(replace(list_, offset=4_900), [user] * 100, head)
    remembered.end(replace(list_, offset=900), [user] * 99, head)

    def resumed(offset: int, at: Head, **more: object) -> tuple[Position | None, int]:
        found = remembered.resumed(replace(list_, offset=offset, **more), at)  # type: ignore[arg-type]
        return found.start, found.offset

    place = Position((), user.number)
    assert resumed(5_000, head) == resumed(5_000, later) == (place, 0)
    assert resumed(5_700, head) == (place, 700)
    # Where the page before was not seen to end here, or so far from it, it is counted anew.
    assert resumed(5_700, later) == (None, 5_700)
    assert (remembered.is_turned(replace(list_, offset=9_000), head), remembered.is_turned(list_, head)) == (
        True,
        False,
    )
    assert resumed(5_001 + NEAR, head) == (None, 5_001 + NEAR)
    assert resumed(4_999, head) == (None, 4_999)
    assert resumed(1_000, head) == (None, 1_000)
    assert resumed(5_000, head, tenant="b") == (None, 5_000)
    assert resumed(5_000, head, order=(Order(Text.EMAIL),)) == (None, 5_000)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("budget", [0, 50_000])
async def test_an_empty_name_is_none_whatever_is_asked_of_those_who_have_none(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    monkeypatch.setattr(budgets, "CHOSEN", budget)
    drafts = [UserDraft(f"u{at}", family_name=name, notify=False) for at, name in enumerate(["b", "", None, "a", ""])]
    users = [await world.do(realm.system, CreateUser(draft)) for draft in drafts]
    order, has = (Order(Text.FAMILY_NAME),), Present(Text.FAMILY_NAME)
    lack = await page(world, realm, Search(conditions=(Not(has),), order=order))
    have = await page(world, realm, Search(conditions=(has,), order=order, total=False))

    assert lack == Page((realm.administrator.user, users[2], users[1], users[4]), 4)
    assert have.users == (users[3], users[0])
