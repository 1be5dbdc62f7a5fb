"""Lists of tokens through this wire: searched, ordered, paged both ways, and asked for now to be fetched later."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from tests.apis.idaas.caller import Caller, fields, refusal, unused
from tests.apis.idaas.tokens import APP, SECRET, SOFT, Token, condition, give, listed, page, pages
from tests.support.commands import told
from tests.support.live import LiveMuster

ASSIGNED, UNASSIGNED = "/v1/tokenspaged/assigned", "/v1/tokenspaged/unassigned"
ASYNC = "/v1/async/tokenspaged"


def neighbouring(muster: LiveMuster, admin: Caller) -> Caller:
    """The first application of a tenant of its own."""
    made = told(muster, "tenant", "add", unused("Umbrella"))["idaas"]
    return admin.signed_in(made["applicationId"], made["sharedSecret"])


@pytest.fixture(scope="module")
def owner(muster: LiveMuster, admin: Caller) -> Caller:
    """The application of a tenant that holds seven tokens and nobody else's."""
    return neighbouring(muster, admin)


@pytest.fixture(scope="module")
def tokens(owner: Caller) -> list[Token]:
    """Its tokens, in the order in which they were made."""
    made: list[Token] = []
    for secrets in ([SECRET], [SECRET], [SECRET, None]):
        user = owner.create()
        made += [{**token, "userId": user["userId"]} for token in user["tokens"]]
        made += [give(owner, user["id"], APP, secret) for secret in secrets]
    owner.put(f"/v1/tokens/{made[1]['id']}/changestate", json={"state": "INACTIVE"})
    owner.put(f"/v1/tokens/{made[0]['id']}/assigned", json={"label": "Phone of ADA"})
    owner.put(f"/v1/tokens/{made[3]['id']}/assigned", json={"label": "100%"})
    return [owner.get(f"/v1/tokens/{token['id']}").json() for token in made]


@pytest.fixture(scope="module")
def stranger(muster: LiveMuster, admin: Caller) -> Caller:
    """The application of another tenant, with a token there."""
    there = neighbouring(muster, admin)
    there.create()
    return there


def serials(found: list[dict[str, Any]]) -> list[str]:
    return [token["serialNumber"] for token in found]


def test_without_a_search_all_tokens_are_there_by_serial_number(owner: Caller, tokens: list[Token]) -> None:
    found = page(owner, ASSIGNED)

    assert found["results"] == sorted(tokens, key=lambda token: str(token["serialNumber"]))
    assert found["paging"] == {"limit": 100, "nextCursor": None, "prevCursor": None}


def expected_of(tokens: list[Token], name: str, operator: str, value: str) -> list[Token]:
    def meets(token: Token) -> bool:
        there = token[{"label": "label"}.get(name, name)]
        if there is None:
            return False
        if name == "label":
            return value.lower() in there.lower()
        there, wanted = (text.replace("-", "") if name == "serialNumber" else text for text in (there, value))
        return {
            "EQUALS": there == wanted,
            "CONTAINS": wanted in there,
            "STARTS_WITH": there.startswith(wanted),
        }[operator]

    return [token for token in tokens if meets(token)]


def test_every_attribute_is_searched_by(owner: Caller, tokens: list[Token]) -> None:
    serial = str(tokens[2]["serialNumber"])
    searches = [
        ("state", "EQUALS", "ACTIVE"),
        ("state", "EQUALS", "INACTIVE"),
        ("state", "EQUALS", "ACTIVATING"),
        ("state", "EQUALS", "NEW"),
        ("type", "EQUALS", SOFT),
        ("type", "EQUALS", APP),
        ("type", "EQUALS", "OATH_PHYSICAL_TOKEN"),
        ("serialNumber", "EQUALS", serial),
        ("serialNumber", "EQUALS", serial.replace("-", "")),
        ("serialNumber", "STARTS_WITH", serial[:7]),
        ("serialNumber", "CONTAINS", serial[3:8]),
        ("serialNumber", "CONTAINS", "nothing"),
        ("label", "CONTAINS", "ada"),
        ("label", "CONTAINS", "%"),
        ("label", "CONTAINS", "_"),
    ]
    found = [serials(listed(owner, ASSIGNED, searchByAttributes=[condition(*it)])) for it in searches]

    assert found == [sorted(serials(expected_of(tokens, *it))) for it in searches]
    assert [len(it) for it in found[:7]] == [2, 1, 4, 0, 3, 4, 0]


def test_dates_bound_what_is_found(owner: Caller, tokens: list[Token]) -> None:
    dates = sorted(str(token["loadDate"]) for token in tokens)
    at = dates[3]
    found = {
        operator: len(listed(owner, ASSIGNED, searchByAttributes=[condition("loadDate", operator, at)]))
        for operator in ("GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL")
    }
    used = [
        len(listed(owner, ASSIGNED, searchByAttributes=[condition("lastUsedDate", "LESS_THAN", form)]))
        for form in ("2099-08-04T18:15:30", "2099-08-04T18:15:30Z", "2099-08-04T18:15:30.000+0000")
    ]

    assert found == {
        "GREATER_THAN": sum(date > at for date in dates),
        "GREATER_THAN_OR_EQUAL": sum(date >= at for date in dates),
        "LESS_THAN": sum(date < at for date in dates),
        "LESS_THAN_OR_EQUAL": sum(date <= at for date in dates),
    }
    assert used == [0, 0, 0]


def test_the_tokens_of_a_groups_members_are_found(owner: Caller, stranger: Caller) -> None:
    group = owner.post("/v1/groups", json={"name": unused("STARS")}).json()["id"]
    member = owner.create(groups=[group])
    search = {"searchByAttributes": [condition("groupId", "EQUALS", group)]}

    assert [it["userId"] for it in listed(owner, ASSIGNED, **search)] == [member["userId"]]
    assert listed(stranger, ASSIGNED, **search) == []


@pytest.mark.parametrize("name", ["serialNumber", "state", "loadDate", "lastUsedDate"])
@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_pages_go_on_in_order_and_what_has_no_sort_key_is_dropped(
    owner: Caller, tokens: list[Token], name: str, ascending: bool, limit: int
) -> None:
    order = {"name": name, "ascending": ascending}
    found = pages(owner, ASSIGNED, limit=limit, orderByAttribute=order)
    rows = [token for each in found for token in each["results"]]
    everything = listed(owner, ASSIGNED)
    having = [token for token in everything if token[name] is not None]

    assert all(len(each["results"]) <= limit and each["paging"]["limit"] == limit for each in found)
    assert rows == sorted(having, key=lambda it: (it[name], it["serialNumber"]), reverse=not ascending)


def test_pages_go_back_to_where_they_came_from(owner: Caller, tokens: list[Token]) -> None:
    search = [condition("type", "EQUALS", APP)]
    forwards = pages(owner, ASSIGNED, limit=2, searchByAttributes=search)
    backwards = [forwards[-1]]
    while cursor := backwards[-1]["paging"]["prevCursor"]:
        backwards.append(page(owner, ASSIGNED, cursor=cursor))

    assert len(forwards) == 2
    assert [it["results"] for it in reversed(backwards)] == [it["results"] for it in forwards]


def test_a_cursor_goes_before_search_and_order(owner: Caller, tokens: list[Token]) -> None:
    first = page(owner, ASSIGNED, limit=2)
    then = page(
        owner,
        ASSIGNED,
        cursor=first["paging"]["nextCursor"],
        searchByAttributes=[condition("state", "EQUALS", "NEW")],
        orderByAttribute={"name": "loadDate", "ascending": False},
    )

    assert serials(first["results"] + then["results"]) == sorted(serials(listed(owner, ASSIGNED)))[:4]


def test_there_are_no_unassigned_tokens(owner: Caller, tokens: list[Token]) -> None:
    search = [
        condition("serialNumber", "CONTAINS", "1"),
        condition("type", "EQUALS", "ENTRUST_LEGACY_TOKEN"),
        condition("loadDate", "LESS_THAN", "2099-08-04T18:15:30"),
        condition("groupId", "EQUALS", "x"),
    ]
    answers = [
        page(owner, UNASSIGNED),
        page(owner, UNASSIGNED, limit=7, searchByAttributes=search),
        page(owner, UNASSIGNED, orderByAttribute={"name": "serialNumber", "ascending": True}),
    ]

    assert [answer["results"] for answer in answers] == [[], [], []]
    assert answers[1]["paging"] == {"limit": 7, "nextCursor": None, "prevCursor": None}


WRONG: list[tuple[Any, list[str]]] = [
    ({"limit": 0}, ["limit"]),
    ({"limit": 101}, ["limit"]),
    ({"limit": "2"}, ["limit"]),
    ({"cursor": "nonsense"}, ["cursor"]),
    ({"searchByAttributes": [condition("userId", "EQUALS", "x")]}, ["searchByAttributes"]),
    ({"searchByAttributes": [condition("state", "CONTAINS", "ACTIVE")]}, ["searchByAttributes"]),
    ({"searchByAttributes": [condition("state", "EQUALS", "active")]}, ["state"]),
    ({"searchByAttributes": [condition("type", "EQUALS", "ENTRUST_PHYSICAL_TOKEN")]}, ["type"]),
    ({"searchByAttributes": [condition("serialNumber", "ENDS_WITH", "1")]}, ["searchByAttributes"]),
    ({"searchByAttributes": [condition("serialNumber", "EQUALS", "1" * 101)]}, ["serialNumber"]),
    ({"searchByAttributes": [condition("label", "EQUALS", "x")]}, ["searchByAttributes"]),
    ({"searchByAttributes": [condition("label", "CONTAINS", "x" * 101)]}, ["label"]),
    ({"searchByAttributes": [condition("label", "CONTAINS", "\0")]}, ["label"]),
    ({"searchByAttributes": [condition("loadDate", "EQUALS", "2018-08-04T18:15:30")]}, ["searchByAttributes"]),
    ({"searchByAttributes": [condition("loadDate", "LESS_THAN", "yesterday")]}, ["loadDate"]),
    ({"orderByAttribute": {"name": "label", "ascending": True}}, ["orderByAttribute"]),
    ({"orderByAttribute": {"name": "state"}}, ["orderByAttribute"]),
    ([], []),
]


@pytest.mark.parametrize(("search", "named"), WRONG, ids=str)
@pytest.mark.parametrize("path", [ASSIGNED, f"{ASYNC}/assigned"])
def test_a_wrong_search_is_refused(owner: Caller, path: str, search: Any, named: list[str]) -> None:
    answer = owner.post(path, json=search)

    assert refusal(answer)[0] == 400
    assert fields(answer) == named


def altered(text: str) -> Iterator[str]:
    """The text with one bit of what it holds turned, at its beginning, in its middle and at its end."""
    held = urlsafe_b64decode(text)
    for place in (0, len(held) // 2, len(held) - 1):
        yield urlsafe_b64encode(held[:place] + bytes([held[place] ^ 1]) + held[place + 1 :]).decode()


def test_a_cursor_is_good_as_it_was_made_for_its_own_list_and_tenant(
    owner: Caller, stranger: Caller, tokens: list[Token]
) -> None:
    cursor = page(owner, ASSIGNED, limit=1)["paging"]["nextCursor"]
    answers = [
        stranger.post(ASSIGNED, json={"cursor": cursor}),
        owner.post(UNASSIGNED, json={"cursor": cursor}),
        *(owner.post(ASSIGNED, json={"cursor": other}) for other in altered(cursor)),
    ]

    assert [(refusal(it), fields(it)) for it in answers] == [((400, "invalid_parameter"), ["cursor"])] * 5
    assert owner.post(ASSIGNED, json={"cursor": cursor}).status_code == 200


def test_a_list_is_asked_for_and_fetched_later(owner: Caller, tokens: list[Token]) -> None:
    search = {"limit": 2, "searchByAttributes": [condition("type", "EQUALS", APP)]}
    started = owner.post(f"{ASYNC}/assigned", json=search)
    job = started.json()["id"]
    status = owner.get(f"{ASYNC}/{job}/assigned/status")
    results = [owner.get(f"{ASYNC}/{job}/assigned/result").json() for _ in range(2)]

    assert (started.status_code, started.json()["state"]) == (200, "COMPLETED")
    assert status.json() == started.json()
    assert results == [page(owner, ASSIGNED, **search)] * 2
    on = owner.post(f"{ASYNC}/assigned", json={"cursor": results[0]["paging"]["nextCursor"]}).json()["id"]
    assert (
        owner.get(f"{ASYNC}/{on}/assigned/result").json()["results"] == pages(owner, ASSIGNED, **search)[1]["results"]
    )


def test_an_operation_is_its_askers_alone(muster: LiveMuster, owner: Caller, stranger: Caller) -> None:
    job = owner.post(f"{ASYNC}/unassigned", json={}).json()["id"]
    elsewhere = [f"{ASYNC}/{other}/unassigned" for other in (*altered(job), "nothing", "x" * 20_000)]
    answers = [
        *(stranger.get(f"{ASYNC}/{job}/unassigned/{part}") for part in ("status", "result")),
        *(owner.get(f"{ASYNC}/{job}/assigned/{part}") for part in ("status", "result")),
        *(owner.get(f"{path}/{part}") for path in elsewhere for part in ("status", "result")),
    ]

    assert {refusal(answer) for answer in answers} == {(404, "operation_not_found")}
    assert owner.get(f"{ASYNC}/{job}/unassigned/result").json()["results"] == []


def test_a_search_that_no_path_could_hold_is_refused(owner: Caller) -> None:
    search = {"searchByAttributes": [condition("groupId", "EQUALS", "é" * 255)] * 20}
    answer = owner.post(f"{ASYNC}/assigned", json=search)

    assert (refusal(answer), fields(answer)) == ((400, "invalid_parameter"), ["searchByAttributes"])
    assert listed(owner, ASSIGNED, **search) == []
