"""*List keys*, *Key info*, *Edit key* and *List API access roles*, and when a key was last used."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.apis.certcentral.caller import ABSENT, Caller, first_caller, named, payload, refusal, unused
from tests.apis.ledger import Ledger
from tests.support.live import LiveMuster

FIELDS = ["id", "user", "status", "create_date", "name", "is_legacy", "restricted_to_role_id"]
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"


def keys_of(caller: Caller, user: int, **parameters: Any) -> list[dict[str, Any]]:
    answer = caller.get("/key", params={"user_id": user, **parameters})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["api_keys"]
    return found


def test_a_key_is_shown_as_its_page_says_and_without_its_secret(admin: Caller) -> None:
    user = admin.create(first_name="Jill", last_name="Valentine")
    number, secret = admin.issue_key(user, 102)

    answer = admin.get(f"/key/{number}/")
    key = answer.json()

    assert (answer.status_code, list(key)) == (200, FIELDS)
    assert re.fullmatch(MOMENT, key.pop("create_date"))
    assert key == {
        "id": number,
        "user": {"id": user, "first_name": "Jill", "last_name": "Valentine"},
        "status": "active",
        "name": "a key",
        "is_legacy": False,
        "restricted_to_role_id": 102,
    }
    assert secret not in answer.text


def test_the_keys_of_a_user_are_listed_by_number(admin: Caller) -> None:
    user = admin.create()
    numbers = [admin.issue_key(user)[0] for _ in range(4)]
    admin.put(f"/key/{numbers[1]}/status", json={"status": "revoked"})

    found = keys_of(admin, user)
    paged = [keys_of(admin, user, offset=offset, limit=2) for offset in (0, 2, 4)]

    assert [key["id"] for key in found] == numbers
    assert [key["status"] for key in found] == ["active", "revoked", "active", "active"]
    assert [key for page in paged for key in page] == found
    assert found[0] == admin.get(f"/key/{numbers[0]}").json()


def test_the_list_of_all_keys_is_one_object(admin: Caller) -> None:
    number, _ = admin.issue_key(admin.create())
    answer = admin.get("/key", params={"offset": 0, "limit": 1000})

    body = answer.json()
    seen = [key["id"] for key in body["api_keys"]]
    while number not in seen:
        more = admin.get("/key", params={"offset": len(seen), "limit": 1000}).json()["api_keys"]
        assert more
        seen += [key["id"] for key in more]

    assert list(body) == ["api_keys"]
    assert answer.content == json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("query", ["user_id=", "user_id=0", "", "limit=0", "filters[status]=active&x=y"])
def test_what_is_absent_narrows_nothing(admin: Caller, query: str) -> None:
    answers = [admin.raw("GET", f"/key/?{query}"), admin.get("/key")]

    assert answers[0].status_code == 200
    assert len({tuple(key["id"] for key in answer.json()["api_keys"]) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("user_id=999999", []),
        ("user_id=x", (400, "invalid_user_id|malformed")),
        ("user_id=-1", (400, "invalid_user_id|malformed")),
        ("limit=x", (400, "invalid_limit|malformed")),
        ("offset=-1", (400, "invalid_offset|malformed")),
        ("offset=2147483647", []),
    ],
)
def test_a_list_of_nothing_and_wrong_parameters(admin: Caller, query: str, expected: Any) -> None:
    answer = admin.raw("GET", f"/key?{query}")

    found = answer.json()["api_keys"] if answer.status_code == 200 else refusal(answer)
    assert found == expected


def test_each_key_role_is_listed(admin: Caller) -> None:
    answer = admin.get("/key/api-roles")

    names = {100: "Orders", 101: "Orders, Domains, Organizations", 102: "View Only", 103: "User Management"}
    expected = {"access_roles": [{"id": number, "name": name} for number, name in names.items()]}
    assert (answer.status_code, answer.json()) == (200, expected)


def edit(caller: Caller, number: int, **fields: Any) -> tuple[int, Any]:
    """*Edit key* with a name and these fields, and its status and code."""
    body = {name: value for name, value in {"name": "renamed", **fields}.items() if value is not ABSENT}
    answer = caller.put(f"/key/{number}", json=body)
    return (204, answer.content) if answer.status_code == 204 else refusal(answer)


@pytest.mark.parametrize(
    ("role", "expected"), [(ABSENT, 101), (None, 101), ("", 101), (0, 0), ("0", 0), (102, 102), ("103", 103)], ids=named
)
def test_a_key_is_renamed_and_its_role_kept_removed_or_replaced(admin: Caller, role: Any, expected: int) -> None:
    number, _ = admin.issue_key(admin.number, 101)

    answered = edit(admin, number, restricted_to_role_id=role)
    found = admin.get(f"/key/{number}").json()

    assert answered == (204, b"")
    assert (found["name"], found["restricted_to_role_id"]) == ("renamed", expected)


def test_a_client_may_send_the_whole_key_back(admin: Caller, ledger: Ledger) -> None:
    number, _ = admin.issue_key(admin.number, 102)
    key = admin.get(f"/key/{number}").json()
    before = ledger.footprint()

    answer = admin.put(f"/key/{number}/", json={**key, "status": "revoked", "user": {"id": 1}})

    assert (answer.status_code, admin.get(f"/key/{number}").json()) == (204, key)
    assert ledger.footprint() == before


def test_a_narrowing_acts_at_once(admin: Caller) -> None:
    number, secret = admin.issue_key(admin.number)
    holder = admin.with_key(secret)
    found = []
    for role in (0, 100, 102, 0):
        edit(admin, number, restricted_to_role_id=role)
        found.append((holder.get("/user").status_code, holder.post("/user", json=payload()).status_code))

    assert found == [(200, 201), (403, 403), (200, 403), (200, 201)]


WRONG: list[tuple[str, Any, str]] = [
    *(("name", value, "invalid_name|required") for value in (ABSENT, None, "", " ")),
    ("name", "x" * 256, "invalid_name|too_long"),
    ("name", "a\nb", "invalid_name|characters"),
    ("name", 5, "invalid_name|type"),
    ("restricted_to_role_id", 5, "invalid_access_role"),
    ("restricted_to_role_id", 99, "invalid_access_role"),
    ("restricted_to_role_id", -1, "invalid_access_role"),
    ("restricted_to_role_id", "orders", "invalid_restricted_to_role_id|malformed"),
    ("restricted_to_role_id", [], "invalid_restricted_to_role_id|type"),
]


@pytest.mark.parametrize(("field", "value", "code"), WRONG, ids=named)
def test_a_wrong_edit_is_refused_and_nothing_is_written(
    admin: Caller, ledger: Ledger, field: str, value: Any, code: str
) -> None:
    number, _ = admin.issue_key(admin.number, 102)
    before = ledger.footprint()

    assert edit(admin, number, **{field: value}) == (400, code)
    assert ledger.footprint() == before


def test_no_key_sets_itself_or_another_free(admin: Caller, ledger: Ledger) -> None:
    number, secret = admin.issue_key(admin.number, 103)
    holder, other = admin.with_key(secret), admin.issue_key(admin.number, 102)[0]
    before = ledger.footprint()

    found = [edit(holder, key, restricted_to_role_id=role) for key in (number, other) for role in (0, 101)]

    assert found == [(403, "access_denied|exceeds_own_access")] * 4
    assert ledger.footprint() == before
    assert edit(holder, number, name=unused()) == (204, b"")


@pytest.mark.parametrize("number", ["0", "999999", "x", "-1", "1.5", "9" * 40, "%00", "\u0661"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_key_that_is_not_there_is_not_found(admin: Caller, ledger: Ledger, number: str, method: str) -> None:
    before = ledger.footprint()

    answer = admin.ask(method, f"/key/{number}", json={"name": "x"})

    assert refusal(answer) == (404, "not_found|key")
    assert ledger.footprint() == before


def test_when_a_key_was_used_is_written_down_by_the_end(live_muster: LiveMuster) -> None:
    with live_muster.client() as client:
        admin = first_caller(client, live_muster.bootstrap.api_key)
        used, secret = admin.issue_key(admin.number)
        unused_one, _ = admin.issue_key(admin.number)
        admin.with_key(secret).get("/user/me")
    live_muster.stop()
    live_muster.start()
    with live_muster.client() as client:
        admin = first_caller(client, live_muster.bootstrap.api_key)
        found = {key["id"]: key for key in admin.get("/key").json()["api_keys"]}

    assert re.fullmatch(MOMENT, found[used]["last_used_date"])
    assert list(found[used]) == [*FIELDS[:4], "last_used_date", *FIELDS[4:]]
    assert "last_used_date" not in found[unused_one]
