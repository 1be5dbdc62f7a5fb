"""What an application of each site role may do about tokens and the audit trail, and about whose tokens."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

from tests.apis.idaas.caller import Caller, refusal
from tests.apis.idaas.test_reports import EVENTS, EVER, SIEM, SINCE
from tests.apis.idaas.tokens import APP, SECRET, SOFT, Token, give
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

ASYNC = "/v1/async/tokenspaged"

Act = Callable[[Caller, str, Token], httpx.Response]

OPERATIONS: dict[str, tuple[str, Act]] = {
    "create": ("TOKENS:ADD", lambda it, user, _: it.post(f"/v1/users/{user}/tokens/{SOFT}")),
    "get": ("TOKENS:VIEW", lambda it, _, token: it.get(f"/v1/tokens/{token['id']}")),
    "sernum": ("TOKENS:VIEW", lambda it, _, token: it.get(f"/v1/tokens/sernum/{token['serialNumber']}")),
    "assigned": ("TOKENS:EDIT", lambda it, _, token: it.put(f"/v1/tokens/{token['id']}/assigned", json={"label": "x"})),
    "changestate": (
        "TOKENS:EDIT",
        lambda it, _, token: it.put(f"/v1/tokens/{token['id']}/changestate", json={"state": "INACTIVE"}),
    ),
    "list assigned": ("TOKENS:VIEW", lambda it, *_: it.post("/v1/tokenspaged/assigned", json={})),
    "list unassigned": ("TOKENS:VIEW", lambda it, *_: it.post("/v1/tokenspaged/unassigned", json={})),
    "start assigned": ("TOKENS:VIEW", lambda it, *_: it.post(f"{ASYNC}/assigned", json={})),
    "start unassigned": ("TOKENS:VIEW", lambda it, *_: it.post(f"{ASYNC}/unassigned", json={})),
    "delete": ("TOKENS:REMOVE", lambda it, _, token: it.delete(f"/v1/tokens/{token['id']}")),
    "audit": ("REPORTS:VIEW", lambda it, *_: it.post(EVENTS, json={"searchByAttributes": [EVER]})),
    "siem": ("REPORTS:VIEW", lambda it, *_: it.post(SIEM, json={"searchByAttributes": [SINCE]})),
}
ROLES = {
    "Super Administrator": {"TOKENS:VIEW", "TOKENS:ADD", "TOKENS:EDIT", "TOKENS:REMOVE", "REPORTS:VIEW"},
    "Auditor": {"TOKENS:VIEW", "REPORTS:VIEW"},
    "Help Desk Administrator": {"TOKENS:VIEW", "TOKENS:ADD", "TOKENS:EDIT", "TOKENS:REMOVE"},
    "SCIM Provisioning": set[str](),
    "SIEM Add-on": {"REPORTS:VIEW"},
}


@pytest.fixture(scope="module")
def holders(muster: LiveMuster, admin: Caller) -> dict[str, Caller]:
    """An application of each role, with a session."""
    found = {}
    for role in ROLES:
        made = told(muster, "application", "add", f"{role} {time.time_ns()}", "--role", role)
        found[role] = admin.signed_in(made["applicationId"], made["sharedSecret"])
    return found


@pytest.mark.parametrize("role", ROLES)
def test_each_operation_demands_its_own_permission(
    admin: Caller, holders: dict[str, Caller], ledger: Ledger, role: str
) -> None:
    user = admin.create()
    token = give(admin, user["id"], APP, SECRET)
    allowed = {name for name, (permission, _) in OPERATIONS.items() if permission in ROLES[role]}
    before = ledger.footprint()
    denied = {
        name: (refusal(answer), answer.json()["errorMessage"])
        for name, (_, act) in OPERATIONS.items()
        if name not in allowed
        for answer in [act(holders[role], user["id"], token)]
    }
    unchanged = ledger.footprint() == before
    statuses = {
        name: act(holders[role], user["id"], token).status_code
        for name, (_, act) in OPERATIONS.items()
        if name in allowed
    }

    assert (set(statuses.values()) - {200}, unchanged) == (set(), True)
    assert denied == {
        name: ((403, "permission_denied"), f"{permission} required")
        for name, (permission, _) in OPERATIONS.items()
        if name not in allowed
    }


def test_an_operation_that_was_started_is_told_of_only_while_the_permission_lasts(
    admin: Caller, holders: dict[str, Caller]
) -> None:
    auditor, job = holders["SIEM Add-on"], admin.post(f"{ASYNC}/assigned", json={}).json()["id"]
    answers = [auditor.get(f"{ASYNC}/{job}/assigned/status"), auditor.get(f"{ASYNC}/{job}/unassigned/status")]

    assert [refusal(answer) for answer in answers] == [(403, "permission_denied")] * 2
    assert refusal(holders["Auditor"].get(f"{ASYNC}/{job}/assigned/status")) == (404, "operation_not_found")


def test_a_help_desk_leaves_the_tokens_of_administrators_alone(
    admin: Caller, holders: dict[str, Caller], ledger: Ledger
) -> None:
    [role] = [it["id"] for it in admin.get("/v1/roles").json() if it["roleName"] == "Super Administrator"]
    user = admin.create()
    token = give(admin, user["id"], APP, SECRET)
    granted = admin.put(f"/v1/users/{user['id']}/roles/{role}")
    before = ledger.footprint()

    answers = [
        OPERATIONS[name][1](holders["Help Desk Administrator"], user["id"], token)
        for name in ("create", "assigned", "changestate", "delete")
    ]

    assert granted.status_code == 200
    assert [refusal(answer) for answer in answers] == [(403, "insufficient_authority")] * 4
    assert ledger.footprint() == before
    assert holders["Help Desk Administrator"].get(f"/v1/tokens/{token['id']}").status_code == 200
