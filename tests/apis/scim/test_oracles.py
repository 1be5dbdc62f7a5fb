"""Filters and PATCH held against two libraries of npm, on random input; where they differ a test says so and why.

`AGREED` below is what is drawn from: without what the libraries are known to read otherwise, each of which is a row of
`DIFFERENT`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.apis.scim.filters import (
    Both,
    Compare,
    Either,
    Element,
    Filter,
    Negated,
    Path,
    Present,
    Unreadable,
    read_filter,
)
from muster.apis.scim.matching import bound, matches
from muster.apis.scim.normal import Misfit
from muster.apis.scim.patch import Operation, patched
from muster.apis.scim.profiles import PROFILES
from muster.apis.scim.schema import ENTERPRISE, USERS
from tests.apis.scim.oracles import Lacking, Oracle, oracle

often = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def other() -> Iterator[Oracle]:
    """The libraries."""
    try:
        with oracle() as found:
            yield found
    except Lacking as lacking:
        pytest.skip(f"no oracle to ask: {lacking}")


def name_of(path: Path) -> str:
    name = path.attribute if path.sub is None else f"{path.attribute}.{path.sub}"
    return name if path.schema is None else f"{path.schema}:{name}"


def as_theirs(found: Filter) -> dict[str, Any]:
    """A filter in the form of the library: terms with `and` inside `and` are one list."""
    match found:
        case Compare(path, sign, value):
            return {"op": sign, "attrPath": name_of(path), "compValue": value}
        case Present(path):
            return {"op": "pr", "attrPath": name_of(path)}
        case Element(path, inner):
            return {"op": "[]", "attrPath": name_of(path), "valFilter": as_theirs(inner)}
        case Negated(inner):
            return {"op": "not", "filter": as_theirs(inner)}
        case Both(filters) | Either(filters):
            op = "and" if isinstance(found, Both) else "or"
            parts = [part for one in map(as_theirs, filters) for part in (one["filters"] if one["op"] == op else [one])]
            return {"op": op, "filters": parts}


def flat(parsed: dict[str, Any]) -> dict[str, Any]:
    """The library's filter, whose terms with `and` inside `and` stand in lists of their own."""
    found = {key: flat(value) if isinstance(value, dict) else value for key, value in parsed.items()}
    if "filters" in found:
        parts = map(flat, found["filters"])
        found["filters"] = [it for one in parts for it in (one["filters"] if one["op"] == found["op"] else [one])]
    return found


TEXTS = ["a", "ab", "b", "x y", 'say "ho"', "é", "(not) [this]"]
NAMES = ["userName", "title", "nickName", "name.givenName", "emails.value", "emails.type", f"{ENTERPRISE}:department"]
quoted = st.sampled_from(TEXTS).map(lambda it: '"' + it.replace("\\", "\\\\").replace('"', '\\"') + '"')
simple = st.builds(
    "{} {} {}".format, st.sampled_from(NAMES), st.sampled_from(["eq", "co", "sw", "ew"]), quoted
) | st.builds("{} pr".format, st.sampled_from(NAMES))
ordered = st.builds("{} {} {}".format, st.sampled_from(NAMES), st.sampled_from(["gt", "ge", "lt", "le"]), quoted)
parts = st.builds("{} {} {}".format, st.sampled_from(["value", "type"]), st.sampled_from(["eq", "co", "sw"]), quoted)
elements = st.builds("emails[{}]".format, parts)


def composed(leaves: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner)
            | st.builds("({})".format, inner)
            | st.builds("not ({})".format, inner)
        ),
        max_leaves=6,
    )


texts = st.sampled_from(["a", "ab", "b", "x y", "say", "back"])
addresses = st.lists(
    st.fixed_dictionaries({"value": texts}, optional={"type": texts, "display": texts}),
    min_size=1,
    max_size=3,
    unique_by=lambda it: it["value"],
)
resources = st.fixed_dictionaries(
    {"userName": texts},
    optional={
        "title": texts,
        "nickName": texts,
        "name": st.fixed_dictionaries({"givenName": texts}, optional={"familyName": texts}),
        "emails": addresses,
        ENTERPRISE: st.fixed_dictionaries({"department": texts}, optional={"division": texts}),
    },
)


@often
@given(composed(simple | ordered), resources)
def test_filters_are_read_and_met_alike(other: Oracle, text: str, resource: dict[str, Any]) -> None:
    ours = read_filter(text)
    theirs = other.ask(filter=text, resource=resource)["result"]

    assert as_theirs(ours) == flat(theirs["parsed"])
    assert matches(bound(ours, USERS), resource) is theirs["meets"]


@often
@given(composed(simple | elements), resources)
def test_filters_with_value_paths_are_met_alike(other: Oracle, text: str, resource: dict[str, Any]) -> None:
    theirs = other.ask(filter=text, resource=resource)["result"]

    assert matches(bound(read_filter(text), USERS), resource) is theirs["meets"]


WRONG = ["", "userName", "userName eq", 'userName is "a"', '(userName eq "a"', 'emails[type eq "a"', "userName eq [1]"]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_filter_is_none_for_either(other: Oracle, text: str) -> None:
    assert "refused" in other.ask(filter=text)
    with pytest.raises(Unreadable):
        read_filter(text)


AGREED: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "one value": st.builds(
        lambda op, path, value: {"op": op, "path": path, "value": value},
        st.sampled_from(["add", "replace", "Add", "Replace"]),
        st.sampled_from(["title", "nickName", "name.givenName", "name.familyName", f"{ENTERPRISE}:division"]),
        texts,
    ),
    "no path": st.builds(
        lambda op, title, name: {"op": op, "value": {"title": title, "nickName": name}},
        st.sampled_from(["add", "replace"]),
        texts,
        texts,
    ),
    "all of a name": st.builds(
        lambda op, value: {"op": op, "path": "name", "value": {"familyName": value}},
        st.sampled_from(["add", "replace"]),
        texts,
    ),
    "all values": st.builds(
        lambda op, values: {"op": op, "path": "emails", "value": values}, st.sampled_from(["add", "replace"]), addresses
    ),
    "part of a value": st.builds(
        lambda op, kind, value: {"op": op, "path": f'emails[type eq "{kind}"].display', "value": value},
        st.sampled_from(["add", "replace"]),
        texts,
        texts,
    ),
    "removed": st.builds(
        lambda path: {"op": "remove", "path": path},
        st.sampled_from(
            ["title", "nickName", "name.givenName", "emails", 'emails[type eq "a"]', 'emails[value sw "b"]']
        ),
    ),
    "removed by value": st.builds(lambda kind: {"op": "remove", "path": f'emails[type eq "{kind}"].display'}, texts),
}


EMPTY = "mono valued"
NOT_FOUND = "array entry was not found"
"""What the library says of a value path where there are no values, and where none is selected."""


def without_empty(value: Any) -> Any:
    """A resource without what is empty: the library leaves it standing, which is to be unassigned."""
    if isinstance(value, dict):
        found = {key: without_empty(one) for key, one in value.items()}
        return {key: one for key, one in found.items() if one not in ({}, [], None)}
    return [without_empty(one) for one in value] if isinstance(value, list) else value


@often
@given(resources, st.lists(st.one_of(*AGREED.values()), min_size=1, max_size=3))
def test_operations_do_the_same(other: Oracle, resource: dict[str, Any], operations: list[dict[str, Any]]) -> None:
    theirs = other.ask(resource=resource, operations=operations)
    if any(reason in theirs.get("refused", "") for reason in (EMPTY, NOT_FOUND)):
        # Tests of their own below.
        return
    try:
        changes = [Operation(one["op"], one.get("path"), one.get("value")) for one in operations]
        ours: Any = patched(USERS, resource, changes, PROFILES["lenient"])
    except Misfit:
        ours = None

    assert ours == (without_empty(theirs["result"]) if "result" in theirs else None)


WORK, HOME = {"value": "a", "type": "work", "primary": True}, {"value": "b", "type": "home"}
BABS: dict[str, Any] = {"userName": "babs", "name": {"givenName": "B", "familyName": "J"}, "emails": [WORK, HOME]}
NOBODY: dict[str, Any] = {"userName": "babs"}

# What is read otherwise there, what it does here, and why.
FILTERED_DIFFERENTLY: list[tuple[str, dict[str, Any], bool, str]] = [
    ('userName eq "BABS"', BABS, True, "userName is not caseExact (RFC 7643, section 8.7.1)"),
    ('emails eq "b"', BABS, True, "several values are compared by their `value` (RFC 7644, section 3.4.2.2)"),
    ('emails.value ne "b"', BABS, False, "`ne` is the opposite of `eq`, which one of the values meets"),
    ('title ne "x"', NOBODY, True, "`ne` is the opposite of `eq`, also of what is absent"),
    ("title eq null", NOBODY, True, "null is what is absent (RFC 7643, section 2.5)"),
    ('emails[value eq "a" and type eq "home"]', BABS, False, "one value meets all of it (RFC 7644, section 3.4.2.2)"),
    ("emails pr", {**NOBODY, "emails": []}, False, "no values are none (RFC 7643, section 2.5)"),
]


@pytest.mark.parametrize(("text", "resource", "ours", "why"), FILTERED_DIFFERENTLY)
def test_a_filter_that_is_met_otherwise_there_is_met_so_for_a_reason(
    other: Oracle, text: str, resource: dict[str, Any], ours: bool, why: str
) -> None:
    assert matches(bound(read_filter(text), USERS), resource) is ours, why
    assert other.ask(filter=text, resource=resource)["result"]["meets"] is not ours


CHANGED_DIFFERENTLY: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (
        {"op": "add", "path": "emails", "value": [{"value": "c", "primary": True}]},
        {
            **BABS,
            "emails": [{**WORK, "primary": False}, HOME, {"value": "c", "primary": True}],
        },
        "at most one value is primary (RFC 7644, section 3.5.2)",
    ),
    (
        {"op": "replace", "path": 'emails[type eq "home"]', "value": {"value": "c"}},
        {**BABS, "emails": [WORK, {"value": "c"}]},
        "the values that are selected are replaced, and not added to (section 3.5.2.3)",
    ),
    (
        {"op": "replace", "value": {"name": {"givenName": "C"}}},
        {**BABS, "name": {"givenName": "C", "familyName": "J"}},
        "of a complex attribute the parts that are named are replaced (section 3.5.2.3), with a path and without",
    ),
    (
        {"op": "add", "value": {"emails": [HOME]}},
        BABS,
        "a value that is there already is not added again (section 3.5.2.1)",
    ),
    (
        {"op": "replace", "path": "USERNAME", "value": "c"},
        {**BABS, "userName": "c"},
        "names are found in any case (RFC 7643, section 2.1)",
    ),
]


def test_removing_some_values_of_none_is_no_mistake_here(other: Oracle) -> None:
    for path, reason in (('roles[type eq "home"]', EMPTY), ('emails[type eq "fax"].display', NOT_FOUND)):
        operation = {"op": "remove", "path": path}

        assert patched(USERS, BABS, [Operation(**operation)], PROFILES["strict"]) == BABS
        assert reason in other.ask(resource=BABS, operations=[operation])["refused"]


def test_a_backslash_stands_for_itself_only_when_it_is_written_twice(other: Oracle) -> None:
    text = '"back\\\\slash"'

    assert read_filter(f"userName eq {text}") == Compare(Path(None, "userName"), "eq", "back\\slash")
    assert other.ask(filter=f"userName eq {text}")["result"]["parsed"]["compValue"] == "back\\\\slash"


@pytest.mark.parametrize(("operation", "ours", "why"), CHANGED_DIFFERENTLY)
def test_an_operation_that_does_otherwise_there_does_so_for_a_reason(
    other: Oracle, operation: dict[str, Any], ours: dict[str, Any], why: str
) -> None:
    change = Operation(operation["op"], operation.get("path"), operation["value"])

    assert patched(USERS, BABS, [change], PROFILES["strict"]) == ours, why
    assert other.ask(resource=BABS, operations=[operation]).get("result") != ours
