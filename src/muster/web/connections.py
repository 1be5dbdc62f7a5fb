"""Connections: what a client may send before it counts as a request, bounded, since nobody has shown a key by then; how
long he may keep one without asking; and what goes back to him, an answer in one piece.
"""

from __future__ import annotations

import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from muster.web.answers import WHOLE, Headers

HEAD_LIMIT = 1 << 17
"""Bytes of a request that are not its body: first line, headers, the edges of chunks, trailers."""

# A chunk of one byte comes with five others.
_EDGES = 8

# Java's and curl's clients offer HTTP/2 over plain HTTP in every request; the parser would then drop its body.
_OFFER = re.compile(rb"\r\nupgrade:", re.IGNORECASE)

_COLON = b": "

# RFC 9110, section 5.5.
_ALLOWED_IN_A_LINE = bytes([ord("\t"), *range(0x20, 0x7F), *range(0x80, 0x100)])


class Connection(HttpToolsProtocol):
    """HTTP/1.1 alone: offers of another protocol are passed over.

    Ends with 400 a connection whose head (or trailer) grows past the limit; uvicorn would collect it all. Applications
    may send `WHOLE`, an answer all at once.
    """

    _head = 0
    _idle_since: float | None = None

    def data_received(self, data: bytes) -> None:
        self._head += len(data)
        # There is no cycle before the first request.
        if b"pgrade" in data and not getattr(self.cycle, "more_body", False):
            head, end, body = data.partition(b"\r\n\r\n")
            data = _OFFER.sub(b"\r\nx-offer:", head) + end + body
        super().data_received(data)
        if self._head > HEAD_LIMIT and not self.transport.is_closing():
            self.logger.warning("a request's head is over %d bytes", HEAD_LIMIT)
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()
        self.scope["extensions"] = {WHOLE: {}}

    def on_body(self, body: bytes) -> None:
        self._head = max(0, self._head - (1 + _EDGES) * len(body))
        super().on_body(body)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        async def send(message: Any) -> None:
            if message["type"] != WHOLE:
                await cycle.send(message)
                return
            if cycle.flow.write_paused:
                await cycle.flow.drain()
            if not cycle.disconnected:
                _answer(cycle, message)

        def answering(scope: Any, receive: Any, _: Any) -> Any:
            return app(scope, receive, send)

        super()._start_asgi_task(cycle, answering)

    # The rest is about when a connection is idle for too long. One timer looks at when it was last used; uvicorn sets
    # and cancels one for each request, which takes as long as parsing it.

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again_after(self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        self._idle_since = None

    def timeout_keep_alive_handler(self) -> None:
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_again_after(left)
        else:
            super().timeout_keep_alive_handler()

    def _look_again_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None


def _answer(cycle: RequestResponseCycle, message: Any) -> None:
    if cycle.response_started:
        raise RuntimeError("a request is answered once")
    head = _head(cycle, message["status"], message["headers"])
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(head + message["body"])
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()


def _head(cycle: RequestResponseCycle, status: int, headers: Headers) -> bytes:
    lines = [STATUS_LINE[status][:-2], *map(_COLON.join, cycle.default_headers), *map(_COLON.join, headers)]
    if not cycle.keep_alive:
        lines.append(b"connection: close")
    head = b"\r\n".join([*lines, b"", b""])
    # One look at all of it instead of one at each header: nothing that came from outside may begin a line.
    if head.translate(None, _ALLOWED_IN_A_LINE) != b"\r\n" * (len(lines) + 1):
        raise RuntimeError("a header holds what no header may hold")
    return head
