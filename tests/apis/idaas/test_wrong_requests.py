"""Requests that are wrong as such: bodies, sizes, methods.

Never a 500, never anything but the API's form, and nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.apis.bodies import Body, deep, malformed
from tests.apis.idaas.caller import Caller, Refusal, fields, payload, refusal
from tests.apis.ledger import Ledger

LIMIT = 1 << 20
MALFORMED, INVALID, MISSING = (400, "malformed_request"), (400, "invalid_parameter"), (400, "missing_parameter")
XML = (415, "unsupported_media_type")

GOOD = json.dumps(payload(userId="good"))[1:-1]

BODIES: dict[str, tuple[Body, Refusal]] = {
    **{name: (body, MALFORMED) for name, body in malformed(GOOD, "userId").items()},
    "a key named twice in an alias": (f'{{{GOOD},"userAliases":[{{"value":"a","value":"b"}}]}}', MALFORMED),
    "a number beyond all floats where a text belongs": ('{"userId":1e999}', INVALID),
    "XML": ("<user><userId>x</userId></user>", XML),
    "XML with a declaration": ('<?xml version="1.0"?><user/>', XML),
    "an array": (f"[{{{GOOD}}}]", INVALID),
    "a string": ('"x"', INVALID),
    "a number": ("5", INVALID),
    "true": ("true", INVALID),
    "null": ("null", INVALID),
    "an empty object": ("{}", MISSING),
}
NO_OBJECTS = ("an array", "a string", "a number", "true", "null")
SIGNING_IN = "/v1/adminapi/authenticate"
TAKING_BODIES = ("/v3/users", "/v3/users/userid", "/v3/users/externalid", SIGNING_IN)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_read_is_refused_and_nothing_is_written(admin: Caller, ledger: Ledger, name: str) -> None:
    body, expected = BODIES[name]
    before = ledger.footprint()

    answers = {path: admin.post(path, content=body) for path in TAKING_BODIES}

    # Signing in has no such field as the others: it is ignored there, whatever is in it.
    ignored = expected == INVALID and name not in NO_OBJECTS
    at_fault = expected == MISSING or ignored
    assert {path: refusal(answer) for path, answer in answers.items()} == {
        path: MISSING if ignored and path == SIGNING_IN else expected for path in TAKING_BODIES
    }
    assert {len(fields(answer)) for answer in answers.values()} == {int(at_fault)}
    assert ledger.footprint() == before


@pytest.mark.parametrize(
    "body", [deep(GOOD, 32), deep(GOOD, 32).replace("[]", '["[[[[[[[[]]]]", "\\"]"]')], ids=["32", "quoted"]
)
def test_a_body_of_32_levels_is_taken(admin: Caller, body: str) -> None:
    answer = admin.post("/v3/users", content=body.replace('"good"', json.dumps(payload()["userId"])))

    assert answer.status_code == 200


def in_chunks(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), 50_000):
        yield body[at : at + 50_000]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_a_mebibyte_is_taken_and_one_byte_more_is_not(admin: Caller, ledger: Ledger, chunked: bool) -> None:
    longest = [json.dumps(payload()).ljust(LIMIT).encode() for _ in range(2)]
    taken = admin.post("/v3/users", content=in_chunks(longest[0]) if chunked else longest[0])
    before = ledger.footprint()
    over = longest[1] + b" "

    answer = admin.post("/v3/users", content=in_chunks(over) if chunked else over)

    assert (taken.status_code, refusal(answer)) == (200, (413, "request_too_large"))
    assert ledger.footprint() == before


METHODS = [
    ("GET", "/v3/users", "POST"),
    ("HEAD", "/v3/users", "POST"),
    ("PUT", "/v3/users", "POST"),
    ("DELETE", "/v3/users", "POST"),
    ("PATCH", "/v3/users", "POST"),
    ("OPTIONS", "/v3/users", "POST"),
    ("POST", "/v3/users/2c422a2f", "DELETE, GET, PUT"),
    ("PATCH", "/v3/users/2c422a2f", "DELETE, GET, PUT"),
    ("GET", "/v3/users/multiple", "DELETE, POST, PUT"),
    ("GET", "/v1/adminapi/authenticate", "POST"),
    ("OPTIONS", "/v1/adminapi/authenticate", "POST"),
]


@pytest.mark.parametrize(("method", "path", "allowed"), METHODS)
def test_a_method_that_a_route_has_not_is_refused_with_those_that_it_has(
    admin: Caller, ledger: Ledger, method: str, path: str, allowed: str
) -> None:
    before = ledger.footprint()

    answer = admin.ask(method, path, content=b"{}")

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert method == "HEAD" or refusal(answer) == (405, "method_not_allowed")
    assert ledger.footprint() == before


@pytest.mark.parametrize("query", ["&".join(["a=1"] * 5000), "userId=%FF", "?" * 100, "userId=administrator"])
def test_a_query_is_ignored(admin: Caller, query: str) -> None:
    body = json.dumps(payload()).encode()

    answer = admin.raw("POST", f"/v3/users?{query}", body)

    assert (answer.status_code, answer.json()["userId"]) == (200, json.loads(body)["userId"])


def test_what_is_refused_is_told_in_the_same_headers_as_what_is_not(admin: Caller) -> None:
    answers: list[httpx.Response] = [
        admin.post("/v3/users", json=payload()),
        admin.post("/v3/users", content=b"{"),
        admin.showing(None).post("/v3/users"),
        admin.get("/v3/nothing"),
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 401, 404]
    for answer in answers:
        assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4
