"""The directory without HTTP: opened in this process on a server's database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

from bench.creates import Creates
from muster.app.sources import MachineSources, Sealer
from muster.core.authority import Actor
from muster.core.directory import Directory
from muster.core.events import Origin
from muster.store.database import DatabaseStore, database_at

ORIGIN = Origin("certcentral", "127.0.0.1", "018f3c2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f")


@asynccontextmanager
async def directory_at(url: str) -> AsyncIterator[Directory]:
    """The directory over a database that a server has prepared."""
    store = DatabaseStore(database_at(url))
    await store.open()
    try:
        yield Directory(store, MachineSources(Sealer(b"of no other installation")))
    finally:
        await store.close()


async def create_for(
    directory: Directory, actor: Actor, creates: Creates, names: Iterator[str], together: int, seconds: float
) -> tuple[int, float, float]:
    """Create users without HTTP, so many at a time. Returns how many, in how many seconds, with how much CPU."""
    made, origin = 0, replace(ORIGIN, channel=creates.channel)
    until = time.perf_counter() + seconds

    async def one_after_another() -> None:
        nonlocal made
        while time.perf_counter() < until:
            await directory.do(actor, creates.command(next(names)), origin)
            made += 1

    begun, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one_after_another() for _ in range(together)))
    return made, time.perf_counter() - begun, time.process_time() - used
