"""Administration API applications: made, changed, given another secret and removed, as the vendor's file has it."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from muster.apis.certcentral.roles import ACCESS_ROLES
from muster.apis.idaas.roles import SITE_ROLES
from muster.core.roles import RolesOf
from tests.apis.beside import asked
from tests.apis.idaas.caller import ABSENT, NO_SECRET, NO_SESSION, Caller, fields, payload, refusal, unused
from tests.apis.ledger import Ledger
from tests.support.commands import command, told
from tests.support.live import LiveMuster

PATH = "/v1/applications/adminapi"
NOBODY = "2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0"
NO_APPLICATION, NO_ROLE = (404, "api_application_not_found"), (404, "role_not_found")
MISSING, INVALID = (400, "missing_parameter"), (400, "invalid_parameter")
TAKEN = (409, "value_already_exists")
FIELDS = [
    "id",
    "name",
    "description",
    "applicationTemplate",
    "applicationTemplateId",
    "roleId",
    "spRoleId",
    "ipListId",
    "allowLongLivedToken",
    "sharedSecret",
    "lastAuthnDate",
    "logo",
]

Shown = dict[str, Any]


@pytest.fixture(scope="module")
def roles(kept_at: str, muster: LiveMuster) -> dict[str, str]:
    """The ids of the site roles by their names."""
    return {role.name: role.id for role in asked(kept_at, RolesOf(SITE_ROLES))}


@pytest.fixture(scope="module")
def role(roles: dict[str, str]) -> str:
    """A role that an application may be given."""
    return roles["Auditor"]


def shown(answer: Any) -> Shown:
    """The application that an answer holds."""
    assert answer.status_code == 200, answer.text
    found: Shown = answer.json()
    assert list(found) == FIELDS
    return found


def make(admin: Caller, role_id: str, **more: Any) -> Shown:
    """A new application that is good but for these changes."""
    return shown(admin.post(PATH, json={"name": unused("script"), "roleId": role_id, **more}))


def pair_of(application: Shown) -> tuple[str, str]:
    return application["id"], application["sharedSecret"]


def test_a_new_application_is_told_whole_and_its_secret_this_once(admin: Caller, role: str, ledger: Ledger) -> None:
    name = unused("script")
    body = {
        "name": name,
        "description": "for the night",
        "roleId": role,
        "allowLongLivedToken": True,
        "logo": "aWNvbg==",
    }
    made = shown(admin.post(PATH, json=body))
    got = shown(admin.get(f"{PATH}/{made['id']}"))
    [listed] = [one for one in admin.get(PATH).json() if one["id"] == made["id"]]
    [template] = [
        one for one in admin.get("/v1/applications/templates").json() if one["authenticationMethod"] == "ADMINAPI"
    ]

    assert {field: made[field] for field in body} == body
    assert (made["applicationTemplate"], made["applicationTemplateId"]) == ("Administration API", template["id"])
    assert (made["spRoleId"], made["ipListId"], made["lastAuthnDate"]) == (None, None, None)
    assert re.fullmatch("[A-Za-z0-9]{47}", made["sharedSecret"])
    assert got == listed == {**made, "sharedSecret": None}
    assert made["sharedSecret"] not in repr([ledger.rows(f"SELECT * FROM {it}") for it in ("applications", "events")])


def test_it_signs_in_and_that_is_told(admin: Caller, role: str) -> None:
    made = make(admin, role)
    signed_in = admin.authenticate(*pair_of(made))
    got = shown(admin.get(f"{PATH}/{made['id']}"))

    assert got["lastAuthnDate"] == signed_in.json()["creationTime"]
    assert admin.showing(",".join(pair_of(made))).get(PATH).status_code == 401


def test_it_acts_with_its_role_and_not_one_permission_more(admin: Caller, roles: dict[str, str]) -> None:
    auditor = admin.signed_in(*pair_of(make(admin, roles["Auditor"])))
    siem = admin.signed_in(*pair_of(make(admin, roles["SIEM Add-on"])))
    found = [
        (auditor.get(PATH).status_code, siem.get(PATH).json()["errorMessage"]),
        (auditor.get("/v1/applications/templates").status_code, siem.get("/v1/applicationinfo").json()["errorMessage"]),
        (auditor.get("/v1/applicationinfo").status_code, siem.get("/v1/applications/templates").json()["errorMessage"]),
    ]
    denied = [
        auditor.post(PATH, json={"name": "x", "roleId": roles["Auditor"]}),
        auditor.put(f"{PATH}/{NOBODY}", json={"name": "x"}),
        auditor.put(f"{PATH}/regenerate/{NOBODY}"),
        auditor.delete(f"{PATH}/{NOBODY}"),
        auditor.post("/v3/users", json=payload()),
    ]

    view = "APPLICATIONS:VIEW required"
    assert found == [(200, view), (200, view), (200, "TEMPLATES:VIEW required")]
    assert [refusal(answer) for answer in denied] == [(403, "permission_denied")] * 5
    assert [answer.json()["errorMessage"] for answer in denied] == [
        f"{name} required"
        for name in ("APPLICATIONS:ADD", "APPLICATIONS:EDIT", "APPLICATIONS:EDIT", "APPLICATIONS:REMOVE", "USERS:ADD")
    ]


WRONG: list[tuple[str, Any, tuple[int, str], list[str]]] = [
    ("no name", {"name": ABSENT}, MISSING, ["name"]),
    ("a null name", {"name": None}, MISSING, ["name"]),
    ("an empty name", {"name": ""}, MISSING, ["name"]),
    ("a blank name", {"name": "  "}, MISSING, ["name"]),
    ("a long name", {"name": "x" * 256}, INVALID, ["name"]),
    ("a name with a NUL", {"name": "a\x00"}, INVALID, ["name"]),
    ("a number for a name", {"name": 5}, INVALID, ["name"]),
    ("the name of another", {"name": "First Application"}, TAKEN, ["name"]),
    ("no role", {"roleId": ABSENT}, MISSING, ["roleId"]),
    ("a null role", {"roleId": None}, MISSING, ["roleId"]),
    ("an empty role", {"roleId": ""}, MISSING, ["roleId"]),
    ("an unknown role", {"roleId": NOBODY}, NO_ROLE, ["roleId"]),
    ("a role with a NUL", {"roleId": "\x00"}, NO_ROLE, ["roleId"]),
    ("a service provider's role", {"spRoleId": NOBODY}, NO_ROLE, ["spRoleId"]),
    ("a service provider's role alone", {"roleId": ABSENT, "spRoleId": NOBODY}, NO_ROLE, ["spRoleId"]),
    (
        "an unknown template",
        {"applicationTemplateId": NOBODY},
        (404, "application_template_not_found"),
        ["applicationTemplateId"],
    ),
    ("an unknown list", {"ipListId": NOBODY}, (404, "ip_list_not_found"), []),
    ("a long description", {"description": "x" * 1025}, INVALID, ["description"]),
    ("a long logo", {"logo": "A" * 65_537}, INVALID, ["logo"]),
    ("a text for a truth", {"allowLongLivedToken": "yes"}, INVALID, ["allowLongLivedToken"]),
]


@pytest.mark.parametrize(("name", "change", "expected", "at_fault"), WRONG, ids=[case[0] for case in WRONG])
def test_a_wrong_application_is_not_made(
    admin: Caller, role: str, ledger: Ledger, name: str, change: Shown, expected: tuple[int, str], at_fault: list[str]
) -> None:
    body = {"name": unused("script"), "roleId": role, **change}
    before = ledger.footprint()

    answer = admin.post(PATH, json={field: value for field, value in body.items() if value is not ABSENT})

    assert (refusal(answer), fields(answer)) == (expected, at_fault)
    assert ledger.footprint() == before


def test_a_role_of_another_catalogue_is_none(admin: Caller, kept_at: str) -> None:
    other = asked(kept_at, RolesOf(ACCESS_ROLES))[0]

    answer = admin.post(PATH, json={"name": unused("script"), "roleId": other.id})

    assert refusal(answer) == NO_ROLE


def test_an_update_changes_what_it_names_and_an_empty_text_clears(admin: Caller, roles: dict[str, str]) -> None:
    made = make(admin, roles["Auditor"], description="x", logo="aWNvbg==")
    path, without = f"{PATH}/{made['id']}", {**made, "sharedSecret": None}
    same = shown(admin.put(path, json={"name": made["name"]}))
    nulls = shown(admin.put(path, json=dict.fromkeys(FIELDS) | {"name": made["name"]}))
    changed = {"name": unused("robot"), "description": "y", "roleId": roles["SIEM Add-on"], "allowLongLivedToken": True}
    other = shown(admin.put(path, json=changed))
    empty = dict.fromkeys(("description", "roleId", "spRoleId", "ipListId", "logo"), "")
    cleared = shown(admin.put(path, json={"name": changed["name"], **empty}))

    assert same == nulls == without
    assert other == {**without, **changed}
    assert cleared == {**other, "description": None, "roleId": None, "logo": None}
    assert shown(admin.get(path)) == cleared


def test_what_was_got_can_be_put_back(admin: Caller, role: str) -> None:
    made = make(admin, role, description="x", logo="aWNvbg==", allowLongLivedToken=True)
    got = shown(admin.get(f"{PATH}/{made['id']}"))

    assert shown(admin.put(f"{PATH}/{made['id']}", json=got)) == got


WRONG_UPDATES = [
    case for case in WRONG if case[0] not in ("no role", "a null role", "an empty role", "an unknown template")
]


@pytest.mark.parametrize(
    ("name", "change", "expected", "at_fault"), WRONG_UPDATES, ids=[case[0] for case in WRONG_UPDATES]
)
def test_a_wrong_update_changes_nothing(
    admin: Caller, role: str, ledger: Ledger, name: str, change: Shown, expected: tuple[int, str], at_fault: list[str]
) -> None:
    made = make(admin, role)
    body = {"name": made["name"], "description": "changed", **change}
    before = ledger.footprint()

    answer = admin.put(
        f"{PATH}/{made['id']}", json={field: value for field, value in body.items() if value is not ABSENT}
    )

    assert (refusal(answer), fields(answer)) == (expected, at_fault)
    assert ledger.footprint() == before


def test_another_role_counts_at_once_for_open_sessions_and_none_leaves_nothing(
    admin: Caller, roles: dict[str, str]
) -> None:
    made = make(admin, roles["Super Administrator"], allowLongLivedToken=True)
    callers = [admin.signed_in(*pair_of(made)), admin.showing(",".join(pair_of(made)))]
    found = []
    for role_id in (roles["Auditor"], "", roles["Super Administrator"]):
        admin.put(f"{PATH}/{made['id']}", json={"name": made["name"], "roleId": role_id})
        found.append([(it.get(PATH).status_code, it.post("/v3/users", json=payload()).status_code) for it in callers])
    signed_in = admin.authenticate(*pair_of(made))

    assert found == [[(200, 403)] * 2, [(403, 403)] * 2, [(200, 200)] * 2]
    assert signed_in.status_code == 200


def test_the_long_lived_form_is_allowed_and_forbidden_at_once(admin: Caller, role: str) -> None:
    made = make(admin, role)
    caller, found = admin.showing(",".join(pair_of(made))), []
    for allowed in (True, False, None, True):
        admin.put(f"{PATH}/{made['id']}", json={"name": made["name"], "allowLongLivedToken": allowed})
        found.append(caller.get(PATH).status_code)

    assert found == [200, 401, 401, 200]


def test_a_new_secret_ends_the_old_one_and_its_sessions_at_once(admin: Caller, role: str) -> None:
    made = make(admin, role, allowLongLivedToken=True)
    session, lasting = admin.signed_in(*pair_of(made)), admin.showing(",".join(pair_of(made)))
    before = [session.get(PATH).status_code, lasting.get(PATH).status_code]
    answer = admin.put(f"{PATH}/regenerate/{made['id']}")
    secret = answer.json()
    after = [session.get(PATH), lasting.get(PATH), admin.authenticate(*pair_of(made))]

    assert before == [200, 200]
    assert (answer.status_code, answer.content) == (200, f'"{secret}"'.encode())
    assert re.fullmatch("[A-Za-z0-9]{47}", secret)
    assert [refusal(one) for one in after] == [NO_SESSION, NO_SECRET, NO_SECRET]
    assert admin.showing(f"{made['id']},{secret}").get(PATH).status_code == 200
    assert admin.signed_in(made["id"], secret).get(PATH).status_code == 200
    assert shown(admin.get(f"{PATH}/{made['id']}"))["sharedSecret"] is None


def test_a_removed_application_ends_at_once(admin: Caller, role: str) -> None:
    made = make(admin, role, allowLongLivedToken=True)
    session, lasting = admin.signed_in(*pair_of(made)), admin.showing(",".join(pair_of(made)))
    before = [session.get(PATH).status_code, lasting.get(PATH).status_code]
    answer = admin.delete(f"{PATH}/{made['id']}")
    after = [session.get(PATH), lasting.get(PATH), admin.authenticate(*pair_of(made))]
    gone = [
        admin.get(f"{PATH}/{made['id']}"),
        admin.put(f"{PATH}/{made['id']}", json={"name": "x"}),
        admin.put(f"{PATH}/regenerate/{made['id']}"),
        admin.delete(f"{PATH}/{made['id']}"),
    ]

    assert (before, answer.status_code, answer.content) == ([200, 200], 200, b"")
    assert [refusal(one) for one in after] == [NO_SESSION, NO_SECRET, NO_APPLICATION]
    assert [refusal(one) for one in gone] == [NO_APPLICATION] * 4


def test_an_application_does_not_remove_itself_but_gives_itself_another_secret(
    admin: Caller, roles: dict[str, str]
) -> None:
    made = make(admin, roles["Super Administrator"])
    caller = admin.signed_in(*pair_of(made))
    removed = caller.delete(f"{PATH}/{made['id']}")
    secret = caller.put(f"{PATH}/regenerate/{made['id']}").json()

    assert refusal(removed) == (400, "own_account")
    assert refusal(caller.get(PATH)) == NO_SESSION
    assert admin.signed_in(made["id"], secret).get(PATH).status_code == 200


def test_what_is_foreign_is_answered_as_what_is_unknown(
    muster: LiveMuster, admin: Caller, role: str, ledger: Ledger
) -> None:
    there = told(muster, "tenant", "add", unused("Umbrella"))["idaas"]
    neighbour = admin.signed_in(there["applicationId"], there["sharedSecret"])
    made = make(admin, role)
    before = ledger.footprint()
    found = [
        [
            neighbour.get(f"{PATH}/{one}"),
            neighbour.put(f"{PATH}/{one}", json={"name": "x"}),
            neighbour.put(f"{PATH}/regenerate/{one}"),
            neighbour.delete(f"{PATH}/{one}"),
        ]
        for one in (made["id"], NOBODY)
    ]
    foreign_role = neighbour.post(PATH, json={"name": "x", "roleId": role})

    assert [[refusal(answer) for answer in answers] for answers in found] == [[NO_APPLICATION] * 4] * 2
    assert [answer.content for answer in found[0]] == [answer.content for answer in found[1]]
    assert refusal(foreign_role) == NO_ROLE
    assert ledger.footprint() == before
    assert [one["id"] for one in neighbour.get(PATH).json()] == [there["applicationId"]]


def test_a_list_of_addresses_that_is_made_on_the_machine_binds_who_refers_to_it(
    muster: LiveMuster, admin: Caller, role: str
) -> None:
    name = f"office {time.time_ns()}"
    made = command(muster, "address-list", "add", name, "192.0.2.0/24", "198.51.100.1-198.51.100.9")
    office = made.stdout.strip()
    listed = command(muster, "address-list", "list").stdout.splitlines()
    application = make(admin, role, ipListId=office, allowLongLivedToken=True)
    lasting = admin.showing(",".join(pair_of(application)))
    outside = [lasting.get(PATH), admin.authenticate(*pair_of(application))]
    in_use = command(muster, "address-list", "delete", name)
    command(muster, "address-list", "set", name, "127.0.0.1")
    inside = [lasting.get(PATH).status_code, admin.authenticate(*pair_of(application)).status_code]
    freed = shown(admin.put(f"{PATH}/{application['id']}", json={"name": application["name"], "ipListId": ""}))
    deleted = command(muster, "address-list", "delete", office)

    assert made.returncode == 0, made.stderr
    assert f"{office} 192.0.2.0-192.0.2.255,198.51.100.1-198.51.100.9 {name}" in listed
    assert application["ipListId"] == office
    assert [refusal(answer) for answer in outside] == [(403, "ip_address_forbidden")] * 2
    assert (in_use.returncode, "InUse" in in_use.stderr) == (1, True)
    assert inside == [200, 200]
    assert (freed["ipListId"], deleted.returncode) == (None, 0)


def test_an_application_does_not_shut_itself_out(muster: LiveMuster, admin: Caller, roles: dict[str, str]) -> None:
    elsewhere = command(muster, "address-list", "add", f"far {time.time_ns()}", "192.0.2.0/24").stdout.strip()
    made = make(admin, roles["Super Administrator"])
    caller, body = admin.signed_in(*pair_of(made)), {"name": made["name"], "ipListId": elsewhere}
    refused = caller.put(f"{PATH}/{made['id']}", json=body)
    by_another = admin.put(f"{PATH}/{made['id']}", json=body)
    shut_out = caller.get(PATH)
    rescued = command(muster, "application", "edit", made["id"], "--address-list", "-")

    assert refusal(refused) == (400, "own_address")
    assert (by_another.status_code, refusal(shut_out)) == (200, (403, "ip_address_forbidden"))
    assert (rescued.returncode, caller.get(PATH).status_code) == (0, 200)


def test_the_same_is_done_on_the_machine(muster: LiveMuster, admin: Caller) -> None:
    made = told(muster, "application", "add", unused("script"), "--role", "Auditor")
    session = admin.signed_in(made["applicationId"], made["sharedSecret"])
    renewed = told(muster, "application", "renew", made["applicationId"])
    ended = session.get(PATH)
    again = admin.signed_in(renewed["applicationId"], renewed["sharedSecret"])
    alive = again.get(PATH).status_code
    deleted = command(muster, "application", "delete", made["applicationId"])
    nothing = command(muster, "application", "delete", made["applicationId"])

    assert (refusal(ended), alive, deleted.returncode) == (NO_SESSION, 200, 0)
    assert refusal(again.get(PATH)) == NO_SESSION
    assert (nothing.returncode, "Unknown" in nothing.stderr) == (1, True)
