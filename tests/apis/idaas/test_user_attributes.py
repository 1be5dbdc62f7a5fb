"""The operations on user attributes: which there are, how they change, and that their values go with them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from muster.apis.idaas.roles import ATTRIBUTES
from tests.apis.beside import founded
from tests.apis.idaas.caller import Caller, fields, payload, refusal
from tests.apis.idaas.test_samples import UUID
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

PATH = "/v1/userattributes"
UNKNOWN = (404, "user_attribute_not_found")
INVALID, MISSING = (400, "invalid_parameter"), (400, "missing_parameter")
TAKEN = (409, "value_already_exists")
PATIENCE = 30.0
ORDER = ["id", "name", "mandatory", "unique", "systemDefined", "type"]

Attribute = dict[str, Any]


@pytest.fixture(scope="module")
def there(kept_at: str, admin: Caller) -> Caller:
    """The first application of a tenant whose attributes nobody else changes."""
    return admin.signed_in(*founded(kept_at, f"User attributes {time.time_ns()}"))


def made(caller: Caller, **parms: Any) -> Attribute:
    """A new attribute, with a name of its own unless one is given."""
    answer = caller.post(PATH, json={"name": f"a {time.time_ns()}", **parms})
    assert answer.status_code == 200, answer.text
    found: Attribute = answer.json()
    return found


def built_in(caller: Caller, name: str) -> Attribute:
    """The system-defined attribute of this name."""
    [found] = [it for it in caller.get(PATH).json() if it["name"] == name]
    return dict(found)


def at(attribute: Attribute) -> str:
    return f"{PATH}/{attribute['id']}"


def value(attribute: Attribute, text: str) -> list[dict[str, str]]:
    return [{"userAttributeId": attribute["id"], "value": text}]


def test_a_new_account_has_the_vendors_attributes(kept_at: str, admin: Caller) -> None:
    found = admin.signed_in(*founded(kept_at, f"New {time.time_ns()}")).get(PATH).json()

    assert [(it["name"], it["mandatory"]) for it in found] == [(it.name, it.mandatory) for it in ATTRIBUTES]
    assert {(it["unique"], it["systemDefined"], it["type"]) for it in found} == {(False, True, "NONE")}


def test_one_that_is_made_is_there(there: Caller) -> None:
    name = f"Badge {time.time_ns()}"
    created = made(there, name=name, mandatory=False, unique=True, type="OTP_SMS")

    assert list(created) == ORDER
    assert UUID.fullmatch(created["id"])
    assert {**created, "id": ""} == {
        "id": "",
        "name": name,
        "mandatory": False,
        "unique": True,
        "systemDefined": False,
        "type": "OTP_SMS",
    }
    assert there.get(at(created)).json() == created
    assert there.get(PATH).json()[-1] == created


@pytest.mark.parametrize("parms", [{}, {"mandatory": None, "unique": None, "type": None}])
def test_what_is_not_said_has_its_default(there: Caller, parms: dict[str, Any]) -> None:
    created = made(there, **parms)

    assert (created["mandatory"], created["unique"], created["type"]) == (False, False, "NONE")


@pytest.mark.parametrize("type_", ["NONE", "OTP_EMAIL", "OTP_SMS", "OTP_VOICE", "OTP_WECHAT", "OTP_WHATSAPP"])
def test_every_type_is_kept(there: Caller, type_: str) -> None:
    created = made(there, type=type_)
    changed = there.put(at(created), json={"type": "NONE"}).json()

    assert (created["type"], changed["type"]) == (type_, "NONE")
    assert there.put(at(created), json={"type": type_}).json() == created


CHANGES: list[dict[str, Any]] = [
    {"name": "Another name"},
    {"mandatory": True},
    {"unique": True},
    {"type": "OTP_VOICE"},
    {"unique": True, "type": "OTP_EMAIL"},
    {},
    {"name": None, "mandatory": None, "unique": None, "type": None},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_what_is_said_changes_and_the_rest_stays(there: Caller, change: dict[str, Any]) -> None:
    created = made(there)
    answer = there.put(at(created), json=change)
    expected = created | {name: it for name, it in change.items() if it is not None}

    assert (answer.status_code, answer.json()) == (200, expected)
    assert there.get(at(created)).json() == expected
    assert there.delete(at(created)).status_code == 200


def test_an_answer_may_be_sent_back(there: Caller, ledger: Ledger) -> None:
    all_of_them = [made(there), built_in(there, "Email"), built_in(there, "User ID")]
    before = ledger.footprint()

    answers = [there.put(at(one), json=one).json() for one in all_of_them]

    assert answers == all_of_them
    assert ledger.footprint() == before


TOGGLED = ["Email", "First name", "Last name", "Mobile", "Phone", "User Principal Name", "Security ID", "External ID"]


@pytest.mark.parametrize("name", TOGGLED)
def test_a_system_defined_one_is_made_mandatory_and_not(there: Caller, name: str) -> None:
    kept = built_in(there, name)
    found = [there.put(at(kept), json={"mandatory": it}).json()["mandatory"] for it in (True, False, kept["mandatory"])]

    assert found == [True, False, kept["mandatory"]]


def test_what_becomes_mandatory_binds_those_who_come_after(there: Caller) -> None:
    phone = built_in(there, "Phone")
    before = there.create()
    there.put(at(phone), json={"mandatory": True})
    answer = there.post("/v3/users", json=payload())
    there.put(at(phone), json={"mandatory": False})

    assert (refusal(answer), fields(answer)) == (MISSING, ["phone"])
    assert there.user(before["id"])["phone"] is None
    assert there.create()["phone"] is None


FIXED = [
    ("Email", {"name": "Mail"}, "name"),
    ("Email", {"unique": True}, "unique"),
    ("Email", {"type": "OTP_EMAIL"}, "type"),
    ("User ID", {"mandatory": False}, "mandatory"),
]


@pytest.mark.parametrize(("name", "change", "field"), FIXED)
def test_nothing_else_of_it_changes(
    there: Caller, ledger: Ledger, name: str, change: dict[str, Any], field: str
) -> None:
    kept = built_in(there, name)
    before = ledger.footprint()

    answers = [there.put(at(kept), json=change), there.delete(at(kept))]

    assert [refusal(answer) for answer in answers] == [INVALID] * 2
    assert [fields(answer) for answer in answers] == [[field], ["attribute"]]
    assert (built_in(there, name), ledger.footprint()) == (kept, before)


WRONG: list[tuple[dict[str, Any], tuple[int, str], str]] = [
    ({"name": ""}, MISSING, "name"),
    ({"name": " "}, MISSING, "name"),
    ({"name": "x" * 256}, INVALID, "name"),
    ({"name": "a\x00b"}, INVALID, "name"),
    ({"name": 5}, INVALID, "name"),
    ({"name": ["x"]}, INVALID, "name"),
    ({"type": "OTP_PIGEON"}, INVALID, "type"),
    ({"type": ""}, INVALID, "type"),
    ({"mandatory": "true"}, INVALID, "mandatory"),
    ({"unique": 1}, INVALID, "unique"),
    ({"name": "EMAIL"}, TAKEN, "name"),
    ({"name": "\uff25mail"}, TAKEN, "name"),
]


@pytest.mark.parametrize(("parms", "expected", "field"), WRONG, ids=repr)
def test_what_no_attribute_can_be_is_refused(
    there: Caller, ledger: Ledger, parms: dict[str, Any], expected: tuple[int, str], field: str
) -> None:
    kept = made(there)
    before = ledger.footprint()

    answers = [there.post(PATH, json={"name": "good", **parms}), there.put(at(kept), json=parms)]

    assert [(refusal(answer), fields(answer)) for answer in answers] == [(expected, [field])] * 2
    assert ledger.footprint() == before


def test_a_name_must_be_said(there: Caller, ledger: Ledger) -> None:
    before = ledger.footprint()

    answers = [there.post(PATH, json=body) for body in ({}, {"name": None})]

    assert [(refusal(answer), fields(answer)) for answer in answers] == [(MISSING, ["name"])] * 2
    assert ledger.footprint() == before


@pytest.mark.parametrize("body", ["", "[]", "null", "{", '{"name":"a","name":"b"}'])
def test_a_body_is_an_object(there: Caller, ledger: Ledger, body: str) -> None:
    kept = made(there)
    before = ledger.footprint()

    answers = [there.post(PATH, content=body), there.put(at(kept), content=body)]

    assert [answer.status_code for answer in answers] == [400] * 2
    assert ledger.footprint() == before


def test_a_value_that_two_users_have_does_not_become_unique(there: Caller, ledger: Ledger) -> None:
    kept = made(there)
    first, second = (there.create(userAttributeValues=value(kept, text)) for text in ("Straße", "STRASSE"))
    before = ledger.footprint()

    answer = there.put(at(kept), json={"unique": True})

    assert (refusal(answer), fields(answer)) == (TAKEN, [kept["name"]])
    assert ledger.footprint() == before
    there.delete(f"/v3/users/{second['id']}")
    assert there.put(at(kept), json={"unique": True}).json() == kept | {"unique": True}
    again = there.post("/v3/users", json=payload(userAttributeValues=value(kept, "strasse")))
    assert (refusal(again), fields(again)) == (TAKEN, [kept["name"]])
    assert there.user(first["id"])["userAttributeValues"][0]["userAttribute"]["unique"] is True


def test_one_that_is_deleted_is_gone_with_its_values(there: Caller, ledger: Ledger) -> None:
    gone, stays = made(there), made(there)
    user = there.create(userAttributeValues=value(gone, "1") + value(stays, "2"))

    answer = there.delete(at(gone))
    shown = there.user(user["id"])["userAttributeValues"]

    assert (answer.status_code, answer.content) == (200, b"")
    assert [it["userAttributeId"] for it in shown] == [stays["id"]]
    assert gone not in there.get(PATH).json()
    assert [refusal(it) for it in (there.get(at(gone)), there.put(at(gone), json={}), there.delete(at(gone)))] == [
        UNKNOWN
    ] * 3
    assert refusal(there.post("/v3/users", json=payload(userAttributeValues=value(gone, "1")))) == UNKNOWN
    assert values_of(ledger, user["id"]) == [(stays["id"], "2")]
    assert made(there, name=gone["name"])["id"] != gone["id"]


def values_of(ledger: Ledger, user: str) -> list[Any]:
    """The user's values as they are kept, once the server has cleared away what it does by itself."""
    deadline = time.monotonic() + PATIENCE
    while ledger.rows("SELECT id FROM gone_attributes") and time.monotonic() < deadline:
        time.sleep(0.1)
    return ledger.rows('SELECT attribute, value FROM attribute_values WHERE "user" = $1', user)


def test_those_of_another_account_are_not_there(there: Caller, admin: Caller, ledger: Ledger) -> None:
    theirs = made(there)
    before = ledger.footprint()

    found = [
        (refusal(answer), answer.content)
        for one in (theirs, built_in(there, "Phone"), {"id": "nothing"})
        for answer in (admin.get(at(one)), admin.put(at(one), json={"mandatory": True}), admin.delete(at(one)))
    ]

    assert len(set(found)) == 1
    assert found[0][0] == UNKNOWN
    assert theirs["id"] not in {it["id"] for it in admin.get(PATH).json()}
    assert ledger.footprint() == before


NEEDED = [
    ("GET", PATH, "USERATTRIBUTES:VIEW required"),
    ("POST", PATH, "USERATTRIBUTES:ADD required"),
    ("GET", f"{PATH}/x", "USERATTRIBUTES:VIEW required"),
    ("PUT", f"{PATH}/x", "USERATTRIBUTES:EDIT required"),
    ("DELETE", f"{PATH}/x", "USERATTRIBUTES:REMOVE required"),
]


def test_permission_is_asked_first(muster: LiveMuster, admin: Caller, ledger: Ledger) -> None:
    new = told(muster, "application", "add", f"SIEM {time.time_ns()}", "--role", "SIEM Add-on")
    caller = admin.signed_in(new["applicationId"], new["sharedSecret"])
    before = ledger.footprint()

    answers = [caller.ask(method, path, json={}) for method, path, _ in NEEDED]

    assert [refusal(answer) for answer in answers] == [(403, "permission_denied")] * 5
    assert [answer.json()["errorMessage"] for answer in answers] == [needed for *_, needed in NEEDED]
    assert ledger.footprint() == before
