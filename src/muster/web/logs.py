"""Logs: a JSON object a line, with request ids and without secrets.

Requests are logged by route (`/user/{id}`), never by what stood in the path, the query or a header, where a secret
could be.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TextIO

import msgspec

_encode = msgspec.json.Encoder(enc_hook=str).encode
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JsonFormatter(logging.Formatter):
    """One record as one line of JSON: time (UTC seconds), level, logger, message, extras, and an exception's trace."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update((name, value) for name, value in vars(record).items() if name not in _STANDARD)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _encode(line).decode()


def set_up(level: str, stream: TextIO) -> None:
    """Send all logs to the stream as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


class RequestLog:
    """A line for each request, put together by hand: the logging module would cost as much as the routing."""

    def __init__(self, stream: TextIO, now: Callable[[], int], *, enabled: bool) -> None:
        self._write = stream.write
        self._now = now
        self.enabled = enabled

    def write(
        self, request: str, method: str, route: str, status: int, milliseconds: float, address: str | None
    ) -> None:
        """Log one request that was answered."""
        line = {
            "time": self._now() / 1000,
            "level": "info",
            "logger": "muster.request",
            "request": request,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(milliseconds, 2),
            "address": address,
        }
        self._write(_encode(line).decode() + "\n")
