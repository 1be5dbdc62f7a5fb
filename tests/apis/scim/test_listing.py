"""What a list is asked for: pages by number and by cursor, order, filter, from a query and from a body."""

from __future__ import annotations

import json
from typing import Any

import pytest

from muster.apis.scim.cursors import SECONDS
from muster.apis.scim.filters import Compare, Path, Unreadable
from muster.apis.scim.listing import (
    MOST_RESULTS,
    USUAL_RESULTS,
    Asked,
    asked,
    asked_in_body,
    list_response,
    requested_projection,
)
from muster.apis.scim.matching import Unsupported
from muster.apis.scim.normal import Misfit
from muster.apis.scim.schema import GROUPS, USERS
from muster.apis.scim.shapes import SEARCH_REQUEST
from muster.web.answers import Hindered
from tests.apis.scim.caller import LIST
from tests.apis.scim.calls import SOURCES, actor, call

PAGES: list[tuple[str, tuple[int, int, str | None]]] = [
    ("", (1, USUAL_RESULTS, None)),
    ("&&", (1, USUAL_RESULTS, None)),
    ("startIndex=&count=", (1, USUAL_RESULTS, None)),
    ("startIndex=5&count=7", (5, 7, None)),
    ("startindex=5&COUNT=7", (5, 7, None)),
    ("startIndex=0&count=0", (1, 0, None)),
    ("startIndex=-3&count=-1", (1, 0, None)),
    ("count=1001", (1, MOST_RESULTS, None)),
    ("count=999999999999999999", (1, MOST_RESULTS, None)),
    ("cursor", (1, USUAL_RESULTS, "")),
    ("cursor=&count=3", (1, 3, "")),
    ("cursor=abc", (1, USUAL_RESULTS, "abc")),
]


@pytest.mark.parametrize(("query", "expected"), PAGES)
def test_pages(query: str, expected: tuple[int, int, str | None]) -> None:
    found = asked(call(query))

    assert (found.start, found.count, found.cursor) == expected


WRONG: list[tuple[str, str]] = [
    ("count=many", "invalidValue"),
    ("count=1.5", "invalidValue"),
    ("count=1e3", "invalidValue"),
    ("count=%D9%A3", "invalidValue"),
    ("count=9999999999999999999", "invalidValue"),
    ("startIndex=x", "invalidValue"),
    ("startIndex=--1", "invalidValue"),
    ("cursor=&count=x", "invalidCount"),
    ("cursor=&count=-1", "invalidCount"),
    ("sortBy=userName&sortOrder=up", "invalidValue"),
]


@pytest.mark.parametrize(("query", "kind"), WRONG)
def test_wrong_pages_are_refused(query: str, kind: str) -> None:
    with pytest.raises(Misfit) as raised:
        asked(call(query))

    assert raised.value.kind == kind


@pytest.mark.parametrize("by", ["nothing", "password", "name", "addresses", "a b", "userName.x"])
def test_what_has_no_order_is_refused(by: str) -> None:
    with pytest.raises(Misfit) as raised:
        asked(call(f"sortBy={by}")).sort(USERS)

    assert raised.value.kind == "invalidPath"


@pytest.mark.parametrize(
    ("query", "attribute", "sub", "descending"),
    [
        ("sortBy=userName", "userName", None, False),
        ("sortby=USERNAME&sortorder=Descending", "userName", None, True),
        ("sortBy=name.familyName&sortOrder=ascending", "name", "familyName", False),
        ("sortBy=emails", "emails", None, False),
        ("sortBy=meta.lastModified", "meta", "lastModified", False),
    ],
)
def test_orders(query: str, attribute: str, sub: str | None, descending: bool) -> None:
    found = asked(call(query))
    place = found.sort(USERS)

    assert place is not None
    assert (place.attribute.name, place.sub and place.sub.name, found.descending) == (attribute, sub, descending)


FILTERS: list[tuple[str, str]] = [
    ('filter=userName+eq+"a"', "a"),
    ("filter=userName%20eq%20%22a%22", "a"),
    ('filter=userName%20eq%20"a+b@example.com"', "a+b@example.com"),
    ("Filter=userName%20eq%20%22a%2Bb%22", "a+b"),
    ("filter=userName+eq+%22a%2Bb%22", "a+b"),
    ("count=1&filter=userName%20eq%20%22a+b%22&", "a+b"),
    ("filter=userName%20eq%20%22%C3%A9+%22", "é+"),
]


@pytest.mark.parametrize(("query", "value"), FILTERS)
def test_a_plus_sign_is_itself_where_spaces_are_written_otherwise(query: str, value: str) -> None:
    assert asked(call(query)).filter == Compare(Path(None, "userName"), "eq", value)


@pytest.mark.parametrize("query", ["filter=%20%FF+", "filter=%FF", "x=%FF"])
def test_a_query_that_is_no_utf_8_is_refused(query: str) -> None:
    with pytest.raises(Hindered):
        asked(call(query))


def test_a_filter_that_says_nothing_is_refused_and_an_empty_one_is_none() -> None:
    assert asked(call("filter=")).bound(USERS) is None
    with pytest.raises(Unreadable):
        asked(call("filter=userName"))
    with pytest.raises(Unsupported):
        asked(call("filter=password%20pr")).bound(USERS)


def in_body(profile: str = "lenient", **fields: Any) -> Asked:
    body = json.dumps({"schemas": [SEARCH_REQUEST], **fields}).encode()
    return asked_in_body(call(body=body, headers={"content-type": "application/scim+json"}, who=actor(profile)))


def test_a_body_asks_what_a_query_does() -> None:
    found = in_body(
        "strict", filter='userName eq "a"', startIndex=3, count=4, sortBy="userName", sortOrder="descending",
        attributes=["userName"], excludedAttributes="emails,name",
    )  # fmt: skip

    assert found == asked(
        call(
            "filter=userName%20eq%20%22a%22&startIndex=3&count=4&sortBy=userName&sortOrder=descending"
            "&attributes=userName&excludedAttributes=emails,name"
        )
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"count": "x"},
        {"count": True},
        {"count": 1.5},
        {"filter": 1},
        {"attributes": [1]},
        {"cursor": 1},
        {"sortBy": []},
    ],
)
def test_fields_of_other_types_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Misfit):
        in_body(**fields)


def test_a_body_without_its_schema_is_refused_unless_that_is_forgiven() -> None:
    with pytest.raises(Misfit):
        in_body("strict", schemas=["urn:other"])

    assert in_body("onelogin", schemas=None).count == USUAL_RESULTS


def test_keys_of_a_body_are_found_in_any_case() -> None:
    assert in_body(STARTINDEX=2, Count=5).count == 5


def test_a_cursor_goes_on_where_it_was_made() -> None:
    first = asked(call("cursor&filter=userName%20pr&sortBy=userName"))
    text = first.cursor_at(call(), ("jill", 7, None))
    query = f"cursor={text}&filter=userName%20pr&sortBy=userName&count=3"
    found = asked(call(query)).place(call(query))

    assert first.place(call()) is None
    assert found is not None
    assert (found.values, found.backwards) == (("jill", 7, None), False)
    assert text.isascii()
    assert not set(text) & set("+/=&?#")


def refused_cursor(query: str, **how: Any) -> str:
    with pytest.raises(Misfit) as raised:
        asked(call(query)).place(call(query, **how))
    return raised.value.kind


def test_a_cursor_is_none_of_another_question_client_or_tenant() -> None:
    text = asked(call("cursor&sortBy=userName")).cursor_at(call(), ("jill",))
    same = f"cursor={text}&sortBy=userName"

    assert asked(call(same)).place(call(same)) is not None
    assert refused_cursor(f"cursor={text}") == "invalidCursor"
    assert refused_cursor(f"{same}&filter=userName%20pr") == "invalidCursor"
    assert refused_cursor(f"{same}&sortOrder=descending") == "invalidCursor"
    assert refused_cursor(same, path="/Groups") == "invalidCursor"
    assert refused_cursor(same, who=actor(name="okta")) == "invalidCursor"
    assert refused_cursor(same, who=actor(tenant="umbrella")) == "invalidCursor"


@pytest.mark.parametrize("text", ["x", "%00", "a" * 20_000, "é", "AAAA"])
def test_what_was_never_told_is_no_cursor(text: str) -> None:
    assert refused_cursor(f"cursor={text}") == "invalidCursor"


def test_a_cursor_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    text = asked(call("cursor")).cursor_at(call(), (1,))
    made = SOURCES.time
    monkeypatch.setattr(SOURCES, "time", made + SECONDS * 1000 - 1)
    in_time = asked(call(f"cursor={text}")).place(call(f"cursor={text}"))
    monkeypatch.setattr(SOURCES, "time", made + SECONDS * 1000)

    assert in_time is not None
    assert refused_cursor(f"cursor={text}") == "expiredCursor"


def test_the_search_by_get_and_by_post_is_one_question() -> None:
    text = asked(call("cursor")).cursor_at(call(), (1,))

    assert asked(call(f"cursor={text}")).place(call(path="/Users/.search")) is not None


def told(query: str, *more: str | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(list_response(asked(call(query)), 7, [{"id": "1"}], *more).body)
    return found


def test_the_answer_by_number_and_by_cursor() -> None:
    assert told("startIndex=3") == {
        "schemas": [LIST],
        "totalResults": 7,
        "startIndex": 3,
        "itemsPerPage": 1,
        "Resources": [{"id": "1"}],
    }
    assert told("cursor", "next", "previous") == {
        "schemas": [LIST],
        "totalResults": 7,
        "itemsPerPage": 1,
        "nextCursor": "next",
        "previousCursor": "previous",
        "Resources": [{"id": "1"}],
    }


def test_the_projection_of_one_resource_is_in_the_query() -> None:
    group = {"schemas": ["urn"], "id": "1", "displayName": "STARS", "members": [{"value": "2"}]}

    assert requested_projection(call("excludedAttributes=members"), GROUPS).of(group) == {
        "schemas": ["urn"],
        "id": "1",
        "displayName": "STARS",
    }
    assert requested_projection(call(), GROUPS).of(group) == group
