"""Exchanges are written down some at a time, so that a storm of requests is not paid for twice, and all at the end."""

from __future__ import annotations

import pytest

from muster.core.exchanges import ExchangesOf, Noted
from muster.trail import exchanges
from muster.trail.exchanges import ExchangeLog
from tests.support.world import Realm, World


def noted(tenant: str, number: int) -> Noted:
    return Noted(tenant, "entra", "entra", number, 1, "GET", f"/{number}", b"", "200", "r", None, "", b"", b"", "")


async def test_a_round_writes_down_the_oldest_so_many_and_the_last_one_all_that_is_left(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanges, "MOST_IN_A_ROUND", 200)
    log, question = ExchangeLog(world.directory), ExchangesOf("entra", 1000)
    for number in range(550):
        log.note(noted(realm.id, number))
    await log._write(last=False)
    some = await world.ask(realm.system, question)
    await log.stop()
    everything = await world.ask(realm.system, question)

    assert [one.subject for one in some] == [f"/{number}" for number in range(200)]
    assert [one.subject for one in everything] == [f"/{number}" for number in range(550)]
