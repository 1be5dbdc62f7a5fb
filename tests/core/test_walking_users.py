"""Pages of users with what is kept beside them: whom the actor sees, what is asked for, and at what cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from muster.core.attributes import CreateAttribute
from muster.core.authenticators import SOFT_TOKEN
from muster.core.drafts import CreateUser, UserDraft
from muster.core.enrolment import UserDetail
from muster.core.finders import by_id
from muster.core.groups import CreateGroup, Group, GroupDraft
from muster.core.members import PlaceUser
from muster.core.query import Compare, LoginNameIs, Marked, Not, Order, Position, Search, Text, position_of
from muster.core.refusals import PermissionMissing
from muster.core.tokens import CreateToken
from muster.core.users import User
from muster.core.walking_users import MOST_TOGETHER, Beside, DetailedPage, DetailedUsers
from muster.store import budgets
from muster.store.postgresql import PostgresqlSession
from muster.store.sqlite import SqliteSession
from tests.support.kept import outcome
from tests.support.world import MANAGER, PLANNER, VIEWER, Realm, World

EVERYTHING = frozenset(Beside)


async def ask(world: World, realm: Realm, search: Search, **more: Any) -> DetailedPage:
    return await world.ask(realm.administrator.actor, DetailedUsers(search, **more))


async def people(world: World, realm: Realm, *names: str) -> list[User]:
    return [await world.do(realm.system, CreateUser(UserDraft(name, notify=False))) for name in names]


def names(page: DetailedPage) -> list[str]:
    return [detail.user.username for detail in page.details]


async def test_everything_beside_a_user_is_what_he_shows_by_himself(world: World, realm: Realm) -> None:
    groups = [await world.do(realm.system, CreateGroup(GroupDraft(name))) for name in ("b", "a")]
    badge = await world.do(realm.system, CreateAttribute("badge"))
    full = UserDraft("jill", aliases=("one", "two"), attributes=((badge.id, "7"),), notify=False)
    jill, chris = [await world.do(realm.system, CreateUser(draft)) for draft in (full, UserDraft("chris"))]
    await world.do(realm.system, PlaceUser(by_id(jill.id), Group, tuple(group.id for group in groups)))
    for _ in range(2):
        await world.do(realm.system, CreateToken(by_id(jill.id), SOFT_TOKEN))

    page = await ask(world, realm, Search(), beside=EVERYTHING)
    shown = {detail.user.id: detail for detail in page.details}
    alone = [await world.ask(realm.administrator.actor, UserDetail(by_id(user.id))) for user in (jill, chris)]

    assert [_sorted(shown[user.id]) for user in (jill, chris)] == [_sorted(one) for one in alone]
    assert (len(alone[0].aliases), len(alone[0].authenticators), len(alone[0].belonging.groups)) == (2, 2, 2)


def _sorted(detail: Any) -> Any:
    return replace(
        detail,
        aliases=tuple(sorted(detail.aliases, key=lambda name: str(name.folded))),
        authenticators=tuple(sorted(detail.authenticators, key=lambda token: str(token.id))),
    )


async def test_what_is_not_asked_for_is_not_looked_up(world: World, realm: Realm) -> None:
    await people(world, realm, "jill")
    [_, jill] = (await ask(world, realm, Search())).details

    assert (jill.aliases, jill.authenticators, jill.values, jill.attributes) == ((), (), (), ())


async def test_the_actor_meets_whom_he_sees_and_nobody_else(world: World, realm: Realm) -> None:
    lab = await world.unit(realm, "lab")
    inside = await world.person(realm, "inside", home=lab)
    await world.person(realm, "outside")
    viewer = await world.person(realm, "viewer", (VIEWER,), scope=[lab], home=lab)
    planner = await world.person(realm, "none")

    page = await world.ask(viewer.actor, DetailedUsers(Search(within=None)))

    assert names(page) == [inside.user.username, "viewer"]
    assert await outcome(world.ask(planner.actor, DetailedUsers(Search()))) == PermissionMissing("users:view")


async def test_a_role_is_one_of_its_catalogue_or_nobodys(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    for name, role in (("mia", MANAGER), ("pam", PLANNER)):
        await world.person(realm, name, (role,))
    manager, planner, theirs = realm.roles[MANAGER].id, realm.roles[PLANNER].id, other.roles[MANAGER].id
    wanted = [("staff", manager), ("planning", planner), ("staff", planner), ("staff", theirs), ("staff", "none")]
    found = [names(await ask(world, realm, Search(), roles=(one,))) for one in wanted]

    assert found == [["mia"], ["pam"], [], [], []]
    assert names(await ask(world, realm, Search(), roles=(("staff", manager), ("planning", planner)))) == []


@pytest.mark.parametrize("descending", [False, True])
async def test_a_page_nobody_is_left_on_leads_back_to_all_that_came_before(
    world: World, realm: Realm, descending: bool
) -> None:
    users = await people(world, realm, "a", "b", "c")
    order = (Order(Text.GIVEN_NAME, descending),)
    last = max(users, key=lambda user: -user.number if descending else user.number)
    beyond = await ask(world, realm, Search(order=order, start=position_of(last, order)))
    rest = [user for user in users if user is not last]
    assert beyond.before is not None
    back = await ask(world, realm, Search(order=order, start=beyond.before, backwards=True))

    empty = [name for name in names(beyond) if name in "abc"]
    assert empty == []
    assert sorted(name for name in names(back) if name in "abc") == sorted(user.username for user in (*rest, last))


async def test_a_page_has_a_place_to_go_on_from_where_there_is_more(world: World, realm: Realm) -> None:
    users = await people(world, realm, *(f"user-{place}" for place in range(5)))
    search = Search(conditions=(LoginNameIs(Compare.STARTS, "user-"),), limit=2)
    first = await ask(world, realm, search)
    second = await ask(world, realm, replace(search, start=first.after))
    third = await ask(world, realm, replace(search, start=second.after))
    back = await ask(world, realm, replace(search, start=third.before, backwards=True))

    assert [names(page) for page in (first, second, third, back)] == [
        ["user-0", "user-1"],
        ["user-2", "user-3"],
        ["user-4"],
        ["user-2", "user-3"],
    ]
    assert (first.before, third.after) == (None, None)
    assert first.after == Position((), users[1].number)
    assert (back.before, back.after) == (second.before, second.after)


async def test_a_page_is_bounded_whatever_is_asked_for(world: World, realm: Realm) -> None:
    await people(world, realm, *(f"user-{place}" for place in range(MOST_TOGETHER + 5)))
    found = [len((await ask(world, realm, Search(limit=limit, offset=7))).details) for limit in (-1, 0, 1, 10**9)]

    assert found == [1, 1, 1, MOST_TOGETHER]


async def test_a_short_page_goes_on_until_everybody_was_looked_at(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, budget in {"SMALL": 0, "CHOSEN": 1, "WALKED": 2}.items():
        monkeypatch.setattr(budgets, name, budget)
    drafts = [UserDraft(f"user-{place}", extras=(("a.b", "false"),) if place < 5 else ()) for place in range(7)]
    for draft in drafts:
        await world.do(realm.system, CreateUser(draft))
    search = Search(conditions=(Not(Marked("a.b=false")),), limit=3)
    pages = [await ask(world, realm, search)]
    while pages[-1].after is not None:
        pages.append(await ask(world, realm, replace(search, start=pages[-1].after)))
    back = [await ask(world, realm, replace(search, backwards=True))]
    while back[-1].before is not None:
        back.append(await ask(world, realm, replace(search, start=back[-1].before, backwards=True)))

    everybody = [realm.administrator.user.username, "user-5", "user-6"]
    assert [name for page in pages for name in names(page)] == everybody
    assert [name for page in reversed(back) for name in names(page)] == everybody
    assert [] in [names(page) for page in pages]


async def test_a_page_costs_as_many_statements_for_a_hundred_users_as_for_two(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = await world.do(realm.system, CreateGroup(GroupDraft("all")))
    badge = await world.do(realm.system, CreateAttribute("badge"))
    for place in range(MOST_TOGETHER):
        draft = UserDraft(f"user-{place}", aliases=(f"alias-{place}",), attributes=((badge.id, "7"),), notify=False)
        user = await world.do(realm.system, CreateUser(draft))
        await world.do(realm.system, PlaceUser(by_id(user.id), Group, (group.id,)))
        await world.do(realm.system, CreateToken(by_id(user.id), SOFT_TOKEN))
    asked = [0]
    for kind in (SqliteSession, PostgresqlSession):
        for name in ("rows", "fetch", "select"):
            monkeypatch.setattr(kind, name, _counted(getattr(kind, name), asked))
    costs = dict[int, int]()
    for limit in (1, 2, MOST_TOGETHER):
        asked[0] = 0
        page = await ask(world, realm, Search(limit=limit, order=(Order(Text.USERNAME, True),)), beside=EVERYTHING)
        costs[len(page.details)] = asked[0]

    # The first one finds less in the caches.
    assert costs[2] == costs[MOST_TOGETHER] <= 20


def _counted(method: Callable[..., Awaitable[Any]], asked: list[int]) -> Callable[..., Awaitable[Any]]:
    async def counted(*given: Any, **named: Any) -> Any:
        asked[0] += 1
        return await method(*given, **named)

    return counted
