"""Searches for tokens: what the SQL finds, page by page, is what the question means in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from muster.core.authenticators import (
    ACTIVATING,
    ACTIVE,
    AUTHENTICATOR_APP,
    INACTIVE,
    KINDS,
    SOFT_TOKEN,
    STATES,
    Authenticator,
)
from muster.core.memberships import Membership
from muster.core.query import Compare
from muster.core.token_query import (
    During,
    KindIs,
    LabelHolds,
    OwnerIn,
    SerialIs,
    StateIs,
    TokenField,
    TokenSearch,
    tokens_of,
)
from muster.core.tokens import Tokens
from muster.core.users import User
from muster.core.walks import Place, Steps, Stretch
from muster.store.tokens import _path
from tests.support.kept import selected
from tests.support.world import AUDITOR, Person, Put, Realm, World, opened

modest = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

LABELS = [None, "Phone", "PHONE of \uff21da", "100%", "a_b", "straße", "", "a\\b"]
SERIALS = ["00", "0", "7", "12", "99", "", "5", "\0", "\ud800", "a%"]
TIMES = [0, 10, 20, 30, 2**50]
GROUPS = ["fleet", "crew", "nobody"]


@dataclass(frozen=True)
class Kept:
    """A tenant's tokens, and who has them."""

    realm: Realm
    tokens: tuple[Authenticator, ...]
    groups: dict[str, frozenset[str]]
    restricted: Person
    seen: frozenset[str]

    def meant(self, search: TokenSearch, *, seen: frozenset[str] | None = None) -> Stretch[Authenticator]:
        return tokens_of(search, self.tokens, self.groups, seen)


def token(realm: Realm, user: User, place: int) -> Authenticator:
    serial = f"{place * 7_919_777 % 10**10:010d}"
    state = (ACTIVE, ACTIVATING, INACTIVE, ACTIVE)[place % 4]
    kind = AUTHENTICATOR_APP if place % 3 == 0 else SOFT_TOKEN
    used = None if place % 2 else TIMES[place % 4]
    label = LABELS[place % len(LABELS)]
    return Authenticator(
        f"token-{place}", realm.id, user.id, kind, serial, state, b"", TIMES[place % 4] + place % 2, used, label
    )


@pytest.fixture
async def kept(world: World, realm: Realm) -> Kept:
    """Forty tokens of eight users in two groups and two units, beside another tenant's."""
    north = await world.unit(realm, "north")
    people = [(await world.person(realm, home=north if place % 2 else None)).user for place in range(8)]
    other = await world.realm("Umbrella")
    foreign = [replace(token(other, other.administrator.user, place), id=f"other-{place}") for place in range(20)]
    tokens = [token(realm, people[place % 8], place) for place in range(40)]
    groups = {user.id: frozenset(GROUPS[: place % 3]) for place, user in enumerate(people)}
    members = [Membership(realm.id, group, user, "group") for user, those in groups.items() for group in sorted(those)]
    await world.do(other.system, Put(tuple((None, one) for one in foreign)))
    await world.do(realm.system, Put(tuple((None, one) for one in (*tokens, *members))))
    restricted = await world.person(realm, roles=(AUDITOR,), scope=(north,), home=north)
    return Kept(realm, tuple(tokens), groups, restricted, frozenset(it.id for it in people[1::2]))


CONDITIONS = st.one_of(
    st.builds(SerialIs, st.sampled_from(list(Compare)), st.sampled_from([*SERIALS, "0007919777", "0007"])),
    st.builds(StateIs, st.sampled_from([*STATES, "gone"])),
    st.builds(KindIs, st.sampled_from([*KINDS, "none"])),
    st.builds(LabelHolds, st.sampled_from(["phone", "ADA", "%", "_", "", "STRASSE", "\\", "\0"])),
    st.builds(
        During,
        st.sampled_from([TokenField.CREATED_AT, TokenField.LAST_USED_AT]),
        st.sampled_from([None, *TIMES]),
        st.sampled_from([None, *TIMES]),
    ),
    st.builds(OwnerIn, st.sampled_from(GROUPS)),
)
SEARCHES = st.builds(
    TokenSearch,
    conditions=st.lists(CONDITIONS, max_size=3).map(tuple),
    order=st.sampled_from(list(TokenField)),
    descending=st.booleans(),
    steps=st.builds(Steps, limit=st.integers(1, 9), budget=st.sampled_from([1, 3, 10, 33, 1000])),
)


@modest
@given(search=SEARCHES)
async def test_any_search_finds_page_by_page_what_it_means(world: World, kept: Kept, search: TokenSearch) -> None:
    way = search
    for _ in range(60):
        found = await world.ask(kept.realm.system, Tokens(way))
        expected = kept.meant(way)

        assert (tuple(it.token for it in found.rows), found.before, found.after) == (
            expected.rows,
            expected.before,
            expected.after,
        )
        assert [it.user.id for it in found.rows] == [it.token.user for it in found.rows]
        if found.after is None:
            break
        way = replace(way, steps=replace(way.steps, place=found.after))
    else:
        pytest.fail("the walk never ended")


@modest
@given(search=SEARCHES)
async def test_backwards_it_meets_the_same_ones_again(world: World, kept: Kept, search: TokenSearch) -> None:
    everything = replace(search, steps=Steps())
    [*forwards] = kept.meant(everything).rows
    backwards: list[Authenticator] = []
    way = replace(search, steps=replace(search.steps, backwards=True))
    for _ in range(60):
        found = await world.ask(kept.realm.system, Tokens(way))
        expected = kept.meant(way)

        assert (tuple(it.token for it in found.rows), found.before) == (expected.rows, expected.before)
        backwards = [*(it.token for it in found.rows), *backwards]
        if found.before is None:
            break
        way = replace(way, steps=replace(way.steps, place=found.before))

    assert backwards == forwards


@modest
@given(search=SEARCHES)
async def test_somebody_restricted_finds_the_tokens_of_whom_he_sees(
    world: World, kept: Kept, search: TokenSearch
) -> None:
    actor = replace(kept.restricted.actor, permissions=frozenset({"tokens:view"}), credential=None)
    found = await world.ask(actor, Tokens(search))
    expected = kept.meant(search, seen=kept.seen)

    assert (tuple(it.token for it in found.rows), found.after) == (expected.rows, expected.after)


@modest
@given(search=SEARCHES, data=st.data())
async def test_from_a_page_one_comes_back_to_the_one_before(
    world: World, kept: Kept, search: TokenSearch, data: st.DataObject
) -> None:
    first = await world.ask(kept.realm.system, Tokens(search))
    if first.after is None:
        return
    on = replace(search, steps=replace(search.steps, place=first.after))
    second = await world.ask(kept.realm.system, Tokens(on))

    assert second.before == first.after
    back = replace(search, steps=Steps(second.before, backwards=True))
    again = await world.ask(kept.realm.system, Tokens(back))

    assert again.rows == first.rows
    assert again.after == second.before


PLANS = {
    "serial": TokenSearch(),
    "state_serial": TokenSearch(conditions=(StateIs(ACTIVE),)),
    "kind_serial": TokenSearch(conditions=(KindIs(SOFT_TOKEN),)),
    "created_at_serial": TokenSearch(order=TokenField.CREATED_AT, descending=True),
    "last_used_at_serial": TokenSearch(order=TokenField.LAST_USED_AT),
}
PLACE = Place(5, "5", past=True)


@pytest.mark.parametrize("name", PLANS)
async def test_sqlite_goes_along_the_index_from_the_place_on(sqlite_url: str, name: str) -> None:
    query = _path(replace(PLANS[name], tenant="t")).looked_at(PLACE, 10, backwards=False)
    text = str(query.compile(dialect=sqlite_dialect(), compile_kwargs={"literal_binds": True}))
    async with opened(sqlite_url):
        [plan] = await selected(sqlite_url, f"EXPLAIN QUERY PLAN {text}")

    assert plan[-1].startswith(f"SEARCH walked USING INDEX ix_authenticators_tenant_{name} (tenant=? AND ")
