"""Requests that are wrong as such: bodies, sizes, methods, paths, queries, keys.

Never a 500, never anything but the API's form, and nothing is written.
"""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.apis.bodies import Body, deep, malformed
from tests.apis.certcentral.caller import BASE, INVALID_KEY, KEY_HEADER, Caller, payload, refusal
from tests.apis.ledger import Ledger

LIMIT = 1 << 20
MALFORMED = (400, "bad_request_format")

GOOD = json.dumps(payload(username="good"))[1:-1]


BODIES: dict[str, tuple[Body, tuple[int, str]]] = {
    **{name: (body, MALFORMED) for name, body in malformed(GOOD, "username").items()},
    "a key named twice in a container": (f'{{{GOOD},"container":{{"id":1,"id":2}}}}', MALFORMED),
    "a number beyond all floats where a text belongs": ('{"username":1e999}', (400, "invalid_username|type")),
    "XML": ("<user><username>x</username></user>", (406, "not_acceptable")),
    "an array": (f"[{{{GOOD}}}]", (400, "invalid_body|type")),
    "a string": ('"x"', (400, "invalid_body|type")),
    "a number": ("5", (400, "invalid_body|type")),
    "true": ("true", (400, "invalid_body|type")),
    "null": ("null", (400, "invalid_body|type")),
    "an empty object": ("{}", (400, "invalid_username|required")),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_read_is_refused_and_nothing_is_written(admin: Caller, ledger: Ledger, name: str) -> None:
    body, expected = BODIES[name]
    before = ledger.footprint()

    answer = admin.post("/user", content=body)

    assert refusal(answer) == expected
    assert ledger.footprint() == before


@pytest.mark.parametrize(
    "body", [deep(GOOD, 32), deep(GOOD, 32).replace("[]", '["[[[[[[[[]]]]", "\\"]"]')], ids=["32", "quoted"]
)
def test_a_body_of_32_levels_is_taken(admin: Caller, body: str) -> None:
    answer = admin.post("/user", content=body.replace('"good"', json.dumps(payload()["username"])))

    assert answer.status_code == 201


def in_chunks(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), 50_000):
        yield body[at : at + 50_000]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_a_mebibyte_is_taken_and_one_byte_more_is_not(admin: Caller, ledger: Ledger, chunked: bool) -> None:
    longest = [json.dumps(payload()).ljust(LIMIT).encode() for _ in range(2)]
    taken = admin.post("/user", content=in_chunks(longest[0]) if chunked else longest[0])
    before = ledger.footprint()
    over = longest[1] + b" "

    answer = admin.post("/user", content=in_chunks(over) if chunked else over)

    assert (taken.status_code, refusal(answer)) == (201, (413, "request_too_large"))
    assert ledger.footprint() == before


METHODS = [
    ("PUT", "/user", "GET, POST"),
    ("DELETE", "/user", "GET, POST"),
    ("PATCH", "/user", "GET, POST"),
    ("OPTIONS", "/user", "GET, POST"),
    ("POST", "/user/me", "GET"),
    ("DELETE", "/user/me", "GET"),
    ("POST", "/container/1/role", "GET"),
    ("GET", "/key/user/2", "POST"),
    ("HEAD", "/key/user/2", "POST"),
    ("GET", "/key/1/status", "PUT"),
    ("POST", "/key/1/status", "PUT"),
]


@pytest.mark.parametrize(("method", "path", "allowed"), METHODS)
def test_a_method_that_a_route_has_not_is_refused_with_those_that_it_has(
    admin: Caller, ledger: Ledger, method: str, path: str, allowed: str
) -> None:
    before = ledger.footprint()

    answer = admin.ask(method, path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert method == "HEAD" or refusal(answer) == (405, "method_not_allowed")
    assert ledger.footprint() == before


ROUTE, USER, CONTAINER = (404, "not_found|route"), (404, "not_found|user"), (404, "not_found|container")
TARGETS = [
    ("", ROUTE),
    ("/", ROUTE),
    ("/nothing", ROUTE),
    ("/users", ROUTE),
    ("/User", ROUTE),
    ("/user/me/more", ROUTE),
    ("/user/2/", (200, "")),
    ("/user/../user", ROUTE),
    ("/user%2Fme", ROUTE),
    ("/contain", ROUTE),
    ("/container//role", ROUTE),
    ("/%00", ROUTE),
    ("/" + "x" * 8000, ROUTE),
    ("/user/0", USER),
    ("/user/999999", USER),
    ("/user/-2", USER),
    ("/user/2.0", USER),
    ("/user/+2", USER),
    ("/user/0x2", USER),
    ("/user/2e0", USER),
    ("/user/1%2F2", USER),
    ("/user/%00", USER),
    ("/user/2%00", USER),
    ("/user/%32", (200, "")),
    ("/user/%FF%FE", USER),
    ("/user/%ED%A0%80", USER),
    ("/user/%", USER),
    ("/user/%zz", USER),
    ("/user/%2e%2e", USER),
    ("/user/%EF%BC%92", USER),
    ("/user/%F0%9F%98%80", USER),
    ("/user/;'--", USER),
    ("/user/ME", USER),
    ("/user/9007199254740993", USER),
    ("/user/9223372036854775808", USER),
    ("/user/" + "9" * 5000, USER),
    ("/container/0/role", CONTAINER),
    ("/container/999999/role", CONTAINER),
    ("/container/x/role", CONTAINER),
    ("/container/%00/role", CONTAINER),
    ("/container/" + "9" * 400 + "/role", CONTAINER),
]


@pytest.mark.parametrize(("target", "expected"), TARGETS, ids=lambda value: ascii(value)[:40])
def test_an_odd_path_leads_where_it_says_or_nowhere(admin: Caller, target: str, expected: tuple[int, str]) -> None:
    answer = admin.raw("GET", target)

    found = (200, "") if answer.status_code == 200 else refusal(answer)
    assert found == expected


PAGE = [f"invalid_{field}|malformed" for field in ("offset", "limit")]
QUERIES: dict[str, tuple[str, tuple[int, str]]] = {
    "a negative offset": ("offset=-1", (400, PAGE[0])),
    "a negative limit": ("limit=-1", (400, PAGE[1])),
    "a float": ("offset=1.5", (400, PAGE[0])),
    "a power": ("limit=1e3", (400, PAGE[1])),
    "a sign": ("limit=%2B5", (400, PAGE[1])),
    "a blank": ("limit=+5", (400, PAGE[1])),
    "no number": ("offset=all", (400, PAGE[0])),
    "a number in other digits": ("limit=%D9%A5", (400, PAGE[1])),
    "a superscript": ("limit=%C2%B2", (400, PAGE[1])),
    "an offset over the limit": ("offset=2147483649", (400, PAGE[0])),
    "an offset over 64 bits": ("offset=18446744073709551616", (400, PAGE[0])),
    "an offset over 64 bits behind zeros": (f"offset={'0' * 12}{'9' * 20}", (400, PAGE[0])),
    "an offset of 5000 digits": (f"offset={'9' * 5000}", (400, PAGE[0])),
    "an offset of 5000 digits behind zeros": (f"offset={'0' * 12}{'9' * 5000}", (400, PAGE[0])),
    "a NUL": ("offset=%00", (400, PAGE[0])),
    "broken UTF-8": ("filters[search]=%FF", MALFORMED),
    "a surrogate": ("filters[search]=%ED%A0%80", MALFORMED),
    "broken UTF-8 in a name": ("%FF=1", MALFORMED),
    "101 parameters": ("&".join(f"a{n}=1" for n in range(101)), MALFORMED),
    "5000 parameters": ("&".join(["a=1"] * 5000), MALFORMED),
    "5000 separators": ("&" * 5000, MALFORMED),
}  # fmt: skip


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_that_makes_no_sense_is_refused(admin: Caller, name: str) -> None:
    query, expected = QUERIES[name]

    answer = admin.raw("GET", f"/user?{query}")

    assert refusal(answer) == expected


NOBODY = [
    "filters[search]=a%00b",
    "filters[search]=%F4%8F%BF%BF",
    "filters[search]=%zz",
    "filters[search]=%~nobody-is-called-this",
    "filters[search]=' OR 1=1 --".replace(" ", "+"),
    "filters[search]=" + "x" * 10_000,
    "filters[search]=administrator&filters[search]=nobody",
    "offset=2147483647",
]


@pytest.mark.parametrize("query", NOBODY, ids=lambda value: value[:40])
def test_an_odd_search_finds_nobody(admin: Caller, query: str) -> None:
    answer = admin.raw("GET", f"/user?{query}")

    assert (answer.status_code, answer.json()["users"]) == (200, [])


@pytest.mark.parametrize("query", ["&".join(["a=1"] * 5000), "filters[search]=%FF", "?" * 100])
def test_a_call_that_takes_no_parameters_ignores_them(admin: Caller, query: str) -> None:
    answer = admin.raw("GET", f"/user/me?{query}")

    assert (answer.status_code, answer.json()["id"]) == (200, admin.number)


KEYS = [None, "", "x", "x" * 47, "x" * 30_000, "\xff\xfe", "' OR 1=1 --"]
CALLS = [
    ("GET", "/user"),
    ("GET", "/user/me"),
    ("GET", "/user/2"),
    ("GET", "/container/1/role"),
    ("POST", "/user"),
    ("POST", "/key/user/2"),
    ("PUT", "/key/3/status"),
    ("GET", "/nothing"),
    ("DELETE", "/user"),
]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: ascii(key)[:20])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_without_a_key_that_is_known_nothing_is_told(
    client: httpx.Client, ledger: Ledger, key: str | None, method: str, path: str
) -> None:
    headers = httpx.Headers({} if key is None else {KEY_HEADER: key}, encoding="latin-1")
    before = ledger.footprint()

    answer = client.request(method, BASE + path, headers=headers, json=payload() if method == "POST" else None)

    assert (answer.status_code, answer.content) == (403, INVALID_KEY)
    assert ledger.footprint() == before


@pytest.mark.parametrize("header", ["Authorization", "X-DC-DEVKEY-2", "Cookie"])
def test_a_key_in_another_header_is_no_key(admin: Caller, client: httpx.Client, header: str) -> None:
    answer = client.get(f"{BASE}/user/me", headers={header: admin.key}, params={"X-DC-DEVKEY": admin.key})

    assert (answer.status_code, answer.content) == (403, INVALID_KEY)


@pytest.mark.parametrize("name", ["x-dc-devkey", "X-Dc-DevKey"])
def test_the_name_of_the_keys_header_has_no_case(admin: Caller, client: httpx.Client, name: str) -> None:
    answer = client.get(f"{BASE}/user/me", headers={name: admin.key})

    assert answer.status_code == 200


def test_the_letters_of_a_key_have(admin: Caller) -> None:
    answer = admin.with_key(admin.key.swapcase()).get("/user/me")

    assert (answer.status_code, answer.content) == (403, INVALID_KEY)
