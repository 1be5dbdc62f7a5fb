"""API keys: made, used, revoked and let work again, each at once."""

from typing import Any

import pytest

from tests.apis.certcentral.caller import INVALID_KEY, Caller, payload, refusal
from tests.apis.ledger import Ledger


def status_of(caller: Caller) -> int:
    return caller.get("/user/me").status_code


def test_a_new_key_is_shown_once_and_works_at_once(admin: Caller) -> None:
    number = admin.create()

    answer = admin.post(f"/key/user/{number}", json={"name": "deploy"})
    made = answer.json()
    found = admin.with_key(made["api_key"]).get("/user/me")

    assert (answer.status_code, list(made)) == (201, ["id", "api_key"])
    assert (len(made["api_key"]), made["api_key"].isalnum(), made["api_key"].isascii()) == (47, True, True)
    assert (200, number) == (found.status_code, found.json()["id"])


def test_no_two_keys_are_the_same(admin: Caller) -> None:
    made = [admin.issue_key(admin.number) for _ in range(20)]

    assert (len({number for number, _ in made}), len({key for _, key in made})) == (20, 20)


def test_a_key_is_not_kept_as_it_is_shown(admin: Caller, ledger: Ledger) -> None:
    number, key = admin.issue_key(admin.number)

    kept = ledger.rows("SELECT digest, name FROM api_keys WHERE number = $1", number)
    events = ledger.rows("SELECT changes FROM events")

    assert kept
    assert not any(key in row for row in kept)
    assert not any(key in str(event) for event in events)


def test_a_revoked_key_is_refused_at_once_as_an_unknown_one_is(admin: Caller) -> None:
    number, key = admin.issue_key(admin.create())
    holder = admin.with_key(key)
    assert status_of(holder) == 200

    answer = admin.put(f"/key/{number}/status", json={"status": "revoked"})
    refused = [holder.get("/user/me"), holder.get("/user"), holder.post("/user", json=payload())]

    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert [(one.status_code, one.content) for one in refused] == [(403, INVALID_KEY)] * 3


def test_a_revoked_key_can_be_let_work_again(admin: Caller) -> None:
    number, key = admin.issue_key(admin.create())
    holder = admin.with_key(key)

    admin.put(f"/key/{number}/status", json={"status": "revoked"})
    while_revoked = status_of(holder)
    admin.put(f"/key/{number}/status", json={"status": "active"})

    assert (while_revoked, status_of(holder)) == (403, 200)


def test_revoking_one_key_leaves_the_others_of_its_user_alone(admin: Caller) -> None:
    user = admin.create()
    (first, first_key), (_, second_key) = admin.issue_key(user), admin.issue_key(user)

    admin.put(f"/key/{first}/status", json={"status": "revoked"})

    assert (status_of(admin.with_key(first_key)), status_of(admin.with_key(second_key))) == (403, 200)


def test_a_key_may_revoke_itself_and_not_let_itself_work_again(admin: Caller) -> None:
    number, key = admin.issue_key(admin.number)
    holder = admin.with_key(key)

    revoked = holder.put(f"/key/{number}/status", json={"status": "revoked"})
    again = holder.put(f"/key/{number}/status", json={"status": "active"})

    assert (revoked.status_code, again.status_code) == (204, 403)


@pytest.mark.parametrize("status", ["active", "revoked"])
def test_a_status_that_stands_already_changes_nothing(admin: Caller, ledger: Ledger, status: str) -> None:
    number, _ = admin.issue_key(admin.create())
    admin.put(f"/key/{number}/status", json={"status": status})
    before = ledger.footprint()

    answer = admin.put(f"/key/{number}/status", json={"status": status})

    assert (204, before) == (answer.status_code, ledger.footprint())


@pytest.mark.parametrize("role", [None, 0, "0", "", 100, 101, 102, "103"])
def test_a_key_may_be_narrowed_by_each_key_role_or_by_none(admin: Caller, role: int | str | None) -> None:
    answer = admin.post(f"/key/user/{admin.number}", json={"name": "narrow", "restricted_to_role_id": role})

    assert (answer.status_code, status_of(admin.with_key(answer.json()["api_key"]))) == (201, 200)


NEW_KEYS: list[tuple[Any, str]] = [
    ({}, "invalid_name|required"),
    ({"name": None}, "invalid_name|required"),
    ({"name": ""}, "invalid_name|required"),
    ({"name": " "}, "invalid_name|required"),
    ({"name": 5}, "invalid_name|type"),
    ({"name": "x" * 256}, "invalid_name|too_long"),
    ({"name": "a\x00b"}, "invalid_name|characters"),
    ({"name": "a\nb"}, "invalid_name|characters"),
    ({"name": "k", "restricted_to_role_id": 99}, "invalid_access_role"),
    ({"name": "k", "restricted_to_role_id": 5}, "invalid_access_role"),
    ({"name": "k", "restricted_to_role_id": -1}, "invalid_access_role"),
    ({"name": "k", "restricted_to_role_id": "orders"}, "invalid_restricted_to_role_id|malformed"),
    ({"name": "k", "restricted_to_role_id": 100.0}, "invalid_restricted_to_role_id|type"),
    ([], "invalid_body|type"),
]


@pytest.mark.parametrize(("body", "code"), NEW_KEYS, ids=lambda value: str(value)[:40])
def test_a_bad_key_is_refused_and_nothing_is_written(admin: Caller, ledger: Ledger, body: Any, code: str) -> None:
    before = ledger.footprint()

    answer = admin.post(f"/key/user/{admin.number}", json=body)

    assert (400, code) == refusal(answer)
    assert before == ledger.footprint()


def test_the_name_of_a_key_may_have_255_characters(admin: Caller) -> None:
    answer = admin.post(f"/key/user/{admin.number}", json={"name": "é" * 255})

    assert answer.status_code == 201


STATUSES: list[tuple[Any, str]] = [
    ({}, "invalid_status|malformed"),
    ({"status": None}, "invalid_status|malformed"),
    ({"status": "Revoked"}, "invalid_status|malformed"),
    ({"status": "deleted"}, "invalid_status|malformed"),
    ({"status": False}, "invalid_status|type"),
    ({"status": ["revoked"]}, "invalid_status|type"),
]


@pytest.mark.parametrize(("body", "code"), STATUSES, ids=str)
def test_a_bad_status_is_refused_and_nothing_is_written(admin: Caller, ledger: Ledger, body: Any, code: str) -> None:
    number, key = admin.issue_key(admin.number)
    before = ledger.footprint()

    answer = admin.put(f"/key/{number}/status", json=body)

    assert (400, code) == refusal(answer)
    assert (200, before) == (status_of(admin.with_key(key)), ledger.footprint())


@pytest.mark.parametrize("number", ["0", "999999", "x", "-1", "1.5", "9" * 40, "%00", "%F0%9F%94%91", "\u0661"])
@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("POST", "/key/user/{}", "not_found|user"), ("PUT", "/key/{}/status", "not_found|key")],
)
def test_a_key_or_user_that_is_not_there_is_not_found(
    admin: Caller, ledger: Ledger, number: str, method: str, path: str, code: str
) -> None:
    before = ledger.footprint()

    answer = admin.ask(method, path.format(number), json={"name": "k", "status": "revoked"})

    assert (404, code) == refusal(answer)
    assert before == ledger.footprint()
