"""Group reading: what is asked together is looked up together, and each is told what he asked for and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from muster.core.acts import Question, View
from muster.core.drafts import CreateUser, UserDraft
from muster.core.query import Search, equals
from muster.core.refusals import Unavailable, Unknown
from muster.core.users import Myself, User, UserByNumber, Users
from muster.store.session import Session, load
from tests.support.kept import outcome
from tests.support.world import MANAGER, VIEWER, Person, Realm, World


@dataclass(frozen=True)
class ByWrongNumber(Question[Any]):
    """What no statement can be run with on PostgreSQL, and what finds nobody on SQLite."""

    def answer(self, view: View) -> Any:
        return view.known.one(User, ("tenant", "number"), view.tenant, "seven")


async def made(world: World, realm: Realm, number: int, family: str = "Valentine") -> list[User]:
    drafts = [UserDraft(f"user{n}", family_name=family, email=f"user{n}@example.com") for n in range(number)]
    return await asyncio.gather(*(world.do(realm.administrator.actor, CreateUser(draft)) for draft in drafts))


async def test_everybody_who_asks_at_once_is_told_what_he_asked_for(world: World, realm: Realm) -> None:
    users = await made(world, realm, 150)
    actor = realm.administrator.actor
    views, pages = await asyncio.gather(
        asyncio.gather(*(world.ask(actor, UserByNumber(user.number)) for user in users)),
        asyncio.gather(
            *(world.ask(actor, Users(Search(conditions=(equals(user.email or ""),), limit=10))) for user in users)
        ),
    )

    assert [view.user for view in views] == users
    assert [(page.total, page.users) for _, page in pages] == [(1, (user,)) for user in users]


async def test_those_of_several_tenants_who_ask_at_once_see_their_own(world: World, realm: Realm) -> None:
    others = await world.realm("Umbrella")
    ours, theirs = await made(world, realm, 20), await made(world, others, 20)
    asked = [(realm, user) for user in ours] + [(others, user) for user in theirs]
    views = await asyncio.gather(
        *(world.ask(of.administrator.actor, UserByNumber(user.number)) for of, user in asked),
        *(outcome(world.ask(of.administrator.actor, UserByNumber(10_000))) for of, _ in asked),
    )

    assert [view.user for view in views[:40]] == [*ours, *theirs]
    assert views[40:] == [Unknown("user")] * 40


async def test_one_that_the_database_fails_on_takes_nobody_else_with_it(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    users = await made(world, realm, 20)
    mixed = [question for user in users for question in (UserByNumber(user.number), ByWrongNumber())]
    told = await asyncio.gather(*(outcome(world.ask(actor, question)) for question in mixed))

    assert [view.user for view in told[::2]] == users
    wrong = told[1::2]
    if world.url.startswith("postgresql"):
        assert wrong == [Unavailable()] * 20
    else:
        assert wrong == [None] * 20


async def test_a_question_is_never_left_waiting_however_it_meets_the_end_of_the_last_batch(
    world: World, realm: Realm
) -> None:
    actor = realm.administrator.actor

    async def asking(pauses: int) -> int:
        for _ in range(40):
            await world.ask(actor, Myself())
            for _ in range(pauses):
                await asyncio.sleep(0)
        return pauses

    async with asyncio.timeout(60):
        assert await asyncio.gather(*(asking(pauses) for pauses in range(8))) == list(range(8))


async def test_who_is_told_that_it_is_done_sees_it_in_whatever_he_asks_next(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor

    async def turn(name: str) -> list[str]:
        seen = []
        for n in range(6):
            user = await world.do(actor, CreateUser(UserDraft(f"{name}{n}")))
            seen.append((await world.ask(actor, UserByNumber(user.number))).user.username)
        return seen

    turns = await asyncio.gather(*(turn(f"turn{n}-") for n in range(12)))
    assert turns == [[f"turn{n}-{m}" for m in range(6)] for n in range(12)]


async def test_a_name_that_more_have_than_are_looked_up_is_found_with_all_who_have_it(
    world: World, realm: Realm
) -> None:
    users = await made(world, realm, 130, family="Redfield")
    actor = realm.administrator.actor
    _, page = await world.ask(actor, Users(Search(conditions=(equals("REDFIELD"),), limit=200)))

    assert page.total == 130
    assert sorted(user.number for user in page.users) == sorted(user.number for user in users)


async def test_those_who_ask_together_are_looked_up_together(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = await made(world, realm, 100)
    loads = 0

    async def counted(session: Session, known: Any, needs: Any) -> None:
        nonlocal loads
        loads += 1
        await load(session, known, needs)

    monkeypatch.setattr("muster.store.reader.load", counted)
    await asyncio.gather(*(world.ask(realm.administrator.actor, UserByNumber(user.number)) for user in users))

    assert loads < 20


async def test_each_of_a_batch_is_bound_by_his_own_permissions(world: World, realm: Realm) -> None:
    users = await made(world, realm, 5)
    people: list[Person] = [await world.person(realm, "mia", (MANAGER,)), await world.person(realm, "vic", (VIEWER,))]
    mia, vic = people
    told = await asyncio.gather(
        *(outcome(world.ask(mia.actor, UserByNumber(user.number))) for user in users),
        *(outcome(world.ask(vic.actor, UserByNumber(user.number))) for user in users),
        outcome(world.ask(mia.actor, Myself())),
        outcome(world.ask(vic.actor, Myself())),
    )

    alone = [await outcome(world.ask(vic.actor, UserByNumber(user.number))) for user in users]
    assert [view.user for view in told[:5]] == users
    assert [type(one) for one in told[5:10]] == [type(one) for one in alone]
    assert [told[10].user.username, told[11].user.username] == ["mia", "vic"]


async def test_a_defect_in_one_batch_leaves_nobody_without_an_answer(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = await made(world, realm, 30)
    flaws = 2

    async def flawed(session: Session, known: Any, needs: Any) -> None:
        nonlocal flaws
        await asyncio.sleep(0)
        if flaws:
            flaws -= 1
            raise ZeroDivisionError
        await load(session, known, needs)

    monkeypatch.setattr("muster.store.reader.MOST_TOGETHER", 10)
    monkeypatch.setattr("muster.store.reader.load", flawed)
    async with asyncio.timeout(20):
        told = await asyncio.gather(
            *(world.ask(realm.administrator.actor, UserByNumber(user.number)) for user in users),
            return_exceptions=True,
        )

    answered = [(one.user, user) for one, user in zip(told, users, strict=True) if not isinstance(one, BaseException)]
    assert sum(isinstance(one, ZeroDivisionError) for one in told) == 20
    assert [one for one, _ in answered] == [user for _, user in answered]
    assert len(answered) == 10
