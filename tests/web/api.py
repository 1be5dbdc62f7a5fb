"""An API of a few routes, in process, to try what every API has from `web.routes`."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any, cast

from muster.core.authority import Actor
from muster.core.directory import NOBODY, Directory
from muster.core.ports import Sources, Store
from muster.core.refusals import Refusal
from muster.web.addresses import ClientAddress, networks
from muster.web.answers import Answer, Headers, Hindered, WrongShape
from muster.web.cors import Cors, Shared
from muster.web.exchanges import Exchange
from muster.web.limits import RateLimit
from muster.web.logs import RequestLog
from muster.web.pipeline import Api
from muster.web.routes import Call, Receive, Route, Surroundings

PEER = "10.0.0.1"


class PlainManner:
    """Says what happened in plain words."""

    channel = "plain"
    shared = Shared()

    async def identify(self, call: Call) -> Actor:
        return NOBODY

    def refused(self, refusal: Refusal) -> Answer:
        return Answer(403, repr(refusal).encode())

    def hindered(self, hindered: Hindered) -> Answer:
        return Answer(500, hindered.problem.name.encode())

    def misshapen(self, wrong: WrongShape) -> Answer:
        return Answer(400, wrong.field.encode())

    def dressed(self, answer: Answer) -> Answer:
        return Answer(answer.status, answer.body, (*answer.headers, (b"x-plain", b"yes")))


class Plain:
    """The API with what it sent, logged and was watched doing."""

    def __init__(self, routes: Iterable[Route], body_limit: int = 1 << 20, origins: Iterable[str] = ()) -> None:
        self.watched: list[Exchange] = []
        self._log = io.StringIO()
        ids = iter(range(1, 1000))
        around = Surroundings(
            Directory(cast(Store, None), cast(Sources, None)),
            ClientAddress(networks("10.0.0.0/8")),
            RequestLog(self._log, lambda: 1_700_000_000_123, enabled=True),
            lambda: f"request-{next(ids)}",
            clock=lambda: 0.0,
            now=lambda: 1_700_000_000_123,
            body_limit=body_limit,
            cors=Cors(origins),
        )
        self._api = Api(routes, PlainManner(), around, RateLimit((), lambda: 0.0), self.watched.append)

    @property
    def logged(self) -> list[dict[str, Any]]:
        """The lines of the request log."""
        return [json.loads(line) for line in self._log.getvalue().splitlines()]

    async def ask(self, method: str, target: str, receive: Receive | None = None, headers: Headers = ()) -> Answer:
        """One request through the ASGI interface."""
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": list(headers),
            "client": (PEER, 1234),
        }
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await self._api(scope, receive or receiving(b""), send)
        start, body = sent
        return Answer(start["status"], body["body"], tuple(start["headers"]))


def receiving(*chunks: bytes, broken: bool = False) -> Receive:
    """A body in chunks, whose connection may break before its end."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": one, "more_body": True} for one in chunks]
    messages.append({"type": "http.disconnect"} if broken else {"type": "http.request", "body": b""})
    waiting = iter(messages)

    async def receive() -> Any:
        return next(waiting)

    return receive


async def echo(call: Call) -> Answer:
    """Tells what arrived."""
    told = {"params": call.params, "body": call.body.decode(), "address": call.origin.address}
    return Answer(200, json.dumps(told).encode())


async def broken(_: Call) -> Answer:
    """A handler with a defect."""
    raise ZeroDivisionError("a secret in a message")


ROUTES = (
    Route("GET", "/thing/{id}", echo, "", open=True),
    Route("POST", "/thing", echo, "", open=True),
    Route("GET", "/broken/{id}", broken, "", open=True),
)
