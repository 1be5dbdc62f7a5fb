"""Filters as the directory's conditions: they hold for whoever meets the filter, and where exact for nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.apis.scim.filters import read_filter, read_path
from muster.apis.scim.matching import Bound, bound, matches, place_of
from muster.apis.scim.schema import ENTERPRISE, USERS
from muster.apis.scim.translate_search import conditions, finder, has_email, order
from muster.apis.scim.translate_users import Passwords, draft, resource
from muster.core import query
from muster.core.grouped_users import Grouped
from muster.core.groups import Group
from muster.core.query import AnyOf, Around, Compare, Flag, FlagIs, Marked, Order, Other, Text, TextIs
from muster.core.users import User
from tests.apis.scim.test_translate_users import made

WORDS = ["ada", "ADA", "\uff21da", "Straße", "strasse", "a@b.example", "A@B.example", "7", "g1", "ad"]
MOMENTS = ["2023-11-14T22:13:20.123Z", "2023-11-14T23:13:20.123+01:00", "2024-01-01T00:00:00Z", "2020-01-01"]

words = st.sampled_from(WORDS)
names = st.sampled_from(
    [
        *("userName", "externalId", "id", "displayName", "nickName", "title", "locale"),
        *("name.givenName", "name.familyName", "name.middleName"),
        *("emails", "emails.value", "emails.type", "phoneNumbers", "groups", "groups.value", "groups.display"),
        *(f"{ENTERPRISE}:employeeNumber", f"{ENTERPRISE}:department", f"{ENTERPRISE}:manager"),
    ]
)
operators = st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
ordered = st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"])
equal = st.sampled_from(["eq", "ne"])
parts = st.sampled_from(["value", "type", "display"])
simple = st.one_of(
    st.builds(lambda name, sign, word: f'{name} {sign} "{word}"', names, operators, words),
    st.builds(lambda name, sign: f"{name} {sign} null", names, equal),
    st.builds(lambda name: f"{name} pr", names | st.sampled_from(["active", "meta.created", "emails.primary"])),
    st.builds(
        lambda sign, truth: f"active {sign} {truth}", equal, st.sampled_from(["true", "false", '"True"', "null"])
    ),
    st.builds(
        lambda name, sign, at: f'meta.{name} {sign} "{at}"',
        st.sampled_from(["created", "lastModified"]),
        ordered,
        st.sampled_from(MOMENTS),
    ),
    st.builds(lambda kind: f'meta.resourceType eq "{kind}"', st.sampled_from(["User", "Group"])),
)
inside = st.recursive(
    st.builds(lambda part, sign, word: f'{part} {sign} "{word}"', parts, st.sampled_from(["eq", "ne", "co"]), words),
    lambda inner: (
        st.builds(lambda a, by, b: f"({a}) {by} ({b})", inner, st.sampled_from(["and", "or"]), inner)
        | st.builds(lambda a: f"not ({a})", inner)
    ),
    max_leaves=3,
)
elements = st.builds(
    lambda name, inner: f"{name}[{inner}]", st.sampled_from(["emails", "groups", "phoneNumbers"]), inside
)
filters = st.recursive(
    simple | elements,
    lambda inner: (
        st.builds(lambda a, by, b: f"({a}) {by} ({b})", inner, st.sampled_from(["and", "or"]), inner)
        | st.builds(lambda a: f"not ({a})", inner)
    ),
    max_leaves=6,
)

kinds = st.sampled_from(["work", "home", "ada"])
values = st.lists(
    st.fixed_dictionaries({}, optional={"value": words, "type": kinds, "display": words}).filter(bool), max_size=3
)
told = st.fixed_dictionaries(
    {"userName": words},
    optional={
        **dict.fromkeys(("externalId", "displayName", "nickName", "title", "locale"), words),
        "name": st.fixed_dictionaries({}, optional=dict.fromkeys(("givenName", "familyName", "middleName"), words)),
        "active": st.booleans(),
        "emails": values,
        "phoneNumbers": values,
        ENTERPRISE: st.fixed_dictionaries({}, optional=dict.fromkeys(("employeeNumber", "department"), words)),
    },
)
memberships = st.lists(st.sampled_from([("g1", "ada"), ("g2", "7")]), max_size=2, unique=True)


def user_of(told: dict[str, Any]) -> User:
    return replace(made(draft(told, Passwords({}))), changed_at=1_700_000_000_123)


def read(text: str) -> Bound:
    return bound(read_filter(text), USERS)


@settings(max_examples=600, deadline=None)
@given(told, memberships, filters)
def test_conditions_hold_for_whoever_meets_the_filter_and_exact_ones_for_nobody_else(
    told: dict[str, Any], his: list[tuple[str, str]], text: str
) -> None:
    user, wanted = user_of(told), read(text)
    groups = tuple(Group(one, "t", name, name, None, 1, 1, 1) for one, name in his)
    found, is_exact = conditions(wanted)
    around = Around("1/", bodies=frozenset((Group.NOUN, one) for one, _ in his))

    meets = matches(wanted, resource(Grouped(user, groups), ""))
    holds = all(query.matches(condition, user, around) for condition in found)

    assert holds if meets else (not is_exact or not holds)


KNOWN: list[tuple[str, object]] = [
    ('userName sw "j"', TextIs((Text.USERNAME,), Compare.STARTS, "j")),
    ('name.familyName eq "x"', TextIs((Text.FAMILY_NAME,), Compare.EQUALS, "x")),
    ("active eq false", FlagIs(Flag.ACTIVE, value=False)),
    ('emails eq "a@b.example"', has_email("a@b.example")),
    ('emails.value eq "a@b.example"', has_email("a@b.example")),
    ('displayName eq "X"', Marked("scim.displayName*=x")),
    (f'{ENTERPRISE}:employeeNumber eq "7"', Marked("scim.employeeNumber*=7")),
]


@pytest.mark.parametrize(("text", "expected"), KNOWN)
def test_the_directory_is_asked_for_what_it_has_an_index_of(text: str, expected: object) -> None:
    assert conditions(read(text)) == ((expected,), True)


# What Entra ID asks for to see whether a connection works: it has to be found out by an index, at any size.
NARROWED = [
    'emails[type eq "work"].value eq "x"',
    'emails[type eq "work" and value eq "x"]',
    'emails[primary eq true].value eq "x" and active eq true',
    'displayName eq "x" and title co "y"',
    '(userName eq "x" and title co "y") or emails eq "x"',
    'userName eq "x" or displayName eq "x"',
]


@pytest.mark.parametrize("text", NARROWED)
def test_a_look_at_everybody_is_spared_where_one_text_must_be_equal(text: str) -> None:
    found, _ = conditions(read(text))

    assert any(map(has_equality, found))


def has_equality(condition: query.Condition) -> bool:
    match condition:
        case TextIs(compare=Compare.EQUALS) | Marked():
            return True
        case AnyOf(others):
            return all(map(has_equality, others))
        case _:
            return False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('userName eq "x"', True),
        ('id eq "x"', True),
        ('externalId eq "x"', True),
        ('id eq "x" and manager eq "y"'.replace("manager", f"{ENTERPRISE}:manager"), True),
        ('title pr and (active eq true and userName eq "x")', True),
        ('userName eq "x" or title pr', False),
        ('not (userName eq "x")', False),
        ('userName ne "x"', False),
        ('userName co "x"', False),
        ("id eq null", False),
        ('title eq "x"', False),
    ],
)
def test_one_who_is_named_is_looked_up(text: str, expected: bool) -> None:
    assert (finder(read(text)) is not None) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("userName", (Order(Text.USERNAME, descending=True),)),
        ("meta.created", (Order(Other.CREATED_AT, descending=True),)),
        ("meta.lastModified", (Order(Other.CHANGED_AT, descending=True),)),
        ("name.familyName", (Order(Text.FAMILY_NAME, descending=True),)),
        ("name.givenName", (Order(Text.GIVEN_NAME, descending=True),)),
        ("active", (Order(Other.ACTIVE, descending=True),)),
        ("name.formatted", None),
        ("title", None),
        ("emails", None),
        ("id", None),
    ],
)
def test_the_directory_sorts_by_what_it_has_an_index_for(name: str, expected: object) -> None:
    assert order(place_of(USERS, read_path(name)), descending=True) == expected
    assert order(None, descending=False) == ()
