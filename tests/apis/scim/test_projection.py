"""Which attributes of a resource are returned."""

from __future__ import annotations

from typing import Any

import pytest

from muster.apis.scim.normal import Misfit
from muster.apis.scim.projection import projection
from muster.apis.scim.schema import (
    ALWAYS,
    COMPLEX,
    ENTERPRISE,
    GROUPS,
    NEVER,
    REQUEST,
    USER,
    USERS,
    Attribute,
    Resource,
    Schema,
)

JILL: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE],
    "id": "1",
    "userName": "jill",
    "name": {"givenName": "Jill", "familyName": "Valentine"},
    "emails": [{"value": "jill@example.com", "type": "work", "primary": True}, {"type": "home"}],
    "active": True,
    "meta": {"resourceType": "User", "version": 'W/"1"'},
    ENTERPRISE: {"department": "STARS", "manager": {"value": "2", "displayName": "Barry"}},
}
STANDING = {"schemas": JILL["schemas"], "id": "1"}

SHOWN: list[tuple[str | None, str | None, dict[str, Any]]] = [
    (None, None, JILL),
    ("", "", JILL),
    ("userName", None, {**STANDING, "userName": "jill"}),
    ("USERNAME, active", None, {**STANDING, "userName": "jill", "active": True}),
    (f"{USER}:userName", None, {**STANDING, "userName": "jill"}),
    (f"{USER.upper()}:USERNAME", None, {**STANDING, "userName": "jill"}),
    ("name.givenName", None, {**STANDING, "name": {"givenName": "Jill"}}),
    ("name.givenName,name", None, {**STANDING, "name": JILL["name"]}),
    ("name,name.givenName", None, {**STANDING, "name": JILL["name"]}),
    ("name.givenname,NAME.familyName", None, {**STANDING, "name": JILL["name"]}),
    ("emails.value", None, {**STANDING, "emails": [{"value": "jill@example.com"}]}),
    ("meta.version", None, {**STANDING, "meta": {"version": 'W/"1"'}}),
    (f"{ENTERPRISE}:department", None, {**STANDING, ENTERPRISE: {"department": "STARS"}}),
    (f"{ENTERPRISE}:manager.value", None, {**STANDING, ENTERPRISE: {"manager": {"value": "2"}}}),
    (ENTERPRISE, None, {**STANDING, ENTERPRISE: JILL[ENTERPRISE]}),
    (USER, None, {name: value for name, value in JILL.items() if name not in ("meta", ENTERPRISE)}),
    ("id", None, STANDING),
    ("nothing,name.nothing,urn:nothing:1.0:x", None, STANDING),
    ("password", None, STANDING),
    (None, "name,emails,meta", {**STANDING, "userName": "jill", "active": True, ENTERPRISE: JILL[ENTERPRISE]}),
    (None, "id,schemas,nothing", JILL),
    (None, "name.givenName,name.familyName", {name: value for name, value in JILL.items() if name != "name"}),
    (None, "Name.GivenName", {**JILL, "name": {"familyName": "Valentine"}}),
    (None, "emails.type,emails.primary", {**JILL, "emails": [{"value": "jill@example.com"}]}),
    (None, f"{ENTERPRISE}:department", {**JILL, ENTERPRISE: {"manager": JILL[ENTERPRISE]["manager"]}}),
    (None, ENTERPRISE, {name: value for name, value in JILL.items() if name != ENTERPRISE}),
    ("userName,name", "name.givenName", {**STANDING, "userName": "jill", "name": {"familyName": "Valentine"}}),
]


@pytest.mark.parametrize(("attributes", "excluded", "expected"), SHOWN)
def test_what_is_named_is_shown(attributes: str | None, excluded: str | None, expected: dict[str, Any]) -> None:
    names = [None if one is None else one.split(",") for one in (attributes, excluded)]

    assert projection(USERS, *names).of(JILL) == expected


def test_what_is_given_stays_as_it_is() -> None:
    shown = projection(USERS, None, None).of(JILL)
    shown["userName"] = "chris"

    assert JILL["userName"] == "jill"


@pytest.mark.parametrize("name", ["a b", ".", "name.", "é", "urn:x:y z", "name.given.more"])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(Misfit) as raised:
        projection(USERS, [name], None)

    assert raised.value.kind == "invalidValue"


def test_too_many_names_are_refused() -> None:
    with pytest.raises(Misfit):
        projection(USERS, ["userName"] * 201, None)


@pytest.mark.parametrize(
    ("attributes", "excluded", "expected"),
    [
        (None, None, True),
        (None, ["members"], False),
        (None, ["MEMBERS"], False),
        (None, ["members.display"], True),
        (["displayName"], None, False),
        (["members.value"], None, True),
    ],
)
def test_what_will_not_be_shown_is_known_beforehand(
    attributes: list[str] | None, excluded: list[str] | None, expected: bool
) -> None:
    assert projection(GROUPS, attributes, excluded).shows("members") is expected


def test_of_an_extension_too() -> None:
    assert not projection(USERS, ["userName"], None).shows("manager", ENTERPRISE)
    assert projection(USERS, [ENTERPRISE], None).shows("manager", ENTERPRISE)


def _of(returned: str) -> Attribute:
    subs = (Attribute("value"), Attribute("secret", returned=NEVER), Attribute("tag", returned=ALWAYS))
    return Attribute(returned, COMPLEX, returned=returned, subs=subs)


ODD = Resource(
    "Odd", "/Odd", Schema("urn:odd:1.0:Odd", "Odd", "", (_of(ALWAYS), _of(NEVER), _of(REQUEST), _of("default")))
)
WHOLE = {"value": 1, "secret": 2, "tag": 3}
EVERYTHING = dict.fromkeys((ALWAYS, NEVER, REQUEST, "default"), WHOLE)

CHARACTERISTICS: list[tuple[list[str] | None, list[str] | None, dict[str, Any]]] = [
    (None, None, {ALWAYS: {"value": 1, "tag": 3}, "default": {"value": 1, "tag": 3}}),
    ([REQUEST, NEVER], None, {ALWAYS: {"value": 1, "tag": 3}, REQUEST: {"value": 1, "tag": 3}}),
    (None, ["default", ALWAYS, "always.tag"], {ALWAYS: {"value": 1, "tag": 3}}),
    (["default.value"], None, {ALWAYS: {"value": 1, "tag": 3}, "default": {"value": 1, "tag": 3}}),
    (["default.secret"], ["always.value"], {ALWAYS: {"tag": 3}, "default": {"tag": 3}}),
]


@pytest.mark.parametrize(("attributes", "excluded", "expected"), CHARACTERISTICS)
def test_the_characteristic_returned_is_obeyed_whatever_is_named(
    attributes: list[str] | None, excluded: list[str] | None, expected: dict[str, Any]
) -> None:
    assert projection(ODD, attributes, excluded).of(EVERYTHING) == expected
