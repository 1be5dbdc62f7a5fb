"""The log of what came over connections: noted in memory, written down later, bounded, and each tenant's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.core import exchanges
from muster.core.authority import system
from muster.core.exchanges import (
    MOST_NOTED,
    MOST_TOGETHER,
    TEXT_BYTES,
    Exchange,
    Exchanges,
    ExchangesOf,
    Journal,
    Journals,
    KeepExchanges,
    Noted,
)
from muster.core.refusals import PermissionMissing
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import AUDITOR, Realm, World


def noted(tenant: str, number: int = 0, connection: str = "entra") -> Noted:
    return Noted(
        tenant, connection, connection, 1000 + number, 3, "read", f"/{number}", b"count=1", "done", "r-1", None,
        "okhttp", b"sent", b"answered", "",
    )  # fmt: skip


async def keep(world: World, *taken: Noted) -> None:
    await world.do(system(taken[0].tenant, "exchanges"), KeepExchanges(taken))


async def subjects(world: World, realm: Realm, question: ExchangesOf) -> list[str]:
    return [one.subject for one in await world.ask(realm.system, question)]


async def test_what_is_kept_is_told_oldest_first_and_without_an_event(world: World, realm: Realm) -> None:
    before = (await snapshot(world.url))["events"]
    await keep(world, *(noted(realm.id, number) for number in range(3)))
    await keep(world, noted(realm.id, 3))
    [journal] = await world.ask(realm.system, Journals())

    assert await subjects(world, realm, ExchangesOf("entra")) == ["/0", "/1", "/2", "/3"]
    assert await subjects(world, realm, ExchangesOf("entra", limit=2)) == ["/2", "/3"]
    assert await subjects(world, realm, ExchangesOf("entra", after=1)) == ["/2", "/3"]
    assert await subjects(world, realm, ExchangesOf("entra", limit=1, after=0)) == ["/1"]
    assert journal == Journal(realm.id, "entra", "entra", 4, 1003)
    assert (await snapshot(world.url))["events"] == before
    await verify_promises(world.url)


async def test_it_is_the_tenant_s_own(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    await keep(world, noted(other.id))

    assert await world.ask(realm.system, Journals()) == ()
    assert await world.ask(realm.system, ExchangesOf("entra")) == ()


async def test_each_connection_keeps_a_bounded_number(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanges, "PAGE", 3)
    monkeypatch.setattr(exchanges, "PAGES", 2)
    await keep(world, noted(realm.id, 0, "okta"))
    counts = []
    for begin in range(0, 20, 2):
        await keep(world, noted(realm.id, begin), noted(realm.id, begin + 1))
        counts.append(len(await subjects(world, realm, ExchangesOf("entra"))))

    assert counts[:3] == [2, 4, 6]
    assert set(counts[3:]) <= {4, 5, 6}
    assert (await subjects(world, realm, ExchangesOf("entra")))[-1] == "/19"
    assert await subjects(world, realm, ExchangesOf("okta")) == ["/0"]


async def test_a_tenant_keeps_the_logs_of_a_bounded_number_of_connections(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanges, "MOST_JOURNALS", 2)
    for number, name in enumerate(("a", "b", "a", "c")):
        await keep(world, noted(realm.id, number, name))
    kept: list[Exchange] = await entities(world.url, Exchange)

    assert [one.connection for one in await world.ask(realm.system, Journals())] == ["a", "c"]
    assert sorted({one.connection for one in kept}) == ["a", "c"]


async def test_texts_are_cut_and_made_such_as_can_be_kept(world: World, realm: Realm) -> None:
    odd = replace(
        noted(realm.id),
        sent=b"x" * 10_000,
        answered=b"\xff\x00y",
        details=b"\xe2",
        kind="k" * 9_000,
        subject="/" + "p" * 9_000,
        outcome="o" * 9_000,
        agent="\ud800",
    )
    await keep(world, odd)
    [kept] = await world.ask(realm.system, ExchangesOf("entra"))

    assert (len(kept.sent), kept.answered, kept.details) == (TEXT_BYTES, "��y", "�")
    assert ([len(it) for it in (kept.kind, kept.subject, kept.outcome)], kept.agent) == ([512] * 3, "?")


async def test_only_the_system_writes_it_and_auditors_read_it(world: World, realm: Realm) -> None:
    person = await world.person(realm, roles=(AUDITOR,))
    nobody = await world.person(realm)
    await keep(world, noted(realm.id))

    assert await outcome(world.do(person.actor, KeepExchanges((noted(realm.id),)))) == PermissionMissing(
        "applications:keep-exchanges"
    )
    assert len(await world.ask(person.actor, ExchangesOf("entra"))) == 1
    assert len(await world.ask(person.actor, Journals())) == 1
    for question in (ExchangesOf("entra"), Journals()):
        assert await outcome(world.ask(nobody.actor, question)) == PermissionMissing("audit:view")


def test_what_is_noted_is_taken_once_a_tenant_at_a_time_in_order() -> None:
    log = Exchanges()
    for number in range(MOST_TOGETHER + 1):
        log.note(noted("one", number))
        log.note(noted("two", number))
    taken = []
    while (found := log.take()) is not None:
        taken.append((found[0], [one.subject for one in found[1]]))

    everything = [f"/{number}" for number in range(MOST_TOGETHER + 1)]
    assert taken == [
        ("one", everything[:-1]),
        ("two", everything[:-1]),
        ("one", everything[-1:]),
        ("two", everything[-1:]),
    ]


def test_beyond_its_bound_the_oldest_are_lost_and_that_is_remarked() -> None:
    log = Exchanges()
    for number in range(MOST_NOTED + 2):
        log.note(noted("one", number))
    found = log.take()
    following = log.take()

    assert found is not None
    assert following is not None
    assert (found[1][0].subject, found[1][0].remarks) == ("/2", "2 requests before this one were too many to be kept")
    assert {one.remarks for one in (*found[1][1:], *following[1])} == {""}
