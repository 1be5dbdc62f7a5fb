"""What of a request goes into the log of its connection, and what does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from muster.apis.scim.exchanges import BLANK, blanked, line, reason, recorder
from muster.core.events import Origin
from muster.core.exchanges import Exchange as Kept
from muster.core.exchanges import Noted
from muster.web.answers import Answer
from muster.web.exchanges import Exchange
from tests.apis.scim.calls import call

NOTHING = Answer(204)
SENT = {"authorization": "Bearer secret", "user-agent": "okhttp", "cookie": "secret"}


def recorded(
    query: str = "attributes=id",
    body: bytes = b'{"active":"False"}',
    headers: dict[str, str] = SENT,
    answer: Answer = NOTHING,
) -> Noted:
    made = call(query, body, headers, path="/Users/1")
    made.origin = Origin("scim", "192.0.2.1", "r-1")
    made.remarks = ["a remark", "another"]
    found: list[Noted] = []
    recorder(found.append)(Exchange(made, answer, "PATCH", 1_700_000_000_000, 2.6))
    [noted] = found
    return noted


def test_what_came_and_what_was_answered() -> None:
    assert recorded() == Noted(
        "racoon",
        "entra",
        "entra",
        1_700_000_000_000,
        3,
        "PATCH",
        "/Users/1",
        b"attributes=id",
        "204",
        "r-1",
        "192.0.2.1",
        "okhttp",
        b'{"active":"False"}',
        b"",
        "a remark\nanother",
    )


def kept(outcome: str = "200", details: str = "", answered: str = "") -> Kept:
    """An exchange as the directory has it."""
    return Kept(
        "racoon", "entra", 7, 0, 1_700_000_000_000, 3, "GET", "/Users", details, outcome, "r-1", None, "", "", answered,
        "",
    )  # fmt: skip


def test_what_is_kept_is_told_as_a_request_and_its_status() -> None:
    assert [line(kept()), line(kept("404", "count=1"))] == ["GET /Users 200", "GET /Users?count=1 404"]


@pytest.mark.parametrize(
    ("outcome", "answered", "expected"),
    [
        ("200", '{"detail":"none"}', ""),
        ("399", "x", ""),
        ("400", '{"scimType":"invalidValue","detail":"no number"}', "invalidValue: no number"),
        ("404", '{"detail":"nobody"}', "nobody"),
        ("500", '{"detail":"cut o', '{"detail":"cut o'),
        ("500", "[1]", "[1]"),
        ("500", '{"detail":7}', '{"detail":7}'),
        ("500", "[" * 3000, "[" * 3000),
        ("500", "", ""),
    ],
)
def test_why_it_was_refused_is_in_the_answers_own_words(outcome: str, answered: str, expected: str) -> None:
    assert reason(kept(outcome, answered=answered)) == expected


def test_no_header_is_kept_but_the_client_s_name_of_itself() -> None:
    assert "secret" not in repr(recorded())
    assert recorded(headers={}).agent == ""


BODIES: list[tuple[Any, Any]] = [
    ({"userName": "jill"}, {"userName": "jill"}),
    ({"password": "s3cret", "x": 1}, {"password": BLANK, "x": 1}),
    ({"PassWord": ["s3cret"]}, {"PassWord": BLANK}),
    ({"urn:ietf:params:scim:schemas:core:2.0:User:password": "s3cret"}, None),
    (
        {"Operations": [{"op": "replace", "path": "password", "value": "s3cret"}]},
        {"Operations": [{"op": "replace", "path": "password", "value": BLANK}]},
    ),
    ({"Operations": [{"op": "add", "Path": "urn:x:User:PASSWORD", "VALUE": {"a": "s3cret"}}]}, None),
    ({"Operations": [{"op": "add", "value": {"password": "s3cret"}}]}, None),
    ({"Operations": [{"method": "POST", "path": "/Users", "data": {"password": "s3cret"}}]}, None),
    (
        {"Operations": [{"path": "title", "value": "a password"}]},
        {"Operations": [{"path": "title", "value": "a password"}]},
    ),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_passwords_in_bodies_are_blanked(body: Any, expected: Any) -> None:
    found = blanked(json.dumps(body).encode())

    assert b"s3cret" not in found
    assert expected is None or json.loads(found) == expected


def test_a_name_whose_letters_are_numbers_hides_nothing() -> None:
    assert b"s3cret" not in blanked(b'{"\\u0070assword":"s3cret"}')


@pytest.mark.parametrize(
    "body",
    [b'{"password":"s3cret"', b"password=s3cret", b'{"password":"s3cret\xff"}', b"[" * 5000 + b'"password s3cret"'],
)
def test_what_cannot_be_read_and_may_hold_one_is_not_kept(body: bytes) -> None:
    assert b"s3cret" not in blanked(body)


def test_what_cannot_be_read_and_holds_none_is_kept() -> None:
    assert blanked(b"{oops") == b"{oops"


def test_passwords_are_blanked_before_anything_is_cut_off() -> None:
    long = json.dumps({"password": "s3cret", "title": "x" * 10_000}).encode()
    sent = recorded(body=long).sent

    assert b"s3cret" not in sent
    assert len(sent) == 4096


@pytest.mark.parametrize(
    "query",
    [
        "filter=password%20eq%20%22s3cret%22",
        "filter=p%61ssword+eq+s3cret",
        "PASSWORD=s3cret",
        "access_token=s3cret",
    ],
)
def test_a_query_that_names_one_is_blanked_with_its_answer(query: str) -> None:
    found = recorded(query, answer=Answer(400, b'{"detail":"s3cret is no value"}'))

    assert b"s3cret" not in found.details + found.answered
    assert (found.details, found.answered) == (BLANK.encode(), BLANK.encode())
