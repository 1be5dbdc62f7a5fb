"""The authorization calls tell what the handlers obey: for each role, each key, another user and each container."""

from __future__ import annotations

import pytest

from muster.apis.certcentral.authorization import PERMISSIONS
from muster.apis.certcentral.roles import ACCESS_ROLES, KEY_ROLES, TEMPLATES
from muster.apis.certcentral.routes import ROUTES
from muster.core import permissions
from tests.apis.certcentral.accounts import new_account, root_of
from tests.apis.certcentral.caller import Caller, payload, refusal
from tests.apis.certcentral.test_containers import child
from tests.apis.ledger import Ledger

ROLES = {template.number: template.permissions for template in TEMPLATES if template.catalogue == ACCESS_ROLES}
NARROWING = {template.number: template.permissions for template in TEMPLATES if template.catalogue == KEY_ROLES}
NAMED_BY_THE_VENDOR = [
    "create_containers",
    "view_container",
    "edit_container",
    "manage_guest_keys",
    "create_users",
    "edit_users",
    "view_users",
    "add_domains",
    "view_domains",
    "create_organizations",
    "view_orders",
]


def told(caller: Caller, query: str = "") -> dict[str, bool]:
    answer = caller.get(f"/authorization{query}")
    assert answer.status_code == 200, answer.text
    assert {tuple(one) for one in answer.json()["authorizations"]} == {("authorized", "permission")}
    return {one["permission"]: one["authorized"] for one in answer.json()["authorizations"]}


def expected(held: frozenset[str]) -> dict[str, bool]:
    return {name: permission in held for name, permission in PERMISSIONS.items()}


def test_every_name_stands_for_a_permission_of_the_core() -> None:
    demanded = {route.permission for route in ROUTES} - {None}

    assert set(PERMISSIONS.values()) <= permissions.ALL
    assert list(PERMISSIONS)[: len(NAMED_BY_THE_VENDOR)] == NAMED_BY_THE_VENDOR
    assert demanded <= set(PERMISSIONS.values())


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_told_its_permissions(admin: Caller, role: int) -> None:
    caller = admin.colleague(role)
    singly = {name: caller.get(f"/authorization/{name}").json() for name in PERMISSIONS}

    assert told(caller) == expected(ROLES[role])
    assert singly == {
        name: {"authorized": authorized, "permission": name} for name, authorized in expected(ROLES[role]).items()
    }


@pytest.mark.parametrize("key_role", NARROWING)
def test_a_narrowed_key_is_told_what_it_leaves(admin: Caller, key_role: int) -> None:
    caller = admin.with_key(admin.issue_key(admin.number, key_role)[1])

    assert told(caller) == expected(ROLES[1] & NARROWING[key_role])


def test_what_is_told_is_what_is_obeyed(admin: Caller) -> None:
    for role in ROLES:
        caller = admin.colleague(role)
        authorized = told(caller)

        assert authorized["view_users"] == caller.get("/user").is_success
        assert authorized["create_users"] == caller.post("/user", json=payload()).is_success
        assert authorized["view_container"] == caller.get("/container").is_success


def test_another_users_permissions_are_those_of_his_roles(admin: Caller) -> None:
    manager = admin.colleague(4)
    limited = admin.create(access_roles=[{"id": 2}])
    found = [
        manager.get(f"/authorization/{name}/{limited}").json() for name in ("view_orders", "view_users", "edit_users")
    ]

    assert found == [
        {"authorized": True, "permission": "view_orders"},
        {"authorized": False, "permission": "view_users"},
        {"authorized": False, "permission": "edit_users"},
    ]
    assert manager.get(f"/authorization/delete_users/{admin.number}").json()["authorized"] is True


def test_who_sees_no_users_is_not_told_of_them(admin: Caller) -> None:
    caller = admin.colleague(5)
    answers = [caller.get(f"/authorization/view_users/{number}") for number in (admin.number, caller.number, 999999)]

    assert [refusal(answer) for answer in answers] == [(403, "access_denied|missing_permission")] * 3


@pytest.mark.parametrize("number", ["0", "999999", "x", "-1", "9" * 40, "%00"])
def test_an_unknown_user_is_not_found(admin: Caller, number: str) -> None:
    assert refusal(admin.get(f"/authorization/view_users/{number}")) == (404, "not_found|user")


@pytest.mark.parametrize("name", ["fly", "VIEW_USERS", "users:view", "%00", "view_users%2Fx", "\u00e9"])
def test_an_unknown_permission_is_not_found(admin: Caller, ledger: Ledger, name: str) -> None:
    before = ledger.footprint()
    answers = [admin.get(f"/authorization/{name}{rest}") for rest in ("", f"/{admin.number}", "/container")]

    assert [refusal(answer) for answer in answers] == [(404, "not_found|permission")] * 3
    assert ledger.footprint() == before


def test_permissions_hold_in_the_containers_that_the_caller_sees(admin: Caller) -> None:
    owner = new_account(admin)
    top = root_of(owner)
    north, south = child(owner, top, name="North"), child(owner, top)
    oslo = child(owner, north, name="Oslo")
    caller = owner.colleague(5, container={"id": north}, container_id_assignments=[north])
    owner.put(f"/container/{oslo}/deactivate")
    seen = caller.get("/authorization/view_orders/container").json()
    everywhere = owner.get("/authorization/create_users/container").json()["containers"]

    assert seen == {
        "containers": [
            {"id": north, "parent_id": top, "name": "North", "is_active": True},
            {"id": oslo, "parent_id": north, "name": "Oslo", "is_active": False},
        ]
    }
    assert [(one["id"], one["parent_id"]) for one in everywhere] == [
        (top, 0),
        (north, top),
        (south, top),
        (oslo, north),
    ]
    assert caller.get("/authorization/create_users/container").json() == {"containers": []}
    assert told(caller, f"?container_id={oslo}") == told(caller) == told(caller, "?container_id=0")
    for number in (top, south, 999999):
        assert refusal(caller.get(f"/authorization?container_id={number}")) == (404, "not_found|container")

    assert refusal(caller.get("/authorization?container_id=x")) == (400, "invalid_container_id|malformed")
    assert refusal(caller.get(f"/authorization/view_users/{caller.number}")) == (
        403,
        "access_denied|missing_permission",
    )


def test_another_account_is_not_seen(admin: Caller) -> None:
    stranger = new_account(admin)
    number = admin.create()

    assert refusal(stranger.get(f"/authorization/view_users/{number}")) == (404, "not_found|user")
    assert len(stranger.get("/authorization/view_users/container").json()["containers"]) == 1
