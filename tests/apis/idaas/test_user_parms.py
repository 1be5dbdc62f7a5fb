"""*Create a user*, field by field: what is taken, and how it is shown afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.apis.idaas.caller import ABSENT, Caller, custom, payload, unused, user_in, values

LOCALES = [
    "da",
    "de",
    "en",
    "es",
    "fr",
    "it",
    "ja",
    "ko",
    "nl",
    "nb",
    "pl",
    "pt",
    "ru",
    "sv",
    "th",
    "tr",
    "zh-cn",
    "zh-tw",
]

Taken = tuple[str, Any, Any]


def same(field: str, *texts: Any) -> list[Taken]:
    """Values that are shown as they were sent."""
    return [(field, text, text) for text in texts]


def as_one(field: str, shown: Any, *sent: Any) -> list[Taken]:
    """Values that all mean the same."""
    return [(field, one, shown) for one in sent]


LINES = (
    "O'Brien \"; DROP TABLE users; --",
    "漢字",
    "e\N{COMBINING ACUTE ACCENT}\u200d\ufffd",
    "\U0010ffff" * 9,
    "x" * 1024,
)
NUMBERS = ("+1", "+0", "+16138561234", "+161385699876", "+123456789012345")
OPTIONAL = ("mobile", "phone", "locale", "externalId", "externalSource", "userPrincipalName", "securityId")
TAKEN: list[Taken] = [
    *same("firstName", *LINES),
    *same("lastName", *LINES, " padded "),
    *same("email", "x" * 64 + "@example.com", "!#$%&'*+/=?^_`{|}~-.a@xn--exmple-cua.com", "a@b.c" + "d" * 60),
    *same("mobile", *NUMBERS),
    *same("phone", *NUMBERS),
    *same("locale", *LOCALES),
    *same("state", "ACTIVE", "INACTIVE"),
    *as_one("state", "ACTIVE", ABSENT, None, ""),
    *same("externalSource", *LINES),
    *same("userPrincipalName", *LINES, "ada@example.com"),
    *same("securityId", *LINES, "8c35d5f2-a18a-11ed-a8fc-0242ac120002"),
    *same("preferredOtpDelivery", "EMAIL", "SMS", "VOICE", "SYSTEM"),
    *as_one("preferredOtpDelivery", "SYSTEM", ABSENT, None, ""),
    *same(
        "preferredOtpDeliveryContactAttributes",
        {"OTP_EMAIL": "Email", "OTP_SMS": "Personal Mobile", "OTP_VOICE": "default"},
        {"OTP_VOICE": ""},
    ),
    *as_one("preferredOtpDeliveryContactAttributes", None, ABSENT, None, {}),
    *same("registrationRequired", True, False),
    *as_one("registrationRequired", True, ABSENT, None),
    *same("verificationRequired", True, False),
    *as_one("verificationRequired", True, ABSENT, None),
    *(case for field in OPTIONAL for case in as_one(field, None, ABSENT, None, "")),
    *(case for field in ("groups", "oauthRoles", "organizations") for case in as_one(field, [], ABSENT, None, [])),
    *as_one("userAttributeValues", [], ABSENT, None, []),
    *as_one("userExtraAttributes", [], ABSENT, None, []),
]


def named(value: object) -> str:
    return "absent" if value is ABSENT else ascii(value)[:40]


@pytest.mark.parametrize(("field", "sent", "shown"), TAKEN, ids=named)
def test_a_value_is_taken_and_shown(admin: Caller, field: str, sent: Any, shown: Any) -> None:
    created = admin.create(**{field: sent})

    assert created[field] == shown
    assert list(admin.user(created["id"]).items()) == list(created.items())


@pytest.mark.parametrize(("lock", "locked"), [(ABSENT, False), (None, False), (False, False), (True, True)])
def test_a_user_may_be_locked_from_the_start(admin: Caller, lock: Any, locked: bool) -> None:
    created = admin.create(lock=lock)

    assert (created["locked"], admin.user(created["id"])["locked"]) == (locked, locked)


NAMES = [
    "{}",
    "{} with blanks",
    "{}@example.com",
    "CORP\\{}",
    "{}/..",
    "{}'--",
    "漢字 {}",
    "{}\U0001f600",
    "{}%00",
    "é{}",
]


@pytest.mark.parametrize("template", NAMES, ids=named)
def test_a_user_id_is_any_line_of_text_and_so_is_an_alias(admin: Caller, template: str) -> None:
    name, alias = template.format(unused()), template.format(unused("alias"))
    created = admin.create(userId=name, userAliases=custom(alias))

    assert (created["userId"], values(created), values(created, "USERID")) == (name, [alias], [name])
    assert [user_in(admin.named(one)) for one in (name, alias)] == [created] * 2


def test_a_user_id_may_have_255_characters_and_so_may_an_alias(admin: Caller) -> None:
    name, alias = (unused(letter).ljust(255, letter) for letter in ("x", "\U0001f600"))

    created = admin.create(userId=name, userAliases=custom(alias))

    assert (created["userId"], values(created)) == (name, [alias])


def test_an_external_id_is_any_line_of_text(admin: Caller) -> None:
    for text in (unused("ext"), f"{unused()} 漢字 '--", unused("x").ljust(1024, "x"), unused().ljust(500, "漢")):
        created = admin.create(externalId=text)

        assert (created["externalId"], user_in(admin.external(text))) == (text, created)


ALIASES: list[tuple[str, Any, int]] = [
    ("absent", ABSENT, 0),
    ("null", None, 0),
    ("none", [], 0),
    ("one", custom("{0}"), 1),
    ("ten", custom(*(f"{{0}}.{number}" for number in range(10))), 10),
    ("without a type", [{"value": "{0}"}], 1),
    ("of an empty type", [{"value": "{0}", "type": ""}], 1),
    ("of no type", [{"value": "{0}", "type": None}], 1),
    ("with all that an answer has", [{"id": "x", "userId": "y", "value": "{0}", "type": "CUSTOM"}], 1),
]


@pytest.mark.parametrize(("name", "sent", "count"), ALIASES, ids=[case[0] for case in ALIASES])
def test_aliases_are_taken(admin: Caller, name: str, sent: Any, count: int) -> None:
    if isinstance(sent, list):
        own = unused("alias")
        sent = [{**alias, "value": alias["value"].format(own)} for alias in sent]

    created = admin.create(userAliases=sent)

    assert len(values(created)) == count
    assert values(created) == sorted(alias["value"] for alias in sent) if count else values(created) == []
    assert created["userAliases"][-1]["id"] == created["id"]


def test_the_alias_that_mirrors_the_user_id_may_be_sent_back(admin: Caller) -> None:
    name = unused()
    mirror = {"id": "x", "userId": "y", "value": name, "type": "USERID"}

    created = admin.create(userId=name, userAliases=[*custom(f"{name}.a"), mirror])

    assert (values(created), values(created, "USERID")) == ([f"{name}.a"], [name])


def test_extra_attributes_are_kept_in_their_order_with_ids_of_their_own(admin: Caller) -> None:
    sent = [
        {"name": "Badge", "type": "NONE", "value": "5"},
        {"name": "Private mail", "type": "OTP_EMAIL", "value": "ada@example.com"},
        *({"name": kind, "type": kind, "value": ""} for kind in ("OTP_SMS", "OTP_VOICE", "OTP_WECHAT", "OTP_WHATSAPP")),
    ]

    created = admin.create(userExtraAttributes=[{**sent[0], "id": "chosen by the client"}, *sent[1:]])
    found = created["userExtraAttributes"]

    assert [{name: one[name] for name in ("name", "type", "value")} for one in found] == sent
    assert [list(one) for one in found] == [["id", "name", "type", "value"]] * len(sent)
    assert len({one["id"] for one in found} - {"chosen by the client"}) == len(sent)
    assert admin.user(created["id"]) == created


@pytest.mark.parametrize("type_", [ABSENT, None, ""], ids=named)
def test_an_extra_attribute_needs_no_more_than_a_name(admin: Caller, type_: Any) -> None:
    sent = {"name": "Badge"} if type_ is ABSENT else {"name": "Badge", "type": type_, "value": type_}

    [found] = admin.create(userExtraAttributes=[sent])["userExtraAttributes"]

    assert (found["name"], found["type"], found["value"]) == ("Badge", "NONE", "")


def test_fifty_extra_attributes_are_taken(admin: Caller) -> None:
    sent = [{"name": f"n{number}", "value": "漢" * 1024} for number in range(50)]

    created = admin.create(userExtraAttributes=sent)

    assert [one["value"] for one in created["userExtraAttributes"]] == ["漢" * 1024] * 50


def test_null_everywhere_is_absence(admin: Caller) -> None:
    least = admin.create()
    others = {
        field: None for field in (*least, "lock", "emailVerification", "applyGracePeriod") if field not in payload()
    }

    created = admin.create(**others)

    assert {**least, **in_common(created)} == least


def in_common(user: dict[str, Any]) -> dict[str, Any]:
    """What two users have in common who were made in the same way."""
    own = {"id", "userId", "email", "tokens", "userAliases", "lastModified", "userCreationTime"}
    return {field: value for field, value in user.items() if field not in own}


def test_an_empty_text_everywhere_is_absence(admin: Caller) -> None:
    least = admin.create()
    texts = (*OPTIONAL, "state", "preferredOtpDelivery")

    assert in_common(admin.create(**dict.fromkeys(texts, ""))) == in_common(least)


def test_unknown_fields_are_ignored(admin: Caller) -> None:
    more = {
        "id": "2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0",
        "type": "LDAP_AD",
        "tokens": [{"id": "x"}],
        "applyGracePeriod": True,
        "locked": True,
        "migrated": True,
        "nickname": {"deep": [[[]]]},
        "": 5,
        "\x00": "\x00",
    }

    created = admin.create(**more)

    assert in_common(created) == in_common(admin.create())
    assert created["id"] != more["id"]


def test_a_user_who_was_read_can_be_made_again_under_another_name(admin: Caller) -> None:
    """Clients copy users: they send back whole answers."""
    first = admin.create(mobile="+16138561234", locale="fr", userAliases=custom(unused("alias")))
    copy = {**first, "userId": unused(), "userAliases": []}

    created = user_in(admin.post("/v3/users", json=copy))

    assert in_common(created) == in_common(first)


BYTES = [
    json.dumps(payload(firstName="José")).encode(),
    json.dumps(payload(firstName="José"), ensure_ascii=False).encode(),
    json.dumps(payload(firstName="José"), indent=4).encode() + b"\r\n",
]


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=UTF-8", "text/plain", None])
def test_the_content_type_makes_no_difference(admin: Caller, content_type: str | None) -> None:
    for body in BYTES:
        own = body.replace(b"user-", f"{unused()}-".encode())
        answer = admin.post(
            "/v3/users", content=own, headers={} if content_type is None else {"Content-Type": content_type}
        )

        assert user_in(answer)["firstName"] == "José"
