"""Roles cannot be climbed: nobody gives, or takes in hand, what he does not hold himself through the key he shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.app.sources import new_secret
from muster.core.applications import (
    ApplicationDraft,
    ApplicationEdit,
    CreateApplication,
    EditApplication,
    IssuedApplication,
)
from muster.core.authority import Actor, system
from muster.core.drafts import CreateUser, UserDraft
from muster.core.finders import by_number
from muster.core.keys import ChangeKeyStatus, IssuedKey, IssueKey
from muster.core.leaving import DeleteUser
from muster.core.refusals import BeyondAuthority, Fault, Invalid, OwnAccount, PermissionMissing, Refused, Unknown
from muster.core.roles import ADMINISTER
from muster.core.users import User
from tests.support.kept import outcome, snapshot, verify_promises
from tests.support.world import (
    ADMINISTRATOR,
    AUDIT,
    AUDITOR,
    CREATE,
    EDIT_KEYS,
    ISSUE,
    MANAGER,
    STAFF,
    VIEW,
    VIEWER,
    Realm,
    World,
    change,
)

Roles = tuple[tuple[str, int], ...]

ROLE = BeyondAuthority("role")
USER = BeyondAuthority("user")


# The creator's roles, what narrows his key, the roles of the new user, and the refusal, if any.
GRANTS: list[tuple[Roles, tuple[str, int] | None, Roles, object]] = [
    ((ADMINISTRATOR,), None, (ADMINISTRATOR,), None),
    ((ADMINISTRATOR,), None, (MANAGER, VIEWER, AUDITOR), None),
    ((MANAGER,), None, (), None),
    ((MANAGER,), None, (MANAGER,), None),
    ((MANAGER,), None, (MANAGER, VIEWER, VIEWER), None),
    ((MANAGER,), None, (ADMINISTRATOR,), ROLE),
    ((MANAGER,), None, (VIEWER, ADMINISTRATOR), ROLE),
    ((MANAGER,), None, (AUDITOR,), ROLE),
    ((MANAGER, AUDITOR), None, (AUDITOR,), None),
    ((MANAGER, AUDITOR), None, (ADMINISTRATOR,), ROLE),
    ((ADMINISTRATOR,), MANAGER, (MANAGER,), None),
    ((ADMINISTRATOR,), MANAGER, (ADMINISTRATOR,), ROLE),
    ((ADMINISTRATOR,), MANAGER, (AUDITOR,), ROLE),
    ((ADMINISTRATOR,), VIEWER, (), PermissionMissing(CREATE)),
    ((ADMINISTRATOR,), AUDITOR, (), PermissionMissing(CREATE)),
    ((VIEWER,), ADMINISTRATOR, (), PermissionMissing(CREATE)),
    ((), None, (), PermissionMissing(CREATE)),
    ((ADMINISTRATOR,), None, ((STAFF, 4),), Invalid("roles", Fault.UNKNOWN)),
    ((ADMINISTRATOR,), None, (("nowhere", 1),), Invalid("roles", Fault.UNKNOWN)),
    ((ADMINISTRATOR,), None, ((AUDIT, 2**80),), Invalid("roles", Fault.UNKNOWN)),
    ((ADMINISTRATOR,), None, (("half a pair \udc00", 1),), Invalid("roles", Fault.UNKNOWN)),
    ((ADMINISTRATOR,), None, (("\0", 1),), Invalid("roles", Fault.UNKNOWN)),
]


async def test_a_role_is_given_only_by_one_who_holds_all_that_it_gives(world: World, realm: Realm) -> None:
    for row, (own, narrowing, granted, expected) in enumerate(GRANTS):
        creator = await world.person(realm, None, own, narrowing=narrowing)

        made = await outcome(world.do(creator.actor, CreateUser(UserDraft(f"sam{row}", roles=granted))))
        found = set(made.roles) if isinstance(made, User) else made

        assert (row, found) == (row, expected or {realm.roles[role].id for role in granted})


# The issuer's roles and narrowing, the roles of the key's user, what shall narrow the key, and the refusal, if any.
KEYS: list[tuple[Roles, tuple[str, int] | None, Roles, tuple[str, int] | None, object]] = [
    ((MANAGER,), None, (MANAGER,), None, None),
    ((MANAGER,), None, (VIEWER,), None, None),
    ((MANAGER,), None, (), None, None),
    ((MANAGER,), None, (ADMINISTRATOR,), None, USER),
    ((MANAGER,), None, (ADMINISTRATOR,), VIEWER, USER),
    ((MANAGER,), None, (AUDITOR,), None, USER),
    ((MANAGER,), None, (VIEWER, AUDITOR), None, USER),
    ((MANAGER, AUDITOR), None, (VIEWER, AUDITOR), None, None),
    ((ADMINISTRATOR,), None, (ADMINISTRATOR,), MANAGER, None),
    ((ADMINISTRATOR,), MANAGER, (ADMINISTRATOR,), None, USER),
    ((ADMINISTRATOR,), MANAGER, (MANAGER,), None, None),
    ((ADMINISTRATOR,), VIEWER, (), None, PermissionMissing(ISSUE)),
    ((MANAGER,), None, (VIEWER,), (STAFF, 9), Invalid("role", Fault.UNKNOWN)),
]


async def test_a_key_is_made_only_for_one_who_holds_no_more(world: World, realm: Realm) -> None:
    for row, (own, narrowing, theirs, shall, expected) in enumerate(KEYS):
        issuer = await world.person(realm, None, own, narrowing=narrowing)
        user = await world.person(realm, None, theirs)

        issued = await outcome(world.do(issuer.actor, IssueKey(user.user.number, "key", shall)))

        assert (row, None if isinstance(issued, IssuedKey) else issued) == (row, expected)
        if isinstance(issued, IssuedKey):
            actor = await world.directory.identify(issued.secret)
            assert actor.id == user.user.id
            assert actor.permissions <= issuer.actor.permissions


# What narrows an administrator's key, what shall narrow another of his own, and the refusal, if any.
OWN_KEYS = [
    (None, None, None),
    (None, VIEWER, None),
    (MANAGER, None, USER),
    (MANAGER, ADMINISTRATOR, USER),
    (MANAGER, AUDITOR, USER),
    (MANAGER, MANAGER, None),
    (MANAGER, VIEWER, None),
]


async def test_a_narrowed_key_makes_no_wider_one_for_its_own_user(world: World, realm: Realm) -> None:
    for row, (narrowing, shall, expected) in enumerate(OWN_KEYS):
        admin = await world.person(realm, None, (ADMINISTRATOR,), narrowing=narrowing)

        issued = await outcome(world.do(admin.actor, IssueKey(admin.user.number, "mine", shall)))

        assert (row, None if isinstance(issued, IssuedKey) else issued) == (row, expected)


async def test_a_narrowed_key_wakes_no_wider_one_again(world: World, realm: Realm) -> None:
    admin = await world.person(realm, None, (ADMINISTRATOR,))
    narrow = await world.holder(realm, admin.user, MANAGER)
    narrower = await world.holder(realm, admin.user, VIEWER)
    for key in (admin.key, narrower.key):
        await world.do(narrow.actor, ChangeKeyStatus(key.number, active=False))
    before = await snapshot(world.url)

    wide = await outcome(world.do(narrow.actor, ChangeKeyStatus(admin.key.number, active=True)))
    after = await snapshot(world.url)
    small = await world.do(narrow.actor, ChangeKeyStatus(narrower.key.number, active=True))

    assert (wide, small.active) == (USER, True)
    assert before == after


@pytest.mark.parametrize("active", [True, False])
async def test_a_key_is_revoked_only_by_one_who_manages_its_user(world: World, realm: Realm, active: bool) -> None:
    manager = await world.person(realm, None, (MANAGER,))
    unit = await world.unit(realm, "north")
    restricted = await world.person(realm, None, (MANAGER,), (unit,), unit)
    admin, viewer = realm.administrator, await world.person(realm, None, (VIEWER,), home=unit)

    found = [
        await outcome(world.do(actor, ChangeKeyStatus(number, active)))
        for actor, number in (
            (manager.actor, admin.key.number),
            (restricted.actor, viewer.key.number),
            (restricted.actor, manager.key.number),
            (manager.actor, 999),
            (manager.actor, -(2**70)),
            (viewer.actor, viewer.key.number),
        )
    ]
    done = await world.do(manager.actor, ChangeKeyStatus(viewer.key.number, active))

    assert found == [USER, USER, Unknown("key"), Unknown("key"), Unknown("key"), PermissionMissing(EDIT_KEYS)]
    assert done.active is active


# A user's roles, what narrows his key, and the permissions that he has through it.
HOLDINGS: list[tuple[Roles, tuple[str, int] | None, set[str]]] = [
    ((), None, set()),
    ((VIEWER,), None, {VIEW}),
    ((VIEWER,), ADMINISTRATOR, {VIEW}),
    ((ADMINISTRATOR,), VIEWER, {VIEW}),
    ((MANAGER,), AUDITOR, set()),
    ((VIEWER, AUDITOR), None, {VIEW, "audit:view"}),
    ((MANAGER, AUDITOR), MANAGER, {VIEW, CREATE, ISSUE, EDIT_KEYS}),
]


async def test_through_a_key_one_holds_what_his_roles_give_less_what_it_narrows(world: World, realm: Realm) -> None:
    for own, narrowing, expected in HOLDINGS:
        person = await world.person(realm, None, own, narrowing=narrowing)

        assert person.actor.permissions == expected


async def test_an_application_reaches_no_further_than_its_maker(world: World, realm: Realm) -> None:
    """It sees the whole tenant, so that one who is restricted to some units may make none, nor set one free."""
    everything = frozenset({VIEW, "applications:create", "applications:edit"})
    keeper = replace(realm.roles[MANAGER], permissions=everything)
    await world.do(realm.system, change(realm.roles[MANAGER], keeper))
    unit = await world.unit(realm, "north")
    free, bound = await world.person(realm, None, (MANAGER,)), await world.person(realm, None, (MANAGER,), (unit,))
    found = []
    for number, (actor, role) in enumerate(
        ((free.actor, VIEWER), (free.actor, ADMINISTRATOR), (bound.actor, VIEWER), (free.actor, (STAFF, 9)))
    ):
        draft = ApplicationDraft(f"id-{number}", f"name-{number}", role, new_secret())
        made = await outcome(world.do(actor, CreateApplication(draft)))
        found.append(made.application.role if isinstance(made, IssuedApplication) else made)
    strong = ApplicationDraft("strong", "strong", ADMINISTRATOR, new_secret())
    await world.do(realm.system, CreateApplication(strong))
    allowed = [
        await outcome(world.do(actor, EditApplication(application, ApplicationEdit(long_lived=True))))
        for actor, application in ((bound.actor, "id-0"), (free.actor, "strong"), (free.actor, "id-0"))
    ]

    assert found == [realm.roles[VIEWER].id, ROLE, BeyondAuthority("scope"), Invalid("role", Fault.UNKNOWN)]
    assert allowed[:2] == [BeyondAuthority("scope"), BeyondAuthority("application")]
    assert allowed[2].long_lived


async def test_nobody_deletes_himself_or_one_who_holds_or_sees_more(world: World, realm: Realm) -> None:
    cleaner = replace(realm.roles[MANAGER], permissions=frozenset({VIEW, "users:delete"}))
    await world.do(realm.system, change(realm.roles[MANAGER], cleaner))
    unit = await world.unit(realm, "north")
    free, bound = (
        await world.person(realm, None, (MANAGER,)),
        await world.person(realm, None, (MANAGER,), (unit,), unit),
    )
    viewer, inside = await world.person(realm, None, (VIEWER,), home=unit), await world.person(realm, None, (), (unit,))
    found = [
        await outcome(world.do(actor, DeleteUser(by_number(person.user.number))))
        for actor, person in (
            (viewer.actor, inside),
            (free.actor, free),
            (free.actor, realm.administrator),
            (bound.actor, free),
            (bound.actor, viewer),
            (bound.actor, inside),
            (free.actor, viewer),
        )
    ]

    assert found == [PermissionMissing("users:delete"), OwnAccount(), USER, Unknown("user"), USER, None, None]
    await verify_promises(world.url)


permissions = st.frozensets(st.sampled_from((ADMINISTER, VIEW, CREATE, ISSUE)))


@given(permissions, permissions)
def test_one_must_hold_every_single_permission(own: frozenset[str], demanded: frozenset[str]) -> None:
    actor = Actor("t", "user", "a", "a", own, None, "u", 0)
    lacking = [permission for permission in sorted(demanded) if not actor.may(permission)]

    assert (not lacking) is (demanded <= own)
    if lacking:
        with pytest.raises(Refused) as raised:
            actor.must_hold(demanded, "role")
        assert raised.value.refusal == ROLE
    else:
        actor.must_hold(demanded, "role")
    system("t", "installer").must_hold(demanded, "role")
