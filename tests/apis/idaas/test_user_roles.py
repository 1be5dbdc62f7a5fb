"""Site roles as the Administration API shows them, gives them to users and takes them away."""

from __future__ import annotations

import time
from typing import Any

import pytest

from muster.apis.idaas.routes import ROUTES
from muster.apis.idaas.translate_roles import SHOWN
from tests.apis.idaas.caller import NO_USER, Caller, refusal
from tests.apis.idaas.places import NOBODY, good, group
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

NO_ROLE = (404, "role_not_found")
BEYOND, DENIED = (403, "insufficient_authority"), (403, "permission_denied")
LAST = (400, "last_administrator")

NAMES = [
    "Super Administrator",
    "Auditor",
    "Help Desk Administrator",
    "SCIM Provisioning",
    "SIEM Add-on",
    "AD Connector",
]

USERS_AND_GROUPS = {f"{entity}:{verb}" for entity in ("USERS", "GROUPS") for verb in ("VIEW", "ADD", "EDIT", "REMOVE")}
HELP_DESK = {
    *(f"TOKENS:{verb}" for verb in ("VIEW", "ADD", "EDIT", "REMOVE")),
    *(f"{entity}:VIEW" for entity in ("USERS", "GROUPS", "ORGANIZATIONS", "USERATTRIBUTES", "OAUTHROLES", "ROLES")),
    "USERSITEROLES:VIEW",
    "SETTINGS:VIEW",
    "USERS:EDIT",
}


@pytest.fixture(scope="module")
def company(muster: LiveMuster, admin: Caller) -> Caller:
    """An application of a tenant of its own, whose only administrator is the first user."""
    there = told(muster, "tenant", "add", f"Roles {time.time_ns()}")["idaas"]
    return admin.signed_in(there["applicationId"], there["sharedSecret"])


def application(muster: LiveMuster, admin: Caller, role: str) -> Caller:
    """A new application of the first tenant."""
    made = told(muster, "application", "add", f"{role} {time.time_ns()}", "--role", role)
    return admin.signed_in(made["applicationId"], made["sharedSecret"])


def roles(caller: Caller) -> dict[str, str]:
    """The id of each role, by name."""
    return {one["roleName"]: one["id"] for one in good(caller.get("/v1/roles"))}


def permissions(caller: Caller, role: str) -> set[str]:
    shown = good(caller.get(f"/v1/roles/{roles(caller)[role]}"))["permissions"]
    return {f"{one['entityType']}:{one['actionType']}" for one in shown}


def held(caller: Caller, user: str) -> list[str]:
    return [one["name"] for one in good(caller.get(f"/v1/users/{user}/roles"))]


def of_user(caller: Caller, user: str, role: str) -> str:
    return f"/v1/users/{user}/roles/{roles(caller)[role]}"


def test_the_system_roles_are_listed_with_how_many_hold_them(company: Caller) -> None:
    user = company.create()["id"]
    assert company.put(of_user(company, user, "Auditor")).status_code == 200
    found = good(company.get("/v1/roles"))

    assert [one["roleName"] for one in found] == NAMES
    assert {one["roleName"]: one["usersInRole"] for one in found if one["usersInRole"]} == {
        "Super Administrator": 1,
        "Auditor": 1,
    }
    assert all(one["defaultRole"] and one["roleDescription"] for one in found)
    assert company.delete(of_user(company, user, "Auditor")).status_code == 200


def test_each_role_shows_what_it_may_do(company: Caller) -> None:
    everything = permissions(company, "Super Administrator")

    assert permissions(company, "Auditor") == {name for name in everything if name.endswith(":VIEW")}
    assert permissions(company, "Help Desk Administrator") == HELP_DESK
    assert permissions(company, "SIEM Add-on") == {"REPORTS:VIEW"}
    for name in ("SCIM Provisioning", "AD Connector"):
        assert permissions(company, name) == USERS_AND_GROUPS | {"USERATTRIBUTES:VIEW"}


def test_every_permission_that_an_operation_wants_is_one_that_roles_show() -> None:
    nouns = {route.permission.split(":")[0] for route in ROUTES if route.permission is not None}

    assert nouns <= SHOWN


def test_a_role_shows_whom_its_holders_can_administer(company: Caller) -> None:
    ids = roles(company)
    shown = {name: good(company.get(f"/v1/roles/{role}")) for name, role in ids.items()}
    managed = {name: sorted(one["name"] for one in role["managedRoles"]) for name, role in shown.items()}

    assert [name for name, role in shown.items() if role["superAdministrator"]] == ["Super Administrator"]
    assert [name for name, role in shown.items() if role["allRoles"]] == ["Super Administrator"]
    assert managed == {
        **{name: [] for name in NAMES},
        "SCIM Provisioning": ["AD Connector"],
        "AD Connector": ["SCIM Provisioning"],
    }
    for role in shown.values():
        assert (role["roleType"], role["groupManagement"], role["groupIds"]) == ("SITE_ADMINISTRATOR", "ALL", [])
        assert len({one["id"] for one in role["permissions"]}) == len(role["permissions"])


def test_the_same_permission_has_the_same_id_in_every_role_and_tenant(company: Caller, admin: Caller) -> None:
    found = []
    for caller, name in ((company, "SIEM Add-on"), (admin, "Auditor")):
        shown = good(caller.get(f"/v1/roles/{roles(caller)[name]}"))["permissions"]
        found += [one["id"] for one in shown if one["entityType"] == "REPORTS"]

    assert len(found) == 2
    assert len(set(found)) == 1


def test_the_role_that_is_set_is_a_users_only_one(company: Caller) -> None:
    user = company.create()["id"]
    assert held(company, user) == []
    for name in ("Auditor", "SIEM Add-on", "SIEM Add-on"):
        assert good(company.put(of_user(company, user, name))) is None
        assert held(company, user) == [name]
    path = of_user(company, user, "SIEM Add-on")

    assert good(company.get(path)) == good(company.get(f"/v1/roles/{roles(company)['SIEM Add-on']}"))
    assert refusal(company.get(of_user(company, user, "Auditor"))) == NO_ROLE
    assert refusal(company.delete(of_user(company, user, "Auditor"))) == NO_ROLE
    assert good(company.delete(path)) is None
    assert (held(company, user), refusal(company.delete(path))) == ([], NO_ROLE)


def test_what_names_nothing_is_not_found(company: Caller, admin: Caller, ledger: Ledger) -> None:
    user, theirs = company.create()["id"], admin.create()["id"]
    their_role, before = roles(admin)["Auditor"], ledger.footprint()
    for role in (NOBODY, their_role, "%00"):
        path = f"/v1/users/{user}/roles/{role}"
        assert [refusal(ask(path)) for ask in (company.get, company.put, company.delete)] == [NO_ROLE] * 3
        assert refusal(company.get(f"/v1/roles/{role}")) == NO_ROLE
    for nobody in (NOBODY, theirs):
        path = of_user(company, nobody, "Auditor")
        assert [refusal(ask(path)) for ask in (company.get, company.put, company.delete)] == [NO_USER] * 3
        assert refusal(company.get(f"/v1/users/{nobody}/roles")) == NO_USER
    assert ledger.footprint() == before


def test_the_last_super_administrator_keeps_his_role(company: Caller, ledger: Ledger) -> None:
    boss = good(company.named("administrator"))["id"]
    before = ledger.footprint()

    assert refusal(company.put(of_user(company, boss, "Auditor"))) == LAST
    assert refusal(company.delete(of_user(company, boss, "Super Administrator"))) == LAST
    assert ledger.footprint() == before
    second = company.create()["id"]
    assert company.put(of_user(company, second, "Super Administrator")).status_code == 200
    assert company.delete(of_user(company, second, "Super Administrator")).status_code == 200


# What a Help Desk Administrator would do to a Super Administrator, and that nobody lets him.
def attempts(caller: Caller, user: str, role: str) -> dict[str, Any]:
    return {
        "grant": caller.put(f"/v1/users/{user}/roles/{role}"),
        "revoke": caller.delete(f"/v1/users/{user}/roles/{role}"),
        "groups": caller.put(f"/v1/userauthorizationgroup/{user}/groups", json=[]),
        "oauth roles": caller.put(f"/v1/useroauthrole/{user}/oauthroles", json=[]),
        "organizations": caller.put(f"/v1/users/{user}/organizations", json={"organizations": []}),
        "rename": caller.put(f"/v3/users/{user}", json={"email": "mine@example.com"}),
    }


def test_a_help_desk_administrator_raises_nobody_and_touches_no_super_administrator(
    muster: LiveMuster, admin: Caller, ledger: Ledger
) -> None:
    desk = application(muster, admin, "Help Desk Administrator")
    user, boss, ids = admin.create()["id"], admin.create()["id"], roles(admin)
    good(admin.put(f"/v1/users/{boss}/roles/{ids['Super Administrator']}"))
    before = ledger.footprint()
    expected = {
        **dict.fromkeys(("grant", "revoke"), DENIED),
        **dict.fromkeys(("groups", "oauth roles", "organizations", "rename"), BEYOND),
    }

    found = attempts(desk, boss, ids["Super Administrator"])

    assert {name: refusal(answer) for name, answer in found.items()} == expected
    assert refusal(desk.put(f"/v1/users/{user}/roles/{ids['Help Desk Administrator']}")) == DENIED
    assert ledger.footprint() == before
    assert good(desk.put(f"/v1/userauthorizationgroup/{user}/groups", json=[group(admin)["id"]])) is None
    assert held(desk, boss) == ["Super Administrator"]
    good(admin.delete(f"/v3/users/{boss}"))
