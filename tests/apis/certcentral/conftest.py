"""The administrator of the shared Muster and the containers of his account."""

import asyncio

import pytest

from tests.apis.certcentral.caller import Caller
from tests.apis.certcentral.units import add_division


@pytest.fixture(scope="session")
def admin(certcentral_admin: Caller) -> Caller:
    """The administrator that the first start made."""
    return certcentral_admin


@pytest.fixture(scope="session")
def root(admin: Caller) -> int:
    """The id of the account's root container."""
    found: int = admin.info(admin.number)["container"]["id"]
    return found


@pytest.fixture(scope="session")
def divisions(admin: Caller, root: int, kept_at: str) -> tuple[int, int]:
    """Two containers below the root."""
    account: int = admin.info(admin.number)["account_id"]
    east = asyncio.run(add_division(kept_at, account, root, "East"))
    west = asyncio.run(add_division(kept_at, account, root, "West"))
    return east, west
