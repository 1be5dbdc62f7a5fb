"""The first application of the shared Muster, and the other API of the same directory."""

import httpx
import pytest

from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.certcentral.caller import first_caller
from tests.apis.idaas.caller import Caller
from tests.support.live import LiveMuster


@pytest.fixture(scope="session")
def application(muster: LiveMuster) -> tuple[str, str]:
    """Id and secret of the application that the first start made."""
    return muster.bootstrap.application, muster.bootstrap.shared_secret


@pytest.fixture(scope="session")
def admin(client: httpx.Client, application: tuple[str, str]) -> Caller:
    """That application with a session."""
    return Caller(client, None).signed_in(*application)


@pytest.fixture(scope="session")
def other_api(muster: LiveMuster, client: httpx.Client) -> CertCentral:
    """The first administrator, through CertCentral."""
    return first_caller(client, muster.bootstrap.api_key)
