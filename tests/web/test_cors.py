"""Pages of other origins: those that were named may ask and read what they are told, and no others."""

from __future__ import annotations

import pytest

from muster.web.answers import Answer, Headers
from muster.web.cors import origins
from tests.web.api import ROUTES, Plain

APP, OTHER = "https://app.example.com", "https://other.example.com"
NAMED = (APP, "http://127.0.0.1:3000")

GOOD = [
    "https://app.example.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "http://127.0.0.1:3000",
    "http://localhost:3000",
    "https://[2001:db8::1]:8443",
    "https://xn--bcher-kva.example",
]


@pytest.mark.parametrize("text", GOOD)
def test_an_origin_is_taken_as_browsers_write_it(text: str) -> None:
    assert origins(f" {text} ,, {APP},") == {text, APP}


BAD = [
    "https://*.example.com",
    "https://app.example.com/",
    "https://app.example.com/path",
    "https://app.example.com:443",
    "http://app.example.com:80",
    "https://app.example.com:0",
    "https://app.example.com:",
    "https://App.example.com",
    "HTTPS://app.example.com",
    "https://user@app.example.com",
    "https://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example",
    "app.example.com",
    "ftp://app.example.com",
    "file://",
    "https://",
    "Null",
    "https://app.example.com https://other.example.com",
    "https://app.example.com\r\nx: y",
]


@pytest.mark.parametrize("text", BAD)
def test_what_no_browser_would_send_is_no_origin(text: str) -> None:
    with pytest.raises(ValueError, match="is no origin as browsers send it"):
        origins(f"{APP},{text}")


@pytest.mark.parametrize("text", ["*", "null"])
def test_what_is_the_origin_of_many_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(ValueError, match="would all ask with credentials: name origins one by one"):
        origins(f"{APP},{text}")


def cors(answer: Answer) -> dict[str, str]:
    """The headers that are about other origins."""
    return {
        name.decode(): value.decode()
        for name, value in answer.headers
        if name.startswith(b"access-control-") or name == b"vary"
    }


def asking(origin: str, method: str = "GET", **more: str) -> Headers:
    """The headers of a browser's question whether its page may ask."""
    headers = {"origin": origin, "access-control-request-method": method, **more}
    return tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())


READABLE = {
    "vary": "Origin",
    "access-control-allow-origin": APP,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "Allow, X-Request-Id",
}


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/thing", "POST"), ("/thing/1", "GET"), ("/thing/1?x=y", "GET"), ("/nothing", "GET, POST"), ("/", "GET, POST")],
)
async def test_a_named_origin_is_told_before_it_asks_what_it_may(path: str, methods: str) -> None:
    plain = Plain(ROUTES, origins=NAMED)

    answer = await plain.ask("OPTIONS", path, headers=asking(APP, "DELETE", access_control_request_headers="x-other"))

    assert (answer.status, answer.body) == (204, b"")
    assert cors(answer) == {
        **READABLE,
        "access-control-allow-methods": methods,
        "access-control-allow-headers": "Authorization, Content-Type",
        "access-control-max-age": "600",
    }


NOT_NAMED = [
    OTHER,
    "null",
    "",
    "*",
    APP + "/",
    APP + ":443",
    APP.upper(),
    APP + ".evil.example",
    "http://app.example.com",
    f"{APP}, {OTHER}",
    APP + "\x00",
]


@pytest.mark.parametrize("origin", NOT_NAMED)
async def test_an_origin_that_was_not_named_is_told_nothing(origin: str) -> None:
    plain = Plain(ROUTES, origins=NAMED)

    asked = await plain.ask("OPTIONS", "/thing", headers=asking(origin))
    answer = await plain.ask("GET", "/thing/1", headers=((b"origin", origin.encode()),))

    assert (asked.status, asked.body) == (500, b"WRONG_METHOD")
    assert answer.status == 200
    assert cors(asked) == cors(answer) == {"vary": "Origin"}


async def test_two_origins_at_once_are_none() -> None:
    plain = Plain(ROUTES, origins=NAMED)

    answer = await plain.ask("GET", "/thing/1", headers=((b"origin", APP.encode()), (b"origin", OTHER.encode())))

    assert cors(answer) == {"vary": "Origin"}


async def test_null_is_an_origin_only_where_it_was_named() -> None:
    named, unnamed = Plain(ROUTES, origins=("null",)), Plain(ROUTES, origins=NAMED)

    found = [await it.ask("GET", "/thing/1", headers=((b"origin", b"null"),)) for it in (named, unnamed)]

    assert cors(found[0]) == {**READABLE, "access-control-allow-origin": "null"}
    assert cors(found[1]) == {"vary": "Origin"}


async def test_where_no_origin_was_named_nothing_is_added() -> None:
    plain = Plain(ROUTES)

    found = [
        await plain.ask("OPTIONS", "/thing", headers=asking(APP)),
        await plain.ask("GET", "/thing/1", headers=((b"origin", APP.encode()),)),
    ]

    assert [cors(answer) for answer in found] == [{}, {}]
    assert found[0].status == 500


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/thing/1", 200), ("HEAD", "/thing/1", 200), ("POST", "/thing/1", 500), ("GET", "/broken/1", 500)],
)
async def test_answers_of_every_kind_can_be_read_by_a_named_origin(method: str, path: str, status: int) -> None:
    plain = Plain(ROUTES, origins=NAMED)

    answer = await plain.ask(method, path, headers=((b"origin", APP.encode()),))

    assert (answer.status, cors(answer)) == (status, READABLE)


async def test_an_answer_to_nobodys_page_says_that_it_would_differ() -> None:
    answer = await Plain(ROUTES, origins=NAMED).ask("GET", "/thing/1")

    assert cors(answer) == {"vary": "Origin"}


@pytest.mark.parametrize(
    "headers",
    [
        ((b"origin", APP.encode()),),
        ((b"access-control-request-method", b"GET"),),
        (*asking(APP), (b"authorization", b"x")),
        (*asking(APP), (b"content-type", b"application/json")),
    ],
)
async def test_an_options_that_no_browser_sends_beforehand_is_answered_as_any_other(headers: Headers) -> None:
    answer = await Plain(ROUTES, origins=NAMED).ask("OPTIONS", "/thing", headers=headers)

    assert (answer.status, answer.body) == (500, b"WRONG_METHOD")
