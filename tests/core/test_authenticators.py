"""Authenticators: the one that a new user begins with."""

from __future__ import annotations

from itertools import count, islice

import pytest

from muster.app import sources
from muster.core.authenticators import ACTIVATING, SOFT_TOKEN, Authenticator
from muster.core.drafts import CreateUser, UserDraft
from muster.core.enrolment import EnrolUser, UserDetail
from muster.core.events import Change, Event
from muster.core.finders import by_id
from tests.support.kept import entities, verify_promises
from tests.support.world import Realm, World, new


async def test_an_enrolled_user_begins_with_one_and_another_with_none(world: World, realm: Realm) -> None:
    detail = await world.do(realm.system, EnrolUser(UserDraft("sam")))
    await world.do(realm.system, CreateUser(UserDraft("mia")))
    [made] = await entities(world.url, Authenticator)

    assert detail.authenticators == (made,)
    assert made == Authenticator(
        made.id,
        realm.id,
        detail.user.id,
        SOFT_TOKEN,
        made.serial,
        ACTIVATING,
        made.sealed,
        world.sources.now(),
    )
    assert (len(made.serial), made.serial.isdecimal()) == (10, True)
    assert await world.ask(realm.system, UserDetail(by_id(detail.user.id))) == detail


async def test_its_seed_opens_for_itself_alone(world: World, realm: Realm) -> None:
    mine, other = [
        (await world.do(realm.system, EnrolUser(UserDraft(name)))).authenticators[0] for name in ("sam", "mia")
    ]
    opened = [world.sources._sealer.open(mine.sealed, context) for context in (mine.id, other.id, mine.serial, "")]

    assert (len(opened[0] or ""), opened[1:]) == (47, [None] * 3)
    assert world.sources._sealer.open(other.sealed, other.id) not in (None, opened[0])


async def test_it_is_recorded_without_its_seed(world: World, realm: Realm) -> None:
    made = (await world.do(realm.system, EnrolUser(UserDraft("sam")))).authenticators[0]
    events: list[Event] = [it for it in await entities(world.url, Event) if it.tenant == realm.id][-2:]

    assert [it.act for it in events] == ["user.created", "authenticator.created"]
    assert (events[1].subject, events[1].subject_name) == (made.id, f"sam/{made.serial}")
    assert set(events[1].changes) == {
        Change("kind", None, SOFT_TOKEN),
        Change("serial", None, made.serial),
        Change("state", None, ACTIVATING),
        Change("user", None, made.user),
    }


async def test_a_serial_number_is_of_the_microsecond_in_which_it_was_made(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = (f"0199a3c7-d2ff-7800-8{it:03}-00000000002a" for it in count())
    monkeypatch.setattr(sources, "_new_ids", lambda number: list(islice(others, number)))
    made = (await world.do(realm.system, EnrolUser(UserDraft("sam")))).authenticators[0]

    assert made.serial == f"{0x0199A3C7D2FF % 10_000_000:07}500"


SAME = 30
"""So many ids come in a row that give one and the same serial number."""


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_serial_number_that_is_taken_is_drawn_anew(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch, elsewhere: bool
) -> None:
    taken = "0000000007"
    owner = await world.realm("Umbrella") if elsewhere else realm
    kept = Authenticator("a", owner.id, owner.administrator.user.id, SOFT_TOKEN, taken, ACTIVATING, b"", 0)
    await world.do(owner.system, new(kept))
    drawn = count(1)

    def next_id() -> str:
        number = next(drawn)
        return f"{0:08x}-{0:04x}-7{29 if number <= SAME else number:03x}-8000-{number:012x}"

    monkeypatch.setattr(sources, "_new_ids", lambda number: [next_id() for _ in range(number)])
    made = (await world.do(realm.system, EnrolUser(UserDraft("sam")))).authenticators[0]

    assert (made.serial == taken, next(drawn) > SAME) == (elsewhere, not elsewhere)
    assert made.serial == f"{int(made.id[15:18], 16) * 1000 // 4096:010d}"
    await verify_promises(world.url)
