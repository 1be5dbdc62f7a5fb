"""*Add user* with a value that its page does not allow: refused in the API's form, and nothing is written.

And the same field at its limit: taken, and read back as it was sent.
"""

from typing import Any

import pytest

from tests.apis.certcentral.caller import ABSENT, Caller, payload, refusal, unused
from tests.apis.ledger import Ledger

TEXTS = ("username", "first_name", "last_name", "email", "job_title", "telephone")
REQUIRED = ("username", "first_name", "last_name", "email")
NO_TEXTS: tuple[Any, ...] = (5, 5.5, True, [], ["x"], {}, {"x": "y"})
CONTROLS = ("\x00", "\x07", "\n", "\r\n", "\x7f", "\x85", "\u2028", "\u2029")

Case = tuple[str, Any, str]

WRONG_TEXTS: list[Case] = [(field, value, f"invalid_{field}|type") for field in TEXTS for value in NO_TEXTS]
MISSING: list[Case] = [
    (field, value, f"invalid_{field}|required") for field in REQUIRED for value in (ABSENT, None, "", " ", "\t\n")
]
TOO_LONG: list[Case] = [
    ("username", "x" * 256, "invalid_username|too_long"),
    ("first_name", "x" * 129, "invalid_first_name|too_long"),
    ("last_name", "é" * 129, "invalid_last_name|too_long"),
    ("email", "a@" + "b" * 60 + ".c" * 97, "invalid_email|too_long"),
    ("job_title", "x" * 65, "invalid_job_title|too_long"),
    ("telephone", "5" * 65, "invalid_telephone|too_long"),
    ("first_name", "x" * 500_000, "invalid_first_name|too_long"),
]
WRONG_CHARACTERS: list[Case] = [
    ("email", "jill@example.com\x00", "invalid_email|characters"),
    ("email", "jill@example.com\r\nBcc: all@example.com", "invalid_email|characters"),
    *((field, f"a{control}b", f"invalid_{field}|characters") for field in TEXTS[:3] for control in CONTROLS),
    *((field, f"a{control}b", f"invalid_{field}|characters") for field in TEXTS[4:] for control in CONTROLS),
    *(
        ("username", name, "invalid_username|characters")
        for name in ("jill valentine", "jill/valentine", "jíll", "ｊｉｌｌ", "jill\u200d", "jill😀", "jill'--", " jill")  # noqa: RUF001
    ),
]
NO_EMAILS: list[Case] = [
    ("email", email, "invalid_email|malformed")
    for email in (
        "jill",
        "jill@",
        "@example.com",
        "jill@localhost",
        "jill@@example.com",
        "a@b@example.com",
        "jill valentine@example.com",
        "jill@exam ple.com",
        "jill@example..com",
        "jill@-example.com",
        "jill@example.com.",
        ".jill@example.com",
        "ji..ll@example.com",
        "Jill <jill@example.com>",
        "jíll@example.com",
        "jill@éxample.com",
        "x" * 65 + "@example.com",
        "jill@" + "x" * 64 + ".com",
    )
]


def cases(field: str, code: str, *values: Any) -> list[Case]:
    """The same refusal for each of these values."""
    return [(field, value, code) for value in values]


def of_id(*ids: Any) -> list[dict[str, Any]]:
    """Objects with these ids."""
    return [{"id": one} for one in ids]


WRONG_CONTAINERS = [
    *cases("container", "invalid_container|type", 5, "5", [], [{"id": 1}], True, *of_id(1.0, 1.5, 1e30, True, [], {})),
    *cases("container", "invalid_container|malformed", *of_id("x", "-1", "1.0", " 1", "\uff11", "0x1", "9" * 99)),
    *cases("container", "invalid_container", *of_id(-1, 999_999, "999999", 2**53, 2**63, 2**64, 10**400)),
]
WRONG_ROLES = [
    *cases("access_roles", "invalid_access_roles|type", {}, "5", 5, [5], ["5"], [[5]], [None], True),
    *cases("access_roles", "invalid_access_roles|type", *map(of_id, (5.0, True, [5]))),
    *cases("access_roles", "invalid_access_roles|malformed", *map(of_id, ("x", "-5", "5.0", "\u0665"))),
    *cases("access_roles", "invalid_access_role", *map(of_id, (6, "99", -5, 103, 2**64, 10**400)), of_id(5, 99)),
    *cases("access_roles", "invalid_access_roles|required", ABSENT, None, [], [{}], of_id(0)),
    *cases("access_roles", "invalid_access_roles|too_many", of_id(*range(1, 102))),
]
ASSIGNMENTS = "container_id_assignments"
WRONG_ASSIGNMENTS = [
    *cases(ASSIGNMENTS, f"invalid_{ASSIGNMENTS}|type", 5, "5", {}, [[1]], [1.0], [True], [{"id": 1}], [None]),
    *cases(ASSIGNMENTS, f"invalid_{ASSIGNMENTS}|malformed", ["x"], ["-1"], [1, "1e3"]),
    *cases(ASSIGNMENTS, "invalid_container", [999_999], [1, "999999"], [-1], [2**70]),
    *cases(ASSIGNMENTS, f"invalid_{ASSIGNMENTS}|too_many", [*range(1, 1002)], [0] * 1001),
]
WRONG_FLAGS = [
    *cases("is_saml_sso_only", "invalid_is_saml_sso_only|malformed", "maybe", "yes", 2, -1, "null"),
    *cases("is_saml_sso_only", "invalid_is_saml_sso_only|type", [], {}, 1.0, 0.5),
]
WRONG = [
    *WRONG_TEXTS,
    *MISSING,
    *TOO_LONG,
    *WRONG_CHARACTERS,
    *NO_EMAILS,
    *WRONG_CONTAINERS,
    *WRONG_ROLES,
    *WRONG_ASSIGNMENTS,
    *WRONG_FLAGS,
]


def named(value: object) -> str:
    return "absent" if value is ABSENT else ascii(value)[:40]


@pytest.mark.parametrize(("field", "value", "code"), WRONG, ids=named)
def test_a_wrong_value_is_refused_and_nothing_is_written(
    admin: Caller, ledger: Ledger, field: str, value: Any, code: str
) -> None:
    before = ledger.footprint()

    answer = admin.post("/user", json=payload(**{field: value}))

    assert refusal(answer) == (400, code)
    assert ledger.footprint() == before


AT_THE_LIMIT = [
    ("username", "{unused}" + "x" * 200),
    ("username", "@-_+.{unused}AZaz09"),
    ("first_name", "x" * 128),
    ("first_name", "é" * 128),
    ("last_name", "漢" * 128),
    ("last_name", "\N{PERFORMING ARTS}" * 128),
    ("first_name", " padded\N{NO-BREAK SPACE}"),
    ("last_name", "O'Brien \"; DROP TABLE users; --"),
    ("last_name", "e\N{COMBINING ACUTE ACCENT}\N{RIGHT-TO-LEFT OVERRIDE}\u200d\ufffd"),
    ("last_name", "\uffff\U0010ffff"),
    ("email", "a@" + "b" * 60 + ".c" * 96 + "d"),
    ("email", "x" * 64 + "@example.com"),
    ("email", "!#$%&'*+/=?^_`{{|}}~-.a@xn--exmple-cua.com"),
    ("job_title", "x" * 64),
    ("job_title", " "),
    ("telephone", "\N{BLACK TELEPHONE}" * 64),
]  # fmt: skip


@pytest.mark.parametrize(("field", "template"), AT_THE_LIMIT, ids=named)
def test_a_value_at_its_limit_is_taken_and_read_back_as_it_was_sent(admin: Caller, field: str, template: str) -> None:
    value = template.format(unused=unused())

    found = admin.info(admin.create(**{field: value}))

    assert found[field] == value


def test_a_username_may_have_255_characters(admin: Caller) -> None:
    name = unused().ljust(255, "x")

    assert admin.info(admin.create(username=name))["username"] == name


def test_an_email_may_have_255_characters(admin: Caller) -> None:
    longest = "a@" + "b" * 60 + ".c" * 96 + "d"

    assert len(longest) == 255
    assert admin.info(admin.create(email=longest))["email"] == longest


@pytest.mark.parametrize("written", [str, str.upper, str.swapcase, str.title])
def test_a_username_that_is_taken_is_taken_in_any_case(admin: Caller, ledger: Ledger, written: Any) -> None:
    name = unused("Ada.Wong@RPD")
    admin.create(username=name)
    before = ledger.footprint()

    answer = admin.post("/user", json=payload(username=written(name)))

    assert refusal(answer) == (400, "username_in_use")
    assert ledger.footprint() == before


def test_a_username_in_full_width_letters_makes_no_second_user(admin: Caller, ledger: Ledger) -> None:
    name = unused("leon")
    admin.create(username=name)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in name)
    before = ledger.footprint()

    answer = admin.post("/user", json=payload(username=wide))
    found = admin.get("/user", params={"filters[search]": wide}).json()

    assert refusal(answer) == (400, "invalid_username|characters")
    assert (ledger.footprint(), found["page"]["total"]) == (before, 1)


def test_an_email_and_a_name_may_be_shared(admin: Caller) -> None:
    email = f"{unused()}@example.com"

    first, second = admin.create(email=email), admin.create(email=email)

    assert first != second


def test_the_first_of_several_wrong_values_is_named(admin: Caller) -> None:
    answer = admin.post("/user", json={"email": "x", "first_name": "", "access_roles": [{"id": 99}]})

    assert refusal(answer) == (400, "invalid_username|required")
