"""Filters and paths as text: every form of RFC 7644, what clients write otherwise, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.apis.scim.filters import (
    DEEPEST,
    MOST_CHARACTERS,
    MOST_TERMS,
    Both,
    Compare,
    Either,
    Element,
    Filter,
    Negated,
    Path,
    Present,
    Target,
    Unreadable,
    read_at_length,
    read_filter,
    read_path,
    read_target,
)
from muster.apis.scim.schema import ENTERPRISE, USER


def named(name: str, sub: str | None = None, schema: str | None = None) -> Path:
    return Path(schema, name, sub)


def equal(name: str, value: str | bool | float | None, sub: str | None = None) -> Compare:
    return Compare(named(name, sub), "eq", value)


# RFC 7644, section 3.4.2.2, figure 2.
OF_THE_RFC: list[tuple[str, Filter]] = [
    ('userName eq "bjensen"', equal("userName", "bjensen")),
    ('name.familyName co "O\'Malley"', Compare(named("name", "familyName"), "co", "O'Malley")),
    ('userName sw "J"', Compare(named("userName"), "sw", "J")),
    (f'{USER}:userName sw "J"', Compare(named("userName", schema=USER), "sw", "J")),
    ("title pr", Present(named("title"))),
    (
        'meta.lastModified gt "2011-05-13T04:42:34Z"',
        Compare(named("meta", "lastModified"), "gt", "2011-05-13T04:42:34Z"),
    ),
    (
        'meta.lastModified ge "2011-05-13T04:42:34Z"',
        Compare(named("meta", "lastModified"), "ge", "2011-05-13T04:42:34Z"),
    ),
    (
        'meta.lastModified lt "2011-05-13T04:42:34Z"',
        Compare(named("meta", "lastModified"), "lt", "2011-05-13T04:42:34Z"),
    ),
    (
        'meta.lastModified le "2011-05-13T04:42:34Z"',
        Compare(named("meta", "lastModified"), "le", "2011-05-13T04:42:34Z"),
    ),
    ('title pr and userType eq "Employee"', Both((Present(named("title")), equal("userType", "Employee")))),
    ('title pr or userType eq "Intern"', Either((Present(named("title")), equal("userType", "Intern")))),
    (f'schemas eq "{ENTERPRISE}"', equal("schemas", ENTERPRISE)),
    (
        'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
        Both(
            (
                equal("userType", "Employee"),
                Either(
                    (
                        Compare(named("emails"), "co", "example.com"),
                        Compare(named("emails", "value"), "co", "example.org"),
                    )
                ),
            )
        ),
    ),
    (
        'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
        Both(
            (
                Compare(named("userType"), "ne", "Employee"),
                Negated(
                    Either(
                        (
                            Compare(named("emails"), "co", "example.com"),
                            Compare(named("emails", "value"), "co", "example.org"),
                        )
                    )
                ),
            )
        ),
    ),
    (
        'userType eq "Employee" and (emails.type eq "work")',
        Both((equal("userType", "Employee"), equal("emails", "work", "type"))),
    ),
    (
        'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
        Both(
            (
                equal("userType", "Employee"),
                Element(named("emails"), Both((equal("type", "work"), Compare(named("value"), "co", "@example.com")))),
            )
        ),
    ),
    (
        'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
        Either(
            (
                Element(named("emails"), Both((equal("type", "work"), Compare(named("value"), "co", "@example.com")))),
                Element(named("ims"), Both((equal("type", "xmpp"), Compare(named("value"), "co", "@foo.com")))),
            )
        ),
    ),
]

OF_CLIENTS: list[tuple[str, Filter]] = [
    # Entra ID: a sub-attribute behind the value path.
    (
        'emails[type eq "work"].value eq "a@b.example"',
        Element(named("emails"), Both((equal("type", "work"), equal("value", "a@b.example")))),
    ),
    ('roles[primary eq "True"]', Element(named("roles"), equal("primary", "True"))),
    (f'{ENTERPRISE}:employeeNumber eq "17"', Compare(named("employeeNumber", schema=ENTERPRISE), "eq", "17")),
    (f'{ENTERPRISE}:manager.value eq "x"', Compare(named("manager", "value", ENTERPRISE), "eq", "x")),
    ("active eq True", equal("active", True)),
    ("active EQ false", equal("active", False)),
    ("userName Eq null", equal("userName", None)),
    ("number eq 17", equal("number", 17)),
    ("number eq -1.5e3", equal("number", -1500.0)),
    ('a eq "x" AND b eq "y" Or c pr', Either((Both((equal("a", "x"), equal("b", "y"))), Present(named("c"))))),
    ('NOT(a eq "x")', Negated(equal("a", "x"))),
    ('  a   eq  "x"  ', equal("a", "x")),
    ('a eq "say \\"ho\\" \\\\ \\u00e9 \\ud83d\\ude00"', equal("a", 'say "ho" \\ é \U0001f600')),
    ('a eq "(x) [y] and z"', equal("a", "(x) [y] and z")),
    ('a eq ""', equal("a", "")),
    (
        'members[value eq "1" or value eq "2"]',
        Element(named("members"), Either((equal("value", "1"), equal("value", "2")))),
    ),
    ("not (not (a pr))", Negated(Negated(Present(named("a"))))),
    ('$ref eq "x"', equal("$ref", "x")),
]


@pytest.mark.parametrize(("text", "expected"), [*OF_THE_RFC, *OF_CLIENTS])
def test_a_filter_says_what_it_is_written_for(text: str, expected: Filter) -> None:
    assert read_filter(text) == expected


def test_and_binds_closer_than_or() -> None:
    assert read_filter("a pr or b pr and c pr") == Either(
        (Present(named("a")), Both((Present(named("b")), Present(named("c")))))
    )
    assert read_filter("(a pr or b pr) and c pr") == Both(
        (Either((Present(named("a")), Present(named("b")))), Present(named("c")))
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "userName",
        "userName eq",
        'eq "x"',
        'userName is "x"',
        "userName eq bjensen",
        "userName eq 'bjensen'",
        'userName eq "bjensen',
        'userName eq "a" "b"',
        'userName eq "a" and',
        'and userName eq "a"',
        'userName eq "a" or or title pr',
        '(userName eq "a"',
        'userName eq "a")',
        "()",
        "not userName pr",
        "not ()",
        'emails[type eq "work"',
        "emails[]",
        'emails[type eq "work"]x eq "y"',
        'emails[type eq "work"].value',
        "userName eq [1]",
        'userName eq {"a":1}',
        "user name pr",
        "1name pr",
        "name..sub pr",
        "name.sub.sub pr",
        ".name pr",
        "näme pr",
        'userName eq "\\x"',
        "userName eq NaN",
        "urn: pr",
        'userName eq "\x00',
        "\x00",
    ],
)
def test_what_says_nothing_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Unreadable, match=r"\w"):
        read_filter(text)


def test_a_filter_may_be_as_deep_as_the_limit_and_no_deeper() -> None:
    deepest = "(" * DEEPEST + "a pr" + ")" * DEEPEST

    assert read_filter(deepest) == Present(named("a"))
    for beyond in (f"({deepest})", f"not ({deepest})", f"a[{deepest}]"):
        with pytest.raises(Unreadable, match="deep"):
            read_filter(beyond)


def test_a_filter_may_have_as_many_terms_as_the_limit_and_no_more() -> None:
    assert len(read_filter(" or ".join(["a pr"] * MOST_TERMS)).filters) == MOST_TERMS  # type: ignore[union-attr]
    with pytest.raises(Unreadable, match="terms"):
        read_filter(" or ".join(["a pr"] * (MOST_TERMS + 1)))


def test_a_filter_may_be_as_long_as_the_limit_and_no_longer() -> None:
    longest = 'a eq "' + "x" * (MOST_CHARACTERS - 7) + '"'

    assert read_filter(longest) == equal("a", "x" * (MOST_CHARACTERS - 7))
    with pytest.raises(Unreadable, match="characters"):
        read_filter(longest + " ")


@given(st.text(st.sampled_from('aeq prnotd"\\[]().:-1 \t\x00é'), max_size=40) | st.text(max_size=30))
def test_any_text_is_a_filter_or_is_refused(text: str) -> None:
    try:
        found: Filter | str = read_filter(text)
    except Unreadable as refused:
        found = str(refused)

    assert found


def meaning(read: Callable[[str], Filter], text: str) -> Filter | str:
    """What a reader makes of a text, or why it refuses it."""
    try:
        return read(text)
    except Unreadable as refused:
        return f"refused: {refused}"


_spaces = st.text(st.sampled_from(" \t\n\x0b\x1f\x85\xa0\u2003"), max_size=2)
_words = st.sampled_from(
    ["userName", "a.b", "$ref", f"{USER}:userName", f"{ENTERPRISE}:", "urn:", "not", "eq", "NE", "Co", "pr", "is", "1a"]
) | st.text(st.sampled_from("aeq.:-$1é\\'\u0130"), max_size=4)
_texts = st.text(max_size=6) | st.text(st.sampled_from('a"\\\x00\x1f\x7f\uffff/ \n'), max_size=4)


@given(_spaces, _words, _spaces, _words, _spaces, _texts, st.sampled_from(["", " ", "\u2003", " and", '"', ")"]))
def test_one_comparison_means_the_same_however_it_is_read(
    before: str, name: str, between: str, operator: str, then: str, value: str, behind: str
) -> None:
    text = f'{before}{name}{between}{operator}{then}"{value}"{behind}'

    assert meaning(read_filter, text) == meaning(read_at_length, text)


@pytest.mark.parametrize("length", [MOST_CHARACTERS, MOST_CHARACTERS + 1])
def test_a_long_comparison_is_refused_however_it_is_read(length: int) -> None:
    text = 'userName eq "' + "x" * (length - 14) + '"'

    assert len(text) == length
    assert meaning(read_filter, text) == meaning(read_at_length, text)


# RFC 7644, section 3.5.2, figure 7 and the paths below it.
TARGETS: list[tuple[str, Target]] = [
    ("members", Target(named("members"))),
    ("name.familyName", Target(named("name", "familyName"))),
    ('addresses[type eq "work"]', Target(named("addresses"), equal("type", "work"))),
    ('members[value eq "2819c223"]', Target(named("members"), equal("value", "2819c223"))),
    ('members[value eq "2819c223"].displayName', Target(named("members", "displayName"), equal("value", "2819c223"))),
    (
        'emails[type eq "work" and value ew "example.com"]',
        Target(named("emails"), Both((equal("type", "work"), Compare(named("value"), "ew", "example.com")))),
    ),
    (f"{USER}:name.givenName", Target(named("name", "givenName", USER))),
    (f"{ENTERPRISE}:manager", Target(named("manager", schema=ENTERPRISE))),
    (ENTERPRISE, Target(named("", schema=ENTERPRISE))),
    (f'{USER}:emails[type eq "work"].value', Target(named("emails", "value", USER), equal("type", "work"))),
]


@pytest.mark.parametrize(("text", "expected"), TARGETS)
def test_a_path_names_where_a_change_goes(text: str, expected: Target) -> None:
    assert read_target(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "a b", "a[", "a[]", "a[b pr", "a[b pr]c", "a[b pr].", "a[b pr].c.d", "a.", "a.b.c", '"a"', "(a)", "a]"],
)
def test_what_names_no_place_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match=r"\w"):
        read_target(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("urn:example:ext:attribute", Path("urn:example:ext", "attribute")),
        (
            "URN:ietf:params:scim:schemas:core:2.0:User:title",
            Path("URN:ietf:params:scim:schemas:core:2.0:User", "title"),
        ),
        (f"{ENTERPRISE}:manager.value", Path(ENTERPRISE, "manager", "value")),
        ("urn:ietf:params:scim:schemas:core:2.0:User", Path(USER, "")),
    ],
)
def test_the_urn_before_a_name_is_its_schemas(text: str, expected: Path) -> None:
    assert read_path(text) == expected
