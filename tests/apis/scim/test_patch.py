"""PATCH over a resource: the examples of RFC 7644, section 3.5.2, every form of path, and the habits of clients."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from muster.apis.scim.normal import Misfit
from muster.apis.scim.operations import read_operations
from muster.apis.scim.patch import Operation, patched
from muster.apis.scim.profiles import PROFILES, Habit, Profile
from muster.apis.scim.schema import ENTERPRISE, GROUPS, USER, USERS, Resource

STRICT, LENIENT = PROFILES["strict"], PROFILES["lenient"]

WORK, HOME = {"value": "b@work.example", "type": "work", "primary": True}, {"value": "b@home.example", "type": "home"}
BABS: dict[str, Any] = {
    "id": "1",
    "userName": "babs",
    "nickName": "Babs",
    "name": {"givenName": "Barbara", "familyName": "Jensen"},
    "active": True,
    "emails": [WORK, HOME],
    "addresses": [{"type": "work", "streetAddress": "911 Universal City Plaza", "country": "USA"}],
    ENTERPRISE: {"employeeNumber": "17", "manager": {"value": "7"}},
}

Change = tuple[str, str | None, Any]


def after(*changes: Change, profile: Profile = STRICT, kind: Resource = USERS, of: Any = BABS) -> dict[str, Any]:
    """What becomes of the resource, which itself stays as it is."""
    before = deepcopy(of)
    found = patched(kind, of, (Operation(*change) for change in changes), profile)

    assert of == before
    return found


def refusal(*changes: Change, profile: Profile = STRICT) -> str | None:
    """The `scimType` of what is wrong with changes; None if nothing is."""
    try:
        after(*changes, profile=profile)
    except Misfit as misfit:
        return misfit.kind
    return None


def babs(**fields: Any) -> dict[str, Any]:
    """Her as she is, with these fields different; None is absent. `enterprise` is the extension."""
    if "enterprise" in fields:
        fields[ENTERPRISE] = fields.pop("enterprise")
    merged = {**BABS, **fields}
    return {name: value for name, value in merged.items() if value is not None}


NEW = {"value": "c@new.example", "type": "other"}
PLAIN_WORK = {**WORK, "primary": False}
NEW_WORK = {**WORK, "value": "x@work.example"}
ADDRESS = BABS["addresses"][0]

OF_THE_RFC: list[tuple[list[Change], dict[str, Any]]] = [
    # 3.5.2.1 add
    ([("add", None, {"emails": [NEW], "nickName": "B"})], babs(emails=[WORK, HOME, NEW], nickName="B")),
    ([("add", "title", "Guide")], babs(title="Guide")),
    ([("add", "nickName", "B")], babs(nickName="B")),
    ([("add", "emails", [NEW])], babs(emails=[WORK, HOME, NEW])),
    ([("add", "emails", [WORK])], babs()),
    ([("add", "emails", [{**NEW, "primary": True}])], babs(emails=[PLAIN_WORK, HOME, {**NEW, "primary": True}])),
    ([("add", "name", {"middleName": "J"})], babs(name={**BABS["name"], "middleName": "J"})),
    ([("add", "name.middleName", "J")], babs(name={**BABS["name"], "middleName": "J"})),
    ([("add", 'emails[type eq "home"]', {"display": "at home"})], babs(emails=[WORK, {**HOME, "display": "at home"}])),
    ([("add", 'emails[type eq "home"].display', "at home")], babs(emails=[WORK, {**HOME, "display": "at home"}])),
    # 3.5.2.2 remove
    ([("remove", "nickName", None)], babs(nickName=None)),
    ([("remove", "title", None)], babs()),
    ([("remove", "emails", None)], babs(emails=None)),
    ([("remove", 'emails[type eq "work"]', None)], babs(emails=[HOME])),
    ([("remove", 'emails[type eq "work" and value ew "work.example"]', None)], babs(emails=[HOME])),
    ([("remove", 'emails[type eq "fax"]', None)], babs()),
    ([("remove", "emails[value pr]", None)], babs(emails=None)),
    (
        [("remove", 'addresses[type eq "work"].country', None)],
        babs(addresses=[{k: ADDRESS[k] for k in ("type", "streetAddress")}]),
    ),
    ([("remove", "name.givenName", None)], babs(name={"familyName": "Jensen"})),
    ([("remove", "name.givenName", None), ("remove", "name.familyName", None)], babs(name=None)),
    (
        [("remove", "emails.type", None)],
        babs(emails=[{"value": WORK["value"], "primary": True}, {"value": HOME["value"]}]),
    ),
    ([("remove", f"{ENTERPRISE}:manager", None)], babs(enterprise={"employeeNumber": "17"})),
    ([("remove", ENTERPRISE, None)], babs(enterprise=None)),
    # 3.5.2.3 replace
    ([("replace", None, {"emails": [NEW], "nickName": "B"})], babs(emails=[NEW], nickName="B")),
    ([("replace", "emails", [NEW])], babs(emails=[NEW])),
    ([("replace", "emails", [])], babs(emails=None)),
    ([("replace", "title", "Guide")], babs(title="Guide")),
    ([("replace", "name", {"givenName": "B"})], babs(name={"givenName": "B", "familyName": "Jensen"})),
    (
        [("replace", 'addresses[type eq "work"]', {"type": "work", "locality": "A"})],
        babs(addresses=[{"type": "work", "locality": "A"}]),
    ),
    (
        [("replace", 'addresses[type eq "work"].streetAddress', "1010 Broadway Ave")],
        babs(addresses=[{**ADDRESS, "streetAddress": "1010 Broadway Ave"}]),
    ),
    ([("replace", 'emails[type eq "home"].primary', True)], babs(emails=[PLAIN_WORK, {**HOME, "primary": True}])),
    ([("replace", 'emails[type eq "work"].value', "x@work.example")], babs(emails=[NEW_WORK, HOME])),
    ([("replace", "active", False)], babs(active=False)),
    ([("replace", "nickName", None)], babs(nickName=None)),
    ([("replace", f"{USER}:nickName", "B")], babs(nickName="B")),
    (
        [("replace", f"{ENTERPRISE}:employeeNumber", "18")],
        babs(enterprise={**BABS[ENTERPRISE], "employeeNumber": "18"}),
    ),
    (
        [("replace", f"{ENTERPRISE}:manager.value", "8")],
        babs(enterprise={"employeeNumber": "17", "manager": {"value": "8"}}),
    ),
    ([("replace", ENTERPRISE, {"division": "A"})], babs(enterprise={**BABS[ENTERPRISE], "division": "A"})),
    ([("replace", None, {ENTERPRISE: {"division": "A"}})], babs(enterprise={**BABS[ENTERPRISE], "division": "A"})),
    # Names in any case; the whole in order.
    (
        [("replace", "NICKNAME", "B"), ("replace", 'EMAILS[TYPE eq "WORK"].VALUE', "x@work.example")],
        babs(nickName="B", emails=[NEW_WORK, HOME]),
    ),
    ([("add", "title", "A"), ("replace", "title", "B"), ("remove", "title", None)], babs()),
    ([("remove", "emails", None), ("add", "emails", [NEW])], babs(emails=[NEW])),
    ([("add", None, {"schemas": [USER], "title": "A"})], babs(title="A")),
]


@pytest.mark.parametrize(("changes", "expected"), OF_THE_RFC)
@pytest.mark.parametrize("profile", ["strict", "lenient"])
def test_operations_do_what_the_rfc_says_whoever_sends_them(
    changes: list[Change], expected: dict[str, Any], profile: str
) -> None:
    assert after(*changes, profile=PROFILES[profile]) == expected


WRONG: list[tuple[Change, str]] = [
    (("Replace", "title", "x"), "invalidSyntax"),
    (("merge", "title", "x"), "invalidSyntax"),
    (("replace", "colour", "red"), "invalidPath"),
    (("replace", "name.colour", "red"), "invalidPath"),
    (("replace", "urn:example:other:title", "x"), "invalidPath"),
    (("replace", "emails[", "x"), "invalidPath"),
    (("replace", 'name[givenName eq "Barbara"].familyName', "x"), "invalidPath"),
    (("replace", 'emails[colour eq "red"].value', "x"), "invalidFilter"),
    (("replace", 'emails[primary eq "maybe"].value', "x"), "invalidFilter"),
    (("replace", 'emails[type eq "fax"].value', "x"), "noTarget"),
    (("replace", 'emails[type eq "fax"]', NEW), "noTarget"),
    (("add", "roles[primary eq true].value", "x"), "noTarget"),
    (("remove", None, None), "noTarget"),
    (("remove", None, {"title": None}), "noTarget"),
    (("replace", None, "x"), "invalidValue"),
    (("replace", None, None), "invalidValue"),
    (("replace", ENTERPRISE, "x"), "invalidValue"),
    (("replace", USER, "x"), "invalidValue"),
    (("replace", "active", "False"), "invalidValue"),
    (("replace", "title", {"value": "x"}), "invalidValue"),
    (("add", "emails", NEW), "invalidValue"),
    (("add", "emails", [{**NEW, "primary": True}, {"value": "d", "primary": True}]), "invalidValue"),
    (("replace", None, {"name.givenName": "B"}), "invalidPath"),
    (("replace", "id", "2"), "mutability"),
    (("replace", "meta.version", "2"), "mutability"),
    (("add", "groups", [{"value": "g"}]), "mutability"),
    (("replace", None, {"id": "2"}), "mutability"),
    (("replace", f"{ENTERPRISE}:manager.displayName", "x"), "mutability"),
    (("remove", "userName", None), "mutability"),
    (("replace", "userName", None), "invalidValue"),
    (("replace", "userName", ""), "invalidValue"),
]


@pytest.mark.parametrize(("change", "expected"), WRONG)
def test_what_cannot_be_done_is_refused_by_its_kind(change: Change, expected: str) -> None:
    assert refusal(("replace", "title", "first"), change) == expected


def test_of_operations_of_which_one_is_wrong_none_is_done() -> None:
    with pytest.raises(Misfit):
        after(("replace", "title", "x"), ("replace", "colour", "red"))


# Each habit as a change that only it makes good, and what becomes of the user.
FORGIVEN: list[tuple[Habit, Change, dict[str, Any]]] = [
    (Habit.OPERATION_IN_ANY_CASE, ("Replace", "title", "x"), babs(title="x")),
    (Habit.OPERATION_IN_ANY_CASE, ("ADD", "title", "x"), babs(title="x")),
    (Habit.OPERATION_IN_ANY_CASE, ("Remove", "nickName", None), babs(nickName=None)),
    (Habit.TRUTH_AS_TEXT, ("replace", "active", "False"), babs(active=False)),
    (Habit.TRUTH_AS_TEXT, ("replace", None, {"active": "False"}), babs(active=False)),
    (
        Habit.PATH_AS_KEY,
        ("replace", None, {"name.givenName": "B"}),
        babs(name={"givenName": "B", "familyName": "Jensen"}),
    ),
    (
        Habit.PATH_AS_KEY,
        ("add", None, {f"{ENTERPRISE}:employeeNumber": "18"}),
        babs(enterprise={**BABS[ENTERPRISE], "employeeNumber": "18"}),
    ),
    (
        Habit.PATH_AS_KEY,
        ("add", None, {'emails[type eq "work"].value': "x@work.example"}),
        babs(emails=[NEW_WORK, HOME]),
    ),
    (
        Habit.VALUE_PATH_CREATES,
        ("add", 'emails[type eq "other"].value', "o@x.example"),
        babs(emails=[WORK, HOME, {"type": "other", "value": "o@x.example"}]),
    ),
    (
        Habit.VALUE_PATH_CREATES,
        ("replace", 'roles[primary eq "True"].value', '{"id":1}'),
        babs(roles=[{"primary": True, "value": '{"id":1}'}]),
    ),
    (
        Habit.VALUE_PATH_CREATES,
        ("add", 'emails[type eq "other" and primary eq true]', {"value": "o@x.example"}),
        babs(emails=[PLAIN_WORK, HOME, {"type": "other", "primary": True, "value": "o@x.example"}]),
    ),
    (Habit.REMOVE_BY_VALUE, ("remove", "emails", [{"value": WORK["value"]}]), babs(emails=[HOME])),
    (
        Habit.BARE_VALUE,
        ("add", f"{ENTERPRISE}:manager", "8"),
        babs(enterprise={"employeeNumber": "17", "manager": {"value": "8"}}),
    ),
    (Habit.ONE_FOR_SEVERAL, ("add", "emails", NEW), babs(emails=[WORK, HOME, NEW])),
    (
        Habit.SEVERAL_FOR_ONE,
        ("add", f"{ENTERPRISE}:manager", [{"value": "8"}]),
        babs(enterprise={"employeeNumber": "17", "manager": {"value": "8"}}),
    ),
    (Habit.EMPTY_REMOVES, ("replace", f"{ENTERPRISE}:manager", ""), babs(enterprise={"employeeNumber": "17"})),
    (Habit.EMPTY_REMOVES, ("add", f"{ENTERPRISE}:manager", ""), babs(enterprise={"employeeNumber": "17"})),
    (
        Habit.EXTENSION_WITHOUT_URN,
        ("replace", "manager", {"value": "8"}),
        babs(enterprise={"employeeNumber": "17", "manager": {"value": "8"}}),
    ),
    (
        Habit.EXTENSION_WITHOUT_URN,
        ("replace", None, {"employeeNumber": "18"}),
        babs(enterprise={**BABS[ENTERPRISE], "employeeNumber": "18"}),
    ),
    (Habit.NUMBER_AS_TEXT, ("replace", "title", 5), babs(title="5")),
    (Habit.UNKNOWN_ATTRIBUTE, ("replace", "colour", "red"), babs()),
    (Habit.UNKNOWN_ATTRIBUTE, ("add", None, {"colour": "red", "title": "x"}), babs(title="x")),
    (Habit.READ_ONLY_SENT_BACK, ("replace", None, {"id": "1", "title": "x"}), babs(title="x")),
    (Habit.READ_ONLY_SENT_BACK, ("replace", "meta", {}), babs()),
]
WIDE = (Habit.UNKNOWN_ATTRIBUTE, Habit.BARE_VALUE)
"""Habits that forgive what other rows are about as well."""


@pytest.mark.parametrize(("habit", "change", "expected"), FORGIVEN)
def test_a_habit_is_forgiven_by_its_own_row_and_by_no_other(
    habit: Habit, change: Change, expected: dict[str, Any]
) -> None:
    only = Profile("only", frozenset({habit}))
    others = Profile("others", frozenset(Habit) - {habit, *WIDE})

    assert after(change, profile=only) == after(change, profile=LENIENT) == expected
    if habit is not Habit.REMOVE_BY_VALUE:
        assert refusal(change, profile=others) is not None


def test_values_beside_a_remove_say_nothing_to_whom_the_rfc_alone_counts() -> None:
    assert after(("remove", "emails", [{"value": WORK["value"]}])) == babs(emails=None)


ENTRA = PROFILES["entra"]
OF_ENTRA: list[tuple[list[Change], dict[str, Any]]] = [
    # Several value paths build one element.
    (
        [
            ("Add", 'addresses[type eq "home"].locality', "Raccoon City"),
            ("Add", 'addresses[type eq "home"].postalCode', "12345"),
        ],
        babs(addresses=[ADDRESS, {"type": "home", "locality": "Raccoon City", "postalCode": "12345"}]),
    ),
    ([("Add", "manager", "8")], babs(enterprise={"employeeNumber": "17", "manager": {"value": "8"}})),
    (
        [("Add", "manager", [{"$ref": "../Users/8", "value": "8"}])],
        babs(enterprise={"employeeNumber": "17", "manager": {"value": "8", "$ref": "../Users/8"}}),
    ),
    (
        [("Add", "manager", [{"$ref": "../Users/8", "value": "8"}]), ("Add", "manager", "9")],
        babs(enterprise={"employeeNumber": "17", "manager": {"value": "9"}}),
    ),
    ([("Replace", "manager", None)], babs(enterprise={"employeeNumber": "17"})),
    ([("Replace", f"{ENTERPRISE}:manager", "")], babs(enterprise={"employeeNumber": "17"})),
    ([("Remove", "manager", None)], babs(enterprise={"employeeNumber": "17"})),
    ([("Add", None, {USER: {"nickName": "B"}})], babs(nickName="B")),
    ([("Add", USER, {"nickName": "B"})], babs(nickName="B")),
    ([("Replace", "displayName", "True")], babs(displayName="True")),
    (
        [("Replace", "roles", [{"value": '{"id":"1"}', "displayName": "Admin", "primary": "True"}])],
        babs(roles=[{"value": '{"id":"1"}', "primary": True}]),
    ),
    (
        [
            ("Add", 'roles[primary eq "True"].type', "WindowsAzureActiveDirectoryRole"),
            ("Add", 'roles[primary eq "True"].value', "x"),
        ],
        babs(roles=[{"primary": True, "type": "WindowsAzureActiveDirectoryRole", "value": "x"}]),
    ),
    (
        [("Replace", None, {"active": "False", "name.familyName": "B", f"{ENTERPRISE}:department": "A"})],
        babs(
            active=False,
            name={"givenName": "Barbara", "familyName": "B"},
            enterprise={**BABS[ENTERPRISE], "department": "A"},
        ),
    ),
]


@pytest.mark.parametrize(("changes", "expected"), OF_ENTRA)
def test_what_entra_id_sends_does_what_it_means(changes: list[Change], expected: dict[str, Any]) -> None:
    assert after(*changes, profile=ENTRA) == after(*changes, profile=LENIENT) == expected


def test_a_key_that_no_attribute_has_is_passed_over_beside_others_of_a_forgiving_connection() -> None:
    changes: Change = ("Add", None, {"urn:example:custom:2.0:User:badge": "1", "title": "x"})

    assert after(changes, profile=ENTRA) == babs(title="x")


GUIDES = {"id": "g", "displayName": "Guides", "members": [{"value": "1"}, {"value": "2"}, {"value": "3"}]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("add", "members", [{"value": "4"}])], ["1", "2", "3", "4"]),
        ([("add", "members", [{"value": "1"}])], ["1", "2", "3"]),
        ([("remove", 'members[value eq "2"]', None)], ["1", "3"]),
        ([("remove", 'members[value eq "1" or value eq "3"]', None)], ["2"]),
        ([("remove", "members", None)], []),
        ([("replace", "members", [{"value": "9"}])], ["9"]),
        ([("replace", "members", [])], []),
        ([("remove", "members", [{"value": "1", "$ref": None}, {"value": "7"}])], ["2", "3"]),
        ([("remove", 'members[value eq "1"]', None), ("add", "members", [{"value": "8"}])], ["2", "3", "8"]),
    ],
)
def test_members_of_a_group_come_and_go(changes: list[Change], expected: list[str]) -> None:
    found = after(*changes, profile=LENIENT, kind=GROUPS, of=GUIDES)

    assert [member["value"] for member in found.get("members", [])] == expected


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {},
        "x",
        [1],
        [{}],
        [{"op": 1, "path": "title", "value": "x"}],
        [{"op": "add", "path": 1, "value": "x"}],
        [{"op": "add", "path": "title"}],
        [{"op": "Replace", "path": "title"}],
        [{"path": "title", "value": "x"}],
        [{"op": "remove", "path": "title"}] * 1001,
    ],
)
def test_what_is_no_list_of_operations_is_refused(given: object) -> None:
    with pytest.raises(Misfit):
        read_operations(given)


def test_operations_are_read_with_their_keys_in_any_case() -> None:
    assert read_operations([{"OP": "remove", "Path": "title"}, {"op": "add", "VALUE": {"title": None}}]) == (
        Operation("remove", "title"),
        Operation("add", None, {"title": None}),
    )
