"""Roles of resource servers: a tree that whoever runs the installation keeps."""

from __future__ import annotations

import pytest

from muster.core.finders import by_id
from muster.core.members import PlaceUser
from muster.core.memberships import Membership
from muster.core.refusals import Fault, Full, InUse, Invalid, PermissionMissing, Taken, Unknown
from muster.core.resource_roles import AddResourceRole, DeleteResourceRole, ResourceRole, ResourceRoles
from tests.support.kept import entities, outcome, verify_promises
from tests.support.world import Realm, World


async def test_each_is_shown_with_those_above_and_below_it(world: World, realm: Realm) -> None:
    top = await world.do(realm.system, AddResourceRole("top", "All of it"))
    middle = await world.do(realm.system, AddResourceRole("middle", parent=top.id))
    low = await world.do(realm.system, AddResourceRole("low", parent=middle.id))
    other = await world.do(realm.system, AddResourceRole("other"))
    found = await world.ask(realm.system, ResourceRoles())

    assert {one.role: (one.ancestors, one.descendants) for one in found} == {
        top: ((), (middle.id, low.id)),
        middle: ((top.id,), (low.id,)),
        low: ((middle.id, top.id), ()),
        other: ((), ()),
    }


async def test_a_wrong_one_is_refused(world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.do(realm.system, AddResourceRole("Reader"))
    for command, expected in (
        (AddResourceRole(""), Invalid("name", Fault.MISSING)),
        (AddResourceRole("x" * 256), Invalid("name", Fault.TOO_LONG, 255)),
        (AddResourceRole("x", "a\nb"), Invalid("description", Fault.CHARACTERS)),
        (AddResourceRole("READER"), Taken("name")),
        (AddResourceRole("x", parent="nothing"), Invalid("parent", Fault.UNKNOWN)),
    ):
        assert await outcome(world.do(realm.system, command)) == expected
    monkeypatch.setattr("muster.core.resource_roles.MOST_ROLES", 1)

    assert await outcome(world.do(realm.system, AddResourceRole("x"))) == Full("resource-role", 1)
    assert [role.name for role in await entities(world.url, ResourceRole)] == ["Reader"]


async def test_one_ends_with_its_assignments_when_no_other_inherits_from_it(world: World, realm: Realm) -> None:
    top = await world.do(realm.system, AddResourceRole("top"))
    low = await world.do(realm.system, AddResourceRole("low", parent=top.id))
    user = realm.administrator.user
    await world.do(realm.system, PlaceUser(by_id(user.id), ResourceRole, (top.id, low.id)))

    assert await outcome(world.do(realm.system, DeleteResourceRole(top.id))) == InUse("resource-role")
    await world.do(realm.system, DeleteResourceRole(low.id))
    await world.do(realm.system, DeleteResourceRole(top.id))

    assert await outcome(world.do(realm.system, DeleteResourceRole(top.id))) == Unknown("resource-role")
    assert (await entities(world.url, ResourceRole), await entities(world.url, Membership)) == ([], [])
    await verify_promises(world.url)


async def test_no_role_gives_a_permission_to_make_or_end_one(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    found = [
        await outcome(world.do(actor, AddResourceRole("x"))),
        await outcome(world.do(actor, DeleteResourceRole("x"))),
        await outcome(world.ask(actor, ResourceRoles())),
    ]

    assert found == [PermissionMissing(f"oauth-roles:{verb}") for verb in ("create", "delete", "view")]
