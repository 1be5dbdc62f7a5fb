"""What filters mean over a resource: types, case, several values, what is absent."""

from __future__ import annotations

from typing import Any

import pytest

from muster.apis.scim.filters import read_filter, read_path
from muster.apis.scim.matching import Unsupported, bound, instant_in, matches, place_of, sort_value
from muster.apis.scim.schema import ENTERPRISE, GROUPS, USER, USERS

JENSEN: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE],
    "id": "2819C223",
    "externalId": "Ext-1",
    "userName": "bjensen@example.com",
    "name": {"familyName": "Jensen", "givenName": "Barbara"},
    "title": "Tour Guide",
    "userType": "Employee",
    "nickName": "",
    "profileUrl": "https://login.example.com/bjensen",
    "active": True,
    "emails": [
        {"value": "BJensen@example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.example", "type": "home"},
        {"type": "other"},
    ],
    "ims": [{"value": "someaimhandle", "type": "aim"}],
    "addresses": [{"type": "work", "locality": "Hollywood"}],
    "x509Certificates": [{"value": "QUJD"}],
    ENTERPRISE: {"employeeNumber": "701984", "manager": {"value": "26118915"}},
    "meta": {"created": "2010-01-23T04:56:22.000Z", "lastModified": "2011-05-13T04:42:34.500Z", "resourceType": "User"},
}

MET = [
    'userName eq "bjensen@example.com"',
    'USERNAME EQ "BJENSEN@example.com"',
    'userName eq "\uff42jensen@example.com"',
    f'{USER}:userName eq "bjensen@example.com"',
    f'{USER.upper()}:userName eq "bjensen@example.com"',
    'id eq "2819C223"',
    'externalId eq "Ext-1"',
    'externalId ne "ext-1"',
    'name.familyName co "EN"',
    'userName sw "B"',
    'userName ew ".COM"',
    'userName ge "bjensen@example.com" and userName gt "a" and userName lt "c" and userName le "c"',
    "title pr",
    "not (displayName pr)",
    "not (nickName pr)",
    "displayName eq null",
    "title ne null",
    'displayName ne "x"',
    "active eq true",
    'active eq "True"',
    "active ne false",
    'active ne "FALSE"',
    'meta.lastModified gt "2011-05-13T04:42:34Z"',
    'meta.lastModified ge "2011-05-13T06:42:34.500+02:00"',
    'meta.lastModified eq "2011-05-13T04:42:34.5Z"',
    'meta.created lt "2011-05-13T04:42:34Z" and meta.created le "2010-01-23T04:56:22Z"',
    'meta.created sw "2010-01-23"',
    'emails eq "bjensen@example.com"',
    'emails.value co "jensen.example"',
    'emails.type eq "HOME"',
    'emails[type eq "work" and value co "@example.com"]',
    'emails[type eq "work"].value eq "bjensen@example.com"',
    "emails[not (value pr)]",
    "emails.primary eq true",
    'not (emails[type eq "home" and value co "@example.com"])',
    'emails ne "nobody@example.com"',
    'ims[type eq "aim"] or ims[type eq "xmpp"]',
    'addresses[locality eq "hollywood"]',
    "addresses pr and name pr and emails pr",
    f'{ENTERPRISE}:employeeNumber eq "701984"',
    f"{ENTERPRISE}:employeeNumber eq 701984",
    f'{ENTERPRISE}:manager.value eq "26118915"',
    f'{ENTERPRISE}:manager eq "26118915"',
    f'{ENTERPRISE}:manager[value eq "26118915"]',
    'manager eq "26118915" and employeeNumber eq "701984"',
    f'schemas eq "{ENTERPRISE}"',
    f'schemas[value eq "{USER}"]',
    'meta.resourceType eq "User"',
    'x509Certificates.value eq "QUJD"',
]

MISSED = [
    'userName eq "bjensen"',
    'id eq "2819c223"',
    'externalId eq "ext-1"',
    'profileUrl eq "https://LOGIN.example.com/bjensen"',
    'x509Certificates.value eq "qujd"',
    'title ne "tour guide"',
    "nickName pr",
    "displayName pr",
    "title eq null",
    "displayName ne null",
    'displayName co ""',
    'displayName lt "z"',
    "active eq false",
    'emails[type eq "home"].value eq "bjensen@example.com"',
    'emails[type eq "home" and primary eq true]',
    'emails ne "babs@JENSEN.example"',
    'emails.type ne "work"',
    'meta.created gt "2011-05-13T04:42:34Z"',
    "not (title pr)",
    'roles[primary eq "True"]',
    f'{ENTERPRISE}:costCenter eq "4130"',
]


@pytest.mark.parametrize(("text", "expected"), [*((text, True) for text in MET), *((text, False) for text in MISSED)])
def test_a_filter_is_met_or_not(text: str, expected: bool) -> None:
    assert matches(bound(read_filter(text), USERS), JENSEN) is expected


@pytest.mark.parametrize(
    "text",
    [
        "active gt true",
        'active co "t"',
        "active eq 1",
        'active eq "yes"',
        "title gt null",
        'name eq "Jensen"',
        'addresses co "x"',
        'meta.created gt "yesterday"',
        'meta.created eq "2011-13-45T00:00:00Z"',
        'x509Certificates.value gt "QUJD"',
        'password eq "secret"',
        "password pr",
        'colour eq "red"',
        'name.colour eq "red"',
        'emails[colour eq "red"]',
        'emails[value[type eq "x"]]',
        'emails.type[value eq "x"]',
        f'emails[{USER}:value eq "x"]',
        'urn:example:thing:title eq "x"',
        'members eq "x"',
        f'{ENTERPRISE}:userName eq "x"',
    ],
)
def test_what_cannot_be_compared_is_refused_before_any_user_is_looked_at(text: str) -> None:
    with pytest.raises(Unsupported, match=r"\w"):
        bound(read_filter(text), USERS)


def test_a_groups_members_can_be_asked_for() -> None:
    group = {"displayName": "Guides", "members": [{"value": "a"}, {"value": "B"}]}

    assert matches(bound(read_filter('members eq "a" and displayName eq "GUIDES"'), GROUPS), group)
    assert not matches(bound(read_filter('members[value eq "b"]'), GROUPS), group)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01T01:00:00.250+01:00", 250),
        ("1970-01-01T00:00:00", 0),
        ("1970-01-02", 86_400_000),
    ],
)
def test_a_moment_is_read_in_any_zone(text: str, expected: int) -> None:
    assert instant_in(text) == expected


@pytest.mark.parametrize("text", ["", "now", "2011", "2011-02-30T00:00:00Z", "20110513T044234Z", "1" * 400])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(Unsupported, match="date"):
        instant_in(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("userName", "bjensen@example.com"),
        ("emails", "bjensen@example.com"),
        ("emails.type", "work"),
        ("ims", "someaimhandle"),
        ("name.familyName", "jensen"),
        ("active", 1),
        ("meta.created", 1264222582000),
        ("id", "2819C223"),
        ("displayName", None),
        ("roles.value", None),
        (f"{ENTERPRISE}:employeeNumber", "701984"),
    ],
)
def test_of_several_values_the_primary_one_is_sorted_by(name: str, expected: object) -> None:
    place = place_of(USERS, read_path(name))

    assert place is not None
    assert sort_value(place, JENSEN) == expected
