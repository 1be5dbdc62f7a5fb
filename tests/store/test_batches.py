"""What a batch costs, whatever is in it: nothing that was foreseen is decided twice, and all of it is written."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from muster.core.acts import Case, Command
from muster.core.drafts import CreateUser, UserDraft
from muster.core.enrolment import EnrolUser
from muster.core.users import LoginName, User
from tests.support.kept import entities, verify_promises
from tests.support.world import MANAGER, VIEWER, Realm, World


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 40])
async def test_however_many_are_made_together_each_is_kept_whole(world: World, realm: Realm, count: int) -> None:
    drafts = [
        UserDraft(f"user{number}", email=f"{number}@example.com", roles=(MANAGER, VIEWER), aliases=(f"alias{number}",))
        for number in range(count)
    ]
    made = await asyncio.gather(*(world.do(realm.administrator.actor, CreateUser(draft)) for draft in drafts))

    kept = {user.id: user for user in await entities(world.url, User)}
    names = {name.folded: name.user for name in await entities(world.url, LoginName)}
    assert [kept[user.id] for user in made] == list(made)
    assert [(names[f"user{at}"], names[f"alias{at}"]) for at in range(count)] == [(user.id, user.id) for user in made]
    await verify_promises(world.url)


@pytest.mark.parametrize("kind", [CreateUser, EnrolUser])
async def test_a_create_is_decided_once(world: World, realm: Realm, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def command(name: str) -> Command[Any]:
        draft = UserDraft(name, email="a@example.com", external_id=f"of {name}", aliases=(f"alias of {name}",))
        made: Command[Any] = kind(draft)
        return made

    # What is cached is looked up for the first one.
    await world.do(realm.administrator.actor, command("somebody"))
    decide, decided = kind.decide, list[str]()

    def counted(self: Any, case: Case) -> Any:
        decided.append(self.draft.username)
        return decide(self, case)

    monkeypatch.setattr(kind, "decide", counted)
    names = [f"user{number}" for number in range(20)]
    await asyncio.gather(*(world.do(realm.administrator.actor, command(name)) for name in names))

    assert decided == names
