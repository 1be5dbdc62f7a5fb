"""Users sorted by what some lack, who come last: pages by number and from place to place, in both directions."""

from __future__ import annotations

import pytest

from muster.core.authority import Actor
from muster.core.drafts import CreateUser, UserDraft
from muster.core.grouped_users import GroupedPage, GroupedUsers
from muster.core.query import Condition, Flag, FlagIs, Order, Position, Search, Text
from muster.core.users import User
from muster.core.values import fold
from muster.store import budgets
from tests.support.world import Realm, World

FAMILIES = ["Delta", "alpha", None, "Charlie", "", "Bravo", None, "\uff21lpha", "echo", "ALPHA", None, "delta"]
ACTIVE = FlagIs(Flag.ACTIVE, value=True)


@pytest.fixture(params=["small", "large", "largest"])
def tenant(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How many users a tenant seems to have: in the largest next to nobody may be looked at."""
    if request.param != "small":
        monkeypatch.setattr(budgets, "SMALL", 0)
    if request.param == "largest":
        for name in ("CHOSEN", "CANDIDATES", "LISTED", "WALKED", "DEEP"):
            monkeypatch.setattr(budgets, name, 1)
    return str(request.param)


@pytest.fixture
async def users(world: World, realm: Realm) -> list[User]:
    """Everybody."""
    made = [realm.administrator.user]
    for place, family in enumerate(FAMILIES):
        draft = UserDraft(f"user-{place}", family_name=family, active=place % 3 != 0, notify=False)
        made.append(await world.do(realm.system, CreateUser(draft)))
    return made


def sorted_plainly(users: list[User], *, descending: bool) -> list[User]:
    return sorted(users, key=lambda it: (not it.family_name, fold(it.family_name or ""), it.number), reverse=descending)


async def ask(
    world: World,
    actor: Actor,
    *conditions: Condition,
    descending: bool,
    offset: int = 0,
    limit: int = 1000,
    start: Position | None = None,
    backwards: bool = False,
) -> GroupedPage:
    order = (Order(Text.FAMILY_NAME, descending),)
    search = Search(conditions=conditions, order=order, offset=offset, limit=limit, start=start, backwards=backwards)
    return await world.ask(actor, GroupedUsers(search, absent_last=True))


@pytest.mark.usefixtures("tenant")
@pytest.mark.parametrize("descending", [False, True])
async def test_a_page_begins_anywhere_and_who_lacks_the_field_is_at_the_end_of_all(
    world: World, realm: Realm, users: list[User], descending: bool
) -> None:
    expected = sorted_plainly(users, descending=descending)
    for offset in range(len(users) + 2):
        for limit in (0, 1, 5, 1000):
            page = await ask(world, realm.administrator.actor, descending=descending, offset=offset, limit=limit)

            assert [one.user for one in page.users] == expected[offset : offset + limit], (offset, limit)
            assert page.total == len(users)


@pytest.mark.usefixtures("tenant")
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 5])
async def test_whoever_goes_from_page_to_page_meets_everybody_once_and_the_same_on_the_way_back(
    world: World, realm: Realm, users: list[User], descending: bool, limit: int
) -> None:
    actor, expected = realm.administrator.actor, sorted_plainly(users, descending=descending)
    page = await ask(world, actor, descending=descending, limit=limit)
    seen = [one.user for one in page.users]
    assert page.before is None
    while page.after is not None:
        page = await ask(world, actor, descending=descending, limit=limit, start=page.after)
        seen += [one.user for one in page.users]
    back = [one.user for one in page.users]
    while page.before is not None:
        page = await ask(world, actor, descending=descending, limit=limit, start=page.before, backwards=True)
        back = [one.user for one in page.users] + back

    assert seen == back == expected


@pytest.mark.parametrize("descending", [False, True])
async def test_other_conditions_count_as_well(
    world: World, realm: Realm, users: list[User], monkeypatch: pytest.MonkeyPatch, descending: bool
) -> None:
    monkeypatch.setattr(budgets, "SMALL", 0)
    expected = sorted_plainly([user for user in users if user.active], descending=descending)
    for offset in range(0, len(expected) + 1, 2):
        page = await ask(world, realm.administrator.actor, ACTIVE, descending=descending, offset=offset, limit=3)

        assert [one.user for one in page.users] == expected[offset : offset + 3]
        assert page.total == len(expected)
    assert len(expected) < len(users)


async def test_a_place_stays_where_it_is_when_the_user_who_stood_there_has_gone(
    world: World, realm: Realm, users: list[User]
) -> None:
    everybody = sorted_plainly(users, descending=False)
    for at, user in enumerate(everybody):
        # Some are at the seam between those who have a name and those who have none.
        name = fold(user.family_name) if user.family_name else None
        beside = Position((name,), user.number + 1)
        forwards = await ask(world, realm.administrator.actor, descending=False, limit=3, start=beside)
        backwards = await ask(world, realm.administrator.actor, descending=False, limit=3, start=beside, backwards=True)
        next_one = everybody[at + 1] if at + 1 < len(everybody) else None
        is_next = next_one is not None and beside == Position(
            (fold(next_one.family_name) if next_one.family_name else None,), next_one.number
        )
        behind = at + 2 if is_next else at + 1

        assert [one.user for one in forwards.users] == everybody[behind : behind + 3]
        assert [one.user for one in backwards.users] == everybody[max(at - 2, 0) : at + 1]
