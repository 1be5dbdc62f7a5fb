"""Pages of users: walked forth and back while others come, go and are renamed; what they add; asynchronously."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from tests.apis.idaas.caller import Caller, User, custom, fields, refusal
from tests.apis.idaas.places import condition, good, group, organization
from tests.apis.idaas.tokens import APP, give
from tests.support.commands import told
from tests.support.live import LiveMuster

PATH, ASYNC = "/v4/userspaged", "/v4/async/userspaged"
SEARCH, ORDER = "searchByAttributes", "orderByAttribute"
INVALID = (400, "invalid_parameter")

EXPANSIONS = [
    "grids",
    "tokens",
    "smartCredentials",
    "tempAccessCode",
    "fidoTokens",
    "userAttributeValues",
    "userAliases",
    "groups",
    "oauthRoles",
    "authenticatorLockoutStatus",
    "organizations",
]

ORDERS: list[Any] = [
    None,
    *({"name": name, "ascending": up} for name in ("userId", "state", "lastAuthTime") for up in (True, False)),
]


@pytest.fixture
def company(muster: LiveMuster, admin: Caller) -> Caller:
    """An application of a tenant in which nobody but the test makes users."""
    there = told(muster, "tenant", "add", f"Walked {time.time_ns()}")["idaas"]
    return admin.signed_in(there["applicationId"], there["sharedSecret"])


def page(caller: Caller, **search: Any) -> Any:
    return good(caller.post(PATH, json=search))


def ids(found: Any) -> list[str]:
    return [one["id"] for one in found["results"]]


def made(caller: Caller, names: list[str]) -> list[User]:
    return [caller.create(userId=name, state="INACTIVE" if place % 3 else "ACTIVE") for place, name in enumerate(names)]


@pytest.mark.parametrize("order", ORDERS)
def test_whoever_stays_is_met_once_on_the_way_forth_and_back_whoever_comes_and_goes(
    company: Caller, order: Any
) -> None:
    users = made(company, [f"{letter}{place}" for place in range(4) for letter in "dabc"])
    staying = {user["id"] for user in users[4:]}
    leaving, renamed = users[:2], users[2:4]
    search = {"limit": 3} if order is None else {"limit": 3, ORDER: order}

    steps = [page(company, **search)]
    while token := steps[-1]["paging"]["nextCursor"]:
        step = len(steps)
        company.create(userId=f"b{step}.new")
        if step == 1:
            assert company.delete(f"/v3/users/{leaving[0]['id']}").status_code == 200
            company.updated(renamed[0]["id"], userId="z.renamed")
        steps.append(page(company, cursor=token))
        assert len(steps) < 40
    forth = [one for step in steps for one in ids(step)]

    back = ids(steps[-1])
    last = steps[-1]
    while token := last["paging"]["prevCursor"]:
        if len(back) == 3:
            assert company.delete(f"/v3/users/{leaving[1]['id']}").status_code == 200
            company.updated(renamed[1]["id"], userId="0.renamed")
            company.create(userId="bb.new")
        last = page(company, cursor=token)
        back = [*ids(last), *back]

    assert sorted(one for one in forth if one in staying) == sorted(staying)
    assert [one for one in back if one in staying] == [one for one in forth if one in staying]
    assert len(set(back)) == len(back)
    assert last["paging"]["prevCursor"] is None


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_that_everybody_has_left_still_leads_back(company: Caller, order: Any) -> None:
    users = made(company, ["w", "x", "y", "z"])
    search = {"limit": 3} if order is None else {"limit": 3, ORDER: order}
    first = page(company, **search)
    for user in users:
        if user["id"] not in ids(first):
            assert company.delete(f"/v3/users/{user['id']}").status_code == 200
    left = [one for one in first["results"] if one["id"] not in ids(page(company, **search))]
    rest = page(company, cursor=first["paging"]["nextCursor"])
    empty = rest if not rest["results"] else page(company, cursor=rest["paging"]["prevCursor"])

    assert left == []
    assert rest["paging"]["nextCursor"] is None
    assert [one for one in ids(page(company, cursor=rest["paging"]["prevCursor"])) if one in ids(first)] == ids(first)
    assert empty["paging"]["prevCursor"] is None or empty is rest


def test_a_cursor_holds_its_search_its_order_and_what_it_adds(company: Caller) -> None:
    made(company, ["x1", "x2", "x3", "y1"])
    named = [condition("userId", "STARTS_WITH", "x")]
    down = {"name": "userId", "ascending": False}
    first = page(company, limit=1, attributes=["userAliases"], **{SEARCH: named, ORDER: down})
    token = first["paging"]["nextCursor"]
    nonsense = {SEARCH: [condition("nonsense", "", "")], ORDER: {"name": "nonsense", "ascending": True}}
    second = page(company, cursor=token, **nonsense)
    wider = page(company, cursor=token, limit=100, attributes=["groups"])

    assert [[one["userId"] for one in it["results"]] for it in (first, second, wider)] == [["x3"], ["x2"], ["x2", "x1"]]
    assert second["paging"]["limit"] == 1
    assert ["userAliases" in it["results"][0] for it in (first, second, wider)] == [True, True, False]
    assert ["groups" in it["results"][0] for it in (first, second, wider)] == [False, False, True]
    assert wider["paging"]["nextCursor"] is None


def test_a_cursor_of_another_tenant_list_or_hand_is_refused(company: Caller, admin: Caller) -> None:
    made(company, ["a", "b"])
    for _ in range(2):
        group(company)
    own = page(company, limit=1)["paging"]["nextCursor"]
    admin.create()
    theirs = page(admin, limit=1)["paging"]["nextCursor"]
    assert None not in (own, theirs)
    of_groups = good(company.post("/v1/groupspaged", json={"limit": 1}))["paging"]["nextCursor"]
    signed = base64.urlsafe_b64decode(own)
    forged = base64.urlsafe_b64encode(bytes([*signed[:-1], signed[-1] ^ 1])).decode()

    for token in (theirs, of_groups, forged, own[:-4], f"{own}AAAA", "x" * 100_000):
        answer = company.post(PATH, json={"cursor": token})
        assert (refusal(answer), list(fields(answer))) == (INVALID, ["cursor"])
    assert refusal(company.post("/v1/groupspaged", json={"cursor": own})) == INVALID
    assert refusal(admin.post(PATH, json={"cursor": own})) == INVALID
    assert len(page(company, cursor=own)["results"]) == 1


def full(company: Caller) -> User:
    """A user who has something of everything, whole."""
    attribute = good(company.post("/v1/userattributes", json={"name": "badge"}))
    user = company.create(
        userAliases=custom("an.alias", "b.alias"),
        groups=[group(company)["id"], group(company)["id"]],
        organizations=[organization(company)["id"]],
        userAttributeValues=[{"userAttributeId": attribute["id"], "value": "7"}],
    )
    give(company, user["id"], APP)
    return company.user(user["id"])


def test_a_page_adds_what_it_is_asked_to_and_leaves_the_rest_out(company: Caller) -> None:
    whole = full(company)
    others = made(company, ["plain", "simple"])
    core = {name: value for name, value in whole.items() if name not in EXPANSIONS}

    for wanted in ([], *([one] for one in EXPANSIONS), EXPANSIONS):
        results = {one["id"]: one for one in page(company, attributes=wanted)["results"]}
        expected = {name: value for name, value in whole.items() if name in core or name in wanted}

        assert results[whole["id"]] == expected
        assert [list(results[one["id"]]) for one in others] == [list(expected)] * 2
    everything = {one["id"]: one for one in page(company, attributes=EXPANSIONS)["results"]}
    assert [everything[one["id"]] for one in others] == [company.user(one["id"]) for one in others]
    assert core == {one["id"]: one for one in page(company)["results"]}[whole["id"]]


def test_a_user_is_found_by_what_he_has_become(company: Caller) -> None:
    user = company.create(userId="jill", userAliases=custom("mistress.of.unlocking"), registrationRequired=False)
    [place] = [group(company)["id"]]
    becomes: dict[tuple[str, str, str], dict[str, Any]] = {
        ("registrationRequired", "EQUALS", "false"): {"registrationRequired": True},
        ("verificationRequired", "EQUALS", "false"): {"verificationRequired": False},
        ("userId", "EQUALS", "jill"): {"userId": "valentine"},
        ("userId", "CONTAINS", "unlocking"): {"userAliases": custom("the.sandwich")},
        ("userId", "CONTAINS", "sandwich"): {},
        ("groupId", "EQUALS", place): {"groups": [place]},
        ("locked", "EQUALS", "true"): {"lock": True},
    }
    found = []
    for one, change in becomes.items():
        before = ids(page(company, **{SEARCH: [condition(*one)]}))
        company.updated(user["id"], **change)
        found.append((before == [user["id"]], ids(page(company, **{SEARCH: [condition(*one)]})) == [user["id"]]))

    assert found == [(True, False), (False, True), (True, False), (True, False), (True, True), *[(False, True)] * 2]
    assert company.delete(f"/v3/users/{user['id']}").status_code == 200
    assert [ids(page(company, **{SEARCH: [condition(*one)]})) for one in becomes] == [[]] * len(becomes)


def test_an_asynchronous_search_answers_what_the_other_does(company: Caller) -> None:
    made(company, ["x1", "x2", "x3", "y1"])
    search = {"limit": 2, "attributes": ["groups"], SEARCH: [condition("userId", "STARTS_WITH", "x")]}
    started = good(company.post(ASYNC, json=search))
    status = good(company.get(f"{ASYNC}/{started['id']}/status"))
    result = good(company.get(f"{ASYNC}/{started['id']}/result"))
    on = good(company.post(ASYNC, json={"cursor": result["paging"]["nextCursor"]}))
    last = good(company.get(f"{ASYNC}/{on['id']}/result"))

    assert started == status
    assert started["state"] == "COMPLETED"
    assert result["results"] == page(company, **search)["results"]
    assert [[one["userId"] for one in it["results"]] for it in (result, last)] == [["x1", "x2"], ["x3"]]
    assert [refusal(company.get(f"{ASYNC}/nothing/{what}")) for what in ("status", "result")] == [
        (404, "operation_not_found")
    ] * 2


def test_an_operation_is_of_its_own_kind_and_caller(company: Caller, admin: Caller) -> None:
    job = good(company.post(ASYNC, json={}))["id"]
    tokens = good(company.post("/v1/async/tokenspaged/assigned", json={}))["id"]

    answers = [
        company.get(f"/v1/async/tokenspaged/{job}/assigned/result"),
        company.get(f"{ASYNC}/{tokens}/result"),
        admin.get(f"{ASYNC}/{job}/status"),
        admin.get(f"{ASYNC}/{job}/result"),
    ]

    assert [refusal(answer) for answer in answers] == [(404, "operation_not_found")] * 4
