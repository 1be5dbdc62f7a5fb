"""Authentication API applications: kept and told as the vendor's file has them, and of no use for this API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.apis.idaas.caller import ABSENT, NO_SECRET, Caller, fields, refusal, unused
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

PATH = "/v1/applications/authapi"
NOBODY = "2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0"
NO_APPLICATION = (404, "application_not_found")
MISSING, INVALID, TAKEN = (400, "missing_parameter"), (400, "invalid_parameter"), (409, "value_already_exists")
TEMPLATE = "Authentication API"

OFFLINE = {
    "protectedOfflineOTPMaxClients": 3,
    "protectedOfflineOTPMaxRefill": 168,
    "protectedOfflineOTPMinorRefill": 24,
    "protectedOfflineOTPProtection": "VERYSTRONG",
    "protectedOfflineOTPSupport": True,
}
FULL = {
    "description": "the front door",
    "clientIpSource": "PROVIDED",
    "allowIgnoreIpAddressForRba": True,
    "passkeyEnabled": True,
    "userValuesEnabled": True,
    "verificationRequired": True,
    "protectedOfflineSettings": OFFLINE,
    "logo": "aWNvbg==",
}
DEFAULTS = {
    "description": None,
    "clientIpSource": "NOT_INCLUDED",
    "allowIgnoreIpAddressForRba": False,
    "passkeyEnabled": False,
    "userValuesEnabled": False,
    "verificationRequired": False,
    "protectedOfflineSettings": None,
    "logo": None,
}

Shown = dict[str, Any]


def body(**changes: Any) -> Shown:
    made = {"name": unused("door"), "applicationTemplate": TEMPLATE, **changes}
    return {field: value for field, value in made.items() if value is not ABSENT}


def shown(answer: Any) -> Shown:
    """The application that an answer holds."""
    assert answer.status_code == 200, answer.text
    found: Shown = answer.json()
    assert list(found) == [
        "id",
        "name",
        "description",
        "applicationTemplate",
        "applicationTemplateId",
        *list(DEFAULTS)[1:],
    ]
    return found


def make(admin: Caller, **changes: Any) -> Shown:
    """A new application."""
    return shown(admin.post(PATH, json=body(**changes)))


@pytest.mark.parametrize(("given", "expected"), [({}, DEFAULTS), (FULL, FULL)], ids=["bare", "full"])
def test_a_new_application_is_kept_and_told_whole(admin: Caller, given: Shown, expected: Shown) -> None:
    made = make(admin, **given)
    [listed] = [one for one in admin.get(PATH).json() if one["id"] == made["id"]]

    assert {field: made[field] for field in expected} == expected
    assert made["applicationTemplate"] == TEMPLATE
    assert shown(admin.get(f"{PATH}/{made['id']}")) == listed == made


def test_it_may_be_given_an_id_whose_case_means_nothing(admin: Caller) -> None:
    wanted = str(uuid4())
    made = make(admin, id=wanted.upper())
    again = admin.post(PATH, json=body(id=wanted))

    assert made["id"] == wanted
    assert shown(admin.get(f"{PATH}/{wanted.upper()}")) == made
    assert (refusal(again), fields(again)) == (TAKEN, ["id"])


def test_an_update_changes_what_it_names_and_an_empty_text_clears(admin: Caller) -> None:
    made = make(admin, **FULL)
    path, kept = f"{PATH}/{made['id']}", {"name": made["name"], "applicationTemplate": TEMPLATE}
    answer = admin.put(path, json={**kept, "id": NOBODY})
    same = shown(admin.get(path))
    change = {"name": unused("gate"), "clientIpSource": "FROM_CONNECTION", "passkeyEnabled": False}
    admin.put(path, json={**kept, **change})
    changed = shown(admin.get(path))
    admin.put(path, json={**kept, "name": change["name"], "description": "", "logo": ""})
    cleared = shown(admin.get(path))

    assert (answer.status_code, answer.content, same) == (200, b"", made)
    assert changed == {**made, **change}
    assert cleared == {**changed, "description": None, "logo": None}


def test_what_was_got_can_be_put_back(admin: Caller) -> None:
    made = make(admin, **FULL)
    admin.put(f"{PATH}/{made['id']}", json=made)

    assert shown(admin.get(f"{PATH}/{made['id']}")) == made


def test_a_removed_one_is_gone(admin: Caller) -> None:
    made = make(admin)
    answer = admin.delete(f"{PATH}/{made['id']}")
    gone = [
        admin.get(f"{PATH}/{made['id']}"),
        admin.put(f"{PATH}/{made['id']}", json=body()),
        admin.delete(f"{PATH}/{made['id']}"),
        admin.get(f"{PATH}/{NOBODY}"),
        admin.get(f"{PATH}/%00"),
    ]

    assert (answer.status_code, answer.content) == (200, b"")
    assert [refusal(one) for one in gone] == [NO_APPLICATION] * 5


def offline(**change: Any) -> Shown:
    return {"protectedOfflineSettings": {**OFFLINE, **change}}


WRONG: list[tuple[str, Shown, tuple[int, str], list[str]]] = [
    ("no name", {"name": ABSENT}, MISSING, ["name"]),
    ("an empty name", {"name": ""}, MISSING, ["name"]),
    ("the name of another kind", {"name": "FIRST application"}, TAKEN, ["name"]),
    ("a long name", {"name": "x" * 256}, INVALID, ["name"]),
    ("no template", {"applicationTemplate": ABSENT}, MISSING, ["applicationTemplate"]),
    ("another template", {"applicationTemplate": "Administration API"}, INVALID, ["applicationTemplate"]),
    ("no source", {"clientIpSource": "SOMEWHERE"}, INVALID, ["clientIpSource"]),
    ("a text for a truth", {"passkeyEnabled": "no"}, INVALID, ["passkeyEnabled"]),
    ("no protection", offline(protectedOfflineOTPProtection="WEAK"), INVALID, ["protectedOfflineSettings"]),
    ("a negative number", offline(protectedOfflineOTPMaxRefill=-1), INVALID, ["protectedOfflineSettings"]),
    ("a number too large", offline(protectedOfflineOTPMaxRefill=2**31), INVALID, ["protectedOfflineSettings"]),
    (
        "a text for a number",
        offline(protectedOfflineOTPMaxRefill="1"),
        INVALID,
        ["protectedOfflineSettings.protectedOfflineOTPMaxRefill"],
    ),
    ("a long logo", {"logo": "A" * 65_537}, INVALID, ["logo"]),
    ("a long description", {"description": "x" * 1025}, INVALID, ["description"]),
]

WRONG_CREATES: list[tuple[str, Shown, tuple[int, str], list[str]]] = [
    *WRONG,
    ("an id that is no UUID", {"id": "door"}, INVALID, ["id"]),
    ("an id in braces", {"id": f"{{{NOBODY}}}"}, INVALID, ["id"]),
    (
        "an unknown template's id",
        {"applicationTemplateId": NOBODY},
        (404, "application_template_not_found"),
        ["applicationTemplateId"],
    ),
]


@pytest.mark.parametrize(("name", "change", "expected", "at_fault"), WRONG_CREATES, ids=[it[0] for it in WRONG_CREATES])
def test_a_wrong_one_is_not_made(
    admin: Caller, ledger: Ledger, name: str, change: Shown, expected: tuple[int, str], at_fault: list[str]
) -> None:
    before = ledger.footprint()

    answer = admin.post(PATH, json=body(**change))

    assert (refusal(answer), fields(answer)) == (expected, at_fault)
    assert ledger.footprint() == before


@pytest.mark.parametrize(("name", "change", "expected", "at_fault"), WRONG, ids=[it[0] for it in WRONG])
def test_a_wrong_update_changes_nothing(
    admin: Caller, ledger: Ledger, name: str, change: Shown, expected: tuple[int, str], at_fault: list[str]
) -> None:
    made = make(admin)
    before = ledger.footprint()

    answer = admin.put(f"{PATH}/{made['id']}", json=body(**change))

    assert (refusal(answer), fields(answer)) == (expected, at_fault)
    assert ledger.footprint() == before


def test_it_can_never_open_a_session_of_this_api(admin: Caller, application: tuple[str, str], ledger: Ledger) -> None:
    made = make(admin, passkeyEnabled=True)
    before = ledger.footprint()
    secrets = [application[1], "None", "null", made["id"], "x"]
    opened = [admin.authenticate(made["id"], secret) for secret in secrets]
    shown_ = [admin.showing(f"{made['id']},{secret}").get(PATH) for secret in [*secrets, ""]]
    as_another = [
        admin.get(f"/v1/applications/adminapi/{made['id']}"),
        admin.put(f"/v1/applications/adminapi/regenerate/{made['id']}"),
        admin.put(f"/v1/applications/adminapi/{made['id']}", json={"name": "x", "allowLongLivedToken": True}),
    ]

    assert [refusal(answer) for answer in opened] == [(404, "api_application_not_found")] * 5
    assert [refusal(answer) for answer in shown_] == [NO_SECRET] * 6
    assert [refusal(answer) for answer in as_another] == [(404, "api_application_not_found")] * 3
    assert ledger.footprint() == before


def test_an_administration_api_application_is_none_of_these(admin: Caller, application: tuple[str, str]) -> None:
    found = [admin.get(f"{PATH}/{application[0]}"), admin.delete(f"{PATH}/{application[0]}")]

    assert [refusal(answer) for answer in found] == [NO_APPLICATION] * 2
    assert application[0] not in [one["id"] for one in admin.get(PATH).json()]


def test_applications_of_both_kinds_are_told_with_their_template(admin: Caller, application: tuple[str, str]) -> None:
    made = make(admin)
    templates = {one["authenticationMethod"]: one for one in admin.get("/v1/applications/templates").json()}
    told_ = {one["id"]: one for one in admin.get("/v1/applicationinfo").json()}

    assert sorted(templates) == ["ADMINAPI", "AUTHAPI"]
    assert {key: told_[key]["authenticationMethod"] for key in (made["id"], application[0])} == {
        made["id"]: "AUTHAPI",
        application[0]: "ADMINAPI",
    }
    assert told_[made["id"]] == {
        "id": made["id"],
        "name": made["name"],
        "applicationTemplate": TEMPLATE,
        "applicationTemplateId": templates["AUTHAPI"]["id"],
        "authenticationMethod": "AUTHAPI",
    }


def test_what_is_foreign_is_answered_as_what_is_unknown(muster: LiveMuster, admin: Caller, ledger: Ledger) -> None:
    there = told(muster, "tenant", "add", unused("Umbrella"))["idaas"]
    neighbour = admin.signed_in(there["applicationId"], there["sharedSecret"])
    made = make(admin)
    before = ledger.footprint()
    found = [
        [neighbour.get(f"{PATH}/{one}"), neighbour.put(f"{PATH}/{one}", json=body()), neighbour.delete(f"{PATH}/{one}")]
        for one in (made["id"], NOBODY)
    ]

    assert [[refusal(answer) for answer in answers] for answers in found] == [[NO_APPLICATION] * 3] * 2
    assert [answer.content for answer in found[0]] == [answer.content for answer in found[1]]
    assert ledger.footprint() == before
    assert neighbour.get(PATH).json() == []


def test_each_operation_demands_the_permission_that_the_file_names(muster: LiveMuster, admin: Caller) -> None:
    auditor = told(muster, "application", "add", unused("auditor"), "--role", "Auditor")
    siem = told(muster, "application", "add", unused("siem"), "--role", "SIEM Add-on")
    looking, nothing = (admin.signed_in(one["applicationId"], one["sharedSecret"]) for one in (auditor, siem))
    denied = [
        nothing.get(PATH),
        nothing.get(f"{PATH}/{NOBODY}"),
        looking.post(PATH, json=body()),
        looking.put(f"{PATH}/{NOBODY}", json=body()),
        looking.delete(f"{PATH}/{NOBODY}"),
    ]

    assert looking.get(PATH).status_code == 200
    assert [refusal(answer) for answer in denied] == [(403, "permission_denied")] * 5
    assert [answer.json()["errorMessage"] for answer in denied] == [
        f"APPLICATIONS:{verb} required" for verb in ("VIEW", "VIEW", "ADD", "EDIT", "REMOVE")
    ]
