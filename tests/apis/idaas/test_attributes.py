"""The tenant's own attributes in *Create a user*, made beside the server, and what every user must have."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import pytest

from muster.core.attributes import Attribute, Attributes, CreateAttribute
from tests.apis.beside import asked, done
from tests.apis.idaas.caller import Caller, fields, payload, refusal
from tests.apis.idaas.test_samples import MOMENT, UUID
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster
from tests.support.world import change

INVALID, MISSING = (400, "invalid_parameter"), (400, "missing_parameter")
FIELD = "userAttributeValues"


@dataclass(frozen=True)
class Company:
    """A tenant of its own, by its name, and an application of it."""

    name: str
    admin: Caller


@pytest.fixture(scope="module")
def company(muster: LiveMuster, admin: Caller) -> Company:
    """A tenant whose attributes nobody else uses."""
    name = f"Attributes {time.time_ns()}"
    there = told(muster, "tenant", "add", name)["idaas"]
    return Company(name, admin.signed_in(there["applicationId"], there["sharedSecret"]))


@pytest.fixture(scope="module")
def plain(kept_at: str, company: Company) -> Attribute:
    return done(kept_at, CreateAttribute("Badge"), company.name)


@pytest.fixture(scope="module")
def unique(kept_at: str, company: Company) -> Attribute:
    return done(kept_at, CreateAttribute("Number of the locker", "sms", unique=True), company.name)


def valued(*pairs: tuple[Attribute, Any]) -> list[dict[str, Any]]:
    """Values as clients send them."""
    return [{"userAttributeId": attribute.id, "value": value} for attribute, value in pairs]


def test_values_are_shown_with_their_attributes(company: Company, plain: Attribute, unique: Attribute) -> None:
    locker = f"L {time.time_ns()}"

    created = company.admin.create(userAttributeValues=valued((unique, locker), (plain, "42")))
    found = {one["userAttributeId"]: one for one in created[FIELD]}

    assert company.admin.user(created["id"]) == created
    assert {one["value"] for one in created[FIELD]} == {"42", locker}
    assert [list(one) for one in created[FIELD]] == [
        ["id", "userId", "userAttributeId", "userAttribute", "value", "editable", "lastUpdate"]
    ] * 2
    for attribute, type_ in ((plain, "NONE"), (unique, "OTP_SMS")):
        one = found[attribute.id]
        assert one["userAttribute"] == {
            "id": attribute.id,
            "name": attribute.name,
            "mandatory": False,
            "unique": attribute.unique,
            "systemDefined": False,
            "type": type_,
        }
        assert (one["userId"], one["editable"]) == (created["id"], True)
        assert UUID.fullmatch(one["id"])
        assert MOMENT.fullmatch(one["lastUpdate"])


def test_many_values_are_read_in_the_order_in_which_they_were_answered(kept_at: str, company: Company) -> None:
    made = [done(kept_at, CreateAttribute(f"a{number}"), company.name) for number in (3, 1, 2)]

    created = company.admin.create(userAttributeValues=valued(*((one, one.name) for one in reversed(made))))

    assert company.admin.user(created["id"])[FIELD] == created[FIELD]


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_value_is_none(company: Company, plain: Attribute, value: Any) -> None:
    created = company.admin.create(userAttributeValues=valued((plain, value)))

    assert created[FIELD] == []


@pytest.mark.parametrize("value", ["x" * 1024, "漢" * 1024, " ", "\U0001f600" * 1024, "\ufdfa" * 1024])
def test_a_value_is_any_line_of_up_to_1024_characters(company: Company, plain: Attribute, value: str) -> None:
    [found] = company.admin.create(userAttributeValues=valued((plain, value)))[FIELD]

    assert found["value"] == value


def test_an_answered_value_may_be_sent_back(company: Company, plain: Attribute) -> None:
    first = company.admin.create(userAttributeValues=valued((plain, "7")))[FIELD]

    [found] = company.admin.create(userAttributeValues=first)[FIELD]

    assert (found["value"], found["id"] == first[0]["id"]) == ("7", False)


@pytest.mark.parametrize("value", ["x" * 1025, "a\nb", "\x00", "x" * 500_000])
def test_no_other_is(company: Company, plain: Attribute, ledger: Ledger, value: str) -> None:
    before = ledger.footprint()

    answer = company.admin.post("/v3/users", json=payload(userAttributeValues=valued((plain, value))))

    assert (refusal(answer), fields(answer)) == (INVALID, ["Badge"])
    assert ledger.footprint() == before


def test_an_attribute_has_one_value(company: Company, plain: Attribute, ledger: Ledger) -> None:
    before = ledger.footprint()

    answer = company.admin.post("/v3/users", json=payload(userAttributeValues=valued((plain, "1"), (plain, "2"))))

    assert (refusal(answer), fields(answer)) == (INVALID, [FIELD])
    assert ledger.footprint() == before


def test_an_attribute_of_another_tenant_and_a_field_of_the_directory_are_unknown(
    admin: Caller, company: Company, plain: Attribute, kept_at: str, ledger: Ledger
) -> None:
    [email] = [one for one in asked(kept_at, Attributes(), company.name) if one.field == "email"]
    before = ledger.footprint()

    answers = [
        admin.post("/v3/users", json=payload(userAttributeValues=valued((plain, "1")))),
        company.admin.post("/v3/users", json=payload(userAttributeValues=valued((email, "ada@example.com")))),
    ]

    assert [refusal(answer) for answer in answers] == [(404, "user_attribute_not_found")] * 2
    assert ledger.footprint() == before


@pytest.mark.parametrize("written", [str, str.upper, lambda text: text.replace("L", "\uff2c")])
def test_a_unique_value_is_one_users(company: Company, unique: Attribute, ledger: Ledger, written: Any) -> None:
    locker = f"L {time.time_ns()}"
    first = company.admin.create(userAttributeValues=valued((unique, locker)))
    before = ledger.footprint()

    answer = company.admin.post("/v3/users", json=payload(userAttributeValues=valued((unique, written(locker)))))

    assert (refusal(answer), fields(answer)) == ((409, "value_already_exists"), [unique.name])
    assert ledger.footprint() == before
    company.admin.delete(f"/v3/users/{first['id']}")
    assert company.admin.create(userAttributeValues=valued((unique, written(locker))))[FIELD]


BROAD = "".join(chr(0x20000 + (number * 7919) % 40_000) for number in range(1024))


@pytest.mark.parametrize("value", [BROAD, "\ufdfa" * 1024], ids=["four bytes each", "that fold to eighteen"])
def test_a_value_that_no_index_can_hold_may_be_unique_all_the_same(
    company: Company, unique: Attribute, ledger: Ledger, value: str
) -> None:
    [found] = company.admin.create(userAttributeValues=valued((unique, value)))[FIELD]
    before = ledger.footprint()

    answer = company.admin.post("/v3/users", json=payload(userAttributeValues=valued((unique, value))))

    assert found["value"] == value
    assert (refusal(answer), fields(answer)) == ((409, "value_already_exists"), [unique.name])
    assert ledger.footprint() == before
    assert company.admin.create(userAttributeValues=valued((unique, value[:-1] + "x")))[FIELD]


def test_an_external_id_that_no_index_can_hold_is_refused(admin: Caller, ledger: Ledger) -> None:
    """Its folded form would be short enough; what is kept and looked for is what was sent."""
    narrow = "".join(chr(0x1D400 + number % 52) for number in range(1024))
    before = ledger.footprint()

    answer = admin.post("/v3/users", json=payload(externalId=narrow))

    assert (refusal(answer), fields(answer)) == (INVALID, ["externalId"])
    assert ledger.footprint() == before


MANDATORY = ["mobile", "phone", "userPrincipalName", "securityId", "externalId"]
OF_THE_CORE = {"userPrincipalName": "principal_name", "securityId": "security_id", "externalId": "external_id"}


@pytest.mark.parametrize("field", MANDATORY)
def test_what_the_tenant_says_every_user_must_have_must_be_there(
    company: Company, kept_at: str, ledger: Ledger, field: str
) -> None:
    core = OF_THE_CORE.get(field, field)
    [attribute] = [one for one in asked(kept_at, Attributes(), company.name) if one.field == core]
    done(kept_at, change(attribute, replace(attribute, mandatory=True)), company.name)
    before = ledger.footprint()

    answers = [company.admin.post("/v3/users", json=payload(**{field: value})) for value in (None, "")]
    unchanged = ledger.footprint() == before
    good = company.admin.post("/v3/users", json=payload(**{field: "+1"}))
    done(kept_at, change(replace(attribute, mandatory=True), attribute), company.name)

    assert [(refusal(answer), fields(answer)) for answer in answers] == [(MISSING, [field])] * 2
    assert (unchanged, good.status_code) == (True, 200)


def test_what_it_does_not_say_need_not(company: Company, kept_at: str) -> None:
    for attribute in asked(kept_at, Attributes(), company.name):
        if attribute.field in ("given_name", "family_name", "email"):
            done(kept_at, change(attribute, replace(attribute, mandatory=False)), company.name)

    created = company.admin.create(firstName=None, lastName="", email=None)

    assert [created[field] for field in ("firstName", "lastName", "email")] == [None] * 3
    assert company.admin.user(created["id"]) == created


def test_one_of_its_own_may_be_mandatory_too(company: Company, kept_at: str, ledger: Ledger) -> None:
    attribute = done(kept_at, CreateAttribute("Cost centre", mandatory=True), company.name)
    before = ledger.footprint()

    answers = [
        company.admin.post("/v3/users", json=payload(userAttributeValues=values))
        for values in (None, [], valued((attribute, "")))
    ]
    unchanged = ledger.footprint() == before
    good = company.admin.post("/v3/users", json=payload(userAttributeValues=valued((attribute, "4711"))))
    done(kept_at, change(attribute, None), company.name)

    assert [(refusal(answer), fields(answer)) for answer in answers] == [(MISSING, ["Cost centre"])] * 3
    assert (unchanged, good.status_code) == (True, 200)
    assert good.json()[FIELD][0]["userAttribute"]["mandatory"] is True
