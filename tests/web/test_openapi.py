"""How a table of routes becomes a document: what is taken, what is given, and every error that can come."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, get_args

import pytest
from msgspec import UNSET, Struct, UnsetType, field
from msgspec import json as messages

from muster.core.refusals import InUse, Outdated, Refusal
from muster.web.answers import Answer, Headers, Hindered, Problem
from muster.web.openapi import About, described, document, occasions
from muster.web.routes import Call, Route
from muster.web.schemas import needed, told
from tests.web.api import Plain, PlainManner, echo


class Thing(Struct):
    """A thing, as it is given."""

    id: int
    label: str | UnsetType
    kind: str = "plain"
    note: str | UnsetType = UNSET


class ThingParms(Struct):
    label: Annotated[str | None, needed(maxLength=5)] = None
    colour: Annotated[str | None, told(maxLength=9)] = None


class Box(Struct):
    """What is taken and given in two forms."""

    name: str = "box"
    inner: ThingParms | None = None


class Sought(Struct):
    text: str | UnsetType = field(default=UNSET, name="filters[text]")
    limit: Annotated[int | UnsetType, told(minimum=1, description="How many.")] = UNSET


class Told(Struct):
    reason: str


class PlainErrors(PlainManner):
    """As `PlainManner`, with errors in JSON, as documents show them."""

    def refused(self, refusal: Refusal) -> Answer:
        return Answer(403, messages.encode(Told(repr(refusal))))

    def hindered(self, hindered: Hindered) -> Answer:
        return Answer(400, messages.encode(Told(hindered.problem.name)))


ABOUT = About(
    "Things",
    "All of them.",
    "/things",
    Told,
    {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
    str.upper,
    lambda route: route.summary,
    {"id": int},
)


def shown(*routes: Route, limited: bool = False) -> Any:
    return document(routes, PlainErrors(), ABOUT, limited=limited)


def schemas(*routes: Route) -> Any:
    return shown(*routes)["components"]["schemas"]


def test_only_what_can_be_unset_may_lack_in_an_answer() -> None:
    thing = schemas(Route("GET", "/thing", echo, "get", gives=Thing))["Thing"]

    assert thing["required"] == ["id", "kind"]
    assert thing["properties"]["kind"] == {"type": "string"}


def test_what_is_needed_in_a_body_is_neither_absent_nor_null() -> None:
    parms = schemas(Route("POST", "/thing", echo, "post", takes=ThingParms))["ThingParms"]

    assert parms["required"] == ["label"]
    assert parms["properties"]["label"] == {"type": "string", "maxLength": 5}
    assert parms["properties"]["colour"]["anyOf"] == [{"type": "string"}, {"type": "null"}]


def test_a_shape_that_is_taken_and_given_has_two_forms() -> None:
    found = schemas(Route("PUT", "/box", echo, "put", takes=Box, gives=Box))

    assert "required" not in found["BoxBody"]
    assert found["Box"]["required"] == ["name", "inner"]
    assert found["BoxBody"]["properties"]["inner"]["anyOf"][0] == {"$ref": "#/components/schemas/ThingParmsBody"}


def test_a_tuple_is_one_of_several() -> None:
    operation = shown(Route("GET", "/thing", echo, "get", gives=(Thing, Told)))["paths"]["/thing"]["get"]

    assert operation["responses"]["200"]["content"]["application/json"]["schema"] == {
        "anyOf": [{"$ref": "#/components/schemas/Thing"}, {"$ref": "#/components/schemas/Told"}]
    }


def test_parameters_are_those_of_the_path_and_of_the_query() -> None:
    operation = shown(Route("GET", "/thing/{id}/{name}", echo, "get", query=Sought))["paths"]["/thing/{id}/{name}"][
        "get"
    ]

    assert operation["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "filters[text]", "in": "query", "required": False, "schema": {"type": "string"}},
        {
            "name": "limit",
            "in": "query",
            "required": False,
            "description": "How many.",
            "schema": {"minimum": 1, "type": "integer"},
        },
    ]


def test_an_answer_can_be_had_in_other_types() -> None:
    route = Route("GET", "/thing", echo, "get", gives=Thing, also=("text/csv",))

    content = shown(route)["paths"]["/thing"]["get"]["responses"]["200"]["content"]

    assert list(content) == ["application/json", "text/csv"]


def test_what_was_made_is_followed_to_what_can_be_asked_of_it() -> None:
    routes = (
        Route("POST", "/thing", echo, "post", gives=Thing, status=201, makes="/thing/{id}"),
        Route("GET", "/thing/{id}", echo, "get"),
        Route("PUT", "/thing/{id}/label", echo, "label"),
        Route("GET", "/thing/{id}/part/{part}", echo, "part"),
        Route("GET", "/things/{id}", echo, "other"),
    )

    links = shown(*routes)["paths"]["/thing"]["post"]["responses"]["201"]["links"]

    assert list(links) == ["get", "label"]
    assert links["get"] == {"operationId": "get", "parameters": {"id": "$response.body#/id"}}


def test_an_api_can_speak_a_json_of_its_own() -> None:
    routes = [Route("PUT", "/thing/{id}", echo, "put", takes=ThingParms, gives=Thing)]

    told = document(routes, PlainErrors(), replace(ABOUT, content_type="application/thing+json"), limited=False)
    operation = told["paths"]["/thing/{id}"]["put"]
    contents = [operation["requestBody"], operation["responses"]["200"], *told["components"]["responses"].values()]

    assert {kind for one in contents for kind in one["content"]} == {"application/thing+json"}


def test_headers_that_every_answer_has_are_told() -> None:
    answers = shown(Route("DELETE", "/thing", echo, "delete", status=204))["paths"]["/thing"]["delete"]["responses"]

    assert list(answers["204"]["headers"]) == ["x-plain", "x-request-id"]


@pytest.mark.parametrize("limited", [True, False])
def test_the_limit_of_requests_is_told_where_there_is_one(limited: bool) -> None:
    told = shown(Route("GET", "/thing", echo, "get"), limited=limited)["components"]["responses"]["400"]

    assert ("rate-limited" in told["content"]["application/json"]["examples"]) is limited


def test_every_kind_of_refusal_is_an_error_that_can_come() -> None:
    everything: dict[str, Any] = {"takes": ThingParms, "query": Sought, "versioned": True}
    routes = [Route(method, "/thing/{id}", echo, "x", **everything) for method in ("PUT", "DELETE")]
    known = [one for route in routes for one in occasions(route, limited=True)]
    problems = {one.problem for one in known if isinstance(one, Hindered)}

    assert {type(one) for one in known} == {*get_args(Refusal), Hindered}
    # Of an operation that there is, neither can be said.
    assert set(Problem) - problems == {Problem.UNKNOWN_ROUTE, Problem.WRONG_METHOD}


def test_a_passed_version_is_told_of_where_one_can_be_given_and_a_use_where_something_ends() -> None:
    told = {
        (method, versioned): {
            type(one)
            for one in occasions(
                Route(method, "/thing/{id}", echo, "x", takes=ThingParms, versioned=versioned), limited=False
            )
        }
        & {Outdated, InUse}
        for method in ("PUT", "DELETE")
        for versioned in (False, True)
    }

    assert told == {
        ("PUT", False): set(),
        ("PUT", True): {Outdated},
        ("DELETE", False): {InUse},
        ("DELETE", True): {Outdated, InUse},
    }


def test_two_operations_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="two operations are called get"):
        shown(Route("GET", "/thing", echo, "get"), Route("GET", "/box", echo, "get"))


def test_two_shapes_cannot_have_one_name() -> None:
    class Other(Struct):
        pass

    Other.__name__ = "Thing"

    with pytest.raises(ValueError, match="two shapes are called Thing"):
        shown(Route("GET", "/thing", echo, "get", gives=Thing), Route("GET", "/other", echo, "other", gives=Other))


async def counted(call: Call) -> Answer:
    """Says `<b>what</b>` & who it is."""
    return await echo(call)


async def test_the_page_takes_no_text_for_html() -> None:
    api = Plain(described([Route("GET", "/thing", counted, "<i>get</i>")], PlainErrors(), ABOUT, limited=False))

    page = (await api.ask("GET", "/docs")).body.decode()

    assert "Says `&lt;b&gt;what&lt;/b&gt;` &amp; who it is." in page
    assert "<i>" not in page


async def test_a_document_is_made_once() -> None:
    made: list[Sequence[Route]] = []

    class Once(PlainErrors):
        def dressed(self, answer: Answer) -> Answer:
            made.append([])
            return super().dressed(answer)

    api = Plain(described([Route("GET", "/thing", echo, "get")], Once(), ABOUT, limited=False))
    first = await api.ask("GET", "/openapi.json")
    asked = len(made)
    second = await api.ask("GET", "/openapi.json")

    assert asked > 0
    assert len(made) == asked
    assert first.body == second.body


async def test_an_unlisted_path_stays_unknown() -> None:
    api = Plain(described([Route("GET", "/thing", echo, "get")], PlainErrors(), ABOUT, limited=False))

    answer = await api.ask("GET", "/openapi.yaml")

    assert answer.body == b"UNKNOWN_ROUTE"
    assert header_names(answer.headers) >= {b"x-plain"}


def header_names(headers: Headers) -> set[bytes]:
    return {name for name, _ in headers}
