"""Answers that are sent all at once, whatever the client does, and what becomes of their connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from muster.web.answers import WHOLE, Headers
from muster.web.connections import Connection

Application = Callable[[Any, Any, Any], Awaitable[None]]

SECONDS = 10.0
LARGE = 1 << 20
DATE = (b"date", b"Sun, 22 Nov 2026 07:37:30 GMT")


class Port:
    """What listens: its number, its connections and the requests that are at work."""

    def __init__(self, number: int, state: ServerState) -> None:
        self.number = number
        self.state = state

    @property
    def connections(self) -> list[Connection]:
        """Those that are open."""
        return list(cast(set[Connection], self.state.connections))

    async def sent(self, data: bytes) -> bytes:
        """All that comes back until the server closes."""
        reader, writer = await self.client()
        writer.write(data)
        try:
            return await asyncio.wait_for(reader.read(), SECONDS)
        finally:
            writer.close()

    async def client(self, limit: int = 1 << 16) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to it."""
        return await asyncio.open_connection("127.0.0.1", self.number, limit=limit)


@asynccontextmanager
async def listening(app: Application, idle: float = SECONDS) -> AsyncIterator[Port]:
    """The application behind connections that may be idle for so many seconds."""
    config = uvicorn.Config(app, ws="none", log_config=None, access_log=False, interface="asgi3")
    config.load()
    config.timeout_keep_alive = idle  # type: ignore[assignment]
    state = ServerState()
    state.default_headers = [DATE]
    server = await asyncio.get_running_loop().create_server(lambda: Connection(config, state, {}), "127.0.0.1", 0)
    try:
        yield Port(server.sockets[0].getsockname()[1], state)
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.close()


def answering(body: bytes = b"good", status: int = 200, headers: Headers = ()) -> Application:
    """Answers with this, and the path in front of it."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        told = scope["path"].encode() + b" " + body if status not in (204, 304) else b""
        length = () if status in (204, 304) else ((b"content-length", b"%d" % len(told)),)
        shown = b"" if scope["method"] == "HEAD" else told
        await send({"type": WHOLE, "status": status, "headers": (*headers, *length), "body": shown})

    return app


def asking(target: str, *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/{version}", "host: x", *lines, "", ""]).encode()


LAST = "connection: close"
CLOSED = b"HTTP/1.1 200 OK\r\ndate: Sun, 22 Nov 2026 07:37:30 GMT\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asking("/a", LAST), CLOSED % 7 + b"/a good"),
        (asking("/a", version="1.0"), CLOSED % 7 + b"/a good"),
        (asking("/a", LAST, method="HEAD"), CLOSED % 7),
    ],
)
async def test_the_last_answer_of_a_connection_says_so(request_: bytes, expected: bytes) -> None:
    async with listening(answering()) as port:
        assert await port.sent(request_) == expected


@pytest.mark.parametrize("status", [204, 304])
async def test_what_has_no_body_has_no_length_and_the_next_answer_follows_it(status: int) -> None:
    async with listening(answering(status=status)) as port:
        answer = await port.sent(asking("/a") + asking("/b", LAST))

    first, second, rest = answer.split(b"\r\n\r\n")
    assert (first.split(b"\r\n")[1:], second.split(b"\r\n")[1:], rest) == (
        [b"date: Sun, 22 Nov 2026 07:37:30 GMT"],
        [b"date: Sun, 22 Nov 2026 07:37:30 GMT", b"connection: close"],
        b"",
    )


async def test_requests_that_come_together_are_answered_one_by_one_in_their_order() -> None:
    running: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert running == []
        running.append(scope["path"])
        await asyncio.sleep(0)
        await answering()(scope, receive, send)
        running.clear()

    together = [asking(f"/{number}", method="HEAD" if number % 3 == 0 else "GET") for number in range(50)]
    async with listening(app) as port:
        answer = await port.sent(b"".join(together) + asking("/last", LAST))

    bodies = [part.partition(b"HTTP/1.1")[0] for part in answer.split(b"\r\n\r\n")[1:]]
    assert bodies == [b"" if number % 3 == 0 else b"/%d good" % number for number in range(50)] + [b"/last good"]


async def test_other_answers_are_sent_as_they_come_on_the_same_connection() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/whole":
            await answering()(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"in", "more_body": True})
        await send({"type": "http.response.body", "body": b"pieces"})

    async with listening(app) as port:
        answer = await port.sent(asking("/whole") + asking("/pieces") + asking("/whole", LAST))

    assert b"/whole good" in answer
    assert b"transfer-encoding: chunked\r\n\r\n2\r\nin\r\n6\r\npieces\r\n0\r\n\r\n" in answer
    assert answer.endswith(b"\r\n\r\n/whole good")


@pytest.mark.parametrize("bad", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\x00b", b"a\x7f"])
async def test_a_header_that_would_begin_a_line_is_a_defect_and_never_sent(bad: bytes) -> None:
    async with listening(answering(headers=((b"location", bad),))) as port:
        answer = await port.sent(asking("/a"))

    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"location" not in answer


async def test_a_second_answer_to_a_request_is_a_defect_and_never_sent() -> None:
    failures: list[RuntimeError] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answering()(scope, receive, send)
        try:
            await answering(b"again")(scope, receive, send)
        except RuntimeError as failure:
            failures.append(failure)

    async with listening(app) as port:
        answer = await port.sent(asking("/a", LAST))

    assert answer == CLOSED % 7 + b"/a good"
    assert [str(failure) for failure in failures] == ["a request is answered once"]


async def test_a_client_that_reads_slowly_gets_all_of_it_and_is_waited_for() -> None:
    answered: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answering(b"x" * LARGE)(scope, receive, send)
        answered.append(scope["path"])

    count = 40
    async with listening(app) as port:
        reader, writer = await port.client(limit=1 << 10)
        writer.write(b"".join(asking(f"/{number:02}") for number in range(count)))
        while not any(connection.flow.write_paused for connection in port.connections):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        before = len(answered)
        other = await port.sent(asking("/other", LAST))
        for number in range(count):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SECONDS)
            length = 4 + LARGE
            body = await asyncio.wait_for(reader.readexactly(length), SECONDS)
            assert (head[:15], body[:4]) == (b"HTTP/1.1 200 OK", b"/%02d " % number)
        writer.close()

    assert before < count
    assert other.endswith(b"x")


@pytest.mark.parametrize("begun", [asking("/gone"), asking("/gone", "content-length: 9", method="POST") + b"half"])
async def test_who_goes_away_in_the_middle_hurts_nobody(begun: bytes, caplog: pytest.LogCaptureFixture) -> None:
    went, done = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/gone":
            await went.wait()
            await answering(b"x" * LARGE)(scope, receive, send)
            done.set()
        else:
            await answering()(scope, receive, send)

    async with listening(app) as port:
        _, writer = await port.client()
        writer.write(begun)
        while not port.state.tasks:
            await asyncio.sleep(0.01)
        writer.transport.abort()
        while port.state.connections:
            await asyncio.sleep(0.01)
        went.set()
        await asyncio.wait_for(done.wait(), SECONDS)
        answer = await port.sent(asking("/here", LAST))

    assert answer.endswith(b"/here good")
    assert caplog.records == []


async def test_a_request_that_is_at_work_when_the_server_ends_is_answered_and_told() -> None:
    began, may_end = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        began.set()
        await may_end.wait()
        await answering()(scope, receive, send)

    async with listening(app) as port:
        answer = asyncio.create_task(port.sent(asking("/a")))
        await began.wait()
        [connection] = port.connections
        connection.shutdown()
        may_end.set()

        assert await answer == CLOSED % 7 + b"/a good"


async def test_an_idle_connection_is_closed_and_one_in_use_is_not() -> None:
    slow = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/slow":
            await slow.wait()
        await answering()(scope, receive, send)

    async with listening(app, idle=0.05) as port:
        idle, busy = await port.client(), await port.client()
        for reader, writer in (idle, busy):
            writer.write(asking("/a"))
            await reader.readuntil(b"/a good")
        busy[1].write(asking("/slow"))
        ended = await asyncio.wait_for(idle[0].read(), SECONDS)
        await asyncio.sleep(0.1)
        slow.set()
        answer = await asyncio.wait_for(busy[0].readuntil(b"/slow good"), SECONDS)
        then = await asyncio.wait_for(busy[0].read(), SECONDS)
        for _, writer in (idle, busy):
            writer.close()

    assert (ended, answer[:15], then) == (b"", b"HTTP/1.1 200 OK", b"")
