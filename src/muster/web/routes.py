"""The way of a request through any API: route, size, credential, rate, body, handler, and errors in the API's form.

An API is a table of routes and a `Manner`; it cannot forget a phase, since the phases are here.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

from muster.core.authority import Actor
from muster.core.directory import NOBODY, Directory
from muster.core.events import Origin
from muster.core.refusals import Refusal, Refused
from muster.web.addresses import ClientAddress
from muster.web.answers import Answer, Headers, Hindered, Problem, WrongShape
from muster.web.cookies import Cookies
from muster.web.cors import Cors, Shared
from muster.web.exchanges import Exchange, Watch
from muster.web.limits import RateLimit
from muster.web.logs import RequestLog
from muster.web.preconditions import unless_known
from muster.web.sites import Site

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_PARAMETERS = 100


@dataclass(slots=True)
class Call:
    """One request as a handler sees it. `params` are the values of the path's names, `body` is at most the limit.

    `path` is what follows the mount. `remarks` takes what a log of requests shall say of it.
    """

    directory: Directory
    actor: Actor
    origin: Origin
    method: str
    params: dict[str, str]
    query_string: bytes
    headers: Headers
    body: bytes
    cookies: Cookies = field(default_factory=Cookies)
    mount: str = ""
    path: str = ""
    site: Site = field(default_factory=Site)
    remarks: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        """The URL of the API, as its client reaches it, without a slash at its end."""
        return self.site.of(self.header(b"host")) + self.mount

    def header(self, name: bytes) -> str | None:
        """The header of this name (lower case), or None."""
        return header(self.headers, name)

    def query(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded, in order. Raises `Hindered` with `MALFORMED` for over 100 of them."""
        try:
            return parse_qsl(
                self.query_string.decode("latin-1"),
                keep_blank_values=True,
                max_num_fields=MOST_PARAMETERS,
                errors="strict",
            )
        except ValueError as error:
            raise Hindered(Problem.MALFORMED, f"query: {error}") from None


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: where it is, who answers it, and what its page and its tests say about it.

    `path` has names in braces. An `open` route needs no credential. `permission` is what the core will demand. `takes`
    is the type of the body, None for no body; `gives` that of a good answer, whose status is `status`, None for none;
    a tuple is one of several. `query` is a struct whose fields are the query's parameters, `also` names the content
    types in which the good answer can be had as well. `makes` is the path, with one name, at which what was made is
    then found by the `id` of the answer. An open route that `heeds` who asks refuses a wrong credential.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    permission: str | None = None
    open: bool = False
    takes: Any = None
    gives: Any = None
    status: int = 200
    query: Any = None
    also: tuple[str, ...] = ()
    makes: str | None = None
    heeds: bool = False


class Manner(Protocol):
    """How an API carries itself: its credential, its errors and the headers it sets on everything.

    `shared` is what pages of other origins may use of it, where there are any that may ask.
    """

    channel: str
    shared: Shared

    async def identify(self, directory: Directory, headers: Headers) -> Actor:
        """The actor behind what the request shows. Refuses with `CredentialInvalid`."""

    def refused(self, refusal: Refusal) -> Answer:
        """The answer to a refusal of the core. Total."""

    def hindered(self, hindered: Hindered) -> Answer:
        """The answer to a problem of the wire. Total."""

    def misshapen(self, wrong: WrongShape) -> Answer:
        """The answer to a body of another type."""

    def dressed(self, answer: Answer) -> Answer:
        """The answer with the headers that all of this API's answers have."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an API is run with: the directory, the limits and where the logs go.

    `clock` gives seconds that never go back, `now` UTC in milliseconds. `cors` are the origins whose pages may ask,
    `cookies` says how cookies are set, `site` where the server is.
    """

    directory: Directory
    addresses: ClientAddress
    requests: RequestLog
    new_request_id: Callable[[], str]
    clock: Callable[[], float]
    now: Callable[[], int]
    body_limit: int = 1 << 20
    cors: Cors = field(default_factory=Cors)
    cookies: Cookies = field(default_factory=Cookies)
    site: Site = field(default_factory=Site)


@dataclass(slots=True)
class _Seen:
    """What is known of a request so far: where it belongs, who asks, and what he sent."""

    place: str
    actor: Actor | None = None
    body: bytes = b""
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    named: _Node | None = None
    routes: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)
    is_absent: bool = False


class Router:
    """Finds the route of a path by its segments; a trailing slash makes no difference.

    `absent` are paths that name nothing, nor does anything below them, although a route's names would take them in.
    """

    def __init__(self, routes: Iterable[Route], absent: Iterable[str] = ()) -> None:
        self._root = _Node()
        for route in routes:
            self._add(route)
        for path in absent:
            node = self._root
            for segment in path.strip("/").split("/"):
                node = node.literals.setdefault(segment, _Node())
            node.is_absent = True

    def _add(self, route: Route) -> None:
        node, names = self._root, []
        for segment in route.path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.named = node.named or _Node()
                node = node.named
            else:
                node = node.literals.setdefault(segment, _Node())
        node.routes[route.method] = (route, tuple(names))

    def find(self, path: str) -> tuple[dict[str, tuple[Route, tuple[str, ...]]], list[str]]:
        """The routes at a raw path by method, with the decoded values of the names; no routes if there are none."""
        segments = path.strip("/").split("/")
        values: list[str] = []
        node = _descend(self._root, segments, 0, values)
        return (node.routes if node is not None else {}), values


def _descend(node: _Node, segments: list[str], at: int, values: list[str]) -> _Node | None:
    if at == len(segments):
        return node if node.routes else None
    literal = node.literals.get(segments[at])
    if literal is not None:
        if literal.is_absent:
            return None
        found = _descend(literal, segments, at + 1, values)
        if found is not None:
            return found
    if node.named is None or not segments[at]:
        return None
    values.append(unquote(segments[at]))
    found = _descend(node.named, segments, at + 1, values)
    if found is None:
        values.pop()
    return found


def header(headers: Headers, name: bytes) -> str | None:
    """The first header of this name (lower case) as text, or None."""
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return None


def _forwarded(headers: Headers) -> str | None:
    # All lines of it in order: a proxy may add a line of its own below one that its client made up.
    lines = [value.decode("latin-1") for key, value in headers if key == b"x-forwarded-for"]
    return ",".join(lines) if lines else None


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
        around = self._around
        began, request = around.clock(), around.new_request_id()
        headers: Headers = tuple(scope["headers"])
        peer = scope["client"][0] if scope.get("client") else None
        address = around.addresses.of(peer, _forwarded(headers))
        origin = Origin(self._manner.channel, address, request)
        seen = _Seen(self._manner.channel)
        answer = await self._guarded(scope, receive, headers, origin, seen)
        answer = around.cors.dressed(self._manner.dressed(answer), headers, self._manner.shared)
        answer = unless_known(answer, scope["method"], header(headers, b"if-none-match"))
        await _send(send, answer, request, head=scope["method"] == "HEAD")
        milliseconds = (around.clock() - began) * 1000
        if around.requests.enabled:
            around.requests.write(request, scope["method"], seen.place, answer.status, milliseconds, address)
        if self._watch is not None and seen.actor is not None:
            self._watch(_exchange(seen.actor, scope, headers, origin, seen, answer, around.now(), milliseconds))

    async def _guarded(self, scope: Scope, receive: Receive, headers: Headers, origin: Origin, seen: _Seen) -> Answer:
        try:
            return await self._answer(scope, receive, headers, origin, seen)
        except Refused as refused:
            return self._manner.refused(refused.refusal)
        except Hindered as hindered:
            return self._manner.hindered(hindered)
        except WrongShape as wrong:
            return self._manner.misshapen(wrong)
        except Exception:
            log.exception("a request met a defect", extra={"request": origin.request, "route": seen.place})
            return self._manner.hindered(Hindered(Problem.BROKEN))

    async def _answer(self, scope: Scope, receive: Receive, headers: Headers, origin: Origin, seen: _Seen) -> Answer:
        around, path = self._around, _path(scope)
        routes, values = self._router.find(path)
        if scope["method"] == "OPTIONS":
            # Where there is no such path any method may be tried, so that the page can read that there is none.
            preflight = around.cors.preflight(headers, routes or self._methods, self._manner.shared)
            if preflight is not None:
                return preflight
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        route, names = routes.get(method, (None, ()))
        if route is None or not route.open or (route.heeds and header(headers, b"authorization") is not None):
            seen.actor = await self._admitted(headers, origin)
            if route is None or route.open:
                # Nothing else is asked of the directory, which would look at him again.
                await around.directory.confirm(seen.actor)
        if route is None:
            raise Hindered(Problem.WRONG_METHOD if routes else Problem.UNKNOWN_ROUTE, ", ".join(sorted(routes)))
        seen.place = f"{self._manner.channel} {route.path}"
        seen.body = await _body(receive, headers, around.body_limit)
        return await route.handler(
            Call(
                around.directory,
                seen.actor or NOBODY,
                origin,
                method,
                dict(zip(names, values, strict=True)),
                scope["query_string"],
                headers,
                seen.body,
                around.cookies,
                scope.get("root_path", ""),
                path,
                around.site,
                seen.remarks,
            )
        )

    async def _admitted(self, headers: Headers, origin: Origin) -> Actor:
        directory = self._around.directory
        actor = await directory.admit(await self._manner.identify(directory, headers), origin.address)
        if not self._limit.allows(actor.credential_id or ""):
            raise Hindered(Problem.RATE_LIMITED)
        return actor


def _exchange(
    actor: Actor,
    scope: Scope,
    headers: Headers,
    origin: Origin,
    seen: _Seen,
    answer: Answer,
    at: int,
    milliseconds: float,
) -> Exchange:
    method, path, query, remarks = scope["method"], _path(scope), scope["query_string"], tuple(seen.remarks)
    return Exchange(actor, at, milliseconds, origin, method, path, query, headers, seen.body, answer, remarks)


def _path(scope: Scope) -> str:
    """The path below the mount, still encoded, so that an encoded slash stays inside its segment."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1").split("?", 1)[0][len(scope.get("root_path", "")) :]


async def _body(receive: Receive, headers: Headers, limit: int) -> bytes:
    length = header(headers, b"content-length")
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
        chunks.append(chunk)
        if not message.get("more_body"):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _send(send: Send, answer: Answer, request: str, *, head: bool) -> None:
    headers = [*answer.headers, (b"x-request-id", request.encode())]
    if answer.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
