"""The vendor's description itself: that it is held against the answers, and what we answer that it does not know."""

from typing import Any

import httpx
import pytest

from muster.apis.idaas.routes import ROUTES
from tests.apis.idaas.caller import NO_SESSION, Caller, payload, refusal
from tests.apis.idaas.contract import KNOWN_DIFFERENCES, UNKNOWN_ROUTE, Departed, check, is_present, nullable, operation

NO_FILE = "the vendor's description is not beside this checkout"
needs_file = pytest.mark.skipif(not is_present(), reason=NO_FILE)


@needs_file
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_operation_is_one_of_the_vendors(route: Any) -> None:
    found = operation(route.method, route.path)

    assert found is not None
    assert found["operationId"] == route.summary


@needs_file
def test_every_answer_has_all_properties_that_the_vendors_user_has(admin: Caller) -> None:
    created = admin.create()
    schemas = operation("GET", "/v3/users/x") or {}

    assert schemas["responses"]["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/User"}
    assert len(created) == 55


def answered(status: int, body: Any = None, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers=headers, json=body) if body is not None else httpx.Response(status)


ERROR = {"errorCode": "c", "errorMessage": "m", "parameters": []}
DEPARTURES: dict[str, tuple[str, str, httpx.Response]] = {
    "a property that nobody knows": ("GET", "/v3/users/x", answered(200, {"id": "x", "nickname": "y"})),
    "a value of another type": ("GET", "/v3/users/x", answered(200, {"id": 5})),
    "a value that is none of the list": ("GET", "/v3/users/x", answered(200, {"state": "GONE"})),
    "a property that must be there and is not": ("GET", "/v3/users/x", answered(200, {"tokens": [{"id": "x"}]})),
    "an unknown property deep inside": (
        "GET",
        "/v3/users/x",
        answered(200, {"userAliases": [{"value": "x", "kind": "CUSTOM"}]}),
    ),
    "a status that is not declared": ("GET", "/v3/users/x", answered(418, ERROR)),
    "a status of another API": ("POST", "/v3/users", answered(201, {"id": "x"})),
    "an error of another form": ("GET", "/v3/users/x", answered(404, {"errors": []})),
    "a good answer where there is no operation": ("GET", "/v3/nothing", answered(200, {"id": "x"})),
    "another error where there is no operation": ("GET", "/v3/nothing", answered(404, {**ERROR, "errorCode": "x"})),
    "a body where there is none": ("DELETE", "/v3/users/x", answered(200, {})),
}


@needs_file
@pytest.mark.parametrize("name", DEPARTURES)
def test_what_the_file_does_not_allow_is_found(name: str) -> None:
    with pytest.raises(Departed):
        check(*DEPARTURES[name])


@needs_file
@pytest.mark.parametrize("body", [{}, {"id": None, "state": None, "tempAccessCode": None, "tokens": None}])
def test_what_it_allows_is_not_and_null_is_allowed_everywhere(body: dict[str, Any]) -> None:
    allowed = [
        ("GET", answered(200, body)),
        ("GET", answered(404, ERROR)),
        ("DELETE", answered(200)),
    ]

    assert [departure(method, answer) for method, answer in allowed] == [None] * 3


def departure(method: str, answer: httpx.Response) -> Departed | None:
    """What is wrong with an answer about a user."""
    try:
        check(method, "/v3/users/x", answer)
    except Departed as departed:
        return departed
    return None


def test_null_is_allowed_for_properties_and_not_for_members_of_lists() -> None:
    schema = {"properties": {"a": {"type": "array", "items": {"properties": {"b": {"type": "string"}}}}}}

    assert nullable(schema) == {
        "properties": {
            "a": {
                "anyOf": [
                    {"type": "null"},
                    {
                        "type": "array",
                        "items": {
                            "properties": {"b": {"anyOf": [{"type": "null"}, {"type": "string"}]}},
                            "additionalProperties": False,
                        },
                    },
                ]
            }
        },
        "additionalProperties": False,
    }


def test_what_is_answered_beyond_the_file_is_this_and_in_the_form_of_its_errors(admin: Caller) -> None:
    found = [
        admin.ask("PATCH", "/v3/users"),
        admin.post("/v3/users", content=b" " * (1 << 20) + b"{}"),
        admin.post("/v3/users", content="<user/>"),
    ]

    assert [refusal(answer) for answer in found] == [
        (status, KNOWN_DIFFERENCES[status]) for status in KNOWN_DIFFERENCES if status != 503
    ]


UNKNOWN = [
    ("GET", ""),
    ("GET", "/"),
    ("GET", "/v3/nothing"),
    ("GET", "/v2/users/x"),
    ("POST", "/v1/nothing"),
    ("DELETE", "/v3/user/x"),
]


@pytest.mark.parametrize(("method", "path"), UNKNOWN)
def test_where_there_is_no_operation_is_told_to_those_who_show_a_credential(
    admin: Caller, method: str, path: str
) -> None:
    body = payload() if method == "POST" else None

    found = [refusal(caller.ask(method, path, json=body)) for caller in (admin, admin.showing(None))]

    assert found == [UNKNOWN_ROUTE, NO_SESSION]
