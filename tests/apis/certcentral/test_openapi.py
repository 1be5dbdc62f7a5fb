"""No answer departs from the API's OpenAPI document, whatever is asked that the document allows, or forbids."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
from schemathesis import Case
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.transport import Response
from schemathesis.hooks import HookContext
from schemathesis.openapi.checks import RejectedPositiveData

from muster.apis.certcentral.about import ABOUT
from muster.apis.certcentral.refusals import CertcentralManner
from muster.apis.certcentral.routes import ROUTES
from muster.web.openapi import document
from tests.apis.certcentral.caller import BASE, KEY_HEADER, Caller, first_caller, payload
from tests.apis.certcentral.ground import Ground
from tests.apis.conformance import bounded, departures, operations, schema_of
from tests.support.live import LiveMuster

DOCUMENT = document(ROUTES, CertcentralManner(lambda: 0), ABOUT, limited=False)
SCHEMA = schema_of(DOCUMENT)

FORMS = {"type", "required", "too_long", "characters", "malformed", "too_many"}
IN_TEXTS = {"xml_metadata", "source_url", "attribute_mapping", "ip_address", "ip_address_end"}
"""What these hold is a language of its own, whose rules no schema tells."""


@pytest.fixture(scope="module")
def caller(lone_muster: LiveMuster) -> Iterator[Caller]:
    """The first administrator of a Muster that nobody else uses."""
    with httpx.Client(base_url=lone_muster.url, timeout=30, trust_env=False) as client:
        yield first_caller(client, lone_muster.bootstrap.api_key)


@pytest.fixture(scope="module")
def ground(caller: Caller) -> Ground:
    return Ground(caller)


@SCHEMA.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Whether the failure counts.

    A body that its schema allows may be refused for what it is about (400 in this API), and never for its form.
    """
    if isinstance(failure, AcceptedNegativeData):
        # A query holds texts: an object that is made up for one is sent as another text, or as none.
        return not any(isinstance(value, dict | list) for value in case.query.values())
    if not isinstance(failure, RejectedPositiveData):
        return True
    [error] = response.json()["errors"]
    field, _, detail = error["code"].removeprefix("invalid_").partition("|")
    if "got `float`" in error["message"]:
        return False  # To a schema 5.0 is an integer.
    return (detail in FORMS and field not in IN_TEXTS) or error["code"] == "bad_request_format"


@SCHEMA.parametrize()
@bounded
def test_no_answer_departs_from_the_document(
    case: Case[Any], caller: Caller, ground: Ground, connections: requests.Session
) -> None:
    ground.place(case)

    answer = case.call(f"{caller.client.base_url}{BASE}", connections, headers={KEY_HEADER: caller.key})

    assert departures(case, answer) == []


@pytest.mark.parametrize(
    ("path", "place", "body"),
    [
        ("/user", {}, payload()),
        ("/container/{id}/children", {"id": "container"}, {"name": "North", "template_id": 5}),
        ("/key/user/{user_id}", {"user_id": "user"}, {"name": "another"}),
    ],
)
def test_what_was_made_is_found_by_the_links_of_its_answer(
    path: str, place: dict[str, str], body: Any, caller: Caller, ground: Ground, connections: requests.Session
) -> None:
    def ask(case: Case[Any]) -> Response:
        answer = case.call(f"{caller.client.base_url}{BASE}", connections, headers={KEY_HEADER: caller.key})
        assert departures(case, answer) == []
        return answer

    made = SCHEMA[path]["POST"].Case(
        path_parameters={name: ground.own[noun] for name, noun in place.items()}, body=body
    )
    links = DOCUMENT["paths"][path]["post"]["responses"]["201"]["links"]
    number = ask(made).json()["id"]
    linked = [one for one in operations(DOCUMENT) if one[2]["operationId"] in links and "requestBody" not in one[2]]
    # The one that ends it comes last, and then it is gone.
    linked.sort(key=lambda one: one[0] == "DELETE")
    cases = [SCHEMA[path][method].Case(path_parameters={"id": number}) for method, path, _ in linked]
    statuses = [ask(case).status_code for case in cases]

    assert statuses[0] == 200
    assert 404 not in statuses
    assert ask(cases[0]).status_code == (404 if linked[-1][0] == "DELETE" else statuses[0])
