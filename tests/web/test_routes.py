"""Finding a route by its path, and the way of a request through an API."""

import json
import logging
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any, cast

import pytest

from muster.core.directory import NOBODY, Directory
from muster.core.events import Origin
from muster.web.answers import Headers, Hindered, Problem
from muster.web.router import Router
from muster.web.routes import MOST_PARAMETERS, Call, Route
from tests.web.api import PEER, ROUTES, Plain, echo, receiving

PATHS = ("/user", "/user/me", "/user/{id}", "/user/{id}/role", "/user/me/deep/{x}", "/{any}/role/{last}", "/")
FOUND: list[tuple[str, str | None, list[str]]] = [
    ("/user", "/user", []),
    ("/user/", "/user", []),
    ("//user//", "/user", []),
    ("user", "/user", []),
    ("/user/me", "/user/me", []),
    ("/user/5", "/user/{id}", ["5"]),
    ("/user/a@b.c", "/user/{id}", ["a@b.c"]),
    ("/user/a%40b", "/user/{id}", ["a@b"]),
    ("/user/a%2Fb", "/user/{id}", ["a/b"]),
    ("/user/%6De", "/user/{id}", ["me"]),
    ("/user/%FF", "/user/{id}", ["\ufffd"]),
    ("/user/%", "/user/{id}", ["%"]),
    ("/user/me/role", "/user/{id}/role", ["me"]),
    ("/user/me/deep/1", "/user/me/deep/{x}", ["1"]),
    ("/user/role/5", "/{any}/role/{last}", ["user", "5"]),
    ("/user//role", None, []),
    ("/user/5/6", None, []),
    ("/user/me/deep", None, []),
    ("/users", None, []),
    ("/USER", None, []),
    ("/x/role", None, []),
    ("/", "/", []),
    ("", "/", []),
]


@pytest.mark.parametrize(("path", "expected", "values"), FOUND)
def test_a_path_finds_its_route_and_the_values_of_its_names(path: str, expected: str | None, values: list[str]) -> None:
    router = Router(Route("GET", one, echo, "") for one in PATHS)

    routes, found = router.find(path)

    assert ([route.path for route, _ in routes.values()], found) == ([expected] if expected else [], values)


def test_the_routes_of_one_path_are_told_apart_by_their_methods_and_keep_their_own_names() -> None:
    router = Router([Route("GET", "/a/{first}", echo, ""), Route("PUT", "/a/{other}", echo, "")])

    routes, values = router.find("/a/1")

    assert {method: names for method, (_, names) in routes.items()} == {"GET": ("first",), "PUT": ("other",)}
    assert values == ["1"]


async def test_a_request_is_logged_by_its_route_with_the_id_that_its_answer_names() -> None:
    api = Plain(ROUTES)

    answer = await api.ask("GET", "/thing/secret?password=secret", headers=((b"x-key", b"secret"),))

    headers = dict(answer.headers)
    assert (answer.status, headers[b"x-request-id"], headers[b"x-plain"]) == (200, b"request-1", b"yes")
    assert api.logged == [
        {
            "time": 1_700_000_000.123,
            "level": "info",
            "logger": "muster.request",
            "request": "request-1",
            "method": "GET",
            "route": "plain /thing/{id}",
            "status": 200,
            "ms": 0.0,
            "address": PEER,
        }
    ]


async def test_a_defect_is_answered_in_the_apis_form_and_logged_with_its_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    api = Plain(ROUTES)

    with caplog.at_level(logging.ERROR):
        answer = await api.ask("GET", "/broken/secret")

    [record] = caplog.records
    assert (answer.status, answer.body) == (500, b"BROKEN")
    assert (vars(record)["request"], vars(record)["route"]) == ("request-1", "plain /broken/{id}")
    assert record.exc_info is not None
    assert [(line["route"], line["status"]) for line in api.logged] == [("plain /broken/{id}", 500)]


ADDRESSES: list[tuple[Headers, str]] = [
    ((), PEER),
    (((b"x-forwarded-for", b"203.0.113.9"),), "203.0.113.9"),
    (((b"x-forwarded-for", b"1.1.1.1"), (b"host", b"x"), (b"x-forwarded-for", b"203.0.113.9")), "203.0.113.9"),
    (((b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-for", b"10.0.0.2")), "203.0.113.9"),
    (((b"x-forwarded-for", b"\xff\xfe"),), PEER),
    (((b"forwarded", b"for=203.0.113.9"), (b"x-real-ip", b"203.0.113.9")), PEER),
]


@pytest.mark.parametrize(("headers", "expected"), ADDRESSES)
async def test_a_line_that_a_client_made_up_is_not_believed_though_the_proxys_own_comes_after_it(
    headers: Headers, expected: str
) -> None:
    answer = await Plain(ROUTES).ask("GET", "/thing/1", headers=headers)

    assert json.loads(answer.body)["address"] == expected


SIZES = [
    ([b"x" * 100], (), (200, "x" * 100)),
    ([b"x" * 60, b"y" * 40], (), (200, "x" * 60 + "y" * 40)),
    ([b"x" * 101], (), (500, "TOO_LARGE")),
    ([b"x" * 60, b"y" * 41], (), (500, "TOO_LARGE")),
    ([b""], ((b"content-length", b"101"),), (500, "TOO_LARGE")),
    ([b"x" * 100], ((b"content-length", b"100"),), (200, "x" * 100)),
    ([b"x" * 101], ((b"content-length", b"5"),), (500, "TOO_LARGE")),
]


@pytest.mark.parametrize(("chunks", "headers", "expected"), SIZES)
async def test_a_body_is_read_up_to_its_limit(chunks: list[bytes], headers: Headers, expected: tuple[int, str]) -> None:
    answer = await Plain(ROUTES, body_limit=100).ask("POST", "/thing", receiving(*chunks), headers)

    told = json.loads(answer.body)["body"] if answer.status == 200 else answer.body.decode()
    assert (answer.status, told) == expected


async def test_a_body_that_broke_off_is_malformed() -> None:
    answer = await Plain(ROUTES).ask("POST", "/thing", receiving(b"half", broken=True))

    assert (answer.status, answer.body) == (500, b"MALFORMED")


async def test_a_get_that_announces_no_body_is_answered_without_waiting_for_one() -> None:
    async def never() -> MutableMapping[str, Any]:
        raise AssertionError("nothing has to be waited for")

    answer = await Plain(ROUTES).ask("GET", "/thing/1", never)
    announced = await Plain(ROUTES).ask("GET", "/thing/1", receiving(b"x"), ((b"content-length", b"1"),))

    assert (answer.status, json.loads(answer.body)["body"]) == (200, "")
    assert json.loads(announced.body)["body"] == "x"


QUERIES = [
    (b"a=1&b=&c&=d&&a=2", [("a", "1"), ("b", ""), ("c", ""), ("", "d"), ("a", "2")]),
    (b"name=J%C3%BCrgen+M%20%2B&%6E=%26", [("name", "Jürgen M +"), ("n", "&")]),
    ("name=Jürgen".encode(), [("name", "Jürgen")]),
    (b"", []),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_a_query_is_told_by_name_and_value_decoded_and_in_order(query: bytes, expected: list[tuple[str, str]]) -> None:
    assert asking(query).query() == expected


@pytest.mark.parametrize("query", [b"name=%FF", b"name=\xff", b"&".join([b"a=1"] * (MOST_PARAMETERS + 1))])
def test_a_query_that_is_no_utf8_or_has_too_many_parameters_is_malformed(query: bytes) -> None:
    with pytest.raises(Hindered) as raised:
        asking(query).query()

    assert raised.value.problem is Problem.MALFORMED


def test_of_several_headers_of_one_name_the_first_counts_and_a_call_with_others_has_those() -> None:
    call = asking(b"", (b"x-key", b"first"), (b"x-other", b"caf\xe9"), (b"x-key", b"second"))
    seen = [call.header(name) for name in (b"x-key", b"x-other", b"x-none")]
    other = replace(call, headers=((b"x-other", b"new"),))

    assert seen == ["first", "caf\xe9", None]
    assert [other.header(name) for name in (b"x-key", b"x-other")] == [None, "new"]


def asking(query: bytes, *headers: tuple[bytes, bytes]) -> Call:
    return Call(cast(Directory, None), NOBODY, Origin("plain"), "GET", {}, query, headers, b"")
