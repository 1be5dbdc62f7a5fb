"""Connections: what a client may send before it counts as a request, bounded, since nobody has shown a key by then."""

from __future__ import annotations

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 1 << 17
"""Bytes of a request that are not its body: first line, headers, the edges of chunks, trailers."""

# A chunk of one byte comes with five others.
_EDGES = 8

# Java's and curl's clients offer HTTP/2 over plain HTTP in every request; the parser would then drop its body.
_OFFER = re.compile(rb"\r\nupgrade:", re.IGNORECASE)


class Connection(HttpToolsProtocol):
    """HTTP/1.1 alone: offers of another protocol are passed over.

    Ends with 400 a connection whose head (or trailer) grows past the limit; uvicorn would collect it all.
    """

    _head = 0

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
