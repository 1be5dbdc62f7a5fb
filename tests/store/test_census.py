"""The census: whatever becomes of users, it says how many there are of each sort, and is set right if it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.drafts import CreateUser, UserDraft
from muster.core.query import Flag, FlagIs, Holds, HomeBelow, KindIs, Order, Other, Search
from muster.core.units import Unit
from muster.core.users import PERSON, SERVICE, User, Users
from muster.store import budgets, census
from tests.support.kept import census_of, counted_anew, entities, selected
from tests.support.tampering import tamper
from tests.support.world import AUDITOR, MANAGER, VIEWER, Put, Realm, World

modest = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Fate = tuple[int, int, bool, bool, int]
"""Whose it is; his home, whether he is active and a service, and which roles he holds. A home of 3 is his end."""

fates = st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans(), st.booleans(), st.integers(0, 3))
ROLES = [(), (VIEWER,), (AUDITOR, VIEWER), (MANAGER,)]


@pytest.fixture
async def units(world: World, realm: Realm) -> list[Unit]:
    """The root, a unit below it, and one below that."""
    child = await world.unit(realm, "unit", realm.root)
    return [realm.root, child, await world.unit(realm, "unit", child)]


def become(realm: Realm, units: list[Unit], fate: Fate) -> User | None:
    which, home, active, service, roles = fate
    if home == len(units):
        return None
    return replace(
        realm.administrator.user,
        id=f"user-{which}",
        number=census.BLOCK * which + which,
        username=f"user-{which}",
        home=units[home].id,
        active=active,
        kind=SERVICE if service else PERSON,
        roles=tuple(sorted(realm.roles[role].id for role in ROLES[roles])),
        administrator=False,
    )


@modest
@given(history=st.lists(st.lists(fates, max_size=8), min_size=1, max_size=4))
async def test_after_any_history_it_says_what_counting_does(
    world: World, realm: Realm, units: list[Unit], history: list[list[Fate]]
) -> None:
    there: dict[int, User | None] = {int(user.id[5:]): user for user in await _made(world)}
    for batch in history:
        pairs = []
        for fate in batch:
            old, new = there.get(fate[0]), become(realm, units, fate)
            if old is not None or new is not None:
                pairs.append((old, new))
                there[fate[0]] = new
        await world.do(realm.system, Put(tuple(pairs)))

    users = await entities(world.url, User)
    assert await census_of(world.url) == counted_anew(users)
    assert await world.store.verify_census() == 0


async def _made(world: World) -> list[User]:
    return [user for user in await entities(world.url, User) if user.id.startswith("user-")]


async def test_what_is_wrong_is_found_and_set_right(world: World, realm: Realm) -> None:
    await world.do(realm.administrator.actor, CreateUser(UserDraft("jill", roles=(VIEWER,))))
    await tamper(world.url, "UPDATE census SET users = users + 1 WHERE role = ''", "DELETE FROM census_blocks")

    found = await world.store.verify_census()
    corrected = await world.store.correct_census()

    assert found == corrected > 0
    assert (await world.store.verify_census(), await world.store.correct_census()) == (0, 0)
    assert await census_of(world.url) == counted_anew(await entities(world.url, User))
    assert await selected(world.url, "SELECT count(*) FROM census") == [(len((await census_of(world.url))[0]),)]


async def test_any_page_far_down_is_where_its_offset_says(
    world: World, realm: Realm, units: list[Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "SMALL", 0)
    monkeypatch.setattr(budgets, "DEEP", 1)
    monkeypatch.setattr(census, "BLOCK", 4)
    monkeypatch.setattr("muster.store.pages.BLOCK", 4)
    made = [
        become(realm, units, (place, place % 3, place % 4 != 1, place % 5 == 0, place % 4)) for place in range(1, 40)
    ]
    users = [replace(user, number=100 + place * 3) for place, user in enumerate(made) if user is not None]
    await world.do(realm.system, Put(tuple((None, user) for user in users)))
    everybody = [realm.administrator.user, *users]
    for condition in (None, FlagIs(Flag.ACTIVE, value=True), FlagIs(Flag.ACTIVE, value=False)):
        conditions = () if condition is None else (condition,)
        met = [user for user in everybody if condition is None or user.active is condition.value]
        for descending in (False, True):
            order = (Order(Other.NUMBER, descending),)
            for offset in range(1, 42, 3):
                search = Search(conditions=conditions, order=order, offset=offset, limit=5)
                _, page = await world.ask(realm.administrator.actor, Users(search))

                assert list(page.users) == (met[::-1] if descending else met)[offset : offset + 5]


async def test_several_sorts_together_are_counted_by_it_and_nobody_is_looked_at(
    world: World, realm: Realm, units: list[Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [become(realm, units, (place, place % 3, place % 2 == 0, place % 3 == 0, place % 4)) for place in range(12)]
    await world.do(realm.system, Put(tuple((None, user) for user in users)))
    for budget in ("SMALL", "CHOSEN", "LISTED"):
        monkeypatch.setattr(budgets, budget, 0)
    viewer = realm.roles[VIEWER].id
    search = Search(
        conditions=(HomeBelow(units[1].path), Holds(viewer), FlagIs(Flag.ACTIVE, value=True), KindIs(PERSON)), limit=1
    )
    met = [
        user
        for user in users
        if user is not None
        and user.home != units[0].id
        and viewer in user.roles
        and user.active
        and user.kind == PERSON
    ]

    _, page = await world.ask(realm.administrator.actor, Users(search))

    assert (page.total, page.users) == (len(met), tuple(met[:1]))
    assert met
