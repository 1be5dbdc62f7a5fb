"""The first application of the shared Muster, and the other API of the same directory."""

import pytest

from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.idaas.caller import Caller


@pytest.fixture(scope="session")
def admin(idaas_admin: Caller) -> Caller:
    """Whom the tests of this API ask as, where they do not say otherwise."""
    return idaas_admin


@pytest.fixture(scope="session")
def other_api(certcentral_admin: CertCentral) -> CertCentral:
    """The first administrator, through CertCentral."""
    return certcentral_admin
