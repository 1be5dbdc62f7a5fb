"""Locks: whom one holds at which moment, in what is shown and in what is searched for, and how one ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.authenticators import SOFT_TOKEN
from muster.core.drafts import CreateUser, UserDraft
from muster.core.enrolment import Detail, EnrolUser, UserDetail
from muster.core.events import Change, Event
from muster.core.finders import by_id
from muster.core.lockouts import Lock, Lockout, lock_of, locked_from, locked_now
from muster.core.policies import LOCKOUT_COUNT, LOCKOUT_LIFETIME, LOCKOUT_OVER, Policies, SetPolicies, SetPolicy
from muster.core.query import Around, Search, matches
from muster.core.refusals import OwnAccount, Unknown
from muster.core.users import User
from muster.core.walking_users import Beside, DetailedUsers
from muster.store import budgets
from tests.core.editors import editing, empower, newest
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, Realm, World

HOUR = 3_600_000


@pytest.fixture
async def jill(world: World, realm: Realm) -> User:
    """A user who is not locked."""
    await empower(world, realm)
    return await world.do(realm.system, CreateUser(UserDraft("jill", notify=False)))


async def lifetime(world: World, realm: Realm, seconds: int) -> None:
    await world.do(realm.system, SetPolicy(LOCKOUT_LIFETIME, str(seconds)))


async def shown(world: World, realm: Realm, user: User) -> Lock | None:
    detail: Detail = await world.ask(realm.system, UserDetail(by_id(user.id)))
    return detail.lock


async def found(world: World, realm: Realm) -> list[str]:
    """Who is found among the locked; each shows himself there as he does alone."""
    page = await world.ask(realm.system, DetailedUsers(Search(), locked=True))
    assert all(detail.lock is not None for detail in page.details)
    return [detail.user.username for detail in page.details]


async def test_a_lock_ends_when_its_lifetime_has_passed_and_not_a_millisecond_before(
    world: World, realm: Realm, jill: User
) -> None:
    await lifetime(world, realm, 3600)
    at = world.sources.time
    await world.do(realm.system, editing(jill, locked=True))
    seen = []
    for passed in (0, HOUR - 1, HOUR, 10 * HOUR):
        world.sources.time = at + passed
        seen.append((await shown(world, realm, jill), await found(world, realm)))

    lock = Lock(at, at + HOUR)
    assert seen == [(lock, ["jill"]), (lock, ["jill"]), (None, []), (None, [])]
    await verify_promises(world.url)


async def test_without_a_lifetime_it_holds_until_it_is_ended(world: World, realm: Realm, jill: User) -> None:
    at = world.sources.time
    await world.do(realm.system, editing(jill, locked=True))
    world.sources.time += 100 * 365 * 24 * HOUR
    before = await shown(world, realm, jill), await found(world, realm)
    await world.do(realm.system, editing(jill, locked=False))

    assert before == (Lock(at, None), ["jill"])
    assert (await shown(world, realm, jill), await found(world, realm)) == (None, [])


async def test_another_lifetime_is_one_for_locks_that_stand(world: World, realm: Realm, jill: User) -> None:
    at = world.sources.time
    await world.do(realm.system, editing(jill, locked=True))
    seen = []
    for seconds, passed in ((7200, HOUR), (3601, HOUR), (0, HOUR), (3600, HOUR)):
        world.sources.time = at + passed
        await lifetime(world, realm, seconds)
        seen.append(await shown(world, realm, jill))

    assert seen == [Lock(at, at + 2 * HOUR), Lock(at, at + HOUR + 1000), Lock(at, None), None]


@pytest.mark.parametrize("longer", ["0", "7200", "2147483647"])
async def test_a_lock_that_has_ended_does_not_come_back_with_a_longer_lifetime(
    world: World, realm: Realm, jill: User, longer: str
) -> None:
    chris = await world.do(realm.system, CreateUser(UserDraft("chris", notify=False)))
    await lifetime(world, realm, 3600)
    at = world.sources.time
    await world.do(realm.system, editing(jill, locked=True))
    world.sources.time = at + 1
    await world.do(realm.system, editing(chris, locked=True))
    world.sources.time = at + HOUR
    await world.do(realm.system, SetPolicies(((LOCKOUT_COUNT, "3"), (LOCKOUT_LIFETIME, longer))))
    seen = [await shown(world, realm, user) is not None for user in (jill, chris)]
    for other in ("1", "2147483647", longer):
        await world.do(realm.system, SetPolicy(LOCKOUT_LIFETIME, other))

    assert seen == [False, True]
    # After an hour a second is too short a lifetime for anybody, whatever it is afterwards.
    assert await found(world, realm) == []
    assert LOCKOUT_OVER not in await world.ask(realm.system, Policies())
    assert await outcome(world.do(realm.system, SetPolicy(LOCKOUT_OVER, "0"))) == Unknown("policy")
    await world.do(realm.system, editing(jill, locked=True))
    assert await found(world, realm) == ["jill"]


async def test_a_lock_that_would_end_begins_anew_when_it_is_set_again(world: World, realm: Realm, jill: User) -> None:
    await lifetime(world, realm, 3600)
    await world.do(realm.system, editing(jill, locked=True))
    world.sources.time = again = world.sources.time + 5
    await world.do(realm.system, editing(jill, locked=True))
    renewed, event = await shown(world, realm, jill), await newest(world)
    world.sources.time = later = again + HOUR
    await world.do(realm.system, editing(jill, locked=True))

    assert renewed == Lock(again, again + HOUR)
    assert event.changes == (Change("locked_at", str(again - 5), str(again)),)
    assert await shown(world, realm, jill) == Lock(later, later + HOUR)


async def test_one_that_would_not_stays_as_it_is_and_nothing_is_written(world: World, realm: Realm, jill: User) -> None:
    await world.do(realm.system, editing(jill, locked=True))
    before = await snapshot(world.url)
    world.sources.time += 5
    await world.do(realm.system, editing(jill, locked=True))

    assert await snapshot(world.url) == before


async def test_who_is_not_locked_any_more_is_unlocked_without_a_trace(world: World, realm: Realm, jill: User) -> None:
    await lifetime(world, realm, 3600)
    await world.do(realm.system, editing(jill, locked=True))
    world.sources.time += HOUR
    before = await snapshot(world.url)
    await world.do(realm.system, editing(jill, locked=False))

    assert await snapshot(world.url) == before


async def test_locking_and_unlocking_are_recorded_with_the_moment(world: World, realm: Realm, jill: User) -> None:
    at = world.sources.time
    await world.do(realm.system, editing(jill, locked=True))
    world.sources.time += 5
    await world.do(realm.system, editing(jill, locked=False))
    events: list[Event] = [it for it in await entities(world.url, Event) if it.subject == jill.id]

    assert [(event.act, event.changes) for event in events[1:]] == [
        ("user.edited", (Change("locked_at", None, str(at)),)),
        ("user.edited", (Change("locked_at", str(at), None),)),
    ]
    assert [event.at for event in events[1:]] == [at, at + 5]


async def test_nobody_locks_himself_nor_makes_his_own_lock_last(world: World, realm: Realm, jill: User) -> None:
    chris = await world.person(realm, "chris", (ADMINISTRATOR,))
    await lifetime(world, realm, 3600)
    await world.do(realm.system, editing(chris.user, locked=True))
    world.sources.time += 5
    before = await snapshot(world.url)
    refused = await outcome(world.do(chris.actor, editing(chris.user, locked=True)))

    assert (refused, await snapshot(world.url)) == (OwnAccount(), before)
    assert await outcome(world.do(chris.actor, editing(chris.user, given_name="Chris"))) != OwnAccount()


async def test_a_new_user_may_be_locked_and_shows_what_the_tenant_says(world: World, realm: Realm) -> None:
    await world.do(realm.system, SetPolicies(((LOCKOUT_COUNT, "7"), (LOCKOUT_LIFETIME, "60"))))
    at = world.sources.time
    made = [await world.do(realm.system, EnrolUser(UserDraft(name, locked=name == "jill"))) for name in ("jill", "x")]

    assert [detail.lock for detail in made] == [Lock(at, at + 60_000), None]
    assert [detail.lockout for detail in made] == [Lockout(7, 60_000)] * 2
    assert [await world.ask(realm.system, UserDetail(by_id(detail.user.id))) for detail in made] == made


async def test_whoever_is_locked_on_a_page_has_his_authenticators_asked_for_or_not(world: World, realm: Realm) -> None:
    users = [await world.do(realm.system, EnrolUser(UserDraft(name))) for name in ("jill", "chris", "barry")]
    for detail in users[::2]:
        await world.do(realm.system, editing(detail.user, locked=True))
    seen = []
    for beside in (frozenset[Beside](), frozenset({Beside.AUTHENTICATORS})):
        page = await world.ask(realm.system, DetailedUsers(Search(), beside))
        seen.append([[held.kind for held in detail.authenticators] for detail in page.details[1:]])

    assert seen == [[[SOFT_TOKEN], [], [SOFT_TOKEN]], [[SOFT_TOKEN]] * 3]


async def test_the_lifetime_is_each_tenants_own(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    await lifetime(world, realm, 1)
    for it in (realm, other):
        await world.do(it.system, CreateUser(UserDraft("jill", locked=True, notify=False)))
    world.sources.time += 1000

    assert [await found(world, it) for it in (realm, other)] == [[], ["jill"]]


@pytest.mark.parametrize("together", [True, False])
async def test_another_lifetime_holds_for_whatever_comes_after_it(
    world: World, realm: Realm, jill: User, together: bool
) -> None:
    """A lock that is set again is renewed if it would end by what holds then, in the same batch too."""
    at = world.sources.time
    await world.do(realm.system, editing(jill, locked=True))
    world.sources.time += 5
    acts = [
        world.do(realm.system, SetPolicy(LOCKOUT_LIFETIME, "3600")),
        world.do(realm.system, editing(jill, locked=True)),
    ]
    if together:
        await asyncio.gather(*acts)
    else:
        for act in acts:
            await act

    assert await shown(world, realm, jill) == Lock(at + 5, at + 5 + HOUR)


async def test_the_locked_are_found_among_more_than_may_be_looked_through(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an index each: those who ever were, and those since a moment."""
    users = [
        await world.do(realm.system, CreateUser(UserDraft(f"u{place}", locked=place % 3 == 0, notify=False)))
        for place in range(12)
    ]
    for name, budget in (("SMALL", 0), ("CHOSEN", 4), ("WALKED", 3), ("LISTED", 4)):
        monkeypatch.setattr(budgets, name, budget)
    every = [user.username for user in users if user.locked_at is not None]
    seen = []
    for seconds, passed in ((0, 0), (60, 0), (60, 60_000)):
        await lifetime(world, realm, seconds)
        world.sources.time += passed
        seen.append(await found(world, realm))

    assert seen == [every, every, []]


moments = st.integers(0, 20)


@given(locked_at=st.none() | moments, at=moments, lifetime=moments, over=moments)
def test_what_is_searched_for_is_what_is_shown(locked_at: int | None, at: int, lifetime: int, over: int) -> None:
    user = replace(SOMEBODY, locked_at=locked_at)
    lockout = Lockout(5, lifetime, over)
    lock = lock_of(user, lockout, at)

    assert matches(locked_now(lockout, at), user, Around("")) is (lock is not None)
    assert lock is None or lock.until is None or at < lock.until
    for wanted in (True, False):
        becomes = replace(user, locked_at=locked_from(user, lockout, max(at, over), locked=wanted))
        assert (lock_of(becomes, lockout, max(at, over)) is not None) is wanted


SOMEBODY = User(
    *("id", "tenant", 1, "person", "jill", None, None, None, None, None, "home", True, False, False),
    *(None, 0, 0, None, 1, (), (), ()),
)


async def test_a_lock_is_kept_with_every_other_change(world: World, realm: Realm, jill: User) -> None:
    at = world.sources.time
    await world.do(realm.system, editing(jill, locked=True))
    world.sources.time += 5
    for fields in ({"active": False}, {"active": True}, {"given_name": "Jill"}):
        await world.do(realm.system, editing(jill, **fields))

    assert await shown(world, realm, jill) == Lock(at, None)
