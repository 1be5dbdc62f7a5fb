"""The way of a request through any API: route, size, credential, rate, body, handler, and errors in the API's form.

An API cannot forget a phase, since the phases are here. Every request goes this way, so that what each needs is looked
for once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from muster.core.directory import NOBODY
from muster.core.events import Origin
from muster.core.refusals import Refused
from muster.web.answers import WHOLE, Answer, Headers, Hindered, Problem, WrongShape
from muster.web.exchanges import Exchange, Watch
from muster.web.limits import RateLimit
from muster.web.preconditions import unless_known
from muster.web.router import Router
from muster.web.routes import Call, Manner, Receive, Route, Scope, Send, Surroundings

log = logging.getLogger(__name__)


class Api:
    """An ASGI application made of routes and a manner. `watch` is told of every request of whoever is identified."""

    def __init__(
        self,
        routes: Iterable[Route],
        manner: Manner,
        around: Surroundings,
        limit: RateLimit,
        watch: Watch | None = None,
        absent: Iterable[str] = (),
    ) -> None:
        self.routes = tuple(routes)
        self._router = Router(self.routes, absent)
        self._methods = sorted({route.method for route in self.routes})
        self._manner = manner
        self._around = around
        self._limit = limit
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        around, manner = self._around, self._manner
        began = around.clock()
        call = self._call(scope)
        try:
            answer = await self._answer(call, receive)
        except Refused as refused:
            answer = manner.refused(refused.refusal)
        except Hindered as hindered:
            answer = manner.hindered(hindered)
        except WrongShape as wrong:
            answer = manner.misshapen(wrong)
        except Exception:
            log.exception("a request met a defect", extra={"request": call.origin.request, "route": call.place})
            answer = manner.hindered(Hindered(Problem.BROKEN))
        answer = around.cors.dressed(manner.dressed(answer), call.headers, manner.shared)
        if (tags := call.header(b"if-none-match")) is not None:
            answer = unless_known(answer, call.method, tags)
        await _send(scope, send, answer, call.origin.request or "")
        if around.requests.enabled or self._watch is not None:
            self._tell(call, scope["method"], answer, (around.clock() - began) * 1000)

    def _call(self, scope: Scope) -> Call:
        around, headers, client = self._around, tuple(scope["headers"]), scope.get("client")
        address: str | None = client[0] if client else None
        if around.addresses.believes:
            address = around.addresses.of(address, _forwarded(headers))
        origin = Origin(self._manner.channel, address, around.new_request_id())
        mount, path, method = scope.get("root_path", ""), _path(scope), scope["method"]
        return Call(
            around.directory,
            NOBODY,
            origin,
            "GET" if method == "HEAD" else method,
            {},
            scope["query_string"],
            headers,
            b"",
            around.cookies,
            mount,
            path,
            around.site,
            [],
            self._manner.channel,
        )

    async def _answer(self, call: Call, receive: Receive) -> Answer:
        routes, values = self._router.find(call.path)
        if call.method == "OPTIONS":
            # Where there is no such path any method may be tried, so that the page can read that there is none.
            told = self._around.cors.preflight(call.headers, routes or self._methods, self._manner.shared)
            if told is not None:
                return told
        found = routes.get(call.method)
        if found is None:
            await self._admit(call, confirm=True)
            raise Hindered(Problem.WRONG_METHOD if routes else Problem.UNKNOWN_ROUTE, ", ".join(sorted(routes)))
        route, names = found
        if not route.open:
            await self._admit(call)
        elif route.heeds and call.header(b"authorization") is not None:
            await self._admit(call, confirm=True)
        call.place = f"{self._manner.channel} {route.path}"
        call.body = await _body(receive, call, self._around.body_limit)
        if names:
            call.params = dict(zip(names, values, strict=True))
        return await route.handler(call)

    async def _admit(self, call: Call, *, confirm: bool = False) -> None:
        """Have the caller be who his credential says. `confirm` where nothing will be asked of the directory."""
        directory = self._around.directory
        actor = await directory.admit(await self._manner.identify(call), call.origin.address)
        if not self._limit.allows(actor.credential_id or ""):
            raise Hindered(Problem.RATE_LIMITED)
        call.actor = actor
        if confirm:
            # Whatever is asked of the directory has it look at him again; here nothing is.
            await directory.confirm(actor)

    def _tell(self, call: Call, method: str, answer: Answer, milliseconds: float) -> None:
        around, origin = self._around, call.origin
        if around.requests.enabled:
            around.requests.write(origin.request or "", method, call.place, answer.status, milliseconds, origin.address)
        if self._watch is not None and call.actor is not NOBODY:
            self._watch(Exchange(call, answer, method, around.now(), milliseconds))


def _forwarded(headers: Headers) -> str | None:
    # All lines of it in order: a proxy may add a line of its own below one that its client made up.
    lines = [value.decode("latin-1") for key, value in headers if key == b"x-forwarded-for"]
    return ",".join(lines) if lines else None


def _path(scope: Scope) -> str:
    """The path below the mount, still encoded, so that an encoded slash stays inside its segment."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.decode("latin-1")
    if "?" in path:
        path = path.split("?", 1)[0]
    return path[len(scope.get("root_path", "")) :]


async def _body(receive: Receive, call: Call, limit: int) -> bytes:
    length = call.header(b"content-length")
    if length is None and call.method == "GET" and call.header(b"transfer-encoding") is None:
        # RFC 9112, section 6.3: such a request has none, and it need not be waited for.
        return b""
    if length is not None and length.isdigit() and int(length) > limit:
        raise Hindered(Problem.TOO_LARGE, str(limit))
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Hindered(Problem.MALFORMED, "the body broke off")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise Hindered(Problem.TOO_LARGE, str(limit))
        if not message.get("more_body"):
            return chunk if not chunks else b"".join([*chunks, chunk])
        chunks.append(chunk)


async def _send(scope: Scope, send: Send, answer: Answer, request: str) -> None:
    status, body = answer.status, answer.body
    headers = [*answer.headers, (b"x-request-id", request.encode())]
    if status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(body)))
    if scope["method"] == "HEAD":
        body = b""
    if WHOLE in scope.get("extensions", ()):
        await send({"type": WHOLE, "status": status, "headers": headers, "body": body})
    else:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
