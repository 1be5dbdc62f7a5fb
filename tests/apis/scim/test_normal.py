"""What was sent as it is kept: canonical names and types, and what each profile forgives."""

from __future__ import annotations

from typing import Any

import pytest

from muster.apis.scim.normal import MOST_CHARACTERS, MOST_VALUES, Misfit, must_be_whole, normal
from muster.apis.scim.profiles import PROFILES, Habit, Profile
from muster.apis.scim.schema import ENTERPRISE, USER, USERS

STRICT, LENIENT = PROFILES["strict"], PROFILES["lenient"]


def read(fields: dict[str, Any], profile: Profile = STRICT) -> dict[str, Any]:
    """The user that a body with these fields describes."""
    return normal(USERS, {"schemas": [USER], **fields}, profile)


def refusal(profile: Profile, given: dict[str, Any]) -> str | None:
    """The `scimType` of what is wrong with a body; None if nothing is."""
    try:
        must_be_whole(USERS, normal(USERS, given, profile))
    except Misfit as misfit:
        return misfit.kind
    return None


def test_names_are_found_in_any_case_and_come_out_as_the_schema_writes_them() -> None:
    given = {
        "SCHEMAS": [USER.upper(), ENTERPRISE],
        "USERNAME": "x",
        "name": {"GIVENNAME": "Ada"},
        "eMails": [{"VALUE": "a@b.example", "Primary": True}],
        ENTERPRISE.upper(): {"EmployeeNumber": "1"},
    }

    assert normal(USERS, given, STRICT) == {
        "userName": "x",
        "name": {"givenName": "Ada"},
        "emails": [{"value": "a@b.example", "primary": True}],
        ENTERPRISE: {"employeeNumber": "1"},
    }


def test_what_is_null_or_empty_is_absent_at_every_depth() -> None:
    given = {"title": None, "name": {"givenName": None}, "emails": [], "phoneNumbers": [{}, {"value": None}]}

    assert read(given) == {}
    assert read({ENTERPRISE: {"manager": {}, "division": None}}) == {}
    assert read({ENTERPRISE: None, "photos": None}) == {}


def test_what_is_read_only_is_passed_over() -> None:
    given = {"id": "1", "meta": {"version": "x"}, "groups": [{"value": "g"}], "title": "Guide"}
    manager = {"value": "7", "displayName": "Boss"}

    assert read({**given, ENTERPRISE: {"manager": manager}}) == {
        "title": "Guide",
        ENTERPRISE: {"manager": {"value": "7"}},
    }


def test_values_are_kept_as_they_were_sent() -> None:
    phones = [
        {"value": "(0)5 55-\u00a0x", "type": "Büro"},
        {"value": "tel:+1-201-555-0123", "type": "work", "display": ""},
    ]

    assert read({"phoneNumbers": phones})["phoneNumbers"] == phones


WRONG: list[tuple[str, Any, str]] = [
    ("title", 1, "invalidValue"),
    ("title", ["x"], "invalidValue"),
    ("title", {"value": "x"}, "invalidValue"),
    ("title", "x" * (MOST_CHARACTERS + 1), "invalidValue"),
    ("active", "true", "invalidValue"),
    ("active", 1, "invalidValue"),
    ("name", "Ada", "invalidValue"),
    ("name", [{"givenName": "Ada"}], "invalidValue"),
    ("name", {"colour": "red"}, "invalidSyntax"),
    ("emails", {"value": "x"}, "invalidValue"),
    ("emails", "x", "invalidValue"),
    ("emails", ["x"], "invalidValue"),
    ("emails", [["x"]], "invalidValue"),
    ("emails", [{"value": "a", "primary": True}, {"value": "b", "primary": True}], "invalidValue"),
    ("emails", [{"value": "a", "primary": "yes"}], "invalidValue"),
    ("emails", [{"value": str(number)} for number in range(MOST_VALUES + 1)], "tooMany"),
    *(
        ("x509Certificates", [{"value": text}], "invalidValue")
        for text in ("-----BEGIN CERTIFICATE-----", "MIID QzCC", "MIIDQzCC\n", "MIID-_zC", "MIIDQ", "MIID=", "MI=DQzCC")
    ),
    ("colour", "red", "invalidSyntax"),
    (ENTERPRISE, "x", "invalidValue"),
    (ENTERPRISE, {"colour": "red"}, "invalidSyntax"),
    (ENTERPRISE, {"manager": "x"}, "invalidValue"),
    ("manager", {"value": "x"}, "invalidSyntax"),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_what_the_schema_does_not_allow_is_refused(name: str, value: object, expected: str) -> None:
    assert refusal(STRICT, {"schemas": [USER], "userName": "x", name: value}) == expected


@pytest.mark.parametrize(
    "text", ["", "MIIDQzCC", "MIIDQ0==", "MIIDQ0M=", "MIIDQ0", "MIIDQ0M", "+/+/", "A" * MOST_CHARACTERS]
)
def test_base64_is_kept_as_it_was_sent_with_its_padding_or_without(text: str) -> None:
    assert read({"x509Certificates": [{"value": text}]}) == {"x509Certificates": [{"value": text}]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"userName": "x"}, "invalidValue"),
        ({"schemas": USER, "userName": "x"}, "invalidValue"),
        ({"schemas": [1], "userName": "x"}, "invalidValue"),
        ({"schemas": ["urn:example:other"], "userName": "x"}, "invalidValue"),
        ({"schemas": ["urn:scim:schemas:core:2.0"], "userName": "x"}, "invalidValue"),
        ({"schemas": [USER]}, "invalidValue"),
        ({"schemas": [USER], "userName": ""}, "invalidValue"),
        ({"schemas": [USER], "userName": None}, "invalidValue"),
        ({"schemas": [USER], "userName": "x"}, None),
        ({"schemas": [USER, ENTERPRISE], "userName": "x"}, None),
    ],
)
def test_a_user_needs_schemas_and_a_name(given: dict[str, Any], expected: str | None) -> None:
    assert refusal(STRICT, given) == expected


# Each habit as a body that only it makes good, and what is kept of it.
FORGIVEN: list[tuple[Habit, dict[str, Any], dict[str, Any]]] = [
    (Habit.TRUTH_AS_TEXT, {"active": "False"}, {"active": False}),
    (Habit.TRUTH_AS_TEXT, {"roles": [{"value": "x", "primary": "True"}]}, {"roles": [{"value": "x", "primary": True}]}),
    (Habit.BARE_VALUE, {ENTERPRISE: {"manager": "7"}}, {ENTERPRISE: {"manager": {"value": "7"}}}),
    (Habit.BARE_VALUE, {"emails": ["a@b.example"]}, {"emails": [{"value": "a@b.example"}]}),
    (Habit.ONE_FOR_SEVERAL, {"emails": {"value": "a"}}, {"emails": [{"value": "a"}]}),
    (Habit.SEVERAL_FOR_ONE, {ENTERPRISE: {"manager": [{"value": "7"}]}}, {ENTERPRISE: {"manager": {"value": "7"}}}),
    (Habit.EMPTY_REMOVES, {ENTERPRISE: {"manager": ""}}, {}),
    (Habit.EXTENSION_WITHOUT_URN, {"manager": {"value": "7"}}, {ENTERPRISE: {"manager": {"value": "7"}}}),
    (Habit.EXTENSION_WITHOUT_URN, {"employeeNumber": "1"}, {ENTERPRISE: {"employeeNumber": "1"}}),
    (Habit.NUMBER_AS_TEXT, {"title": 17, "nickName": True}, {"title": "17", "nickName": "true"}),
    (
        Habit.ANY_TEXT_AS_BINARY,
        {"x509Certificates": [{"value": "-----BEGIN CERTIFICATE-----\nMIID"}]},
        {"x509Certificates": [{"value": "-----BEGIN CERTIFICATE-----\nMIID"}]},
    ),
    (
        Habit.SEVERAL_PRIMARIES,
        {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},
        {"emails": [{"value": "a", "primary": False}, {"value": "b", "primary": True}]},
    ),
    (Habit.UNKNOWN_ATTRIBUTE, {"colour": "red", "name": {"colour": "red"}}, {}),
    (Habit.UNKNOWN_SCHEMA, {"schemas": [USER, "http://example.com/2.0/ADSCIM"]}, {}),
    (Habit.OLD_SCHEMA, {"schemas": ["urn:scim:schemas:core:1.0"]}, {}),
]


WIDE = (Habit.UNKNOWN_SCHEMA, Habit.UNKNOWN_ATTRIBUTE, Habit.BARE_VALUE)
"""Habits that forgive what other rows are about as well."""


@pytest.mark.parametrize(("habit", "given", "expected"), FORGIVEN)
def test_a_habit_is_forgiven_by_its_own_row_and_by_no_other(
    habit: Habit, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    body = {"schemas": [USER], "userName": "x", **given}
    only = Profile("only", frozenset({habit}))
    others = Profile("others", frozenset(Habit) - {habit, *WIDE})

    assert normal(USERS, body, only) == normal(USERS, body, LENIENT) == {"userName": "x", **expected}
    assert refusal(others, body) is not None


def test_a_resource_without_schemas_is_forgiven_where_the_profile_says_so() -> None:
    assert refusal(PROFILES["onelogin"], {"userName": "x"}) is None
    assert refusal(PROFILES["entra"], {"userName": "x"}) == "invalidValue"


def test_an_extension_by_its_urn_goes_before_what_stands_beside_it() -> None:
    given = {"manager": "1", "department": "A", ENTERPRISE: {"manager": {"value": "2"}}, "costCenter": "B"}
    expected = {"manager": {"value": "2"}, "department": "A", "costCenter": "B"}

    assert read(given, LENIENT)[ENTERPRISE] == expected
