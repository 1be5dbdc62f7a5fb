"""Callers of the SCIM API of the shared Muster."""

import httpx
import pytest

from tests.apis.scim.caller import Caller
from tests.support.live import LiveMuster


@pytest.fixture(scope="session")
def admin(muster: LiveMuster, client: httpx.Client) -> Caller:
    """The connection that the first start made, which is lenient."""
    return Caller(client, muster.bootstrap.token)


@pytest.fixture(scope="session", params=["/scim/v2", "/api/web/scim/v2"])
def mount(request: pytest.FixtureRequest) -> str:
    """Each of the places where the API is."""
    path: str = request.param
    return path
