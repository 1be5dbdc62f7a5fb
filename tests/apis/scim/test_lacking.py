"""What a filter over users and groups means for each of them: what a kind lacks has no value."""

from __future__ import annotations

import random
from typing import Any

import pytest

from muster.apis.scim.filters import Filter, Path, read_filter
from muster.apis.scim.lacking import over, paths
from muster.apis.scim.matching import bound, matches, place_named
from muster.apis.scim.schema import ENTERPRISE, GROUP, GROUPS, USER, USERS, Resource, Schema

JO: dict[str, Any] = {
    "schemas": [USER],
    "id": "1",
    "userName": "jo",
    "displayName": "Alpha",
    "active": True,
    "emails": [{"value": "jo@example.com", "type": "work"}],
    ENTERPRISE: {"department": "Sales"},
}
TEAM: dict[str, Any] = {"schemas": [GROUP], "id": "2", "displayName": "Alpha", "members": [{"value": "1"}]}
KINDS = ((USERS, JO), (GROUPS, TEAM))

SHARED = {attribute.name for attribute in USERS.schema.attributes}
EITHER = Resource(
    "User or Group",
    "/",
    Schema(
        "urn:either",
        "Either",
        "What users and groups have.",
        (*USERS.schema.attributes, *(one for one in GROUPS.schema.attributes if one.name not in SHARED)),
    ),
    USERS.extensions,
)
"""A kind that lacks nothing: over it what a resource has no value for is simply absent."""

TERMS = (
    'userName eq "jo"',
    'userName ne "jo"',
    "userName pr",
    "userName eq null",
    "userName ne null",
    'userName gt "a"',
    'displayName sw "a"',
    'displayName eq "x"',
    'id eq "2"',
    "active eq true",
    'emails[type eq "work" and value co "@"]',
    'emails.value ew ".org"',
    f'{ENTERPRISE}:department eq "sales"',
    'department co "a"',
    'members[value eq "1"]',
    'members.value ne "1"',
    "members pr",
    "members eq null",
)


def left_of(text: Filter, kind: Resource) -> Filter | bool:
    return over(text, lambda path: place_named(kind, path) is not None)


def made_up(dice: random.Random, depth: int) -> str:
    if depth == 0 or dice.random() < 0.3:
        return dice.choice(TERMS)
    if dice.random() < 0.25:
        return f"not ({made_up(dice, depth - 1)})"
    join = dice.choice((" and ", " or "))
    return "(" + join.join(made_up(dice, depth - 1) for _ in range(dice.randint(2, 3))) + ")"


def test_what_is_left_for_a_kind_means_what_the_filter_means_where_the_rest_has_no_value() -> None:
    dice = random.Random(7644)
    seen = set()
    for _ in range(3000):
        text = made_up(dice, 3)
        for kind, resource in KINDS:
            left = left_of(read_filter(text), kind)
            met = left if isinstance(left, bool) else matches(bound(left, kind), resource)
            seen.add((kind.name, type(left) is bool, met))

            assert met is matches(bound(read_filter(text), EITHER), resource), (text, kind.name)
    assert len(seen) == 8


LEFT = [
    ('displayName sw "a" or userName eq "jo"', GROUPS, 'displayName sw "a"'),
    ('displayName sw "a" and userName eq "jo"', GROUPS, False),
    ('displayName sw "a" and not (userName pr)', GROUPS, 'displayName sw "a"'),
    ("not (userName pr)", GROUPS, True),
    ('members[value eq "1"] or (active eq true and displayName pr)', USERS, "active eq true and displayName pr"),
    ("active eq true", USERS, "active eq true"),
]


@pytest.mark.parametrize(("text", "kind", "left"), LEFT)
def test_a_filter_is_left_without_what_the_kind_lacks(text: str, kind: Resource, left: str | bool) -> None:
    assert left_of(read_filter(text), kind) == (read_filter(left) if isinstance(left, str) else left)


def test_the_paths_of_a_filter_are_told_without_those_of_its_values() -> None:
    found = paths(read_filter('emails[type eq "x"] and (not (a.b pr) or c eq "1")'))

    assert list(found) == [Path(None, "emails"), Path(None, "a", "b"), Path(None, "c")]
