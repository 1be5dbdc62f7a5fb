"""What an application of each site role may do: these operations, and no other."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.idaas.caller import Caller, payload, refusal, user_in
from tests.apis.ledger import Ledger
from tests.support.commands import command, told
from tests.support.live import LiveMuster

VIEW, ADD, REMOVE = "USERS:VIEW required", "USERS:ADD required", "USERS:REMOVE required"
OPERATIONS: dict[str, tuple[Callable[[Caller, dict[str, Any]], httpx.Response], str]] = {
    "create": (lambda caller, _: caller.post("/v3/users", json=payload()), ADD),
    "get": (lambda caller, user: caller.get(f"/v3/users/{user['id']}"), VIEW),
    "by user id": (lambda caller, user: caller.named(user["userId"]), VIEW),
    "by external id": (lambda caller, user: caller.external(user["externalId"]), VIEW),
    "delete": (lambda caller, user: caller.delete(f"/v3/users/{user['id']}"), REMOVE),
}
ALL = set(OPERATIONS)
LOOKING = {"get", "by user id", "by external id"}

ROLES = [
    ("Super Administrator", ALL),
    ("Auditor", LOOKING),
    ("Help Desk Administrator", LOOKING),
    ("SCIM Provisioning", ALL),
    ("SIEM Add-on", set[str]()),
    ("AD Connector", ALL),
]


@pytest.fixture(scope="module")
def holders(muster: LiveMuster, admin: Caller) -> dict[str, Caller]:
    """An application of each role, with a session."""
    found = {}
    for role, _ in ROLES:
        made = told(muster, "application", "add", f"{role} {time.time_ns()}", "--role", role)
        found[role] = admin.signed_in(made["applicationId"], made["sharedSecret"])
    return found


@pytest.mark.parametrize(("role", "allowed"), ROLES)
def test_a_site_role_allows_its_operations_and_no_other(
    admin: Caller, holders: dict[str, Caller], ledger: Ledger, role: str, allowed: set[str]
) -> None:
    user = admin.create(externalId=f"ext {time.time_ns()}")
    before = ledger.footprint()

    answers = {name: (act(holders[role], user), needed) for name, (act, needed) in OPERATIONS.items()}

    assert {name for name, (answer, _) in answers.items() if answer.status_code == 200} == allowed
    denied = {name: pair for name, pair in answers.items() if name not in allowed}
    assert [refusal(answer) for answer, _ in denied.values()] == [(403, "permission_denied")] * len(denied)
    assert [answer.json()["errorMessage"] for answer, _ in denied.values()] == [needed for _, needed in denied.values()]
    assert (ledger.footprint() == before) is (allowed != ALL)


def test_permission_is_asked_before_it_is_told_whether_there_is_anybody(
    admin: Caller, holders: dict[str, Caller], ledger: Ledger
) -> None:
    name = admin.create()["userId"]
    before = ledger.footprint()

    answers = [
        holders["SIEM Add-on"].named("nobody at all"),
        holders["SIEM Add-on"].get("/v3/users/x"),
        holders["SIEM Add-on"].external("nobody at all"),
        holders["Auditor"].delete("/v3/users/x"),
        holders["Auditor"].post("/v3/users", json=payload(userId=name)),
        holders["Auditor"].post("/v3/users", json={}),
    ]

    assert [answer.json()["errorMessage"] for answer in answers] == [VIEW, VIEW, VIEW, REMOVE, ADD, ADD]
    assert ledger.footprint() == before


@pytest.mark.parametrize("role", ["SCIM Provisioning", "AD Connector"])
def test_nobody_deletes_a_user_who_holds_a_permission_that_he_lacks(
    admin: Caller, other_api: CertCentral, holders: dict[str, Caller], ledger: Ledger, role: str
) -> None:
    number = other_api.create(access_roles=[{"id": 1}])
    user = user_in(admin.named(other_api.info(number)["username"]))
    before = ledger.footprint()

    answer = holders[role].delete(f"/v3/users/{user['id']}")

    assert refusal(answer) == (403, "insufficient_authority")
    assert ledger.footprint() == before
    assert admin.delete(f"/v3/users/{user['id']}").status_code == 200


def test_a_site_role_that_there_is_not_is_none(muster: LiveMuster, ledger: Ledger) -> None:
    before = ledger.footprint()

    finished = command(muster, "application", "add", "impossible", "--role", "King")

    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr
    assert ledger.footprint() == before


def test_two_applications_of_one_name_are_refused(muster: LiveMuster, ledger: Ledger) -> None:
    before = ledger.footprint()

    finished = command(muster, "application", "add", "FIRST application")

    assert (finished.returncode, finished.stdout) == (1, "")
    assert "Traceback" not in finished.stderr
    assert ledger.footprint() == before
