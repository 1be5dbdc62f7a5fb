"""The account itself, as it says of itself, and what it is entitled to: as many users as it likes."""

from __future__ import annotations

import time
from typing import Any

import pytest

from muster.core.subtenants import OwnTenant
from tests.apis.beside import asked, founded
from tests.apis.idaas.caller import Caller, fields, refusal
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

INFO, ENTITLEMENTS = "/v1/accountinfo", "/v1/entitlements/info"
INVALID, MISSING = (400, "invalid_parameter"), (400, "missing_parameter")


@pytest.fixture
def name() -> str:
    return f"Account {time.time_ns()}"


@pytest.fixture
def there(kept_at: str, admin: Caller, name: str) -> Caller:
    """The first application of a new tenant of this name."""
    return admin.signed_in(*founded(kept_at, name))


def test_an_account_is_its_tenant_until_it_says_more(there: Caller, name: str) -> None:
    found = there.get(INFO).json()

    assert list(found) == ["companyName", "companyCountry", "companyState", "legalAcknowledged"]
    assert found == {
        "companyName": name,
        "companyCountry": None,
        "companyState": None,
        "legalAcknowledged": False,
    }


CHANGES: list[dict[str, Any]] = [
    {"companyName": "Umbrella"},
    {"companyName": "\u6f22" * 100},
    {"legalAcknowledged": True},
    {"companyName": "Umbrella", "legalAcknowledged": True},
    {"companyName": None, "legalAcknowledged": None},
    {"legalAcknowledged": False},
    {},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_what_is_said_changes_and_the_rest_stays(there: Caller, change: dict[str, Any]) -> None:
    before = there.get(INFO).json()
    answer = there.put(INFO, json=change)

    assert (answer.status_code, answer.content) == (200, b"")
    assert there.get(INFO).json() == before | {it: value for it, value in change.items() if value is not None}


def test_another_company_is_no_other_name_of_the_tenant(kept_at: str, there: Caller, name: str) -> None:
    there.put(INFO, json={"companyName": "Umbrella"})

    assert asked(kept_at, OwnTenant(), name)[0].company == "Umbrella"


WRONG: list[tuple[dict[str, Any], tuple[int, str], str]] = [
    ({"companyName": ""}, MISSING, "companyName"),
    ({"companyName": " "}, MISSING, "companyName"),
    ({"companyName": "x" * 101}, INVALID, "companyName"),
    ({"companyName": "a\nb"}, INVALID, "companyName"),
    ({"companyName": 5}, INVALID, "companyName"),
    ({"legalAcknowledged": "true"}, INVALID, "legalAcknowledged"),
    ({"companyName": "Hive", "legalAcknowledged": False}, INVALID, "legalAcknowledged"),
]


@pytest.mark.parametrize(("change", "expected", "field"), WRONG, ids=str)
def test_what_cannot_be_said_changes_nothing(
    there: Caller, ledger: Ledger, change: dict[str, Any], expected: tuple[int, str], field: str
) -> None:
    there.put(INFO, json={"legalAcknowledged": True})
    before = ledger.footprint()

    answer = there.put(INFO, json=change)

    assert (refusal(answer), fields(answer)) == (expected, [field])
    assert ledger.footprint() == before


def test_an_account_has_no_limit_and_counts_its_active_users(there: Caller) -> None:
    first = there.get(ENTITLEMENTS).json()
    there.create()
    there.create(state="INACTIVE")
    found = there.get(ENTITLEMENTS).json()

    assert list(found["users"]) == ["allotment", "consumed", "quantity", "startDate", "endDate", "gracePeriodEndDate"]
    assert found == {
        "smsVoice": None,
        "users": {
            "allotment": None,
            "consumed": 2,
            "quantity": None,
            "startDate": first["users"]["startDate"],
            "endDate": None,
            "gracePeriodEndDate": None,
        },
    }
    assert first["users"]["consumed"] == 1
    assert time.strptime(found["users"]["startDate"], "%Y-%m-%dT%H:%M:%SZ")


def test_another_account_is_another(there: Caller, admin: Caller) -> None:
    before = admin.get(INFO).json()
    there.put(INFO, json={"companyName": "Hive", "legalAcknowledged": True})

    assert admin.get(INFO).json() == before
    assert before["companyName"] != "Hive"


NEEDED = [
    ("GET", INFO, "SUBSCRIBERS:VIEW required"),
    ("PUT", INFO, "SUBSCRIBERS:EDIT required"),
    ("GET", ENTITLEMENTS, "ENTITLEMENTS:VIEW required"),
]


def test_permission_is_asked_first(muster: LiveMuster, admin: Caller, ledger: Ledger) -> None:
    made = told(muster, "application", "add", f"SIEM {time.time_ns()}", "--role", "SIEM Add-on")
    caller = admin.signed_in(made["applicationId"], made["sharedSecret"])
    before = ledger.footprint()

    answers = [caller.ask(method, path, json={}) for method, path, _ in NEEDED]

    assert [refusal(answer) for answer in answers] == [(403, "permission_denied")] * 3
    assert [answer.json()["errorMessage"] for answer in answers] == [needed for *_, needed in NEEDED]
    assert ledger.footprint() == before
