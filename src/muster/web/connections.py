"""Connections: what a client may send before it counts as a request, bounded, since nobody has shown a key by then; and
what goes back to him, an answer in one piece.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 1 << 17
"""Bytes of a request that are not its body: first line, headers, the edges of chunks, trailers."""

# A chunk of one byte comes with five others.
_EDGES = 8

# Java's and curl's clients offer HTTP/2 over plain HTTP in every request; the parser would then drop its body.
_OFFER = re.compile(rb"\r\nupgrade:", re.IGNORECASE)


_FINAL = (b"HTTP/1.1 2", b"HTTP/1.1 3", b"HTTP/1.1 4", b"HTTP/1.1 5")


class InOnePiece:
    """A transport that holds the head of an answer until its body comes: one system call and one packet less for each.

    What is held is sent with whatever is written next, and at the latest when the answer is complete.
    """

    __slots__ = ("_held", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held = b""

    def write(self, data: bytes) -> None:
        if self._held:
            data, self._held = self._held + data, b""
        elif data.startswith(_FINAL):
            self._held = data
            return
        self._transport.write(data)

    def flush(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Connection(HttpToolsProtocol):
    """HTTP/1.1 alone: offers of another protocol are passed over.

    Ends with 400 a connection whose head (or trailer) grows past the limit; uvicorn would collect it all.
    """

    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._pieces = InOnePiece(transport)
        self.transport = self._pieces  # type: ignore[assignment]

    def on_response_complete(self) -> None:
        self._pieces.flush()
        super().on_response_complete()

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

    def on_body(self, body: bytes) -> None:
        self._head = max(0, self._head - (1 + _EDGES) * len(body))
        super().on_body(body)
