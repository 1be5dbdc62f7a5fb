"""Who watches an API is told of each request of whoever was identified, after it was answered, and of no other."""

from __future__ import annotations

import pytest

from muster.web.answers import Answer, Hindered, Problem
from muster.web.exchanges import Exchange
from muster.web.routes import Call, Route
from tests.web.api import Plain, broken, echo, receiving

CREDENTIAL = ((b"authorization", b"x"),)


async def remarking(call: Call) -> Answer:
    """Says something about the request."""
    call.remarks.append("odd")
    raise Hindered(Problem.MALFORMED)


CLOSED = (
    Route("POST", "/closed/{id}", echo, ""),
    Route("GET", "/odd", remarking, ""),
    Route("GET", "/defect", broken, ""),
    Route("GET", "/open", echo, "", open=True),
    Route("GET", "/heeding", echo, "", open=True, heeds=True),
)


async def watched(
    method: str, target: str, body: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Exchange:
    api = Plain(CLOSED)
    await api.ask(method, target, receiving(body), headers)
    [exchange] = api.watched
    return exchange


async def test_what_came_and_what_was_answered() -> None:
    found = await watched("POST", "/closed/a%2Fb?x=1", b"sent", ((b"user-agent", b"okhttp"),))

    call = found.call
    assert (found.method, call.path, call.query_string, call.body) == ("POST", "/closed/a%2Fb", b"x=1", b"sent")
    assert (call.headers, call.header(b"user-agent")) == (((b"user-agent", b"okhttp"),), "okhttp")
    assert (found.at, call.origin.request) == (1_700_000_000_123, "request-1")
    assert (found.answer.status, (b"x-plain", b"yes") in found.answer.headers) == (200, True)
    assert call.remarks == []


@pytest.mark.parametrize(
    ("method", "target", "status", "remarks"),
    [
        ("GET", "/odd", 500, ["odd"]),
        ("GET", "/defect", 500, []),
        ("GET", "/none/such", 500, []),
        ("DELETE", "/closed/1", 500, []),
    ],
)
async def test_what_fails_is_watched_too(method: str, target: str, status: int, remarks: list[str]) -> None:
    found = await watched(method, target)

    assert (found.answer.status, found.call.remarks) == (status, remarks)


@pytest.mark.parametrize(
    ("target", "headers", "times"),
    [("/open", (), 0), ("/open", CREDENTIAL, 0), ("/heeding", (), 0), ("/heeding", CREDENTIAL, 1)],
)
async def test_an_open_route_is_watched_where_it_heeds_who_asks(
    target: str, headers: tuple[tuple[bytes, bytes], ...], times: int
) -> None:
    api = Plain(CLOSED)
    await api.ask("GET", target, None, headers)

    assert len(api.watched) == times
