"""The three ways to a user: his UUID, his user id or an alias, his external id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.apis.idaas.caller import NO_USER, Caller, User, custom, fields, refusal, unused, user_in
from tests.apis.ledger import Ledger

INVALID, MISSING = (400, "invalid_parameter"), (400, "missing_parameter")
ROUTE = (404, "resource_not_found")


@pytest.fixture(scope="module")
def ada(admin: Caller) -> User:
    """Somebody with all that one can be found by."""
    name = unused("Ada")
    aliases = custom(f"{name}@spies.example", f"{name} Wöng")
    return admin.create(userId=name, userAliases=aliases, externalId=f"Ext {name}", mobile="+1")


def test_a_user_is_found_by_uuid(admin: Caller, ada: User) -> None:
    assert admin.user(ada["id"]) == ada


SPELLINGS = [
    "{}",
    "{}@spies.example",
    "{} Wöng",
]
WRITTEN: list[Callable[[str], str]] = [
    str,
    str.upper,
    str.lower,
    str.swapcase,
    lambda text: text.replace("A", "\uff21"),
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("written", WRITTEN)
def test_a_user_is_found_by_user_id_and_alias_in_any_case_and_width(
    admin: Caller, ada: User, spelling: str, written: Any
) -> None:
    answer = admin.named(written(spelling.format(ada["userId"])))

    assert user_in(answer) == ada


def test_a_user_is_found_by_external_id_as_it_is_written(admin: Caller, ada: User) -> None:
    answers = [admin.external(written(ada["externalId"])) for written in WRITTEN]

    assert user_in(answers[0]) == ada
    assert [refusal(answer) for answer in answers[1:]] == [NO_USER] * 4


def test_each_call_looks_for_its_own_kind_of_name(admin: Caller, ada: User) -> None:
    answers = [
        admin.get(f"/v3/users/{ada['userId']}"),
        admin.get(f"/v3/users/{ada['externalId']}"),
        admin.get(f"/v3/users/{ada['userAliases'][0]['id']}"),
        admin.get(f"/v3/users/{ada['tokens'][0]['id']}"),
        admin.named(ada["id"]),
        admin.named(ada["externalId"]),
        admin.external(ada["id"]),
        admin.external(ada["userId"]),
    ]

    assert [refusal(answer) for answer in answers] == [NO_USER] * 8


BODIES: list[tuple[Any, tuple[int, str]]] = [
    ({}, MISSING),
    ({"userId": None}, MISSING),
    ({"userId": ""}, MISSING),
    ({"externalId": "x"}, MISSING),
    ({"userId": 5}, INVALID),
    ({"userId": ["administrator"]}, INVALID),
    ({"userId": {"$ne": ""}}, INVALID),
    ({"userId": " "}, NO_USER),
    ({"userId": "nobody at all"}, NO_USER),
    ({"userId": "%"}, NO_USER),
    ({"userId": "administrato"}, NO_USER),
    ({"userId": " administrator"}, NO_USER),
    ({"userId": "*"}, NO_USER),
    ({"userId": "' OR 1=1 --"}, NO_USER),
    ({"userId": "\x00"}, NO_USER),
    ({"userId": "administrator\x00"}, NO_USER),
    ({"userId": "x" * 500_000}, NO_USER),
    ({"userId": "\ufdfa" * 50_000}, NO_USER),
    ({"userId": "\U0010ffff"}, NO_USER),
]


@pytest.mark.parametrize(("body", "expected"), BODIES, ids=lambda value: ascii(value)[:40])
@pytest.mark.parametrize("path", ["/v3/users/userid", "/v3/users/externalid"])
def test_an_odd_name_finds_nobody_or_is_refused(
    admin: Caller, ledger: Ledger, path: str, body: Any, expected: tuple[int, str]
) -> None:
    before = ledger.footprint()

    answer = admin.post(path, json=body)

    assert refusal(answer) == expected
    assert fields(answer) == ([] if expected == NO_USER else ["userId"])
    assert ledger.footprint() == before


TARGETS: list[tuple[str, tuple[int, str]]] = [
    ("/v3/users/2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0", NO_USER),
    ("/v3/users/x", NO_USER),
    ("/v3/users/0", NO_USER),
    ("/v3/users/1", NO_USER),
    ("/v3/users/administrator", NO_USER),
    ("/v3/users/%00", NO_USER),
    ("/v3/users/{id}%00", NO_USER),
    ("/v3/users/{id}%20", NO_USER),
    ("/v3/users/%FF%FE", NO_USER),
    ("/v3/users/%ED%A0%80", NO_USER),
    ("/v3/users/%", NO_USER),
    ("/v3/users/%zz", NO_USER),
    ("/v3/users/%2e%2e", NO_USER),
    ("/v3/users/{id}%2F{id}", NO_USER),
    ("/v3/users/%F0%9F%98%80", NO_USER),
    ("/v3/users/';--", NO_USER),
    ("/v3/users/" + "x" * 8000, NO_USER),
    ("/v3/users/{id}/", (200, "")),
    ("/v3/users/{id}?x=%FF", (200, "")),
    ("/v3/users/{id}/more", ROUTE),
    ("/v3/users//{id}", ROUTE),
    ("/v3/Users/{id}", ROUTE),
    ("/v4/users/{id}", ROUTE),
    ("/v3/users/../users/{id}", ROUTE),
    ("/v3%2Fusers/{id}", ROUTE),
]


@pytest.mark.parametrize(("target", "expected"), TARGETS, ids=lambda value: ascii(value)[:40])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_odd_path_leads_where_it_says_or_nowhere(
    admin: Caller, ledger: Ledger, method: str, target: str, expected: tuple[int, str]
) -> None:
    user = admin.create()
    before = ledger.footprint()

    answer = admin.raw(method, target.format(id=user["id"]))

    found = (200, "") if answer.status_code == 200 else refusal(answer)
    assert found == expected
    assert (ledger.footprint() == before) is (method == "GET" or expected != (200, ""))


def test_a_head_is_a_get_without_its_body(admin: Caller, ada: User) -> None:
    path = f"/v3/users/{ada['id']}"

    head, get = admin.ask("HEAD", path), admin.get(path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
