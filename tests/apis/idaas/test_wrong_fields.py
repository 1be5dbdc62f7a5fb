"""*Create a user* with a value that is not allowed: refused in the API's form with its field, and nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.idaas.caller import ABSENT, Caller, Refusal, custom, fields, payload, refusal, unused
from tests.apis.idaas.test_user_parms import named
from tests.apis.ledger import Ledger

INVALID, MISSING = (400, "invalid_parameter"), (400, "missing_parameter")
USER_TAKEN, ALIAS_TAKEN, VALUE_TAKEN = ((409, f"{what}_already_exists") for what in ("user", "user_alias", "value"))

TEXTS = (
    "userId",
    "firstName",
    "lastName",
    "email",
    "mobile",
    "phone",
    "locale",
    "state",
    "externalId",
    "externalSource",
    "userPrincipalName",
    "securityId",
    "preferredOtpDelivery",
)
FLAGS = ("lock", "registrationRequired", "verificationRequired", "emailVerification")
LISTS = ("userAttributeValues", "userAliases", "userExtraAttributes", "groups", "oauthRoles", "organizations")
MANDATORY = ("userId", "firstName", "lastName", "email")
CONTROLS = ("\x00", "\x07", "\n", "\r\n", "\x7f", "\x85", "\u2028", "\u2029")

Case = tuple[str, Any, Refusal, str]


def wrong(field: str, *values: Any, refused: Refusal = INVALID, at: str | None = None) -> list[Case]:
    """The same refusal for each of these values; it names the field, or the one inside it that is given."""
    return [(field, value, refused, at or field) for value in values]


LONG = ("firstName", "lastName", "externalId", "externalSource", "userPrincipalName", "securityId")
NO_NUMBERS = (
    *("1", "+", "++1", "+1 613", "+1-613", "(613)", "+1(613)", "+1613x", "+1234567890123456", "0016138561234"),
    *(" +1", "+1 ", "+1\n", "\n+1", "+1.5", "+\u0661", "\uff0b1", "+\uff11", "tel:+1", "+1;ext=5", "+-1", "+1\x00"),
)
NO_LOCALES = (
    "EN",
    "en-US",
    "en_US",
    "zh",
    "zh-CN",
    "zh_cn",
    "no",
    "xx",
    " en",
    "en ",
    "e",
    "en\x00",
    "\x00",
    "english",
)
NO_EMAILS = (
    *("ada", "ada@", "@example.com", "ada@localhost", "ada@@example.com", "a@b@example.com", "a b@example.com"),
    *("ada@exam ple.com", "ada@example..com", "ada@example.com.", ".ada@example.com", "Ada <ada@example.com>"),
    *("ada@\xe9xample.com", "x" * 65 + "@example.com", "ada@example.com\r\nBcc: all@example.com", "a@b.co\x00", " "),
    "a@" + "b." * 160 + "c",
)
WRONG: list[Case] = [
    *(case for field in TEXTS for case in wrong(field, 5, 5.5, True, [], ["x"], {}, {"x": "y"})),
    *(case for field in FLAGS for case in wrong(field, 0, 1, "true", "", [], {})),
    *(case for field in LISTS for case in wrong(field, 5, True, "x", {}, {"x": 1}, [5], [None])),
    *wrong("preferredOtpDeliveryContactAttributes", 5, "x", [], ["OTP_EMAIL"], {"OTP_EMAIL": 5}),
    *(case for field in MANDATORY for case in wrong(field, ABSENT, None, "", refused=MISSING)),
    *wrong("userId", " ", "\t\n", "\u2003", refused=MISSING),
    *(case for field in LONG for case in wrong(field, "x" * 1025, "\xe9" * 500_000)),
    *wrong("userId", "x" * 256, "\xe9" * 256, "\ufdfa" * 200, "x" * 500_000),
    *(case for field in ("userId", *LONG) for case in wrong(field, *(f"a{control}b" for control in CONTROLS))),
    *wrong("email", *NO_EMAILS),
    *wrong("mobile", *NO_NUMBERS),
    *wrong("phone", *NO_NUMBERS),
    *wrong("locale", *NO_LOCALES),
    *wrong("state", "active", "DISABLED", " ACTIVE", "ACTIVE\x00", "x" * 10_000),
    *wrong("preferredOtpDelivery", "email", "WECHAT", "NONE", " "),
    *wrong("preferredOtpDeliveryContactAttributes", {"OTP_WECHAT": "x"}, {"": "x"}, {"email": "x"}),
    *wrong("preferredOtpDeliveryContactAttributes", *({"OTP_SMS": text} for text in ("a\nb", "\x00", "x" * 1025))),
    *wrong("groups", ["2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0"], ["x"], [""], refused=(404, "group_not_found")),
    *wrong("oauthRoles", ["2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0"], refused=(404, "oauth_role_not_found")),
    *wrong("organizations", ["2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0"], refused=(404, "organization_not_found")),
]

ALIASES = "userAliases"
WRONG_ALIASES: list[Case] = [
    *wrong(ALIASES, [{}], [{"value": None}], [{"type": "CUSTOM"}], custom(""), custom(" "), refused=MISSING),
    *wrong(ALIASES, custom("x" * 256), custom("good", "a\nb"), custom("\x00"), custom("\ufdfa" * 200)),
    *wrong(ALIASES, custom(*(f"alias {number}" for number in range(11)))),
    *wrong(ALIASES, *([{"value": "x", "type": type_}] for type_ in ("DERIVED", "USERID", "custom", "OTHER", "\x00"))),
    *wrong(ALIASES, custom("Twice", "Twice"), custom("Twice", "tWICE"), custom("Twice", "\uff34wice")),
    *wrong(ALIASES, custom(5), custom(["x"]), at=f"{ALIASES}.value"),
    *wrong(ALIASES, [{"value": "x", "type": 5}], at=f"{ALIASES}.type"),
]
EXTRA = "userExtraAttributes"
WRONG_EXTRAS: list[Case] = [
    *wrong(EXTRA, [{}], [{"name": None}], [{"name": ""}], [{"name": "x"}, {"value": "y"}], refused=MISSING),
    *wrong(EXTRA, *([{"name": "x", "type": type_}] for type_ in ("none", "OTP", "MAIL", "\x00"))),
    *wrong(EXTRA, *([{"name": text}] for text in ("a\nb", "\x00", "x" * 1025))),
    *wrong(EXTRA, *([{"name": "x", "value": text}] for text in ("a\nb", "\x00", "x" * 1025))),
    *wrong(EXTRA, [{"name": "x"}] * 51, [{"name": "x"}] * 5000),
    *wrong(EXTRA, [{"name": "x" * 1024, "value": "y" * 1024}] * 50),
    *wrong(EXTRA, [{"name": 5}], at=f"{EXTRA}.name"),
    *wrong(EXTRA, [{"name": "x", "value": []}], at=f"{EXTRA}.value"),
]
VALUES = "userAttributeValues"
NOTHING = "2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0"
WRONG_VALUES: list[Case] = [
    *wrong(VALUES, [{}], [{"value": "x"}], [{"userAttributeId": "", "value": "x"}], refused=MISSING),
    *wrong(
        VALUES,
        *([{"userAttributeId": id_, "value": "x"}] for id_ in (NOTHING, "x", "\x00", "x" * 10_000, "' OR 1=1 --")),
        refused=(404, "user_attribute_not_found"),
    ),
    *wrong(VALUES, [{"userAttributeId": NOTHING, "value": "x"}] * 2),
    *wrong(VALUES, [{"userAttributeId": 5}], at=f"{VALUES}.userAttributeId"),
    *wrong(VALUES, [{"userAttributeId": NOTHING, "value": 5}], at=f"{VALUES}.value"),
]


@pytest.mark.parametrize(
    ("field", "value", "refused", "at"), [*WRONG, *WRONG_ALIASES, *WRONG_EXTRAS, *WRONG_VALUES], ids=named
)
def test_a_wrong_value_is_refused_with_its_field_and_nothing_is_written(
    admin: Caller, ledger: Ledger, field: str, value: Any, refused: Refusal, at: str
) -> None:
    before = ledger.footprint()

    answer = admin.post("/v3/users", json=payload(**{field: value}))

    assert (refusal(answer), fields(answer)) == (refused, [at])
    assert ledger.footprint() == before


def test_of_several_that_are_missing_one_is_named(admin: Caller, ledger: Ledger) -> None:
    before = ledger.footprint()

    answer = admin.post("/v3/users", json={})

    assert refusal(answer) == MISSING
    assert set(fields(answer)) <= set(MANDATORY)
    assert ledger.footprint() == before


WRITTEN = [str, str.upper, str.swapcase, lambda name: name.replace("A", "\uff21")]


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("which", ["name", "alias"])
def test_a_name_that_is_somebodys_is_taken_in_any_case_and_width(
    admin: Caller, ledger: Ledger, written: Any, which: str
) -> None:
    names = {"name": unused("Ada.WONG"), "alias": unused("A Spy")}
    admin.create(userId=names["name"], userAliases=custom(names["alias"]))
    before = ledger.footprint()

    answers = [
        admin.post("/v3/users", json=payload(userId=written(names[which]))),
        admin.post("/v3/users", json=payload(userAliases=custom(unused(), written(names[which])))),
    ]

    assert [refusal(answer) for answer in answers] == [USER_TAKEN, ALIAS_TAKEN]
    assert [fields(answer) for answer in answers] == [["userId"], [ALIASES]]
    assert ledger.footprint() == before


@pytest.mark.parametrize("written", WRITTEN)
def test_ones_own_user_id_is_no_alias(admin: Caller, ledger: Ledger, written: Any) -> None:
    name = unused("Ada")
    before = ledger.footprint()

    answer = admin.post("/v3/users", json=payload(userId=name, userAliases=custom(written(name))))

    assert refusal(answer) == ALIAS_TAKEN
    assert ledger.footprint() == before


def test_the_name_of_somebody_made_through_the_other_api_is_taken_too(
    admin: Caller, other_api: CertCentral, ledger: Ledger
) -> None:
    name = other_api.info(other_api.create())["username"]
    before = ledger.footprint()

    answers = [
        admin.post("/v3/users", json=payload(userId=name.upper())),
        admin.post("/v3/users", json=payload(userAliases=custom(name))),
    ]

    assert [refusal(answer) for answer in answers] == [USER_TAKEN, ALIAS_TAKEN]
    assert ledger.footprint() == before


def test_an_external_id_is_somebodys_as_it_is_written(admin: Caller, ledger: Ledger) -> None:
    name = unused("Ext")
    admin.create(externalId=name)
    before = ledger.footprint()

    answer = admin.post("/v3/users", json=payload(externalId=name))

    assert (refusal(answer), fields(answer)) == (VALUE_TAKEN, ["externalId"])
    assert ledger.footprint() == before
    assert admin.create(externalId=name.upper())["externalId"] == name.upper()


def test_all_but_names_and_the_external_id_may_be_shared(admin: Caller) -> None:
    shared = {
        "email": "ada@example.com",
        "mobile": "+1",
        "userPrincipalName": "ada@example.com",
        "securityId": "8c35d5f2",
        "externalSource": "x",
    }

    assert len({admin.create(**shared)["id"] for _ in range(2)}) == 2
