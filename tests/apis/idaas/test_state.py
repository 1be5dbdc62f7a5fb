"""State and lock: who is disabled or locked, what outlasts what, and what that ends."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.certcentral.caller import first_caller
from tests.apis.idaas.caller import NO_USER, Caller, fields, refusal, user_in
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster


def switch(caller: Caller, user: str, state: Any) -> Any:
    """*Update user state*."""
    return caller.put(f"/v1/users/{user}/state", json={"state": state})


def unlock(caller: Caller, user: str, **options: Any) -> Any:
    """*Unlock user*."""
    return caller.put(f"/v1/users/{user}/unlock", **options)


def test_a_state_is_set_and_nothing_else(admin: Caller, other_api: CertCentral, ledger: Ledger) -> None:
    user = admin.create()
    seen = []
    for state in ("INACTIVE", "INACTIVE", "ACTIVE"):
        answer = switch(admin, user["id"], state)
        [(number,)] = ledger.rows("SELECT number FROM users WHERE id = $1", user["id"])
        found = admin.user(user["id"])
        seen.append((answer.status_code, answer.content, found["state"], other_api.info(number)["status"]))

        assert {**found, "state": "ACTIVE", "lastModified": None} == {**user, "lastModified": None}
    edits = ledger.rows("SELECT count(*) FROM events WHERE act = 'user.edited' AND subject = $1", user["id"])

    assert seen == [(200, b"", state, state.lower()) for state in ("INACTIVE", "INACTIVE", "ACTIVE")]
    assert edits == [(2,)]


@pytest.mark.parametrize("sent", [None, "", "active", "LOCKED", True, 1, ["ACTIVE"], {}])
def test_no_other_state_is_taken(admin: Caller, ledger: Ledger, sent: Any) -> None:
    user = admin.create()
    before = ledger.footprint()

    answer = switch(admin, user["id"], sent)

    code = "missing_parameter" if sent in (None, "") else "invalid_parameter"
    assert (refusal(answer), fields(answer)) == ((400, code), ["state"])
    assert ledger.footprint() == before


def test_a_lock_outlasts_that_its_user_is_disabled(admin: Caller) -> None:
    user = admin.create(lock=True)

    switch(admin, user["id"], "INACTIVE")
    disabled = admin.user(user["id"])
    switch(admin, user["id"], "ACTIVE")
    enabled = admin.user(user["id"])
    answer = unlock(admin, user["id"])
    unlocked = admin.user(user["id"])

    assert (disabled["state"], enabled["state"], enabled["locked"]) == ("INACTIVE", "ACTIVE", True)
    assert (answer.status_code, answer.content, unlocked["locked"]) == (200, b"", False)
    assert [user["lockoutExpiry"] for user in (disabled, enabled, unlocked)] == [None] * 3


@pytest.mark.parametrize("body", [None, b"{}", b"what is this"])
def test_who_is_not_locked_may_be_unlocked_and_nothing_is_written(
    admin: Caller, ledger: Ledger, body: bytes | None
) -> None:
    user = admin.create()
    before = ledger.footprint()

    answer = unlock(admin, user["id"], content=body)

    assert (answer.status_code, answer.content) == (200, b"")
    assert ledger.footprint() == before


def test_an_unknown_user_is_neither_switched_nor_unlocked(admin: Caller, muster: LiveMuster) -> None:
    there = told(muster, "tenant", "add", f"Umbrella {time.time_ns()}")["idaas"]
    theirs = admin.signed_in(there["applicationId"], there["sharedSecret"]).create()["id"]

    answers = [act for user in (theirs, "x", "%00") for act in (switch(admin, user, "ACTIVE"), unlock(admin, user))]

    assert [refusal(answer) for answer in answers] == [NO_USER] * 6


def test_a_disabled_users_keys_stop_at_once_and_work_again_with_him(admin: Caller, other_api: CertCentral) -> None:
    number = other_api.create()
    key = other_api.with_key(other_api.issue_key(number)[1], number)
    user = user_in(admin.named(other_api.info(number)["username"]))
    statuses = []
    for state in ("ACTIVE", "INACTIVE", "ACTIVE"):
        switch(admin, user["id"], state)
        statuses.append(key.get("/user/me").status_code)

    assert statuses == [200, 403, 200]


def test_the_last_administrator_stays_active_through_every_way(admin: Caller, muster: LiveMuster) -> None:
    there = told(muster, "tenant", "add", f"Alone {time.time_ns()}")
    caller = admin.signed_in(there["idaas"]["applicationId"], there["idaas"]["sharedSecret"])
    boss = first_caller(admin.client, there["certcentral"]["api_key"])
    user = user_in(caller.named(boss.info(boss.number)["username"]))
    item = {"id": user["id"], "parms": {"state": "INACTIVE"}}

    answers = [
        switch(caller, user["id"], "INACTIVE"),
        caller.update(user["id"], state="INACTIVE", firstName="x", lastName="y", email="z@example.com"),
        caller.delete(f"/v3/users/{user['id']}"),
    ]
    [result] = caller.put("/v3/users/multiple", json={"users": [item]}).json()

    assert [refusal(answer) for answer in answers] == [(400, "last_administrator")] * 3
    assert (result["success"], result["error"]["errorCode"]) == (False, "last_administrator")
    assert boss.get("/user/me").status_code == 200


def test_who_holds_more_than_the_application_is_not_switched_locked_or_renamed(
    admin: Caller, other_api: CertCentral, muster: LiveMuster, ledger: Ledger
) -> None:
    made = told(muster, "application", "add", f"Desk {time.time_ns()}", "--role", "Help Desk Administrator")
    desk = admin.signed_in(made["applicationId"], made["sharedSecret"])
    user = user_in(admin.named(other_api.info(other_api.create(access_roles=[{"id": 1}]))["username"]))
    item = {"id": user["id"], "parms": {"lock": True}}
    before = ledger.footprint()

    answers = [
        switch(desk, user["id"], "INACTIVE"),
        unlock(desk, user["id"]),
        desk.update(user["id"], lock=True),
        desk.update(user["id"], userId="x"),
    ]
    [result] = desk.put("/v3/users/multiple", json={"users": [item]}).json()

    assert [refusal(answer) for answer in answers] == [(403, "insufficient_authority")] * 4
    assert result["error"]["errorCode"] == "insufficient_authority"
    assert ledger.footprint() == before
    assert desk.updated(admin.create()["id"], lock=True)["locked"]
