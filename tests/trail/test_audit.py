"""A chain of events proves itself, and whoever tampers with it is found."""

import asyncio
import json
from dataclasses import fields, replace

import pytest

from muster.core.events import Event, link_after
from muster.trail import audit
from muster.trail.audit import Break, Flaw, Verdict, sealed_head, verify, verify_all
from muster.trail.heads import HeadRefused, HeadSeal, Mark, marks_of
from tests.support.post import owed
from tests.support.tampering import tamper
from tests.support.world import Realm, World, opened

SEAL = HeadSeal(b"a key for tests")
# The tenant, his administrator and his key come first; then five users.
FIRST, USERS = 3, 5
LENGTH = FIRST + USERS


@pytest.fixture
async def trail(world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which some things have happened, looked at three events at a time."""
    monkeypatch.setattr(audit, "PAGE", 3)
    for number in range(USERS):
        await owed(world, realm, f"user{number}")
    return world


async def proven(world: World, realm: Realm, *marks: Mark) -> Verdict:
    return await verify(world.store.history, realm.id, marks)


async def sealed(world: World, realm: Realm) -> str:
    """The sealed head of the moment."""
    line = await sealed_head(world.store.history, realm.id, SEAL, world.sources.time)
    assert line is not None
    return line


async def events(world: World, realm: Realm) -> list[Event]:
    return await world.store.history.events(realm.id, None, 100)


async def test_a_chain_that_nobody_touched_holds(trail: World, realm: Realm) -> None:
    mark = SEAL.mark(await sealed(trail, realm))
    await owed(trail, realm, "later")
    verdict = await proven(trail, realm, mark)

    assert verdict == Verdict(realm.id, LENGTH + 1, 1, None)


@pytest.mark.parametrize("page", [1, LENGTH - 1, LENGTH, LENGTH + 1])
async def test_a_chain_of_any_length_against_the_page_holds(
    trail: World, realm: Realm, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(audit, "PAGE", page)

    assert await proven(trail, realm) == Verdict(realm.id, LENGTH, 0, None)


@pytest.mark.parametrize(
    "column",
    ["id", "at", "act", "actor_kind", "actor", "actor_name", "channel", "noun", "subject", "subject_name"],
)
async def test_an_edited_value_is_found(trail: World, realm: Realm, column: str) -> None:
    value = "7" if column == "at" else "'forged'"
    await tamper(trail.url, f"UPDATE events SET {column} = {value} WHERE sequence = 5")

    assert (await proven(trail, realm)).broken == Break(5, Flaw.ALTERED)


@pytest.mark.parametrize(
    "assignment",
    [
        "changes = '[]'",
        "changes = 'no JSON'",
        "changes = '[[1, 2, 3]]'",
        "changes = replace(changes, 'user', 'foe')",
        "credential = 'x'",
        "address = NULL",
        "request = ''",
    ],
)
async def test_edited_changes_and_edited_absence_are_found(trail: World, realm: Realm, assignment: str) -> None:
    await tamper(trail.url, f"UPDATE events SET {assignment} WHERE sequence = 5")

    assert (await proven(trail, realm)).broken == Break(5, Flaw.ALTERED)


async def test_an_event_whose_links_were_mended_too_is_found_by_the_next(trail: World, realm: Realm) -> None:
    before, event = (await events(trail, realm))[3:5]
    forged = replace(event, actor_name="forged")
    link = link_after(before.link, forged).hex()
    blob = f"decode('{link}', 'hex')" if trail.url.startswith("postgres") else f"x'{link}'"
    await tamper(trail.url, f"UPDATE events SET actor_name = 'forged', link = {blob} WHERE sequence = 5")

    assert (await proven(trail, realm)).broken == Break(6, Flaw.ALTERED)


@pytest.mark.parametrize("sequence", [1, 4, LENGTH - 1])
async def test_a_deleted_event_is_found(trail: World, realm: Realm, sequence: int) -> None:
    await tamper(trail.url, f"DELETE FROM events WHERE sequence = {sequence}")

    assert (await proven(trail, realm)).broken == Break(sequence, Flaw.DELETED)


async def test_a_deleted_event_whose_gap_was_closed_is_found(trail: World, realm: Realm) -> None:
    await tamper(
        trail.url,
        "DELETE FROM events WHERE sequence = 4",
        *(f"UPDATE events SET sequence = {number - 1} WHERE sequence = {number}" for number in range(5, LENGTH + 1)),
        f"UPDATE heads SET sequence = {LENGTH - 1} WHERE sequence = {LENGTH}",
    )

    assert (await proven(trail, realm)).broken == Break(4, Flaw.ALTERED)


def _copied(source: int, place: str) -> str:
    kept = [field.name for field in fields(Event) if field.name != "sequence"]
    columns = ", ".join(f'"{name}"' for name in kept)
    return f"INSERT INTO events (sequence, {columns}) SELECT {place}, {columns} FROM events WHERE sequence = {source}"


async def test_an_inserted_event_is_found(trail: World, realm: Realm) -> None:
    await tamper(
        trail.url,
        *(f"UPDATE events SET sequence = {n + 1} WHERE sequence = {n}" for n in range(LENGTH, 4, -1)),
        _copied(4, "5"),
        f"UPDATE heads SET sequence = {LENGTH + 1} WHERE sequence = {LENGTH}",
    )

    assert (await proven(trail, realm)).broken == Break(5, Flaw.ALTERED)


@pytest.mark.parametrize("place", [0, -7, LENGTH + 1, 100])
async def test_an_event_inserted_before_the_first_or_after_the_newest_is_found(
    trail: World, realm: Realm, place: int
) -> None:
    await tamper(trail.url, _copied(4, str(place)))

    assert (await proven(trail, realm)).broken == Break(place, Flaw.INSERTED)


async def test_events_that_changed_places_are_found(trail: World, realm: Realm) -> None:
    moves = ((5, 1000), (6, 5), (1000, 6))
    await tamper(trail.url, *(f"UPDATE events SET sequence = {to} WHERE sequence = {was}" for was, to in moves))

    assert (await proven(trail, realm)).broken == Break(5, Flaw.ALTERED)


async def test_a_cut_end_is_found_by_the_head_row(trail: World, realm: Realm) -> None:
    await tamper(trail.url, "DELETE FROM events WHERE sequence > 6")

    assert (await proven(trail, realm)).broken == Break(7, Flaw.CUT)


async def _cut(world: World, length: int) -> None:
    await tamper(
        world.url,
        f"DELETE FROM events WHERE sequence > {length}",
        f"UPDATE heads SET sequence = {length}, link = (SELECT link FROM events WHERE sequence = {length}) "
        f"WHERE sequence = {LENGTH}",
    )


async def test_a_cut_end_with_a_mended_head_row_is_found_by_a_sealed_head_only(trail: World, realm: Realm) -> None:
    mark = SEAL.mark(await sealed(trail, realm))
    await _cut(trail, 6)
    without, against = await proven(trail, realm), await proven(trail, realm, mark)

    assert without.broken is None
    assert against.broken == Break(7, Flaw.CUT_SINCE)


async def test_a_chain_that_was_cut_and_grew_again_is_found_by_a_sealed_head(trail: World, realm: Realm) -> None:
    mark = SEAL.mark(await sealed(trail, realm))
    await _cut(trail, 6)
    for number in range(5):
        await owed(trail, realm, f"another{number}")
    without, against = await proven(trail, realm), await proven(trail, realm, mark)

    assert without.broken is None
    assert against.broken == Break(LENGTH, Flaw.REPLACED)


async def test_an_edited_head_row_is_found(trail: World, realm: Realm) -> None:
    blob = "'\\x00'" if trail.url.startswith("postgres") else "x'00'"
    await tamper(trail.url, f"UPDATE heads SET link = {blob} WHERE sequence = {LENGTH}")

    assert (await proven(trail, realm)).broken == Break(LENGTH, Flaw.HEAD_ALTERED)


async def test_a_chain_emptied_with_its_head_row_is_found(trail: World, realm: Realm) -> None:
    zeros = bytes(32).hex()
    blob = f"decode('{zeros}', 'hex')" if trail.url.startswith("postgres") else f"x'{zeros}'"
    await tamper(trail.url, "DELETE FROM events", f"UPDATE heads SET sequence = 0, link = {blob}")

    assert (await proven(trail, realm)).broken == Break(1, Flaw.DELETED)


@pytest.mark.parametrize("value", ["x'ff00'", "'text'"])
@pytest.mark.parametrize(
    "column", ["events.at", "events.actor_name", "events.link", "events.changes", "heads.sequence"]
)
async def test_a_value_of_a_foreign_kind_is_found_where_a_database_keeps_it(
    sqlite_url: str, column: str, value: str
) -> None:
    async with opened(sqlite_url) as world:
        realm = await world.realm()
        table, name = column.split(".")
        await tamper(world.url, f"UPDATE {table} SET {name} = {value} WHERE sequence = 3")

        assert (await proven(world, realm)).broken is not None


async def test_all_chains_are_verified_and_one_that_is_gone_is_missed(trail: World, realm: Realm) -> None:
    other = await trail.realm("Antwerp")
    third = await trail.realm("Third")
    marks = {one.id: [SEAL.mark(await sealed(trail, one))] for one in (realm, third)}
    await tamper(
        trail.url,
        *(f"DELETE FROM {table} WHERE {key} = '{third.id}'" for table, key in (("heads", "id"), ("events", "tenant"))),
        f"DELETE FROM heads WHERE id = '{other.id}'",
    )
    verdicts = {verdict.tenant: verdict async for verdict in verify_all(trail.store.history, marks)}

    assert verdicts[realm.id] == Verdict(realm.id, LENGTH, 1, None)
    assert verdicts[third.id].broken == Break(1, Flaw.CUT_SINCE)
    assert verdicts[other.id].broken == Break(FIRST, Flaw.GONE)
    assert verdicts[""].broken is None


async def test_a_chain_that_grows_meanwhile_holds(world: World, realm: Realm) -> None:
    async def grow() -> None:
        for number in range(30):
            await owed(world, realm, f"user{number}")

    growing = asyncio.create_task(grow())
    verdicts = []
    while not growing.done():
        verdicts.append(await proven(world, realm))
    await growing

    assert verdicts
    assert [verdict for verdict in verdicts if verdict.broken is not None] == []


async def test_a_sealed_head_says_how_far_the_chain_has_come(trail: World, realm: Realm) -> None:
    line = await sealed(trail, realm)
    newest = (await events(trail, realm))[-1]
    shown = json.loads(line)

    assert "\n" not in line
    assert (shown["tenant"], shown["sequence"], shown["link"]) == (realm.id, LENGTH, newest.link.hex())
    assert shown["time"] == "2023-11-14T22:13:20.000Z"
    assert SEAL.mark(line) == Mark(realm.id, LENGTH, newest.link)


LINE = SEAL.line("tenant", 7, bytes(range(32)), 1_700_000_000_000)


@pytest.mark.parametrize(
    "line",
    [
        LINE.replace('"sequence":7', '"sequence":6'),
        LINE.replace('tenant",', 'tenanT",'),
        LINE.replace("00010203", "00010204"),
        LINE.replace("2023", "2024"),
        LINE.replace('"seal":"', '"seal":"0'),
        LINE.replace('"seal":"', '"seal":"é'),
        LINE.replace("}", ',"more":1}'),
        LINE[:-9],
        "[]",
        "null",
        "\ufffd",
        "{" * 2000,
        " " * 5000 + LINE,
        HeadSeal(b"another key").line("tenant", 7, bytes(range(32)), 1_700_000_000_000),
    ],
)
def test_a_forged_head_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(HeadRefused, match=r"^line 3: "):
        marks_of([LINE, "", line], SEAL)


def test_heads_are_gathered_by_tenant_in_order() -> None:
    lines = [SEAL.line(tenant, number, bytes(32), 0) for tenant, number in (("b", 2), ("a", 1), ("b", 1), ("b", 2))]
    marks = marks_of(lines, SEAL)

    assert {tenant: [mark.sequence for mark in own] for tenant, own in marks.items()} == {"a": [1], "b": [1, 2]}
