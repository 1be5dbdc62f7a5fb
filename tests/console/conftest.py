"""A world with a page over it, on every kind of database."""

from collections.abc import AsyncIterator
from contextlib import nullcontext

import httpx
import pytest

from muster.console.password import password_page
from muster.web.addresses import ClientAddress, networks
from muster.web.mounts import Mounts
from tests.support.world import Realm, World, opened


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """An open store on a fresh database, with nothing in it."""
    async with opened(database_url) as world:
        yield world


@pytest.fixture
async def realm(world: World) -> Realm:
    """A tenant with an administrator."""
    return await world.realm()


@pytest.fixture
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who looks at the pages, mounted as the server mounts them, from behind a trusted proxy."""
    page = password_page(world.directory, ClientAddress(networks("127.0.0.1")))
    app = Mounts({"/password": page}, page, nullcontext)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://muster.example") as client:
        client.headers["X-Forwarded-For"] = "192.0.2.99"
        yield client
