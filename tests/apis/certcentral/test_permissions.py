"""Who may do what, through the wire: each access role, each key role, restricted users, and that nobody climbs."""

from typing import Any

import httpx
import pytest

from tests.apis.certcentral.caller import Caller, payload, refusal, unused
from tests.apis.ledger import Ledger

DENIED = (403, "access_denied|missing_permission")
TOO_FAR = (403, "access_denied|exceeds_own_access")

OWN, ROLES, LIST, INFO, ADD, ISSUE, REVOKE = "me", "roles", "list", "info", "add", "issue", "revoke"
EVERYBODY = {OWN, ROLES}
READING = EVERYBODY | {LIST, INFO}
ALL = READING | {ADD, ISSUE, REVOKE}


def attempts(caller: Caller, root: int, user: int, key: int) -> dict[str, httpx.Response]:
    """Each of the calls, made by this caller upon that user and key."""
    return {
        OWN: caller.get("/user/me"),
        ROLES: caller.get(f"/container/{root}/role"),
        LIST: caller.get("/user"),
        INFO: caller.get(f"/user/{user}"),
        ADD: caller.post("/user", json=payload()),
        ISSUE: caller.post(f"/key/user/{user}", json={"name": "k"}),
        REVOKE: caller.put(f"/key/{key}/status", json={"status": "revoked"}),
    }


@pytest.fixture(scope="module")
def target(admin: Caller) -> tuple[int, int]:
    """A user of the least powerful role, and a key of his."""
    number = admin.create(access_roles=[{"id": 2}])
    return number, admin.issue_key(number)[0]


ACCESS_ROLES = [(1, ALL), (2, EVERYBODY), (3, EVERYBODY), (4, READING), (5, EVERYBODY)]


@pytest.mark.parametrize(("role", "allowed"), ACCESS_ROLES)
def test_an_access_role_allows_its_calls_and_no_other(
    admin: Caller, root: int, target: tuple[int, int], role: int, allowed: set[str]
) -> None:
    answers = attempts(admin.colleague(role), root, *target)

    assert {name for name, answer in answers.items() if answer.is_success} == allowed
    assert all(refusal(answer) == DENIED for name, answer in answers.items() if name not in allowed)


# Every access role reaches further than a key for user management: such a key can look and revoke, and grants nothing.
KEY_ROLES = [
    (100, EVERYBODY, {}),
    (101, EVERYBODY, {}),
    (102, READING, {}),
    (103, READING, {ADD: TOO_FAR, ISSUE: TOO_FAR, REVOKE: TOO_FAR}),
]


@pytest.mark.parametrize(("role", "allowed", "too_far"), KEY_ROLES)
def test_a_key_role_takes_from_an_administrator_all_but_its_calls(
    admin: Caller, root: int, target: tuple[int, int], role: int, allowed: set[str], too_far: dict[str, Any]
) -> None:
    caller = admin.with_key(admin.issue_key(admin.number, role)[1])

    answers = attempts(caller, root, *target)

    assert {name for name, answer in answers.items() if answer.is_success} == allowed
    for name in ALL - allowed:
        assert refusal(answers[name]) == too_far.get(name, DENIED)


def test_a_key_role_adds_nothing_to_what_its_user_may(admin: Caller, root: int, target: tuple[int, int]) -> None:
    number = admin.create(access_roles=[{"id": 5}])
    caller = admin.with_key(admin.issue_key(number, 103)[1], number)

    answers = attempts(caller, root, *target)

    assert {name for name, answer in answers.items() if answer.is_success} == EVERYBODY


def test_several_access_roles_allow_what_each_of_them_does(admin: Caller) -> None:
    number = admin.create(access_roles=[{"id": 2}, {"id": 4}, {"id": 3}])
    caller = admin.with_key(admin.issue_key(number)[1], number)

    found = caller.get("/user/me").json()["access_roles"]

    assert [role["id"] for role in found] == [2, 3, 4]
    assert (caller.get("/user").status_code, caller.post("/user", json=payload()).status_code) == (200, 403)


@pytest.mark.parametrize("granted", [1, 2, 3, 4, 5])
def test_a_narrowed_key_grants_no_role_that_reaches_further_than_itself(
    admin: Caller, ledger: Ledger, granted: int
) -> None:
    caller = admin.with_key(admin.issue_key(admin.number, 103)[1])
    before = ledger.footprint()

    answer = caller.post("/user", json=payload(access_roles=[{"id": granted}]))

    assert refusal(answer) == TOO_FAR
    assert ledger.footprint() == before


@pytest.mark.parametrize(("role", "expected"), [(None, TOO_FAR), (100, TOO_FAR), (101, TOO_FAR), (102, TOO_FAR)])
def test_a_narrowed_key_makes_no_key_that_reaches_further_than_itself(
    admin: Caller, ledger: Ledger, role: int | None, expected: tuple[int, str]
) -> None:
    caller = admin.with_key(admin.issue_key(admin.number, 103)[1])
    before = ledger.footprint()

    answer = caller.post(f"/key/user/{admin.number}", json={"name": "wider", "restricted_to_role_id": role})

    assert refusal(answer) == expected
    assert ledger.footprint() == before


def test_a_narrowed_key_may_make_another_like_itself_and_revoke_it_but_not_let_a_wider_one_work_again(
    admin: Caller,
) -> None:
    caller = admin.with_key(admin.issue_key(admin.number, 103)[1])
    wider, _ = admin.issue_key(admin.number)
    admin.put(f"/key/{wider}/status", json={"status": "revoked"})

    alike, _ = caller.issue_key(admin.number, 103)
    revoked = caller.put(f"/key/{alike}/status", json={"status": "revoked"})
    woken = caller.put(f"/key/{wider}/status", json={"status": "active"})

    assert (revoked.status_code, refusal(woken)) == (204, TOO_FAR)


def test_permission_is_asked_before_anything_else_is_told(admin: Caller, ledger: Ledger) -> None:
    caller = admin.colleague(5)
    name = unused()
    admin.create(username=name)
    before = ledger.footprint()

    answers = [
        caller.post("/user", json=payload(username=name)),
        caller.post("/user", json=payload(access_roles=[{"id": 99}])),
        caller.get("/user/999999"),
        caller.post("/key/user/999999", json={"name": "k"}),
        caller.put("/key/999999/status", json={"status": "revoked"}),
    ]

    assert [refusal(answer) for answer in answers] == [DENIED] * 5
    assert ledger.footprint() == before


@pytest.fixture(scope="module")
def restricted(admin: Caller, divisions: tuple[int, int]) -> Caller:
    """An administrator who is at home in one division and restricted to it."""
    east, _ = divisions
    return admin.colleague(1, container={"id": east}, container_id_assignments=[east])


def test_a_restricted_administrator_makes_users_where_he_is_and_restricted_as_he_is(
    restricted: Caller, divisions: tuple[int, int]
) -> None:
    east, _ = divisions

    found = restricted.info(restricted.create())

    assert found["container"]["id"] == east
    assert [unit["id"] for unit in found["container_assignments"]] == [east]
    assert [unit["id"] for unit in found["container_visibility"]] == [east]


def test_a_restricted_administrator_sees_those_in_his_scope_alone(
    admin: Caller, restricted: Caller, divisions: tuple[int, int]
) -> None:
    east, west = divisions
    name = unused("Birkin")
    inside = admin.create(last_name=name, container={"id": east})
    admin.create(last_name=name, container={"id": west}, container_id_assignments=[west])
    admin.create(last_name=name)

    found = restricted.get("/user", params={"filters[search]": name}).json()

    assert ([user["id"] for user in found["users"]], found["page"]["total"]) == ([inside], 1)


OUTSIDE: list[tuple[str, str, Any, tuple[int, str]]] = [
    ("GET", "/user/{user}", None, (404, "not_found|user")),
    ("POST", "/key/user/{user}", {"name": "k"}, (404, "not_found|user")),
    ("PUT", "/key/{key}/status", {"status": "revoked"}, (404, "not_found|key")),
    ("GET", "/container/{root}/role", None, (404, "not_found|container")),
    ("GET", "/container/{west}/role", None, (404, "not_found|container")),
    ("POST", "/user", {"container": "root"}, (400, "invalid_container")),
    ("POST", "/user", {"container": "west"}, (400, "invalid_container")),
    ("POST", "/user", {"assigned": "west"}, (400, "invalid_container")),
    ("POST", "/user", {"assigned": "root"}, (400, "invalid_container")),
]


@pytest.mark.parametrize(("method", "path", "body", "expected"), OUTSIDE, ids=str)
def test_what_lies_outside_a_callers_scope_is_unknown_to_him(
    admin: Caller,
    restricted: Caller,
    root: int,
    divisions: tuple[int, int],
    ledger: Ledger,
    method: str,
    path: str,
    body: Any,
    expected: tuple[int, str],
) -> None:
    user = admin.create(container={"id": root})
    there = {"root": root, "west": divisions[1], "user": user, "key": admin.issue_key(user)[0]}
    if path == "/user":
        [(kind, name)] = body.items()
        wrapped = (
            {"container": {"id": there[name]}} if kind == "container" else {"container_id_assignments": [there[name]]}
        )
        body = payload(**wrapped)
    before = ledger.footprint()

    answer = restricted.ask(method, path.format(**there), json=body)

    assert refusal(answer) == expected
    assert ledger.footprint() == before


def test_a_restricted_administrator_makes_no_key_for_one_who_sees_more(
    admin: Caller, restricted: Caller, divisions: tuple[int, int], ledger: Ledger
) -> None:
    number = admin.create(container={"id": divisions[0]})
    key, _ = admin.issue_key(number)
    before = ledger.footprint()

    answers = [
        restricted.post(f"/key/user/{number}", json={"name": "k"}),
        restricted.put(f"/key/{key}/status", json={"status": "revoked"}),
    ]

    assert restricted.info(number)["has_container_assignments"] is False
    assert [refusal(answer) for answer in answers] == [TOO_FAR] * 2
    assert ledger.footprint() == before
