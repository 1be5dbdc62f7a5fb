"""The task that has the uses of keys written down: now and then, at the end, and while the database fails."""

from __future__ import annotations

import asyncio

import pytest

from muster.core.keys import ApiKey
from muster.trail import uses
from muster.trail.uses import UseLog
from tests.support.kept import entities
from tests.support.world import Person, World


async def used(world: World, person: Person) -> None:
    await world.directory.admit(await world.directory.identify(person.secret), "192.0.2.1")


async def last_used(world: World, person: Person) -> int | None:
    keys: list[ApiKey] = await entities(world.url, ApiKey)
    return next(key.last_used_at for key in keys if key.id == person.key.id)


async def test_uses_are_written_while_it_runs_and_when_it_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uses, "SECONDS", 0.01)
    person = (await world.realm()).administrator
    log = UseLog(world.directory)
    log.start()
    begin = world.sources.time

    await used(world, person)
    async with asyncio.timeout(10):
        while await last_used(world, person) is None:
            await asyncio.sleep(0.01)
    world.sources.time += 1
    await used(world, person)
    while_running = await last_used(world, person)
    await log.stop()

    assert (while_running, await last_used(world, person)) == (begin, begin + 1)


@pytest.mark.parametrize("failure", [0, "no number"])
async def test_a_database_that_fails_does_not_end_it(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: object
) -> None:
    """A queue that is full is a refusal; anything else would be a defect."""
    monkeypatch.setattr(uses, "SECONDS", 0.01)
    person = (await world.realm()).administrator
    await used(world, person)
    log = UseLog(world.directory)
    with monkeypatch.context() as broken:
        broken.setattr("muster.store.writer.MOST_QUEUED", failure)
        log.start()
        async with asyncio.timeout(10):
            while not caplog.records:
                await asyncio.sleep(0.01)
    await used(world, person)
    await log.stop()

    assert await last_used(world, person) == world.sources.time


async def test_what_was_never_started_ends_too(world: World) -> None:
    person = (await world.realm()).administrator
    await used(world, person)

    await UseLog(world.directory).stop()

    assert await last_used(world, person) == world.sources.time
