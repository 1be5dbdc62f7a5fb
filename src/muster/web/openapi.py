"""The OpenAPI 3.1 document of an API, made from its table of routes, and where it is served.

Which errors there are is asked of the API itself, whose tables of refusals and problems are total. The document tells
nothing about anybody's directory, so that it is open to whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec

from muster.core import refusals
from muster.core.refusals import Fault, Invalid, Obstacle, Refusal
from muster.web.answers import Answer, Hindered, Problem
from muster.web.reference import page
from muster.web.routes import Call, Manner, Route
from muster.web.schemas import Schema, incoming, outgoing, parameters, renamed

DOCUMENT_PATH = "/openapi.json"
PAGE_PATH = "/docs"

_Occasions = tuple[Refusal | Hindered, ...]

_ALWAYS: _Occasions = (
    Hindered(Problem.MALFORMED, "what is wrong"),
    Hindered(Problem.TOO_LARGE, "1048576"),
    Hindered(Problem.BROKEN),
    refusals.Saturated(),
    refusals.Unavailable(),
)
_LIMITED: _Occasions = (Hindered(Problem.RATE_LIMITED),)
_ADMITTING: _Occasions = (
    refusals.CredentialInvalid(),
    refusals.CredentialInvalid(is_secret=True),
    refusals.AddressForbidden(),
)
_AUTHORITY: _Occasions = (refusals.PermissionMissing("users:view"), refusals.BeyondAuthority("user"))
_NAMING: _Occasions = (refusals.Unknown("user"),)
_SHAPED: _Occasions = (
    Hindered(Problem.NOT_ACCEPTABLE, "XML"),
    Invalid("username", Fault.MISSING),
    refusals.Taken("username"),
)
_CHANGING: _Occasions = (
    refusals.ShutsOut(),
    refusals.Full("unit", 10_000),
    refusals.WrongState("user", "inactive"),
    refusals.LastAdministrator(),
    refusals.OwnAccount(),
    *(refusals.Unsuited(obstacle) for obstacle in Obstacle),
)

_ENDING: _Occasions = (refusals.InUse("unit"),)
_VERSIONED: _Occasions = (refusals.Outdated("user"),)

_HEADERS = {
    "x-request-id": "Tells this request apart, here and in the log.",
    "etag": "The MD5 of the body.",
    "last-modified": "The time of the answer.",
    "cache-control": "What may be kept of the answer.",
}


@dataclass(frozen=True, slots=True)
class About:
    """What an API says of itself.

    `mount` is the path that it is below, `error` the shape of its errors, `schemes` its security schemes, one of which
    suffices. `parameters` are the types of the names in its paths, text being the rest. Bodies and
    answers are of `content_type`.
    """

    title: str
    description: str
    mount: str
    error: Any
    schemes: Mapping[str, Schema]
    permission_name: Callable[[str], str]
    operation_id: Callable[[Route], str]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    content_type: str = "application/json"


def described(routes: Sequence[Route], manner: Manner, about: About, *, limited: bool) -> tuple[Route, ...]:
    """The routes with two more that tell about them: the document, and the same as a page for people.

    Each is made when it is first asked for, once.
    """

    @cache
    def made() -> Answer:
        text = msgspec.json.encode(document(routes, manner, about, limited=limited))
        return Answer(200, text, ((b"content-type", b"application/json"),))

    @cache
    def shown() -> Answer:
        return page(msgspec.json.decode(made().body))

    async def get_document(_: Call) -> Answer:
        return made()

    async def get_page(_: Call) -> Answer:
        return shown()

    return (
        *routes,
        Route("GET", DOCUMENT_PATH, get_document, "OpenAPI document", open=True),
        Route("GET", PAGE_PATH, get_page, "Reference", open=True),
    )


def document(routes: Sequence[Route], manner: Manner, about: About, *, limited: bool) -> Schema:
    """The whole document. Raises `ValueError` where two operations have one id, or two shapes one name."""
    return _Document(routes, manner, about, limited).whole()


class _Document:
    def __init__(self, routes: Sequence[Route], manner: Manner, about: About, limited: bool) -> None:
        self._routes = routes
        self._manner = manner
        self._about = about
        self._limited = limited
        self._headers: dict[str, Schema] = {}
        self._errors: dict[int, dict[str, Answer]] = {}
        self._taken, self._given, self._schemas = _shapes(routes, about.error)

    def whole(self) -> Schema:
        about = self._about
        paths = self._paths()
        return {
            "openapi": "3.1.0",
            "info": {
                "title": about.title,
                "description": about.description,
                "version": version("muster"),
                "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": about.mount, "description": "The Muster that this document comes from."}],
            "paths": paths,
            "components": {
                "schemas": dict(sorted(self._schemas.items())),
                "responses": {str(status): self._error(status) for status in sorted(self._errors)},
                "headers": self._headers,
                "securitySchemes": dict(about.schemes),
            },
        }

    def _paths(self) -> Schema:
        paths: dict[str, Schema] = {}
        ids = set()
        for route in self._routes:
            operation = self._operation(route)
            if operation["operationId"] in ids:
                raise ValueError(f"two operations are called {operation['operationId']}")
            ids.add(operation["operationId"])
            paths.setdefault(route.path, {})[route.method.lower()] = operation
        return paths

    def _operation(self, route: Route) -> Schema:
        told, name = _told(route), self._about.operation_id(route)
        operation: Schema = {
            "operationId": name,
            "summary": route.summary if route.summary != name else re.split("[.:;]", told)[0],
            "tags": [route.handler.__module__.rsplit(".", 1)[-1]],
            **({"description": told} if told else {}),
            "parameters": [*self._path_parameters(route), *_query_parameters(route)],
        }
        if route.takes is not None:
            content = {self._about.content_type: {"schema": self._one_of(route.takes, self._taken)}}
            operation["requestBody"] = {"required": True, "content": content}
        operation["responses"] = self._responses(route)
        operation["security"] = self._security(route)
        return operation

    def _security(self, route: Route) -> list[Schema]:
        if route.open:
            return []
        # Since 3.1 any scheme may name the roles that it takes.
        roles = [] if route.permission is None else [self._about.permission_name(route.permission)]
        return [{scheme: roles} for scheme in self._about.schemes]

    def _path_parameters(self, route: Route) -> list[Schema]:
        kinds = self._about.parameters
        names = _names(route.path)
        schemas, _ = incoming([kinds.get(name, str) for name in names])
        return [_parameter(name, "path", schema, True) for name, schema in zip(names, schemas, strict=True)]

    def _responses(self, route: Route) -> Schema:
        return {
            str(route.status): self._good(route),
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in self._statuses(route)},
        }

    def _good(self, route: Route) -> Schema:
        good: Schema = {
            "description": HTTPStatus(route.status).phrase,
            "headers": self._headers_of(Answer(route.status)),
        }
        if route.gives is not None:
            content = {self._about.content_type: {"schema": self._one_of(route.gives, self._given)}}
            good["content"] = {**content, **{kind: {"schema": {"type": "string"}} for kind in route.also}}
        if route.makes is not None:
            good["links"] = self._links(route.makes)
        return good

    def _links(self, place: str) -> Schema:
        """What can be asked about what was made."""
        [name] = _names(place)
        found = [one for one in self._routes if f"{one.path}/".startswith(f"{place}/") and _names(one.path) == [name]]
        ids = [self._about.operation_id(route) for route in found]
        return {it: {"operationId": it, "parameters": {name: "$response.body#/id"}} for it in ids}

    def _one_of(self, shape: Any, schemas: Mapping[int, Schema]) -> Schema:
        if isinstance(shape, tuple):
            return {"anyOf": [schemas[id(one)] for one in shape]}
        return schemas[id(shape)]

    def _headers_of(self, answer: Answer) -> Schema:
        names = [name.decode() for name, _ in self._manner.dressed(answer).headers]
        shown = sorted({"x-request-id", *names} - {"content-type"})
        for name in shown:
            told = {"description": _HEADERS[name]} if name in _HEADERS else {}
            self._headers[name] = {**told, "required": True, "schema": {"type": "string"}}
        return {name: {"$ref": f"#/components/headers/{name}"} for name in shown}

    def _statuses(self, route: Route) -> list[int]:
        """The statuses of the errors that the route can come to; what they look like is noted."""
        found = set()
        for occasion in occasions(route, limited=self._limited):
            answer = self._answer(occasion)
            found.add(answer.status)
            self._errors.setdefault(answer.status, {}).setdefault(_name(occasion), answer)
        return sorted(found)

    def _answer(self, occasion: Refusal | Hindered) -> Answer:
        return self._manner.hindered(occasion) if isinstance(occasion, Hindered) else self._manner.refused(occasion)

    def _error(self, status: int) -> Schema:
        answers = self._errors[status]
        examples = {name: {"value": msgspec.json.decode(answer.body)} for name, answer in answers.items()}
        schema = self._given[id(self._about.error)]
        return {
            "description": HTTPStatus(status).phrase,
            "headers": self._headers_of(Answer(status)),
            "content": {self._about.content_type: {"schema": schema, "examples": examples}},
        }


def _shapes(routes: Iterable[Route], error: Any) -> tuple[dict[int, Schema], dict[int, Schema], dict[str, Schema]]:
    """The schemas of what is taken and of what is given, by the identity of the shape, and what they refer to."""
    takes = _each(route.takes for route in routes)
    gives = [error, *_each(route.gives for route in routes)]
    taken, bodies = incoming(takes)
    given, answers = outgoing(gives)
    # A shape that is taken and given in two forms is two in the document.
    names = {name: f"{name}Body" for name, schema in bodies.items() if answers.get(name, schema) != schema}
    components = {names.get(name, name): renamed(schema, names) for name, schema in bodies.items()} | answers
    return (
        {id(shape): renamed(schema, names) for shape, schema in zip(takes, taken, strict=True)},
        {id(shape): schema for shape, schema in zip(gives, given, strict=True)},
        components,
    )


def _each(shapes: Iterable[Any]) -> list[Any]:
    return [one for shape in shapes if shape is not None for one in (shape if isinstance(shape, tuple) else (shape,))]


def occasions(route: Route, *, limited: bool) -> list[Refusal | Hindered]:
    """One of each kind of refusal and problem that the route can meet."""
    found: list[Refusal | Hindered] = [*_ALWAYS]
    if not route.open or route.takes is not None:
        found += [*_ADMITTING, *(_LIMITED if limited else ())]
    if not route.open:
        found += _AUTHORITY
    if route.takes is not None or route.query is not None or "{" in route.path:
        found += _NAMING
    if route.takes is not None:
        found += _SHAPED
    if route.method != "GET" and not route.open:
        found += _CHANGING
    if route.method == "DELETE" and not route.open:
        found += _ENDING
    if route.versioned:
        found += _VERSIONED
    return found


def _names(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _name(occasion: Refusal | Hindered) -> str:
    if isinstance(occasion, Hindered):
        return occasion.problem.name.replace("_", "-").lower()
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(occasion).__name__).lower()


def _told(route: Route) -> str:
    """What the handler says of itself, in one line."""
    return " ".join((route.handler.__doc__ or "").replace("*", "").split())


def _query_parameters(route: Route) -> list[Schema]:
    if route.query is None:
        return []
    return [_parameter(name, "query", schema, required) for name, schema, required in parameters(route.query)]


def _parameter(name: str, place: str, schema: Schema, required: bool) -> Schema:
    rest = {key: value for key, value in schema.items() if key != "description"}
    told = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": place, "required": required, **told, "schema": rest}
