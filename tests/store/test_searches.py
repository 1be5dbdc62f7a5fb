"""Searches: what the SQL finds is what the question means in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.authority import Actor
from muster.core.drafts import CreateUser, UserDraft
from muster.core.query import (
    MOST_ROWS,
    AnyOf,
    Around,
    Compare,
    Condition,
    Flag,
    FlagIs,
    Holds,
    HomeBelow,
    KindIs,
    Not,
    Order,
    Other,
    Page,
    Present,
    Search,
    Text,
    TextIs,
    equals,
    matches,
    page_of,
    position_of,
    sorted_by,
)
from muster.core.refusals import Fault, Invalid, Refusal
from muster.core.units import Unit
from muster.core.users import PERSON, SERVICE, USERNAME, LoginName, User, UserByNumber, Users
from muster.core.values import fold
from muster.store import budgets
from tests.support.kept import outcome
from tests.support.world import VIEWER, Put, Realm, World, change

# How much may be looked at: everybody, as in small tenants; as much as in large ones; and next to nobody.
BUDGETS = ("SMALL", "PROBED", "CHOSEN", "CANDIDATES", "BEGUN", "LISTED", "WALKED", "FEW", "DEEP")
PLANS: dict[str, dict[str, int]] = {
    "through": {},
    "by index": {"SMALL": 0},
    "walking": dict(zip(BUDGETS, (0, 2, 9, 6, 8, 12, 25, 2, 2), strict=True)),
    "tight": dict(zip(BUDGETS, (0, 0, 3, 1, 2, 3, 4, 0, 1), strict=True)),
}

modest = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Few enough that they meet, in every case and width, with some that are nobody's.
WORDS = ["ada", "ADA", "\uff21da", "straße", "STRASSE", "", "a%", "a_", "%", "ADA ", "ﬁn", "fin", "\u212a", "k"]
NOBODYS = ["\0", "\ud800", "x" * 5000, "nobody"]
words = st.sampled_from(WORDS)

Row = tuple[str, str, str, str, int, list[int]]
"""A user's names and e-mail, and which units his home and scope are."""


@dataclass(frozen=True)
class People:
    """A tenant's users and units, as they are kept."""

    realm: Realm
    units: tuple[Unit, ...]
    users: tuple[User, ...]

    def found(self, search: Search, within: tuple[Unit, ...] | None) -> list[User]:
        """What the search means."""
        homes = {unit.id: unit.path for unit in self.units}
        met = [
            user for user in self.users if all(matches(it, user, Around(homes[user.home])) for it in search.conditions)
        ]
        return sorted_by([user for user in met if within is None or self.is_seen(user, within)], search.order)

    def is_seen(self, user: User, within: tuple[Unit, ...]) -> bool:
        by_id = {unit.id: unit for unit in self.units}
        actor = Actor(self.realm.id, "user", "a", "a", frozenset(), within, "", 0)
        return actor.sees(by_id[user.home]) or actor.covers(by_id[unit] for unit in user.scope)


async def people(world: World, realm: Realm, rows: list[Row]) -> People:
    """Users with these names, homes and scopes, on a small tree."""
    units = [realm.root]
    for parent in (0, 1, 1, 0, 4, 0):
        units.append(await world.unit(realm, "unit", units[parent]))
    users = [realm.administrator.user]
    pairs = []
    for place, (username, given_name, family_name, email, home, scope) in enumerate(rows):
        user = replace(
            realm.administrator.user,
            id=f"user-{place}",
            number=1000 + place * 7 % 251,
            username=username or f"user-{place}",
            given_name=given_name or None,
            family_name=family_name,
            email=email,
            home=units[home].id,
            scope=tuple(sorted({units[it].id for it in scope})),
            roles=(realm.roles[VIEWER].id,) if place % 3 else (),
            kind=SERVICE if place % 7 == 3 else PERSON,
            active=place % 4 != 1,
            locked_at=[None, 4, None, 7, None, None][place % 6],
            phone=[None, "", "1", "2"][place % 4],
            job_title=[None, "", "clerk"][place % 3],
            last_login_at=[None, 5, 3, None, 5][place % 5],
            administrator=False,
        )
        name = LoginName(realm.id, fold(user.username), user.id, user.id, USERNAME, user.username, user.number)
        alias = LoginName(realm.id, f"alias-{place}", user.id, "alias", "alias", f"alias-{place}", user.number)
        users.append(user)
        pairs += [(None, user), (None, name), (None, alias)]
    await world.do(realm.system, Put(tuple(pairs)))
    return People(realm, tuple(units), tuple(users))


SCOPES: list[list[int]] = [[], [1], [2, 3], [0], [4, 1]]
ROWS: list[Row] = [
    (name, WORDS[place % 14], WORDS[place * 5 % 14], WORDS[place * 3 % 14], place % 7, SCOPES[place % 5])
    for place, name in enumerate(["ada", "straße", "a%", "a_", "%", "ADA ", "fin", "k", *[""] * 22])
]


@modest
@given(
    wanted=st.lists(words | st.sampled_from([*NOBODYS, "alias-3", "user-9"]), max_size=2),
    scope=st.none() | st.lists(st.integers(0, 6), min_size=1, max_size=3),
    offset=st.integers(-1, 40),
    limit=st.integers(-1, 40),
)
async def test_a_search_finds_what_it_means(
    everybody: tuple[World, People], wanted: list[str], scope: list[int] | None, offset: int, limit: int
) -> None:
    world, kept = everybody
    within = None if scope is None else tuple(kept.units[it] for it in scope)
    actor = replace(kept.realm.administrator.actor, scope=within, credential=None)
    search = Search(conditions=tuple(map(equals, wanted)), offset=offset, limit=limit)

    views, page = await world.ask(actor, Users(search))
    expected = kept.found(search, within)
    start = max(offset, 0)

    assert list(page.users) == expected[start : start + max(limit, 0)]
    assert (page.total, [view.user for view in views]) == (len(expected), list(page.users))


@pytest.fixture
async def everybody(world: World, realm: Realm) -> tuple[World, People]:
    """Thirty users, and another tenant with some of the same names."""
    other = await world.realm("Umbrella")
    for name in ("ada", "straße", "k"):
        await world.person(other, name)
    return world, await people(world, realm, ROWS)


async def test_the_table_meets_itself_in_every_way(everybody: tuple[World, People]) -> None:
    """That the property above is about something: every word finds somebody, restricted or not."""
    _, kept = everybody
    found = {word: len(kept.found(Search(conditions=(equals(word),)), None)) for word in WORDS}
    seen = [len(kept.found(Search(), (unit,))) for unit in kept.units]

    assert min(found.values()) >= 1
    assert found["ada"] == found["ADA"] == found["\uff21da"]
    assert seen[0] == len(kept.users)
    assert all(0 < number < len(kept.users) for number in seen[1:])


async def test_more_of_one_name_than_a_probe_looks_at_are_all_found(world: World, realm: Realm) -> None:
    rows: list[Row] = [("", "Same", "Other", "", 0, [])] * 230
    rows += [("same", "", "Same", "SAME", 0, [])]
    kept = await people(world, realm, rows)
    for wanted, total in (("same", 231), ("other", 230), ("SAME", 231)):
        for offset, limit in ((0, 1000), (95, 10), (225, 10), (231, 5)):
            search = Search(conditions=(equals(wanted),), offset=offset, limit=limit)
            _, page = await world.ask(realm.administrator.actor, Users(search))

            assert list(page.users) == kept.found(search, None)[offset : offset + limit]
            assert page.total == total


async def test_a_page_stays_within_its_limits_whatever_is_asked(world: World, realm: Realm) -> None:
    for offset, limit, expected in (
        (0, 10**30, 1),
        (0, MOST_ROWS + 1, 1),
        (10**30, 5, 0),
        (-(10**30), 5, 1),
        (0, -1, 0),
        (0, 0, 0),
    ):
        _, page = await world.ask(realm.administrator.actor, Users(Search(offset=offset, limit=limit)))

        assert (offset, limit, len(page.users), page.total) == (offset, limit, expected, 1)


async def test_nobody_is_found_under_what_no_database_can_hold(world: World, realm: Realm) -> None:
    for text in NOBODYS:
        found = await outcome(world.ask(realm.administrator.actor, Users(Search(conditions=(equals(text),)))))

        assert found == ((), found[1])
        assert (found[1].users, found[1].total) == ((), 0)


async def test_a_changed_user_is_found_by_what_he_is_now(world: World, realm: Realm) -> None:
    draft = UserDraft("sam", "Old", email="old@example.com", roles=(VIEWER,))
    user = await world.do(realm.administrator.actor, CreateUser(draft))
    becomes = replace(user, given_name="New", email=None)
    await world.do(realm.system, change(user, becomes))
    found = []
    for text in ("old", "OLD@example.com", "new", "sam"):
        _, page = await world.ask(realm.administrator.actor, Users(Search(conditions=(equals(text),))))
        found.append(page.users)

    assert found == [(), (), (becomes,), (becomes,)]
    assert (await world.ask(realm.administrator.actor, UserByNumber(user.number))).user == becomes


TEXTS = [*WORDS, "a", "s", "straß", "user", "%", "_", "\\", "user-1", "\0"]


def conditions(people: People) -> st.SearchStrategy[Condition]:
    """Any condition over the users of a table."""
    texts = st.builds(
        TextIs,
        st.lists(st.sampled_from(list(Text)), min_size=1, max_size=4, unique=True).map(tuple),
        st.sampled_from(list(Compare)),
        st.sampled_from(TEXTS),
    )
    simple = st.one_of(
        texts,
        st.builds(Present, st.sampled_from([*Text, *Other])),
        st.builds(FlagIs, st.sampled_from(list(Flag)), st.booleans()),
        st.builds(KindIs, st.sampled_from(["person", "service"])),
        st.builds(HomeBelow, st.sampled_from([unit.path for unit in people.units])),
        st.builds(
            Holds, st.sampled_from([*people.realm.administrator.user.roles, people.realm.roles[VIEWER].id, "none"])
        ),
    )
    return st.recursive(
        simple,
        lambda inner: st.builds(Not, inner) | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        max_leaves=5,
    )


orders = st.lists(st.builds(Order, st.sampled_from([*Text, *Other]), st.booleans()), max_size=2).map(tuple)


@pytest.fixture(params=list(PLANS))
def plan(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a search may look at."""
    for name, budget in PLANS[request.param].items():
        monkeypatch.setattr(budgets, name, budget)
    return str(request.param)


def met(found: Page | Refusal, plan: str) -> Page | None:
    """What was found; None where the plan does not allow to look for it."""
    if isinstance(found, Page):
        return found
    assert plan in ("walking", "tight")
    assert found in [
        Invalid(field, Fault.TOO_MANY, most)
        for field in ("search", "sort")
        for most in (budgets.CHOSEN, budgets.CANDIDATES)
    ]
    return None


@modest
@given(data=st.data())
async def test_any_conditions_in_any_order_find_what_they_mean(
    everybody: tuple[World, People], plan: str, data: st.DataObject
) -> None:
    world, kept = everybody
    scope = data.draw(st.none() | st.lists(st.sampled_from(kept.units), min_size=1, max_size=3).map(tuple))
    search = Search(
        conditions=tuple(data.draw(st.lists(conditions(kept), max_size=3))),
        order=data.draw(orders),
        offset=data.draw(st.integers(0, 40)),
        limit=data.draw(st.integers(0, 40)),
    )

    page = met(await found_by(world, kept, search, scope), plan)
    expected = kept.found(search, scope)

    assert page is None or page == Page(tuple(expected[search.offset : search.offset + search.limit]), len(expected))


@modest
@given(data=st.data())
async def test_a_page_begins_after_any_place_in_any_order_or_ends_before_it(
    everybody: tuple[World, People], plan: str, data: st.DataObject
) -> None:
    world, kept = everybody
    order = data.draw(orders)
    # Where somebody is, or was before he changed, or nobody ever.
    user = replace(data.draw(st.sampled_from(kept.users)), number=data.draw(st.integers(990, 1260)))
    start = data.draw(st.none() | st.just(position_of(user, order)))
    search = Search(
        conditions=tuple(data.draw(st.lists(conditions(kept), max_size=1))),
        order=order,
        offset=data.draw(st.integers(0, 3)),
        limit=data.draw(st.integers(0, 12)),
        start=start,
        backwards=data.draw(st.booleans()),
        total=data.draw(st.booleans()),
    )

    page = met(await found_by(world, kept, search, None), plan)
    every = kept.found(search, None)

    assert page is None or page == Page(tuple(page_of(every, search)), len(every) if search.total else 0)


async def found_by(world: World, kept: People, search: Search, within: tuple[Unit, ...] | None) -> Page | Refusal:
    """What somebody restricted to these units finds."""
    actor = replace(kept.realm.administrator.actor, scope=within, credential=None)
    found = await outcome(world.ask(actor, Users(search)))
    answer: Page | Refusal = found[1] if isinstance(found, tuple) else found
    return answer


@modest
@given(order=orders, limit=st.integers(1, 7))
async def test_whoever_goes_on_from_where_a_page_ended_meets_everybody_once_and_the_same_on_the_way_back(
    everybody: tuple[World, People], order: tuple[Order, ...], limit: int
) -> None:
    world, kept = everybody
    forth: list[User] = []
    while page := await pages_from(world, kept, Search(order=order, limit=limit), forth[-1:]):
        forth += page
    back: list[User] = []
    while page := await pages_from(world, kept, Search(order=order, limit=limit, backwards=True), back[:1]):
        back = [*page, *back]

    assert forth == back == kept.found(Search(order=order), None)


async def pages_from(world: World, kept: People, search: Search, last: list[User]) -> list[User]:
    """The page on from the user that was last seen, or the first one."""
    start = position_of(last[0], search.order) if last else None
    _, page = await world.ask(kept.realm.administrator.actor, Users(replace(search, start=start, total=False)))
    return list(page.users)


async def test_the_plain_meaning_of_a_start_is_a_cut_of_the_whole_order(everybody: tuple[World, People]) -> None:
    """The meaning that SQL is held against, held against something plainer still."""
    _, kept = everybody
    some = zip((1, 2, 3, 4, 5), ("b", None, "a", "b", None), strict=True)
    users = [replace(kept.users[0], number=number, given_name=name) for number, name in some]
    for order in ((), (Order(Text.GIVEN_NAME),), (Order(Text.GIVEN_NAME, descending=True),)):
        ordered = sorted_by(users, order)
        for place, user in enumerate(ordered):
            search = Search(order=order, limit=2, start=position_of(user, order))

            assert page_of(users, search) == ordered[place + 1 : place + 3]
            assert page_of(users, replace(search, backwards=True)) == ordered[max(place - 2, 0) : place]
    opposite = sorted_by(users, (Order(Text.GIVEN_NAME, descending=True),))
    assert opposite == sorted_by(users, (Order(Text.GIVEN_NAME),))[::-1]
    assert [user.number for user in opposite] == [4, 1, 3, 5, 2]
