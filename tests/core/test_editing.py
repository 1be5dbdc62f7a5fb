"""How a user changes: what is different, what stays, what it is recorded as, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from muster.core.drafts import CreateUser, UserDraft
from muster.core.editing import EditUser, SetRoles, UserEdit
from muster.core.events import Change
from muster.core.finders import by_number
from muster.core.leaving import DeleteUser
from muster.core.refusals import BeyondAuthority, Fault, Invalid, Obstacle, PermissionMissing, Taken, Unknown, Unsuited
from muster.core.users import SERVICE, LoginName, User
from tests.core.editors import EDIT, Named, editing, empower, kept, newest
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, MANAGER, VIEWER, Put, Realm, World, change

DRAFT = UserDraft("jill", "Jill", "Valentine", "jill@example.com", phone="1", job_title="Medic", notify=False)


@pytest.fixture
async def realm(world: World) -> Realm:
    """A tenant whose administrators may change users."""
    realm = await world.realm()
    await empower(world, realm)
    return realm


@pytest.fixture
async def jill(world: World, realm: Realm) -> User:
    """Somebody to change."""
    return await world.do(realm.system, CreateUser(DRAFT))


# What is sent, and what becomes of it, with the old values first.
EDITS: list[tuple[dict[str, Any], list[tuple[str, str | None, str | None]]]] = [
    ({"given_name": "Jo"}, [("given_name", "Jill", "Jo")]),
    ({"phone": None}, [("phone", "1", None)]),
    (
        {"email": "j@example.com", "job_title": None, "sso_only": True},
        [("email", "jill@example.com", "j@example.com"), ("job_title", "Medic", None), ("sso_only", "false", "true")],
    ),
    ({"username": "Jill.V", "family_name": "V"}, [("username", "jill", "Jill.V"), ("family_name", "Valentine", "V")]),
]


async def test_what_is_different_is_kept_and_recorded_and_the_rest_stays(
    world: World, realm: Realm, jill: User
) -> None:
    for fields, expected in EDITS:
        before = await kept(world, realm, jill)
        back = {name: getattr(before, name) for name in fields}
        world.sources.time += 1000

        changed = await world.do(realm.administrator.actor, editing(jill, **fields))
        event = await newest(world)

        assert changed == replace(before, **fields, version=before.version + 1, changed_at=world.sources.time)
        assert changed == await kept(world, realm, jill)
        assert (event.act, event.subject, event.subject_name) == ("user.edited", jill.id, before.username)
        assert event.changes == tuple(Change(*one) for one in expected)
        await world.do(realm.system, editing(jill, **back))
    await verify_promises(world.url)


async def test_a_change_that_changes_nothing_writes_nothing(world: World, realm: Realm, jill: User) -> None:
    before = await snapshot(world.url)
    same = {name: getattr(jill, name) for name in ("username", "given_name", "email", "phone", "sso_only")}

    found = [await world.do(realm.administrator.actor, editing(jill, **fields)) for fields in ({}, same)]

    assert found == [jill, jill]
    assert await snapshot(world.url) == before


async def test_a_change_is_made_of_who_the_user_is_by_then(world: World, realm: Realm, jill: User) -> None:
    def longer(user: User) -> UserEdit:
        return UserEdit(given_name=f"{user.given_name}x")

    acts = [world.do(realm.administrator.actor, EditUser(by_number(jill.number), longer)) for _ in range(9)]
    await asyncio.gather(*acts)
    found = await kept(world, realm, jill)

    assert (found.given_name, found.version) == ("Jill" + "x" * 9, jill.version + 9)
    await verify_promises(world.url)


WRONG: list[tuple[str, Any, Invalid]] = [
    ("username", "", Invalid("username", Fault.MISSING)),
    ("username", " ", Invalid("username", Fault.MISSING)),
    ("username", "x" * 256, Invalid("username", Fault.TOO_LONG, 255)),
    ("username", "a\nb", Invalid("username", Fault.CHARACTERS)),
    ("given_name", "a\0b", Invalid("given_name", Fault.CHARACTERS)),
    ("family_name", "x" * 1025, Invalid("family_name", Fault.TOO_LONG, 1024)),
    ("family_name", "\ud800", Invalid("family_name", Fault.CHARACTERS)),
    ("email", "x" * 321, Invalid("email", Fault.TOO_LONG, 320)),
    ("phone", "x" * 1025, Invalid("phone", Fault.TOO_LONG, 1024)),
    ("job_title", "\u2028", Invalid("job_title", Fault.CHARACTERS)),
]


async def test_a_wrong_value_is_refused_and_nothing_is_written(world: World, realm: Realm, jill: User) -> None:
    before = await snapshot(world.url)
    for field, value, expected in WRONG:
        found = await outcome(world.do(realm.administrator.actor, editing(jill, **{field: value, "sso_only": True})))

        assert (field, value, found) == (field, value, expected)

    assert await snapshot(world.url) == before


async def names_of(world: World, user: User) -> set[tuple[str, str]]:
    names: list[LoginName] = await entities(world.url, LoginName)
    return {(name.kind, name.value) for name in names if name.user == user.id}


async def test_a_new_username_frees_the_old_one_at_once_and_leaves_the_aliases(world: World, realm: Realm) -> None:
    draft = replace(DRAFT, username="claire", aliases=("red", "blue"))
    claire = await world.do(realm.system, CreateUser(draft))
    acts = [editing(claire, username="elza"), CreateUser(UserDraft("claire")), CreateUser(UserDraft("ELZA"))]

    found = await asyncio.gather(*(outcome(world.do(realm.administrator.actor, act)) for act in acts))
    by_name = await world.ask(realm.system, Named("elza"))

    assert [found[0].username, found[1].username, found[2]] == ["elza", "claire", Taken("username")]
    assert await names_of(world, claire) == {("username", "elza"), ("alias", "red"), ("alias", "blue")}
    assert by_name.id == claire.id
    await verify_promises(world.url)


async def test_a_username_may_be_written_differently(world: World, realm: Realm, jill: User) -> None:
    found = await world.do(realm.administrator.actor, editing(jill, username="JILL"))

    assert (found.username, await names_of(world, jill)) == ("JILL", {("username", "JILL")})
    await verify_promises(world.url)


async def test_two_may_exchange_their_names_through_a_third(world: World, realm: Realm, jill: User) -> None:
    leon = await world.do(realm.system, CreateUser(UserDraft("leon")))
    acts = [editing(jill, username="x"), editing(leon, username="jill"), editing(jill, username="leon")]

    await asyncio.gather(*(world.do(realm.administrator.actor, act) for act in acts))

    assert await names_of(world, jill) == {("username", "leon")}
    assert await names_of(world, leon) == {("username", "jill")}
    await verify_promises(world.url)


@pytest.mark.parametrize("name", ["leon", "LEON", "kennedy", "Raccoon", "ｌｅｏｎ"])  # noqa: RUF001
async def test_a_name_that_anybody_has_is_taken_his_own_alias_too(
    world: World, realm: Realm, jill: User, name: str
) -> None:
    await world.do(realm.system, CreateUser(UserDraft("leon", aliases=("kennedy",))))
    claire = await world.do(realm.system, CreateUser(UserDraft("claire", aliases=("raccoon",))))
    before = await snapshot(world.url)

    found = await outcome(world.do(realm.administrator.actor, editing(claire, username=name)))

    assert found == Taken("username")
    assert await snapshot(world.url) == before


async def test_of_many_who_want_one_name_at_once_one_gets_it(world: World, realm: Realm) -> None:
    users = [await world.do(realm.system, CreateUser(UserDraft(f"user-{number}"))) for number in range(5)]

    found = await asyncio.gather(
        *(outcome(world.do(realm.administrator.actor, editing(user, username="leon"))) for user in users)
    )

    assert refused(found) == [Taken("username")] * 4
    await verify_promises(world.url)


async def test_a_service_keeps_the_names_that_the_directory_gave_it(world: World, realm: Realm, jill: User) -> None:
    service = replace(jill, kind=SERVICE)
    await world.do(realm.system, change(jill, service))
    before = await snapshot(world.url)
    others = {"username": "x", "given_name": "y", "family_name": None, "sso_only": True}

    found = [
        await outcome(world.do(realm.administrator.actor, editing(service, email="z@example.com", **{field: value})))
        for field, value in others.items()
    ]

    assert found == [Unsuited(Obstacle.SERVICE)] * 4
    assert await snapshot(world.url) == before


async def test_it_is_given_another_address_and_is_disabled_like_anybody(world: World, realm: Realm, jill: User) -> None:
    service = replace(jill, kind=SERVICE)
    await world.do(realm.system, change(jill, service))
    same = {name: getattr(service, name) for name in ("username", "given_name", "family_name", "sso_only")}

    found = await world.do(
        realm.administrator.actor, editing(service, email="z@example.com", active=False, locked=True, **same)
    )

    at = world.sources.now()
    expected = replace(service, email="z@example.com", active=False, locked_at=at, version=service.version + 1)
    assert found == expected
    await verify_promises(world.url)


async def test_who_may_change_whom(world: World, realm: Realm, jill: User) -> None:
    unit = await world.unit(realm, "north")
    free, viewer = await world.person(realm, None, (MANAGER,)), await world.person(realm, None, (VIEWER,))
    bound = await world.person(realm, None, (MANAGER,), (unit,), unit)
    inside, above = await world.person(realm, None, (), (unit,)), await world.person(realm, None, (), home=unit)
    narrow = await world.holder(realm, realm.administrator.user, MANAGER)
    table: list[tuple[Any, User, object]] = [
        (viewer, jill, PermissionMissing(EDIT)),
        (viewer, viewer.user, PermissionMissing(EDIT)),
        (free, jill, None),
        (free, free.user, None),
        (free, realm.administrator.user, BeyondAuthority("user")),
        (bound, jill, Unknown("user")),
        (bound, inside.user, None),
        (bound, above.user, BeyondAuthority("user")),
        (bound, bound.user, None),
        (narrow, jill, None),
        (narrow, realm.administrator.user, BeyondAuthority("user")),
        (realm.administrator, realm.administrator.user, None),
    ]
    for row, (who, whom, expected) in enumerate(table):
        found = await outcome(world.do(who.actor, editing(whom, given_name=f"name {row}")))

        assert (row, None if isinstance(found, User) else found) == (row, expected)
    await verify_promises(world.url)


async def test_an_api_is_asked_what_to_change_only_where_the_change_is_allowed(
    world: World, realm: Realm, jill: User
) -> None:
    """So that nothing is told of what was sent to one who may not even see the user."""
    viewer = await world.person(realm, None, (VIEWER,))
    asked: list[User] = []

    def edit(user: User) -> UserEdit:
        asked.append(user)
        return UserEdit()

    for actor, number in ((viewer.actor, jill.number), (realm.administrator.actor, 999)):
        await outcome(world.do(actor, EditUser(by_number(number), edit)))

    assert asked == []


async def acts_as(world: World, actor: Any) -> str:
    """The name under which somebody's act is recorded."""
    await world.do(actor, Put(()))
    return (await newest(world)).actor_name


async def test_a_rename_acts_at_once_on_who_was_seen_before(world: World, realm: Realm) -> None:
    wesker = await world.person(realm, "wesker", (MANAGER,))
    first = await acts_as(world, wesker.actor)

    await world.do(realm.administrator.actor, editing(wesker.user, username="albert"))
    cached = await world.directory.identify(wesker.secret)

    assert (first, await acts_as(world, cached)) == ("wesker", "albert")


EFFECTS: dict[str, Callable[[User], Any]] = {
    "roles": lambda user: SetRoles(by_number(user.number), "staff", (3,)),
    "gone": lambda user: DeleteUser(by_number(user.number)),
}


@pytest.mark.parametrize("way", EFFECTS)
async def test_who_loses_his_roles_or_is_deleted_loses_them_at_once(world: World, realm: Realm, way: str) -> None:
    wesker = await world.person(realm, "wesker", (ADMINISTRATOR,))
    jill = await world.person(realm, "jill")
    await world.do(wesker.actor, editing(jill.user, given_name="x"))

    await world.do(realm.administrator.actor, EFFECTS[way](wesker.user))
    found = await outcome(world.do(wesker.actor, editing(jill.user, given_name="y")))
    by_name = await outcome(world.ask(realm.system, Named("wesker")))

    assert type(found).__name__ == {"roles": "PermissionMissing", "gone": "CredentialInvalid"}[way]
    assert (by_name == Unknown("user")) is (way == "gone")
