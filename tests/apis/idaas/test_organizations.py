"""Organizations and OAuth roles of the Administration API over the wire, and who is in them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.idaas.caller import NO_USER, Caller, fields, refusal, unused
from tests.apis.idaas.places import NOBODY, good, organization
from tests.apis.idaas.test_samples import UUID
from tests.apis.ledger import Ledger
from tests.support.commands import command, told
from tests.support.live import LiveMuster

NO_ORGANIZATION, NO_ROLE = (404, "organization_not_found"), (404, "oauth_role_not_found")
INVALID, MISSING, TAKEN = (400, "invalid_parameter"), (400, "missing_parameter"), (409, "value_already_exists")


def organizations_of(caller: Caller, user: str) -> list[str]:
    return [one["id"] for one in caller.user(user)["organizations"]]


def member(organization_id: str, user: str) -> str:
    return f"/v1/organizations/{organization_id}/users/{user}"


def test_an_organization_is_made_shown_changed_and_removed(admin: Caller) -> None:
    name = unused("organization")

    made = organization(admin, name=name, description="Pharma", logoUri="https://umbrella.example/logo.png")
    path = f"/v1/organizations/{made['id']}"
    changed = good(admin.put(path, json={"displayName": "Red Umbrella", "description": ""}))

    assert UUID.fullmatch(made["id"])
    assert made == {
        "id": made["id"],
        "name": name,
        "displayName": "Umbrella Inc.",
        "description": "Pharma",
        "logoUri": "https://umbrella.example/logo.png",
    }
    assert changed == {**made, "displayName": "Red Umbrella", "description": None}
    assert good(admin.get(path)) == changed
    assert good(admin.delete(path)) is None
    answers = (admin.get(path), admin.delete(path), admin.put(path, json={}))
    assert [refusal(answer) for answer in answers] == [NO_ORGANIZATION] * 3


# A body for *Create an organization*, the refusal and the field that it names.
WRONG: list[tuple[dict[str, Any], tuple[int, str], str]] = [
    ({}, MISSING, "name"),
    ({"name": "x"}, MISSING, "displayName"),
    ({"name": "", "displayName": "x"}, MISSING, "name"),
    ({"name": "x", "displayName": None}, MISSING, "displayName"),
    ({"name": "x" * 256, "displayName": "x"}, INVALID, "name"),
    ({"name": "x", "displayName": "x" * 1025}, INVALID, "displayName"),
    ({"name": "x", "displayName": "x", "description": "x" * 1025}, INVALID, "description"),
    ({"name": "x", "displayName": "x", "logoUri": "x" * 2001}, INVALID, "logoUri"),
    ({"name": "x", "displayName": "x", "logoUri": {}}, INVALID, "logoUri"),
]


@pytest.mark.parametrize(("body", "expected", "field"), WRONG)
def test_a_wrong_one_is_refused_and_nothing_is_written(
    admin: Caller, ledger: Ledger, body: dict[str, Any], expected: tuple[int, str], field: str
) -> None:
    before = ledger.footprint()

    answer = admin.post("/v1/organizations", json=body)

    assert (refusal(answer), list(fields(answer))) == (expected, [field])
    assert ledger.footprint() == before


def test_a_name_is_one_organizations(admin: Caller) -> None:
    first, second = organization(admin), organization(admin)
    body = {"name": first["name"].upper(), "displayName": "x"}
    for answer in (
        admin.post("/v1/organizations", json=body),
        admin.put(f"/v1/organizations/{second['id']}", json=body),
    ):
        assert (refusal(answer), list(fields(answer))) == (TAKEN, ["name"])


def test_a_user_is_added_and_removed(admin: Caller) -> None:
    user, it = admin.create()["id"], organization(admin)
    for _ in range(2):
        assert good(admin.post(member(it["id"], user))) is None
    [shown] = admin.user(user)["organizations"]

    assert shown == it
    assert good(admin.delete(member(it["id"], user))) is None
    assert organizations_of(admin, user) == []
    assert refusal(admin.delete(member(it["id"], user))) == NO_USER


def test_adding_and_removing_wants_both(admin: Caller, ledger: Ledger) -> None:
    user, it, before = admin.create()["id"], organization(admin)["id"], ledger.footprint()
    for ask in (admin.post, admin.delete):
        assert refusal(ask(member(NOBODY, user))) == NO_ORGANIZATION
        assert refusal(ask(member(it, NOBODY))) == NO_USER
    assert ledger.footprint() == before


def test_a_users_organizations_are_replaced_where_they_are_said(admin: Caller) -> None:
    a, b = (organization(admin)["id"] for _ in range(2))
    user = admin.create(organizations=[a])["id"]
    for body, expected in (
        ({}, [a]),
        ({"organizations": None}, [a]),
        ({"organizations": [b]}, [b]),
        ({"organizations": []}, []),
    ):
        assert good(admin.put(f"/v1/users/{user}/organizations", json=body)) is None
        assert organizations_of(admin, user) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"organizations": [NOBODY]}, NO_ORGANIZATION),
        ({"organizations": "x"}, INVALID),
        ({"organizations": [7]}, INVALID),
        ([], INVALID),
    ],
)
def test_wrong_organizations_of_a_user_are_refused(
    admin: Caller, ledger: Ledger, body: Any, expected: tuple[int, str]
) -> None:
    user, before = admin.create()["id"], ledger.footprint
    footprint = before()

    assert refusal(admin.put(f"/v1/users/{user}/organizations", json=body)) == expected
    assert refusal(admin.put(f"/v1/users/{NOBODY}/organizations", json={})) == NO_USER
    assert before() == footprint


def test_oauth_roles_are_made_by_command_and_assigned_to_users(muster: LiveMuster, admin: Caller) -> None:
    top, low = unused("top"), unused("low")
    upper = told(muster, "oauth-role", "add", top, "--description", "All of it")["id"]
    lower = told(muster, "oauth-role", "add", low, "--parent", top.upper())["id"]
    found = {one["id"]: one for one in good(admin.get("/v1/oauthroles"))}

    assert found[lower] == {
        "id": lower,
        "name": low,
        "description": None,
        "parentId": upper,
        "ancestorIds": [upper],
        "descendantIds": [],
        "resourceServerScopeIds": [],
        "inheritedResourceServerScopeIds": [],
    }
    assert (found[upper]["description"], found[upper]["descendantIds"]) == ("All of it", [lower])
    user = admin.create(oauthRoles=[lower])
    assert user["oauthRoles"] == [found[lower]]
    assert good(admin.put(f"/v1/useroauthrole/{user['id']}/oauthroles", json=[upper])) is None
    assert admin.user(user["id"])["oauthRoles"] == [found[upper]]
    assert refusal(admin.put(f"/v1/useroauthrole/{user['id']}/oauthroles", json=[NOBODY])) == NO_ROLE
    assert refusal(admin.put(f"/v1/useroauthrole/{NOBODY}/oauthroles", json=[])) == NO_USER

    assert command(muster, "oauth-role", "delete", top).returncode == 1
    assert [command(muster, "oauth-role", "delete", one).returncode for one in (low, upper, low)] == [0, 0, 1]
    assert admin.user(user["id"])["oauthRoles"] == []


def test_oauth_roles_are_listed_by_command(muster: LiveMuster) -> None:
    name = unused("listed")
    made = told(muster, "oauth-role", "add", name)["id"]
    lines = command(muster, "oauth-role", "list").stdout.splitlines()

    assert f"{made} {name}" in lines
    assert command(muster, "oauth-role", "add", name.upper()).returncode == 1
