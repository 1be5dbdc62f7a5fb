"""The API's OpenAPI document: that no answer departs from it. The vendor's own is held against answers elsewhere."""

from typing import Any

import pytest
import requests
from schemathesis import Case
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.hooks import HookContext
from schemathesis.openapi.checks import RejectedPositiveData

from muster.apis.idaas.about import ABOUT
from muster.apis.idaas.manner import IdaasManner
from muster.apis.idaas.routes import ROUTES
from muster.web.openapi import document
from tests.apis.conformance import bounded, departures, schema_of
from tests.apis.idaas.contract import BASE
from tests.apis.idaas.ground import Ground
from tests.support.live import LiveMuster

SCHEMA = schema_of(document(ROUTES, IdaasManner(), ABOUT, limited=False))


@pytest.fixture(scope="module")
def ground(lone_muster: LiveMuster) -> Ground:
    return Ground(lone_muster.bootstrap.application)


@SCHEMA.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """The vendor's file, and so the document, calls everything optional: what must be there is refused with 400."""
    return not isinstance(failure, RejectedPositiveData)


@SCHEMA.parametrize()
@bounded
def test_no_answer_departs_from_the_document(
    case: Case[Any], lone_muster: LiveMuster, ground: Ground, connections: requests.Session
) -> None:
    first = lone_muster.bootstrap
    ground.place(case)

    # Id and secret, not a session's token: the settings that are changed here may end a session.
    authorization = f"{first.application},{first.shared_secret}"
    answer = case.call(f"{lone_muster.url}{BASE}", connections, headers={"Authorization": authorization})

    ground.learn(case, answer)
    assert departures(case, answer) == []
