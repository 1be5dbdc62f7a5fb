"""Filling: the same people each time, and a database in which nothing tells them from users that were created."""

from __future__ import annotations

import asyncio
from collections import Counter

from bench.fill import fill
from bench.people import people
from muster.apis.certcentral.roles import ADMINISTRATOR, TEMPLATES
from muster.app.sources import new_secret
from muster.core.drafts import UserDraft
from muster.core.query import SEARCHED, Compare, Flag, FlagIs, Search, TextIs
from muster.core.tenants import CreateTenant
from muster.core.users import Users
from muster.trail.audit import verify
from tests.support.kept import selected
from tests.support.world import INSTALLER, opened

NUMBER = 2_500


def test_people_are_the_same_each_time_and_no_two_have_one_login_name() -> None:
    first, second = list(people(NUMBER)), list(people(NUMBER))
    names = [name for one in first for name in (one.username, one.alias) if name is not None]

    assert first == second
    assert len(names) == len({name.lower() for name in names})


def test_people_are_as_uneven_as_in_earnest() -> None:
    some = list(people(NUMBER))
    families = Counter(one.family_name for one in some)
    [(_, most)] = families.most_common(1)

    assert most > 10 * NUMBER / len(families)
    assert 0.01 < sum(not one.is_active for one in some) / NUMBER < 0.05
    assert {one.job_title is None for one in some} == {one.last_login_age is None for one in some} == {True, False}


async def test_a_filled_database_holds_what_the_directory_would_have_written(database_url: str) -> None:
    everybody = list(people(NUMBER))
    wanted = everybody[NUMBER // 2]
    part = TextIs(SEARCHED, Compare.CONTAINS, wanted.username[1:])
    async with opened(database_url) as world:
        secret = new_secret()
        draft = UserDraft("admin", notify=False)
        await world.do(INSTALLER, CreateTenant("Filled", TEMPLATES, (ADMINISTRATOR,), draft, secret))
        await asyncio.to_thread(fill, database_url, secret.text, NUMBER)
        actor = await world.identified(secret.text)
        searches = (Search(), Search(conditions=(FlagIs(Flag.ACTIVE, value=False),)), Search(conditions=(part,)))
        all_, inactive, found = [(await world.ask(actor, Users(search)))[1] for search in searches]
        verdict = await verify(world.store.history, actor.tenant)
    [[users, sequence]] = await selected(database_url, f"SELECT users, sequence FROM heads WHERE id = '{actor.tenant}'")
    waiting = await selected(database_url, "SELECT count(*) FROM search_pending")

    assert (all_.total, users) == (NUMBER + 1, NUMBER + 1)
    assert inactive.total == sum(not one.is_active for one in everybody)
    assert wanted.username in [user.username for user in found.users]
    assert (verdict.broken, verdict.proven) == (None, sequence)
    # Whoever was filled in is in the index of substrings; the first administrator may still wait.
    assert waiting[0][0] <= 1
