"""Groups of many members: what is read for a change and for an answer, however many they are."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from muster.apis.scim import groups
from muster.apis.scim.normal import Misfit
from muster.core.groups import CreateGroup, Group, GroupDraft
from muster.core.memberships import Membership
from muster.store.postgresql import PostgresqlSession
from muster.store.sqlite import SqliteSession
from muster.web.answers import Answer
from muster.web.routes import Call
from tests.apis.scim.calls import call
from tests.apis.scim.people import PATCH_OP
from tests.apis.scim.teams import adding, removing, them
from tests.support.world import Realm, World, new, opened

MANY = 20_000
Handler = Callable[[Call], Awaitable[Answer]]


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with opened(database_url) as world:
        yield world


@pytest.fixture
async def realm(world: World) -> Realm:
    return await world.realm()


@contextmanager
def rows_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows each statement gives that is run in the block, but for those that look for a credential."""
    counted: list[int] = []
    with monkeypatch.context() as patched:
        for session in (SqliteSession, PostgresqlSession):
            for name in ("rows", "fetch", "among", "select"):
                patched.setattr(session, name, _counting(getattr(session, name), counted))
        yield counted


def _counting(method: Any, counted: list[int]) -> Any:
    async def counting(*args: Any, **options: Any) -> Any:
        found = await method(*args, **options)
        counted.append(len(found))
        return found

    return counting


async def team(world: World, realm: Realm, name: str, size: int) -> Group:
    """A group with so many members of whom nothing else is known."""
    group = await world.do(realm.system, CreateGroup(GroupDraft(name)))
    rows = [Membership(realm.id, group.id, f"{at:032d}", Group.NOUN) for at in range(size)]
    await world.do(realm.system, new(*rows))
    return group


async def answered(
    world: World, realm: Realm, handler: Handler, group: Group, query: str = "", body: Any = None
) -> Answer:
    asked = call(query, b"" if body is None else json.dumps(body).encode(), path="/Groups")
    asked.directory, asked.actor, asked.params = world.directory, realm.system, {"id": group.id}
    return await handler(asked)


def message(*operations: Any) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


async def test_one_more_member_costs_the_same_in_a_large_group(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = await team(world, realm, "small", 150), await team(world, realm, "large", MANY)
    person = (await world.person(realm)).user.id
    costs = []
    for group in (small, large):
        with rows_read(monkeypatch) as counted:
            for operation in (
                adding(person),
                removing(person),
                {"op": "Remove", "path": "members", "value": them("x")},
            ):
                answer = await answered(world, realm, groups.patch_group, group, body=message(operation))

                assert answer.status == 204
        costs.append(counted)

    assert costs[0] == costs[1]
    assert sum(costs[1]) < 400


async def test_members_that_are_not_shown_are_not_read(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = await team(world, realm, "large", MANY)
    person = (await world.person(realm)).user.id
    without = "excludedAttributes=members"
    rename = {"op": "replace", "path": "displayName", "value": "larger"}
    with rows_read(monkeypatch) as counted:
        for handler, query, body in (
            (groups.get_group, without, None),
            (groups.get_group, "attributes=displayName", None),
            (groups.list_groups, without, None),
            (groups.list_groups, f'filter=displayName eq "large"&{without}', None),
            (groups.list_groups, f'filter=members eq "{person}" and displayName sw "l"&{without}', None),
            (groups.list_groups, "attributes=id&sortBy=externalId", None),
            (groups.patch_group, without, message(rename)),
        ):
            answer = await answered(world, realm, handler, large, query, body)

            assert (query, answer.status) == (query, 200)

    assert sum(counted) < 60


async def test_a_set_that_is_as_it_was_changes_nothing_and_another_one_only_what_differs(
    world: World, realm: Realm
) -> None:
    large = await team(world, realm, "large", MANY)
    wanted = them(*(f"{at:032d}" for at in range(MANY)))
    replace = {"op": "replace", "path": "members", "value": wanted}
    same = await answered(world, realm, groups.patch_group, large, body=message(replace))
    other = await answered(world, realm, groups.patch_group, large, body=message({**replace, "value": wanted[:-1]}))

    assert [(one.status, one.headers) for one in (same, other)] == [
        (204, ((b"etag", b'W/"1"'),)),
        (204, ((b"etag", b'W/"2"'),)),
    ]


async def test_more_members_than_one_answer_holds_are_refused(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.apis.scim.members.MOST_MEMBERS", 4)
    monkeypatch.setattr("muster.apis.scim.members.TOGETHER", 2)
    people = [(await world.person(realm)).user.id for _ in range(5)]
    team_ = await world.do(realm.system, CreateGroup(GroupDraft("team")))
    for count, handler in ((4, groups.get_group), (4, groups.list_groups)):
        await answered(world, realm, groups.patch_group, team_, body=message({"op": "remove", "path": "members"}))
        await answered(world, realm, groups.patch_group, team_, body=message(adding(*people[:count])))
        told = json.loads((await answered(world, realm, handler, team_)).body)
        whole = told["Resources"][0] if "Resources" in told else told

        assert [one["value"] for one in whole["members"]] == people[:count]
        await answered(world, realm, groups.patch_group, team_, body=message(adding(*people)))
        with pytest.raises(Misfit) as caught:
            await answered(world, realm, handler, team_)

        assert caught.value.kind == "tooMany"
    assert (await answered(world, realm, groups.get_group, team_, "excludedAttributes=members")).status == 200


async def test_too_many_groups_are_not_looked_at(world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.apis.scim.finding_groups.MOST_LOOKED_AT", 3)
    monkeypatch.setattr("muster.apis.scim.finding_groups.TOGETHER", 2)
    made = [await world.do(realm.system, CreateGroup(GroupDraft(f"team {at}"))) for at in range(3)]
    few = await answered(world, realm, groups.list_groups, made[0], "filter=externalId pr")
    await world.do(realm.system, CreateGroup(GroupDraft("team 3")))
    for query in ("filter=externalId pr", 'filter=displayName co "team"', "sortBy=externalId"):
        with pytest.raises(Misfit) as caught:
            await answered(world, realm, groups.list_groups, made[0], query)

        assert (query, caught.value.kind) == (query, "tooMany")
    named = await answered(world, realm, groups.list_groups, made[0], 'filter=displayName eq "team 1"')

    assert [json.loads(one.body)["totalResults"] for one in (few, named)] == [0, 1]
