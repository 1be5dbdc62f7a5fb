"""What follows from a look-up and is looked up with it: whoever is found by a login name, with what is kept of him."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest

from muster.core.acts import Case, Command, Question, View
from muster.core.attributes import AttributeValue
from muster.core.authenticators import Authenticator
from muster.core.drafts import CreateUser, UserDraft
from muster.core.enrolment import Detail, EnrolUser, UserDetail
from muster.core.entity import Entity
from muster.core.finders import HIMSELF, Finder, by_external_id, by_id, by_login_name, by_number, find_with, found_first
from muster.core.grouped_users import GroupedUser
from muster.core.groups import CreateGroup, Group, GroupDraft
from muster.core.known import Known
from muster.core.leaving import DeleteUser
from muster.core.members import ChangeMembers
from muster.core.memberships import Membership
from muster.core.needs import Foreseen, Need, Way
from muster.core.query import Search, equals
from muster.core.refusals import Unknown
from muster.core.users import ALIASES_OF, OF_A_USER, LoginName, User, Users
from muster.store.database import database_at
from muster.store.looks import Look
from muster.store.rows import LAYOUTS
from muster.store.session import load
from tests.support.kept import entities, outcome
from tests.support.world import MANAGER, Put, Realm, World

WAYS = (HIMSELF, Way(LoginName, ALIASES_OF), *(Way(kind, OF_A_USER) for kind in (Authenticator, Membership)))
COLUMNS = [(kind, columns) for kind in LAYOUTS for columns in (kind.KEY, *kind.UNIQUE, *kind.MANY)]


@dataclass(frozen=True)
class WhoIs(Command[tuple[bool, str, list[str]]]):
    """Whoever is found, in the midst of a batch: whether it changed anything so far, his username and his aliases."""

    find: Finder
    chore = True

    def needs(self, tenant: str) -> tuple[Foreseen, ...]:
        return found_first(self.find, tenant, WAYS)

    def decide(self, case: Case) -> tuple[bool, str, list[str]]:
        user = find_with(case, self.find, WAYS)
        aliases = case.known.many(LoginName, ALIASES_OF, user.tenant, user.id)
        return bool(case.known.writes), user.username, sorted(alias.value for alias in aliases)


async def enrolled(world: World, realm: Realm, number: int) -> list[Detail]:
    drafts = [
        UserDraft(f"user{n}", external_id=f"X{n}", aliases=(f"Alias {n}", f"alias {n} too")) for n in range(number)
    ]
    return await asyncio.gather(*(world.do(realm.administrator.actor, EnrolUser(draft)) for draft in drafts))


def counted(monkeypatch: pytest.MonkeyPatch, kind: type[Question[Any]]) -> list[object]:
    """Everything that such a question is answered for from now on, as often as that is tried."""
    answer, asked = kind.answer, list[object]()

    def noted(self: Any, view: View) -> Any:
        asked.append(self)
        return answer(self, view)

    monkeypatch.setattr(kind, "answer", noted)
    return asked


async def test_by_any_of_his_names_a_user_is_found_with_all_that_he_has_by_his_id(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    made = await enrolled(world, realm, 20)
    group = await world.do(realm.system, CreateGroup(GroupDraft("S.T.A.R.S.")))
    await world.do(realm.system, ChangeMembers(Group, group.id, tuple(it.user.id for it in made[::2]), ()))

    names = [name for n in range(20) for name in (f"USER{n}", f"alias {n}", f"ALIAS {n} TOO")]
    found = await asyncio.gather(*(world.ask(actor, UserDetail(by_login_name(name))) for name in names))
    grouped = await asyncio.gather(*(world.ask(actor, GroupedUser(by_login_name(name))) for name in names))
    by_ids = [await world.ask(actor, UserDetail(by_id(it.user.id))) for it in made]

    assert found == [it for it in by_ids for _ in range(3)]
    assert [[len(it.aliases), len(it.authenticators)] for it in found] == [[2, 1]] * 60
    assert [it.user for it in grouped] == [it.user for it in found]
    assert [[one.id for one in it.groups] for it in grouped[::3]] == [[group.id], []] * 10


@pytest.mark.parametrize(
    ("by", "named"), [(by_login_name, "alias {}"), (by_login_name, "user{}"), (by_external_id, "X{}")]
)
@pytest.mark.parametrize("kind", [UserDetail, GroupedUser])
async def test_who_is_asked_for_by_a_name_or_external_id_is_decided_about_once(
    world: World, realm: Realm, kind: Any, by: Any, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = realm.administrator.actor
    made = await enrolled(world, realm, 10)
    # What is cached is looked up for the first one.
    await world.ask(actor, kind(by_login_name("user0")))
    asked = counted(monkeypatch, kind)

    questions = [kind(by(named.format(n))) for n in range(10)]
    told = await asyncio.gather(*(world.ask(actor, question) for question in questions))

    assert asked == questions
    assert [it.user for it in told] == [it.user for it in made]


async def test_an_exact_search_is_decided_once(world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = realm.administrator.actor
    made = await enrolled(world, realm, 10)
    await world.ask(actor, Users(Search(conditions=(equals("user0"),))))
    asked = counted(monkeypatch, Users)

    questions = [Users(Search(conditions=(equals(f"USER{n}"),))) for n in range(10)]
    told = await asyncio.gather(*(world.ask(actor, question) for question in questions))

    assert asked == questions
    assert [page.users for _, page in told] == [(it.user,) for it in made]


async def test_a_name_that_nobody_has_or_could_have_is_unknown_beside_those_that_are_found(
    world: World, realm: Realm
) -> None:
    others = await world.realm("Umbrella")
    await world.do(others.administrator.actor, CreateUser(UserDraft("theirs")))
    await enrolled(world, realm, 3)
    names = ("user0", "theirs", "no\x00body", "\ud800", "", "nobody", "alias 2")
    told = await asyncio.gather(
        *(outcome(world.ask(realm.administrator.actor, UserDetail(by_login_name(name)))) for name in names)
    )

    found = [it.user.username if isinstance(it, Detail) else it for it in told]
    assert found == ["user0", *[Unknown("user")] * 5, "user2"]


async def test_whoever_the_asker_does_not_see_is_unknown_by_his_name_too(world: World, realm: Realm) -> None:
    unit = await world.unit(realm, "Lab")
    warden = await world.person(realm, "warden", (MANAGER,), scope=(unit,), home=unit)
    await world.person(realm, "inside", home=unit)
    await world.person(realm, "outside")
    questions: list[Question[Any]] = [GroupedUser(by_login_name(name)) for name in ("inside", "outside")]
    told = await asyncio.gather(*(outcome(world.ask(warden.actor, question)) for question in questions))
    searches = [Users(Search(conditions=(equals(name),))) for name in ("inside", "outside")]
    pages = [(await world.ask(warden.actor, search))[1] for search in searches]

    assert (told[0].user.username, told[1]) == ("inside", Unknown("user"))
    assert [page.total for page in pages] == [1, 0]


async def test_a_name_that_moves_within_a_batch_leads_to_its_new_owner(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    chris, jill = (it.user for it in await enrolled(world, realm, 2))
    [name] = [it for it in await entities(world.url, LoginName) if it.value == "Alias 0"]
    moved = replace(name, user=jill.id, number=jill.number)
    before, _, after, his, hers = await asyncio.gather(
        world.do(actor, WhoIs(by_login_name("alias 0"))),
        world.do(realm.system, Put(((name, moved),))),
        world.do(actor, WhoIs(by_login_name("alias 0"))),
        world.do(actor, WhoIs(by_login_name("user0"))),
        world.do(actor, WhoIs(by_id(jill.id))),
    )

    assert before == (False, chris.username, ["Alias 0", "alias 0 too"])
    assert after == (True, jill.username, ["Alias 0", "Alias 1", "alias 1 too"])
    assert his == (True, chris.username, ["alias 0 too"])
    assert hers == after


async def test_who_is_made_changed_or_ended_within_a_batch_is_found_so_by_his_name(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    gone, changed = (it.user for it in await enrolled(world, realm, 2))
    told = await asyncio.gather(
        *(
            world.do(realm.system, act)
            for act in (
                DeleteUser(by_number(gone.number)),
                Put(((changed, replace(changed, given_name="Rebecca", version=2)),)),
                CreateUser(UserDraft("somebody new", aliases=("newcomer",))),
            )
        ),
        *(
            outcome(world.do(actor, WhoIs(by_login_name(name))))
            for name in ("user0", "alias 0", "somebody new", "NEWCOMER", "alias 1")
        ),
    )

    assert told[3:5] == [Unknown("user")] * 2
    assert told[5:7] == [(True, "somebody new", ["newcomer"])] * 2
    assert told[7] == (True, "user1", ["Alias 1", "alias 1 too"])


async def test_what_follows_from_what_is_known_already_is_loaded_without_it(world: World, realm: Realm) -> None:
    [his] = await enrolled(world, realm, 1)
    [wanted] = found_first(by_login_name("user0"), realm.id, WAYS)
    async with database_at(world.url).reading() as session:
        known = Known({})
        await load(session, known, [Need(LoginName, LoginName.KEY, (realm.id, "user0"))])
        lacked = known.lacks((*HIMSELF, (realm.id, his.user.id)))
        await load(session, known, [wanted])
        await session.close()

    assert lacked
    assert known.one(*HIMSELF, realm.id, his.user.id) == his.user
    assert known.many(LoginName, ALIASES_OF, realm.id, his.user.id) == his.aliases
    assert known.many(Membership, OF_A_USER, realm.id, his.user.id) == ()


async def kept_in_all_tables(world: World, realm: Realm) -> dict[type[Entity], list[Any]]:
    """What is kept of each kind, some of most."""
    made = await enrolled(world, realm, 12)
    group = await world.do(realm.system, CreateGroup(GroupDraft("S.T.A.R.S.")))
    await world.do(realm.system, ChangeMembers(Group, group.id, tuple(it.user.id for it in made), ()))
    await world.do(realm.system, Put(((None, AttributeValue("v", realm.id, made[0].user.id, "a", "B", "b", 0)),)))
    return {kind: await entities(world.url, kind) for kind in LAYOUTS}


async def test_looks_that_are_made_together_find_what_each_finds_alone(world: World, realm: Realm) -> None:
    kept = await kept_in_all_tables(world, realm)
    looks = []
    for kind, columns in COLUMNS:
        values = dict.fromkeys(tuple(getattr(it, name) for name in columns) for it in kept[kind])
        looks += [Look(Way(kind, columns), list(values)[:count]) for count in (1, 50) if values]
    names = [(it.tenant, it.folded) for it in kept[LoginName]]
    looks += [Look(Way(LoginName, LoginName.KEY), names[:count], "user", WAYS) for count in (1, len(names))]
    async with database_at(world.url).reading() as session:
        together = await session.look_up(looks)
        alone = [[await session.rows(*look.way, look.values)] for look in looks]
        for look, found in zip(looks, alone, strict=True):
            found += [await session.rows(*way, look.followed(found[0])) for way in look.ways]
        await session.close()

    assert [[sorted(map(tuple, rows), key=repr) for rows in found] for found in together] == [
        [sorted(map(tuple, rows), key=repr) for rows in found] for found in alone
    ]
    assert {look.way.kind for look in looks} >= {User, LoginName, Authenticator, Membership, AttributeValue, Group}


def test_what_a_batch_has_ended_stays_ended_whatever_is_found_of_it_meanwhile() -> None:
    known, way = Known({}), Way(LoginName, ALIASES_OF)
    alias = LoginName("t", "alias", "u", "l", "alias", "Alias", 1)
    known.put(alias, None)
    known.supply_all(way, [("t", "u"), ("t", "v")], {("t", "u"): [alias]})

    assert (known.many(*way, "t", "u"), known.many(*way, "t", "v")) == ((), ())
    assert known.lacking(way, [("t", "u"), ("t", "w")]) == [("t", "w")]
