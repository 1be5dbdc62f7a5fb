"""Users with their groups: one, pages of them, and one who is changed."""

from __future__ import annotations

import asyncio

import pytest

from muster.core.drafts import CreateUser, UserDraft
from muster.core.editing import UserEdit
from muster.core.finders import by_id
from muster.core.grouped_users import FEW, EditGrouped, Grouped, GroupedUser, GroupedUsers
from muster.core.groups import CreateGroup, Group, GroupDraft
from muster.core.members import ChangeMembers
from muster.core.organizations import CreateOrganization, Organization, OrganizationDraft
from muster.core.query import Compare, Order, Search, Text, TextIs
from muster.core.refusals import PermissionMissing, Unknown
from muster.core.users import User, mark
from tests.core.editors import EDIT, empower
from tests.support.kept import outcome, verify_promises
from tests.support.world import STAFF, VIEWER, Realm, World, new

EDITOR = (STAFF, 8)


async def group(world: World, realm: Realm, name: str, *users: User) -> Group:
    made = await world.do(realm.system, CreateGroup(GroupDraft(name)))
    await world.do(realm.system, ChangeMembers(Group, made.id, tuple(user.id for user in users), ()))
    return made


@pytest.fixture
async def realm(world: World) -> Realm:
    """A tenant whose administrators may change users."""
    realm = await world.realm()
    await empower(world, realm)
    return realm


@pytest.fixture
async def users(world: World, realm: Realm) -> list[User]:
    """Five users."""
    return [await world.do(realm.system, CreateUser(UserDraft(f"user-{place}", notify=False))) for place in range(5)]


def ids(found: Grouped) -> list[str]:
    return [group.name for group in found.groups]


async def test_a_user_is_shown_with_the_groups_that_he_is_in_the_oldest_first(
    world: World, realm: Realm, users: list[User]
) -> None:
    z = await group(world, realm, "z", *users[:2])
    await asyncio.sleep(0.002)
    a = await group(world, realm, "a", *users[1:3])
    organization = await world.do(realm.system, CreateOrganization(OrganizationDraft("umbrella", "Umbrella")))
    await world.do(realm.system, ChangeMembers(Organization, organization.id, (users[0].id,), ()))
    one = await world.ask(realm.administrator.actor, GroupedUser(by_id(users[1].id)))
    bare = await world.ask(realm.administrator.actor, GroupedUser(by_id(users[1].id), with_groups=False))
    search = Search(conditions=(TextIs((Text.USERNAME,), Compare.STARTS, "user-"),))
    page = await world.ask(realm.administrator.actor, GroupedUsers(search))

    assert (one.user, ids(one), bare) == (users[1], ["z", "a"], Grouped(users[1]))
    assert [ids(found) for found in page.users] == [["z"], ["z", "a"], ["a"], [], []]
    assert z.id < a.id
    assert [found.user for found in page.users] == users
    assert (page.total, page.before, page.after) == (5, None, None)


async def test_many_users_are_shown_with_their_groups_as_few_are(world: World, realm: Realm, users: list[User]) -> None:
    more = [await world.do(realm.system, CreateUser(UserDraft(f"user-x{n}", notify=False))) for n in range(FEW)]
    stars, alpha = await group(world, realm, "stars", *users, *more[:2]), await group(world, realm, "alpha", *more[1:3])
    search = Search(conditions=(TextIs((Text.USERNAME,), Compare.STARTS, "user-"),))
    page = await world.ask(realm.administrator.actor, GroupedUsers(search))
    expected = [await world.ask(realm.administrator.actor, GroupedUser(by_id(user.id))) for user in (*users, *more)]

    assert list(page.users) == expected
    assert {one.id for one in page.users[6].groups} == {stars.id, alpha.id}


async def test_pages_go_on_from_where_one_ended_in_both_directions(
    world: World, realm: Realm, users: list[User]
) -> None:
    search = Search(
        conditions=(TextIs((Text.USERNAME,), Compare.STARTS, "user-"),),
        order=(Order(Text.USERNAME, descending=True),),
        limit=2,
    )

    async def page(**changes: object) -> tuple[list[User], int, object, object]:
        fields = {"conditions": search.conditions, "order": search.order, "limit": 2, **changes}
        found = await world.ask(realm.administrator.actor, GroupedUsers(Search(**fields)))  # type: ignore[arg-type]
        return [one.user for one in found.users], found.total, found.before, found.after

    first, total, before, after = await page()
    second, total_again, back, beyond = await page(start=after)
    third, _, _, end = await page(start=beyond)
    again, _, start, _ = await page(start=back, backwards=True)
    uncounted = await page(total=False)

    assert [*first, *second, *third] == users[::-1]
    assert (total, total_again, before, end, again, start) == (5, 5, None, None, first, None)
    assert uncounted[:2] == (first, 0)
    assert (await page(limit=0))[:2] == ([], 5)


async def test_whoever_is_changed_is_shown_as_he_stands_then(world: World, realm: Realm, users: list[User]) -> None:
    await group(world, realm, "stars", users[0])
    command = EditGrouped(by_id(users[0].id), lambda user: UserEdit(job_title=f"{user.username}'s"))
    found = await world.do(realm.administrator.actor, command)

    assert (found.user.job_title, found.user.version, ids(found)) == ("user-0's", 2, ["stars"])
    assert await world.ask(realm.administrator.actor, GroupedUser(by_id(users[0].id))) == found


async def test_changes_at_once_are_all_made_each_over_the_one_before(
    world: World, realm: Realm, users: list[User]
) -> None:
    def adding(number: int) -> EditGrouped:
        def edit(user: User) -> UserEdit:
            titles = [*(user.job_title or "").split(), str(number)]
            return UserEdit(job_title=" ".join(titles))

        return EditGrouped(by_id(users[0].id), edit)

    found = await asyncio.gather(*(world.do(realm.administrator.actor, adding(number)) for number in range(30)))
    last = await world.ask(realm.administrator.actor, GroupedUser(by_id(users[0].id)))

    assert sorted(one.user.version for one in found) == list(range(2, 32))
    assert sorted(map(int, (last.user.job_title or "").split())) == list(range(30))
    await verify_promises(world.url)


async def test_whoever_may_not_see_users_is_not_shown_one_for_changing_him(
    world: World, realm: Realm, users: list[User]
) -> None:
    viewer = realm.roles[VIEWER]
    blind = type(viewer)("blind", realm.id, STAFF, 8, "Blind", frozenset({EDIT}))
    await world.do(realm.system, new(blind))
    editor = await world.person(realm, "editor", (EDITOR,))
    command = EditGrouped(by_id(users[0].id), lambda _: UserEdit(job_title="x"))

    assert await outcome(world.do(editor.actor, command)) == PermissionMissing("users:view")
    assert await outcome(world.ask(editor.actor, GroupedUser(by_id(users[0].id)))) == PermissionMissing("users:view")
    assert await outcome(world.do(realm.system, EditGrouped(by_id("none"), lambda _: UserEdit()))) == Unknown("user")


MARKS = [
    ((), ()),
    ((("a", "x"), ("b", "true"), ("c", "false")), ("b=true", "c=false")),
    ((("a*", "x"),), ("a*=x",)),
    ((("a*", "X\n\uff38\nStraße"),), ("a*=x", "a*=strasse")),
    ((("a*", "true"),), ("a*=true",)),
]


@pytest.mark.parametrize(("extras", "expected"), MARKS)
async def test_a_user_is_found_by_the_lines_of_what_is_kept_for_that(
    extras: tuple[tuple[str, str], ...], expected: tuple[str, ...], world: World, realm: Realm
) -> None:
    user = await world.do(realm.system, CreateUser(UserDraft("jill", extras=extras, notify=False)))

    assert user.marks == expected
    assert mark("a*", "x" * 300).startswith("a*=\n")
