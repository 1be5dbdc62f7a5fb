"""An operation that was started holds for whoever started it, and for a day: any node knows it by its id alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from muster.apis.idaas import jobs
from muster.apis.idaas.shapes_paging import SearchByAttribute, SearchParms
from muster.core.authority import Actor
from muster.core.directory import Directory
from muster.core.refusals import PermissionMissing, Unknown
from muster.web.routes import Call
from tests.support.kept import outcome
from tests.support.world import ORIGIN, Realm, World, opened

VIEW = "users:view"
ASKED = SearchParms(limit=7, searchByAttributes=[SearchByAttribute("label", "CONTAINS", "é")])
GONE = Unknown("operation")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An open store."""
    async with opened(f"sqlite:///{tmp_path / 'muster.db'}") as world:
        yield world


@pytest.fixture
async def realm(world: World) -> Realm:
    """A tenant with an administrator."""
    return await world.realm()


def call(directory: Directory, actor: Actor, job: str = "") -> Call:
    return Call(directory, actor, ORIGIN, "GET", {"id": job}, b"", (), b"")


async def test_another_node_knows_what_was_asked(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    started = await jobs.started(call(world.directory, actor), "kind", ASKED, VIEW)
    elsewhere = call(Directory(world.store, world.sources), actor, started.id)

    assert await jobs.status(elsewhere, "kind", VIEW) == started
    assert await jobs.asked_for(elsewhere, "kind", VIEW) == ASKED
    assert started.initTime == "2023-11-14T22:13:20Z"


async def test_it_ends_after_a_day(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    job = (await jobs.started(call(world.directory, actor), "kind", ASKED, VIEW)).id
    world.sources.time += jobs.LIFETIME
    still = await outcome(jobs.status(call(world.directory, actor, job), "kind", VIEW))
    world.sources.time += 1

    assert still.id == job
    assert await outcome(jobs.status(call(world.directory, actor, job), "kind", VIEW)) == GONE


async def test_it_is_nobody_elses_and_of_no_other_kind(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    other = await world.realm("Umbrella")
    job = (await jobs.started(call(world.directory, actor), "kind", ASKED, VIEW)).id
    colleague = (await world.person(realm, roles=(("staff", 1),))).actor
    found = [
        await outcome(jobs.status(call(world.directory, who, job), kind, VIEW))
        for who, kind in ((colleague, "kind"), (other.administrator.actor, "kind"), (actor, "another"))
    ]

    assert found == [GONE] * 3


async def test_it_demands_the_permission_each_time(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    job = (await jobs.started(call(world.directory, actor), "kind", ASKED, VIEW)).id
    without = call(world.directory, replace(actor, permissions=frozenset(), credential=None), job)
    found = [
        await outcome(jobs.started(without, "kind", ASKED, VIEW)),
        await outcome(jobs.status(without, "kind", VIEW)),
    ]

    assert found == [PermissionMissing(VIEW)] * 2
