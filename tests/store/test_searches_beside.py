"""Searches by what is kept beside a user, and searches that stop halfway: what the SQL finds is what they mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.authenticators import ACTIVE, AUTHENTICATOR_APP, SOFT_TOKEN, Authenticator
from muster.core.memberships import Membership
from muster.core.query import (
    AnyOf,
    Around,
    Compare,
    Condition,
    During,
    Flag,
    FlagIs,
    HasAuthenticator,
    HasPassword,
    IsIn,
    LoginNameIs,
    Marked,
    Not,
    Order,
    Other,
    Page,
    Position,
    Present,
    Search,
    Text,
    matches,
    page_of,
    position_of,
    sorted_by,
)
from muster.core.refusals import Refusal
from muster.core.users import ALIAS, USERNAME, LoginName, User, Users, mark
from muster.core.values import fold
from muster.store import budgets
from tests.store.test_searches import met, plan
from tests.support.kept import outcome
from tests.support.world import Put, Realm, World, change

__all__ = ["plan"]

modest = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

ALIASES = [[], ["wesker.a"], ["Straße", "ADA"], ["a_b", "w%"], []]
BODIES = [[], [("group", "g1")], [("group", "g1"), ("organization", "o1")], [("organization", "g2")]]
KINDS = [(), (SOFT_TOKEN,), (SOFT_TOKEN, SOFT_TOKEN, AUTHENTICATOR_APP), (AUTHENTICATOR_APP,), (), ()]
EXTRAS = [
    (),
    (("a.flag", "false"), ("a.lines*", "Ada\nada\n\uff21DA\nstraße")),
    (("a.flag", "true"), ("a.text", "falsehood")),
    (("b.flag", "false"), ("a.lines*", "true\n" + "x" * 4000)),
]
NAMES = ["ada", "wesker", "a_b", "ADA.wong", "strasse.1"]


@dataclass(frozen=True)
class Crowd:
    """A tenant's users, with all that is kept beside them."""

    realm: Realm
    users: tuple[User, ...]
    around: dict[str, Around]

    def found(self, search: Search) -> list[User]:
        """What the search means."""
        met = [it for it in self.users if all(matches(one, it, self.around[it.id]) for one in search.conditions)]
        return sorted_by(met, search.order)

    def place(self, which: int, number: int, order: tuple[Order, ...]) -> Position:
        """Where in the order a user would be, had he this number."""
        return position_of(replace(self.users[which % len(self.users)], number=number), order)


@pytest.fixture
async def crowd(world: World, realm: Realm) -> tuple[World, Crowd]:
    """Forty users of whom no two have the same beside them, and another tenant's with the same names and ids."""
    other = await world.realm("Umbrella")
    await _people(world, other)
    return world, await _people(world, realm)


async def _people(world: World, realm: Realm) -> Crowd:
    users, around, pairs = [realm.administrator.user], {realm.administrator.user.id: Around(realm.root.path)}, []
    for place in range(40):
        user = replace(
            realm.administrator.user,
            id=f"user-{place:02}",
            number=1000 + place * 7 % 41,
            username=f"{NAMES[place % 5]}-{place}",
            active=place % 3 != 0,
            last_login_at=[None, 5, 3, None, 9, 5, 1_000][place % 7],
            password="hash" if place % 6 == 2 else None,
            locked_at=[None, 4, None, 9, None][place % 5],
            extras=EXTRAS[place % 4],
            created_at=place % 11,
            changed_at=place % 11 + place % 3,
            roles=(),
            administrator=False,
        )
        aliases = [f"{alias}{place}" for alias in ALIASES[place % 5]]
        bodies, kinds = BODIES[place // 2 % 4], KINDS[place % 6]
        users.append(user)
        around[user.id] = Around(realm.root.path, tuple(aliases), frozenset(bodies), frozenset(kinds))
        named = [(user.username, USERNAME), *((alias, ALIAS) for alias in aliases)]
        pairs += [
            user,
            *(LoginName(realm.id, fold(name), user.id, user.id, kind, name, user.number) for name, kind in named),
        ]
        pairs += [Membership(realm.id, body, user.id, noun) for noun, body in bodies]
        pairs += [_token(user, kind, f"{place:09}{which}") for which, kind in enumerate(kinds)]
    await world.do(realm.system, Put(tuple((None, one) for one in pairs)))
    return Crowd(realm, tuple(users), around)


def _token(user: User, kind: str, serial: str) -> Authenticator:
    return Authenticator(serial, user.tenant, user.id, kind, serial, ACTIVE, b"", 1)


TEXTS = ["ada", "ADA", "wesk", "a_b", "w%", "straße", "strasse1", "", "a", "12", "5", "\0", "x" * 4000, "user"]
MARKS = [
    *("a.flag=false", "a.flag=true", "b.flag=false", "a.text=falsehood", "a"),
    *(mark("a.lines*", text) for text in ("ADA", "STRASSE", "true", "X" * 4000, "x", "")),
]
TIMES = st.none() | st.sampled_from([0, 3, 4, 5, 9, 10, 2_000])

simple: st.SearchStrategy[Condition] = st.one_of(
    st.builds(LoginNameIs, st.sampled_from(list(Compare)), st.sampled_from(TEXTS)),
    st.builds(During, st.sampled_from([Other.LAST_LOGIN_AT, Other.LOCKED_AT, Other.CREATED_AT]), TIMES, TIMES),
    st.builds(During, st.just(Other.CHANGED_AT), TIMES, TIMES),
    st.builds(Present, st.sampled_from([Other.LAST_LOGIN_AT, Other.LOCKED_AT])),
    st.builds(IsIn, st.sampled_from(["group", "organization"]), st.sampled_from(["g1", "g2", "o1", "none", "\ud800"])),
    st.builds(HasAuthenticator, st.sampled_from([SOFT_TOKEN, AUTHENTICATOR_APP, "none"])),
    st.just(HasPassword()),
    st.builds(Marked, st.sampled_from(MARKS)),
    st.builds(FlagIs, st.just(Flag.ACTIVE), st.booleans()),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    simple,
    lambda inner: st.builds(Not, inner) | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    max_leaves=4,
)
some = st.lists(conditions, max_size=3).map(tuple)
orders = st.sampled_from([(), *((Order(it, down),) for it in (Text.USERNAME, *Other) for down in (False, True))])


async def asked(world: World, crowd: Crowd, search: Search) -> Page | Refusal:
    """What whoever sees everybody finds."""
    found = await outcome(world.ask(crowd.realm.administrator.actor, Users(search)))
    answer: Page | Refusal = found[1] if isinstance(found, tuple) else found
    return answer


@modest
@given(
    given_=some,
    order=orders,
    limit=st.integers(0, 50),
    at=st.none() | st.tuples(st.integers(0, 40), st.integers(990, 1060)),
    backwards=st.booleans(),
    total=st.booleans(),
)
async def test_what_is_kept_beside_a_user_is_searched_as_it_is_meant(
    crowd: tuple[World, Crowd],
    plan: str,
    given_: tuple[Condition, ...],
    order: tuple[Order, ...],
    limit: int,
    at: tuple[int, int] | None,
    backwards: bool,
    total: bool,
) -> None:
    world, kept = crowd
    start = None if at is None else kept.place(*at, order)
    search = Search(conditions=given_, order=order, limit=limit, start=start, backwards=backwards, total=total)

    page = met(await asked(world, kept, search), plan)
    every = kept.found(search)

    assert page is None or page == Page(tuple(page_of(every, search)), len(every) if search.total else 0)


@modest
@given(given_=some, order=orders, limit=st.integers(1, 7), backwards=st.booleans())
async def test_a_search_in_pieces_meets_everybody_once_and_ends(
    crowd: tuple[World, Crowd],
    plan: str,
    given_: tuple[Condition, ...],
    order: tuple[Order, ...],
    limit: int,
    backwards: bool,
) -> None:
    world, kept = crowd
    search = Search(conditions=given_, order=order, limit=limit, backwards=backwards, total=False, piecemeal=True)
    found: list[User] = []
    steps = 0
    while True:
        steps += 1
        page = met(await asked(world, kept, search), plan)
        if page is None:
            # What there is no index of the order for cannot be walked along.
            assert order
            assert order[0].field not in (Text.USERNAME, Other.NUMBER, Other.ACTIVE, Other.LAST_LOGIN_AT)
            return
        found = [*page.users, *found] if backwards else [*found, *page.users]
        start = _next(search, page)
        if start is None:
            break
        search = replace(search, start=start)

    assert found == kept.found(search)
    assert steps <= len(kept.users) + 2


def _next(search: Search, page: Page) -> Position | None:
    if page.until is not None:
        return page.until
    if len(page.users) < search.limit:
        return None
    return position_of(page.users[0 if search.backwards else -1], search.order)


async def test_the_crowd_meets_every_condition_and_misses_it(crowd: tuple[World, Crowd]) -> None:
    """That the properties above are about something."""
    _, kept = crowd
    wanted: Iterable[Condition] = [
        *(LoginNameIs(compare, text) for compare in Compare for text in ("wesker.a1", "straße2")),
        LoginNameIs(Compare.CONTAINS, "a_b"),
        During(Other.LAST_LOGIN_AT, 5),
        During(Other.LAST_LOGIN_AT, before=5),
        IsIn("group", "g1"),
        IsIn("organization", "g2"),
        HasAuthenticator(AUTHENTICATOR_APP),
        HasPassword(),
        Marked("a.flag=false"),
        Marked(mark("a.lines*", "ADA")),
    ]

    assert all(0 < len(kept.found(Search(conditions=(one,)))) < len(kept.users) for one in wanted)
    assert kept.found(Search(conditions=(IsIn("group", "g2"),))) == []
    assert kept.found(Search(conditions=(Marked("a.text=falsehood"),))) == []


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_part_of_an_alias_is_found_at_once_after_it_was_indexed_and_never_after_it_is_gone(
    crowd: tuple[World, Crowd], monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    monkeypatch.setattr(budgets, "SMALL", 0)
    world, kept = crowd
    user = kept.users[1]
    alias = LoginName(kept.realm.id, fold("Tyrant-T"), user.id, "its id", ALIAS, "Tyrant-T", user.number)
    search = Search(conditions=(LoginNameIs(Compare.CONTAINS, "yrant"),))
    await world.store.indexer.catch_up()
    found = []
    for old, new in ((None, alias), (alias, None)):
        await world.do(kept.realm.system, Put(((old, new),)))
        if not at_once:
            await world.store.indexer.catch_up()
        found.append(await asked(world, kept, search))

    assert found == [Page((user,), 1), Page((), 0)]


async def test_whoever_is_changed_and_not_indexed_yet_is_found_once(
    crowd: tuple[World, Crowd], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "SMALL", 0)
    world, kept = crowd
    await world.store.indexer.catch_up()
    user = kept.users[-1]
    changed = replace(user, family_name="Different")
    await world.do(kept.realm.system, change(user, changed))

    found = await asked(world, kept, Search(conditions=(LoginNameIs(Compare.CONTAINS, user.username),)))

    assert found == Page((changed,), 1)
