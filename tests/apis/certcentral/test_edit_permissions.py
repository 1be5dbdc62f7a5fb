"""Who may change users and keys through the wire: each access role, each key role, and what lies out of sight."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.apis.certcentral.caller import Caller, refusal, unused
from tests.apis.ledger import Ledger

DENIED = (403, "access_denied|missing_permission")
TOO_FAR = (403, "access_denied|exceeds_own_access")
NO_USER = (404, "not_found|user")


def attempts(caller: Caller, user: int, key: int) -> dict[str, httpx.Response]:
    """Each of the calls that change something, made by this caller upon that user and key."""
    return {
        "edit": caller.put(f"/user/{user}", json={"email": "a@b.co", "first_name": unused()}),
        "role": caller.put(f"/user/{user}/role", json={"access_roles": [{"id": 5}]}),
        "assign": caller.put(f"/user/{user}/container-assignments", json={"container_id_assignments": []}),
        "resend": caller.get(f"/user/{user}/resend-create-email"),
        "available": caller.get(f"/user/availability/{unused()}"),
        "keys": caller.get("/key"),
        "key": caller.get(f"/key/{key}"),
        "edit key": caller.put(f"/key/{key}", json={"name": unused()}),
        "roles of keys": caller.get("/key/api-roles"),
        "service": caller.post("/user", json={"is_api_only": True, "email": "a@b.co", "api_name": "x"}),
        "delete": caller.ask("DELETE", f"/user/{user}"),
    }


EVERYBODY = {"roles of keys"}
LOOKING = EVERYBODY | {"available", "keys", "key"}
ALLOWED: list[tuple[int, set[str]]] = [
    (1, LOOKING | {"edit", "role", "assign", "resend", "edit key", "service", "delete"}),
    (2, EVERYBODY),
    (3, EVERYBODY),
    (4, EVERYBODY | {"available", "edit", "role"}),
    (5, EVERYBODY),
]


@pytest.mark.parametrize(("role", "allowed"), ALLOWED)
def test_an_access_role_allows_its_calls_and_no_other(admin: Caller, role: int, allowed: set[str]) -> None:
    user = admin.create(access_roles=[{"id": 5}])

    answers = attempts(admin.colleague(role), user, admin.issue_key(user)[0])

    assert {name for name, answer in answers.items() if answer.is_success} == allowed
    assert all(refusal(answer) == DENIED for name, answer in answers.items() if name not in allowed)


# A key for user management holds less than any user does: it looks, and changes nobody.
KEY_ROLES: list[tuple[int, set[str], set[str]]] = [
    (100, EVERYBODY, set()),
    (101, EVERYBODY, set()),
    (102, LOOKING, set()),
    (103, LOOKING, {"edit", "role", "resend", "edit key", "delete"}),
]


@pytest.mark.parametrize(("role", "allowed", "too_far"), KEY_ROLES)
def test_a_key_role_takes_from_an_administrator_all_but_its_calls(
    admin: Caller, role: int, allowed: set[str], too_far: set[str]
) -> None:
    user = admin.create(access_roles=[{"id": 5}])
    caller = admin.with_key(admin.issue_key(admin.number, role)[1])

    answers = attempts(caller, user, admin.issue_key(user)[0])

    assert {name for name, answer in answers.items() if answer.is_success} == allowed
    for name in answers.keys() - allowed:
        assert (name, refusal(answers[name])) == (name, TOO_FAR if name in too_far else DENIED)


def test_what_lies_outside_a_callers_scope_is_unknown_to_him(
    admin: Caller, divisions: tuple[int, int], ledger: Ledger
) -> None:
    east, west = divisions
    caller = admin.colleague(1, container={"id": east}, container_id_assignments=[east])
    user = admin.create(container_id_assignments=[west])
    key, _ = admin.issue_key(user)
    before = ledger.footprint()

    answers = attempts(caller, user, key)
    listed = caller.get("/key", params={"user_id": user}).json()

    for name in ("edit", "role", "assign", "resend", "delete"):
        assert (name, refusal(answers[name])) == (name, NO_USER)
    assert [refusal(answers[name]) for name in ("key", "edit key")] == [(404, "not_found|key")] * 2
    assert (listed, answers["service"].status_code) == ({"api_keys": []}, 201)
    assert ledger.footprint()[1:] != before[1:]


@pytest.mark.parametrize("number", ["0", "999999", "x", "-1", "1.5", "9" * 40, "%00", "a@b.example", "\u0661"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/user/{}", {"email": "a@b.co"}),
        ("PUT", "/user/{}", {}),
        ("PUT", "/user/{}/role", {"access_roles": [{"id": 5}]}),
        ("PUT", "/user/{}/container-assignments", {"container_id_assignments": []}),
        ("GET", "/user/{}/resend-create-email", None),
        ("DELETE", "/user/{}", None),
    ],
)
def test_a_user_that_is_not_there_is_not_found(
    admin: Caller, ledger: Ledger, number: str, method: str, path: str, body: Any
) -> None:
    before = ledger.footprint()

    answer = admin.ask(method, path.format(number), json=body)

    assert refusal(answer) == NO_USER
    assert ledger.footprint() == before
