"""Keys, looked at and changed: whose one sees, in which order, and how far one may reach through a change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from muster.core import keyring
from muster.core.events import Change
from muster.core.keyring import KeyByNumber, Keys
from muster.core.keys import ApiKey, ChangeKeyStatus, EditKey, IssueKey
from muster.core.refusals import BeyondAuthority, Fault, Invalid, PermissionMissing, Unknown
from muster.core.roles import RolesOf
from tests.core.editors import VIEW_KEYS, empower, newest
from tests.support.kept import outcome, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, AUDIT, EDIT_KEYS, MANAGER, STAFF, VIEWER, Realm, World, change

USER = BeyondAuthority("user")


@pytest.fixture
async def realm(world: World) -> Realm:
    """A tenant whose administrators and managers may look at keys."""
    realm = await world.realm()
    await empower(world, realm)
    return realm


async def numbers(world: World, actor: Any, question: Keys) -> list[int]:
    return [view.key.number for view in await world.ask(actor, question)]


async def test_keys_are_listed_by_number_with_their_user_and_narrowing(world: World, realm: Realm) -> None:
    jill = await world.person(realm, "jill")
    narrow = await world.holder(realm, jill.user, VIEWER)

    found = await world.ask(realm.administrator.actor, Keys())
    one = await world.ask(realm.administrator.actor, KeyByNumber(narrow.key.number))

    assert [(view.key, view.user, view.role) for view in found] == [
        (realm.administrator.key, realm.administrator.user, None),
        (jill.key, jill.user, None),
        (narrow.key, jill.user, realm.roles[VIEWER]),
    ]
    assert one == found[-1]


async def test_the_keys_of_one_user_are_his(world: World, realm: Realm) -> None:
    jill, _ = await world.person(realm, "jill"), await world.person(realm, "leon")
    more = [await world.holder(realm, jill.user) for _ in range(3)]
    own = [jill.key.number, *(it.key.number for it in more)]
    admin = realm.administrator.actor

    assert await numbers(world, admin, Keys(jill.user.number)) == own
    assert await numbers(world, admin, Keys(jill.user.number, 1, 2)) == own[1:3]
    assert [await numbers(world, admin, Keys(number)) for number in (0, 999, 2**70, -1)] == [[]] * 4


async def test_a_walk_through_all_keys_sees_each_once(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In runs that are shorter than the pages, and the other way round."""
    jill = await world.person(realm, "jill")
    for number in range(11):
        await world.do(realm.system, IssueKey(jill.user.number, f"key {number}"))
    everything = await numbers(world, realm.administrator.actor, Keys())
    for run, limit in ((3, 5), (5, 3), (1, 4), (13, 13), (14, 1), (1000, 1000)):
        monkeypatch.setattr(keyring, "RUN", run)
        seen: list[int] = []
        while page := await numbers(world, realm.administrator.actor, Keys(None, len(seen), limit)):
            seen += page

        assert (run, limit, seen) == (run, limit, everything)

    assert len(everything) == 13
    assert everything == sorted(everything)


async def test_more_keys_than_a_list_looks_at_are_refused(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "RUN", 2)
    monkeypatch.setattr(keyring, "MOST_EXAMINED", 4)
    people = [await world.person(realm) for _ in range(4)]
    admin = realm.administrator.actor

    found = [await outcome(world.ask(admin, Keys(None, offset, limit))) for offset, limit in ((0, 4), (0, 5), (9, 1))]

    assert [view.key.number for view in found[0]] == [
        realm.administrator.key.number,
        *(p.key.number for p in people[:3]),
    ]
    assert found[1:] == [Invalid("offset", Fault.TOO_MANY, 4)] * 2


async def test_one_sees_the_keys_of_those_whom_he_sees(world: World, realm: Realm) -> None:
    north, south = await world.unit(realm, "north"), await world.unit(realm, "south")
    oslo = await world.unit(realm, "oslo", north)
    bound = await world.person(realm, None, (MANAGER,), (north,), south)
    seen = [await world.person(realm, None, home=oslo), await world.person(realm, None, (), (oslo,), south)]
    hidden = [realm.administrator, await world.person(realm, None, home=south)]

    found = await numbers(world, bound.actor, Keys())
    single = [await outcome(world.ask(bound.actor, KeyByNumber(it.key.number))) for it in (*seen, *hidden)]
    of_one = [await numbers(world, bound.actor, Keys(it.user.number)) for it in (*seen, *hidden)]

    assert found == [bound.key.number, *(it.key.number for it in seen)]
    assert [getattr(it, "user", it) for it in single] == [*(it.user for it in seen), *([Unknown("key")] * 2)]
    assert of_one == [[it.key.number] for it in seen] + [[], []]


async def test_who_may_not_see_keys_does_not_see_his_own(world: World, realm: Realm) -> None:
    viewer = await world.person(realm, None, (VIEWER,))
    questions = (Keys(), Keys(viewer.user.number), KeyByNumber(viewer.key.number))

    found = [await outcome(world.ask(viewer.actor, question)) for question in questions]

    assert found == [PermissionMissing(VIEW_KEYS)] * 3


async def test_everybody_may_ask_which_roles_a_catalogue_has(world: World, realm: Realm) -> None:
    nobody = await world.person(realm)

    found = [await world.ask(nobody.actor, RolesOf(catalogue)) for catalogue in (STAFF, AUDIT, "nowhere")]

    assert [[role.number for role in roles] for roles in found] == [[1, 2, 3], [1], []]


async def test_a_key_is_renamed_and_narrowed_and_set_free_again(world: World, realm: Realm) -> None:
    jill = await world.person(realm, "jill", (MANAGER,))
    admin, number = realm.administrator.actor, jill.key.number

    narrowed = await world.do(admin, EditKey(number, "lab", VIEWER))
    event = await newest(world)
    while_narrowed = (await world.identified(jill.secret)).permissions
    renamed = await world.do(admin, EditKey(number, "office"))
    freed = await world.do(admin, EditKey(number, "office", None))

    role = realm.roles[VIEWER].id
    assert narrowed == replace(jill.key, name="lab", role=role)
    assert (event.act, event.subject_name) == ("key.edited", "jill/key")
    assert event.changes == (Change("name", "key", "lab"), Change("role", None, role))
    assert (while_narrowed, renamed.role, freed.role) == (realm.roles[VIEWER].permissions, role, None)
    await verify_promises(world.url)


async def test_a_key_that_is_so_already_is_not_written(world: World, realm: Realm) -> None:
    narrow = await world.holder(realm, realm.administrator.user, VIEWER)
    before = await snapshot(world.url)

    found = [
        await world.do(realm.administrator.actor, EditKey(narrow.key.number, "key", *role)) for role in ((), (VIEWER,))
    ]

    assert found == [narrow.key] * 2
    assert await snapshot(world.url) == before


# What narrows the actor's key and another key of the same administrator, what shall narrow that, and the refusal.
OWN_KEYS: list[tuple[tuple[str, int] | None, tuple[str, int] | None, tuple[Any, ...], object]] = [
    (None, VIEWER, (None,), None),
    (None, None, (VIEWER,), None),
    (MANAGER, VIEWER, (), None),
    (MANAGER, VIEWER, (MANAGER,), None),
    (MANAGER, VIEWER, (None,), USER),
    (MANAGER, VIEWER, (ADMINISTRATOR,), USER),
    (MANAGER, None, (), USER),
    (MANAGER, None, (VIEWER,), None),
    (VIEWER, VIEWER, (), PermissionMissing(EDIT_KEYS)),
    (None, None, ((STAFF, 9),), Invalid("role", Fault.UNKNOWN)),
    (None, None, (("nowhere", 1),), Invalid("role", Fault.UNKNOWN)),
]


async def test_no_key_is_made_wider_than_the_one_that_is_shown(world: World, realm: Realm) -> None:
    for row, (own, other, shall, expected) in enumerate(OWN_KEYS):
        admin = await world.person(realm, None, (ADMINISTRATOR,), narrowing=own)
        key = (await world.holder(realm, admin.user, other)).key

        found = await outcome(world.do(admin.actor, EditKey(key.number, f"row {row}", *shall)))

        assert (row, None if isinstance(found, ApiKey) else found) == (row, expected)


async def test_a_key_is_edited_by_those_alone_who_manage_its_user(world: World, realm: Realm) -> None:
    unit = await world.unit(realm, "north")
    manager, viewer = await world.person(realm, None, (MANAGER,)), await world.person(realm, None, (VIEWER,), home=unit)
    bound = await world.person(realm, None, (MANAGER,), (unit,), unit)
    table: list[tuple[Any, int, object]] = [
        (manager, viewer.key.number, None),
        (manager, realm.administrator.key.number, USER),
        (bound, viewer.key.number, USER),
        (bound, manager.key.number, Unknown("key")),
        (manager, 999, Unknown("key")),
        (manager, 2**70, Unknown("key")),
    ]
    for row, (who, number, expected) in enumerate(table):
        found = await outcome(world.do(who.actor, EditKey(number, f"row {row}")))

        assert (row, None if isinstance(found, ApiKey) else found) == (row, expected)


@pytest.mark.parametrize(
    ("name", "fault"),
    [("", Fault.MISSING), (" ", Fault.MISSING), ("a\0", Fault.CHARACTERS), ("x" * 256, Fault.TOO_LONG)],
)
async def test_a_wrong_name_is_refused(world: World, realm: Realm, name: str, fault: Fault) -> None:
    before = await snapshot(world.url)

    found = await outcome(world.do(realm.administrator.actor, EditKey(realm.administrator.key.number, name)))

    assert (found.field, found.fault) == ("name", fault)
    assert await snapshot(world.url) == before


async def test_a_narrowing_acts_at_once_on_a_key_that_was_seen_before(world: World, realm: Realm) -> None:
    jill = await world.person(realm, "jill", (MANAGER,))
    mine = ChangeKeyStatus(jill.key.number, active=True)
    await world.do(jill.actor, mine)

    await world.do(realm.administrator.actor, EditKey(jill.key.number, "key", VIEWER))
    found = await outcome(world.do(jill.actor, mine))

    assert found == PermissionMissing(EDIT_KEYS)


async def test_the_key_of_a_role_that_is_gone_is_shown(world: World, realm: Realm) -> None:
    narrow = await world.holder(realm, realm.administrator.user, VIEWER)
    await world.do(realm.system, change(realm.roles[VIEWER], None))

    found = await world.ask(realm.administrator.actor, KeyByNumber(narrow.key.number))

    assert (found.key, found.role) == (narrow.key, None)
