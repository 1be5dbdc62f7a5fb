"""A world to keep, on every kind of database."""

from collections.abc import AsyncIterator

import pytest

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
