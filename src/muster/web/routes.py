"""What an API is made of: routes, a manner, and what it is run with; and one request as its handlers see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from muster.core.authority import Actor
from muster.core.directory import Directory
from muster.core.events import Origin
from muster.core.refusals import Refusal
from muster.web.addresses import ClientAddress
from muster.web.answers import Answer, Headers, Hindered, Problem, WrongShape
from muster.web.cookies import Cookies
from muster.web.cors import Cors, Shared
from muster.web.logs import RequestLog
from muster.web.sites import Site

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_PARAMETERS = 100


@dataclass(slots=True)
class Call:
    """One request as a handler sees it. `params` are the values of the path's names, `body` is at most the limit.

    `path` is what follows the mount, `place` where it belongs in a log. `remarks` takes what a log shall say of it.
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
    place: str = ""
    _base: str | None = None
    _first: dict[bytes, bytes] | None = field(default=None, init=False)

    @property
    def base(self) -> str:
        """The URL of the API, as its client reaches it, without a slash at its end."""
        if self._base is None:
            self._base = self.site.of(self.header(b"host")) + self.mount
        return self._base

    def header(self, name: bytes) -> str | None:
        """The first header of this name (lower case) as text, or None."""
        if self._first is None:
            self._first = dict(reversed(self.headers))
        value = self._first.get(name)
        return None if value is None else value.decode("latin-1")

    def query(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded, in order.

        Raises `Hindered` with `MALFORMED` for over 100 of them, and for what is no UTF-8.
        """
        parts = self.query_string.split(b"&")
        if len(parts) > MOST_PARAMETERS:
            raise Hindered(Problem.MALFORMED, f"query: over {MOST_PARAMETERS} parameters")
        try:
            pairs = [part.partition(b"=") for part in parts if part]
            return [(_decoded(name), _decoded(value)) for name, _, value in pairs]
        except UnicodeDecodeError as error:
            raise Hindered(Problem.MALFORMED, f"query: {error}") from None


def _decoded(part: bytes) -> str:
    # The library's `parse_qsl` takes three times as long for a text with many escapes, as filters are.
    return (unquote_to_bytes(part.replace(b"+", b" ")) if b"%" in part or b"+" in part else part).decode()


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: where it is, who answers it, and what its page and its tests say about it.

    `path` has names in braces. An `open` route needs no credential. `permission` is what the core will demand. `takes`
    is the type of the body, None for no body; `gives` that of a good answer, whose status is `status`, None for none;
    a tuple is one of several. `query` is a struct whose fields are the query's parameters, `also` names the content
    types in which the good answer can be had as well. `makes` is the path, with one name, at which what was made is
    then found by the `id` of the answer. An open route that `heeds` who asks refuses a wrong credential. One whose
    requests may say which version they are meant for is `versioned`.
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
    versioned: bool = False


class Manner(Protocol):
    """How an API carries itself: its credential, its errors and the headers it sets on everything.

    `shared` is what pages of other origins may use of it, where there are any that may ask.
    """

    channel: str
    shared: Shared

    def identify(self, call: Call) -> Awaitable[Actor]:
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
