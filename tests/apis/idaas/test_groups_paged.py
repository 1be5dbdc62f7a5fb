"""Pages of groups and organizations: every attribute, operator and order; cursors that nobody can make or borrow."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from tests.apis.idaas.caller import Caller, fields, refusal, unused
from tests.apis.idaas.places import condition, good, group, names, organization, pages
from tests.support.commands import told
from tests.support.live import LiveMuster

INVALID, MISSING = (400, "invalid_parameter"), (400, "missing_parameter")
PATHS = ["/v1/groupspaged", "/v1/organizationspaged"]
SEARCH = "searchByAttributes"


@pytest.fixture(scope="module")
def company(muster: LiveMuster, admin: Caller) -> Caller:
    """An application of a tenant that nobody else makes groups in."""
    there = told(muster, "tenant", "add", f"Groups {time.time_ns()}")["idaas"]
    caller = admin.signed_in(there["applicationId"], there["sharedSecret"])
    for name in ("Alpha", "beta", "Gamma", "delta", "al_pha", "100%"):
        group(caller, name=name)
        organization(caller, name=name, displayName=f"The {name}")
    return caller


def found(caller: Caller, path: str, **search: Any) -> list[str]:
    return names(pages(caller, path, search))


# An operator, a value, and the names that meet it, by name.
SEARCHES = [
    ("EQUALS", "ALPHA", ["Alpha"]),
    ("NOT_EQUALS", "alpha", ["100%", "al_pha", "beta", "delta", "Gamma"]),
    ("CONTAINS", "LPH", ["Alpha"]),
    ("CONTAINS", "_", ["al_pha"]),
    ("CONTAINS", "%", ["100%"]),
    ("NOT_CONTAINS", "a", ["100%"]),
    ("STARTS_WITH", "AL", ["al_pha", "Alpha"]),
    ("ENDS_WITH", "ta", ["beta", "delta"]),
    ("CONTAINS", "", ["100%", "al_pha", "Alpha", "beta", "delta", "Gamma"]),
    ("EQUALS", "nothing", []),
    ("EQUALS", "\x00", INVALID),
    ("EQUALS", None, MISSING),
    ("EQUALS", "x" * 256, INVALID),
    ("GREATER_THAN", "a", INVALID),
    ("EXISTS", None, INVALID),
    ("equals", "Alpha", INVALID),
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("operator", "value", "expected"), SEARCHES)
def test_names_are_searched_by_every_operator(
    company: Caller, path: str, operator: str, value: str | None, expected: Any
) -> None:
    search = [condition("name", operator, value)]
    if isinstance(expected, list):
        assert found(company, path, searchByAttributes=search) == expected
    else:
        assert refusal(company.post(path, json={SEARCH: search})) == expected


@pytest.mark.parametrize(("operator", "value", "expected"), SEARCHES[2:10])
def test_display_names_are_searched_as_well(company: Caller, operator: str, value: str, expected: list[str]) -> None:
    starts = operator == "STARTS_WITH"
    search = [condition("displayName", operator, f"the {value}" if starts else value)]
    shown = found(company, "/v1/organizationspaged", searchByAttributes=search)

    assert shown == (expected if operator != "CONTAINS" or value != "%" else ["100%"])


def test_conditions_are_joined_by_and(company: Caller) -> None:
    search = [
        condition("name", "CONTAINS", "a"),
        condition("name", "NOT_CONTAINS", "l"),
        condition("type", "EQUALS", "MGMT_UI"),
    ]

    assert found(company, "/v1/groupspaged", searchByAttributes=search) == ["beta", "Gamma"]


def test_no_group_comes_from_a_directory(company: Caller) -> None:
    search = [condition("type", "EQUALS", "LDAP_AD")]
    answer = good(company.post("/v1/groupspaged", json={SEARCH: search}))

    assert answer == {"results": [], "paging": {"limit": 100, "nextCursor": None, "prevCursor": None}}


def test_groups_are_ordered_by_name_in_both_directions(company: Caller) -> None:
    up = found(company, "/v1/groupspaged", orderByAttribute={"name": "name", "ascending": True})
    down = found(company, "/v1/groupspaged", orderByAttribute={"name": "name", "ascending": False}, limit=4)

    assert up == ["100%", "al_pha", "Alpha", "beta", "delta", "Gamma"]
    assert down == up[::-1]


# What is wrong with a search, the refusal and the field that it names.
WRONG: list[tuple[dict[str, Any], tuple[int, str], str]] = [
    ({"limit": 0}, INVALID, "limit"),
    ({"limit": 101}, INVALID, "limit"),
    ({"limit": "5"}, INVALID, "limit"),
    ({"cursor": "x"}, INVALID, "cursor"),
    ({"cursor": "漢字"}, INVALID, "cursor"),
    ({"cursor": "A" * 100_000}, INVALID, "cursor"),
    ({"cursor": 5}, INVALID, "cursor"),
    ({SEARCH: [condition("id", "EQUALS", "x")]}, INVALID, SEARCH),
    ({SEARCH: [{"name": "name"}]}, INVALID, SEARCH),
    ({SEARCH: [{"operator": "EQUALS"}]}, INVALID, SEARCH),
    ({SEARCH: [condition("name", "EQUALS", "x")] * 21}, INVALID, SEARCH),
    ({SEARCH: {}}, INVALID, SEARCH),
    ({"orderByAttribute": {"name": "created", "ascending": True}}, INVALID, "orderByAttribute"),
    ({"orderByAttribute": {"name": "name"}}, INVALID, "orderByAttribute"),
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("search", "expected", "field"), WRONG)
def test_a_wrong_search_is_refused(
    company: Caller, path: str, search: dict[str, Any], expected: tuple[int, str], field: str
) -> None:
    answer = company.post(path, json=search)

    assert (refusal(answer), list(fields(answer))) == (expected, [field])


@pytest.mark.parametrize("path", PATHS)
def test_pages_go_forth_and_back_by_cursor_alone(company: Caller, path: str) -> None:
    search = {"limit": 2, SEARCH: [condition("name", "CONTAINS", "a")]}
    forth = pages(company, path, search)
    last = good(company.post(path, json=search))
    while token := last["paging"]["nextCursor"]:
        last = good(company.post(path, json={"cursor": token, SEARCH: [condition("nonsense", "", "")]}))
    back = [last["results"]]
    while token := last["paging"]["prevCursor"]:
        last = good(company.post(path, json={"cursor": token, "limit": 2}))
        back.insert(0, last["results"])

    assert [len(page) for page in forth] == [2, 2, 1]
    assert back == forth
    assert last["paging"]["limit"] == 2


@pytest.mark.parametrize("path", PATHS)
def test_a_cursor_may_be_asked_for_with_another_limit(company: Caller, path: str) -> None:
    first = good(company.post(path, json={"limit": 1}))
    second = good(company.post(path, json={"limit": 5, "cursor": first["paging"]["nextCursor"]}))

    assert (len(second["results"]), second["paging"]["limit"], second["paging"]["nextCursor"]) == (5, 5, None)


def test_a_cursor_is_good_for_its_own_list_and_tenant_alone(company: Caller, admin: Caller) -> None:
    for _ in range(2):
        group(admin, name=unused("group"))
    cursors = {path: good(company.post(path, json={"limit": 1}))["paging"]["nextCursor"] for path in PATHS}
    theirs = good(admin.post(PATHS[0], json={"limit": 1}))["paging"]["nextCursor"]
    groups = cursors[PATHS[0]]
    signed = bytearray(base64.urlsafe_b64decode(groups))
    changed = [
        bytes([*signed[:place], signed[place] ^ 1, *signed[place + 1 :]]) for place in (0, 19, 20, len(signed) - 1)
    ]
    forged = [base64.urlsafe_b64encode(one).decode() for one in (*changed, bytes(signed[:-1]), bytes(signed[20:]), b"")]

    for path, token in ((PATHS[1], groups), (PATHS[0], cursors[PATHS[1]]), (PATHS[0], theirs)):
        answer = company.post(path, json={"cursor": token})
        assert (refusal(answer), list(fields(answer))) == (INVALID, ["cursor"])
    # An empty one is none.
    assert [company.post(PATHS[0], json={"cursor": one}).status_code for one in forged] == [400] * 6 + [200]
    assert company.post(PATHS[0], json={"cursor": groups}).status_code == 200


def test_the_longest_search_that_is_taken_has_cursors_that_are(company: Caller) -> None:
    value = "\U0001f600" * 255
    search = {"limit": 1, SEARCH: [condition("name", "NOT_CONTAINS", value)] * 20}
    first = good(company.post(PATHS[0], json=search))
    second = good(company.post(PATHS[0], json={"cursor": first["paging"]["nextCursor"]}))

    assert names([first["results"], second["results"]]) == ["100%", "al_pha"]
