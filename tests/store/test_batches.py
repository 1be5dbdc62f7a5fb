"""What a batch costs, whatever is in it: nothing that was foreseen is decided twice, and all of it is written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from muster.core.acts import Case, Command
from muster.core.authenticators import SOFT_TOKEN
from muster.core.drafts import CreateUser, UserDraft
from muster.core.editing import EditUser, InviteAgain, SetScope, UserEdit
from muster.core.enrolment import EnrolUser
from muster.core.entity import Columns
from muster.core.finders import Checked, by_external_id, by_id, by_login_name, by_number
from muster.core.grouped_users import EditGrouped
from muster.core.groups import Group
from muster.core.leaving import DeleteUser
from muster.core.members import PlaceUser
from muster.core.tenancy import Tenant
from muster.core.tokens import CreateToken
from muster.core.users import LoginName, User
from muster.store.rows import LAYOUTS
from muster.store.session import _different
from muster.store.statements import Statements
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


def _edit(user: User) -> UserEdit:
    return UserEdit(family_name=f"{user.number}th", attributes=(), extras=(("test.note", "x"),))


ABOUT_SOMEBODY: dict[str, Callable[[User], Command[Any]]] = {
    "edit by id": lambda user: EditUser(by_id(user.id), _edit),
    "edit by number": lambda user: EditUser(by_number(user.number), _edit),
    "edit by login name": lambda user: EditUser(by_login_name(user.username), _edit),
    "edit by external id": lambda user: EditUser(by_external_id(user.external_id or ""), _edit),
    "edit of one who is checked": lambda user: EditUser(Checked(by_id(user.id), lambda _: None), _edit),
    "edit that says all anew": lambda user: EditUser(by_id(user.id), _edit, demanding=True),
    "edit with groups": lambda user: EditGrouped(by_id(user.id), _edit),
    "scope": lambda user: SetScope(by_number(user.number), ()),
    "invitation": lambda user: InviteAgain(by_number(user.number)),
    "places": lambda user: PlaceUser(by_id(user.id), Group, ()),
    "token": lambda user: CreateToken(by_id(user.id), SOFT_TOKEN),
    "end": lambda user: DeleteUser(by_id(user.id)),
}
"""What is done to users who are there, who are named in all ways."""


@pytest.mark.parametrize("name", ABOUT_SOMEBODY)
async def test_whatever_is_done_to_many_users_at_once_is_decided_once_for_each(
    world: World, realm: Realm, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [UserDraft(f"user{it}", email=f"{it}@example.com", external_id=f"x{it}") for it in range(8)]
    first, *users = [await world.do(realm.system, CreateUser(draft)) for draft in drafts]
    # What is cached is looked up for the first one.
    await world.do(realm.system, ABOUT_SOMEBODY[name](first))
    commands = [ABOUT_SOMEBODY[name](user) for user in users]
    kind, decided = type(commands[0]), list[Any]()
    decide = kind.decide

    def counted(self: Any, case: Case) -> Any:
        decided.append(self)
        return decide(self, case)

    monkeypatch.setattr(kind, "decide", counted)
    await asyncio.gather(*(world.do(realm.system, command) for command in commands))

    assert decided == commands
    await verify_promises(world.url)


async def test_of_users_who_change_together_only_what_is_different_is_written(
    world: World, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [await world.do(realm.system, CreateUser(UserDraft(f"user{it}", given_name="Sam"))) for it in range(4)]
    edits = [UserEdit(given_name="Mia"), UserEdit(given_name="Sam", family_name="Wong"), UserEdit(given_name="Sam")]
    # The last one's e-mail comes and goes.
    users.append(users[3])
    edits += [UserEdit(email="a@example.com"), UserEdit(email=None)]
    written = list[tuple[Columns, list[Any]]]()
    update = Statements.update

    def noted(self: Statements, columns: Columns) -> str:
        if self.layout.kind is User:
            written.append((columns, []))
        return update(self, columns)

    monkeypatch.setattr(Statements, "update", noted)
    pairs = zip(users, edits, strict=True)
    changed = await asyncio.gather(*(world.do(realm.system, _to_be(user, edit)) for user, edit in pairs))

    [(columns, _)] = written
    # All of it at one time.
    assert set(columns) == {"given_name", "given_folded", "family_name", "family_folded", "version"}
    kept = {user.id: user for user in await entities(world.url, User)}
    assert [kept[user.id] for user in users] == [*changed[:3], changed[4], changed[4]]
    assert changed[2] == users[2]
    assert changed[4] == replace(users[3], version=3)


def test_what_has_one_column_for_a_key_is_written_by_that_and_what_is_the_same_is_not() -> None:
    tenant = Tenant("t", 1, "Racoon City", "u", 0, "")
    layout = LAYOUTS[Tenant]

    assert _different(layout, [(tenant, tenant)]) == ((), [])
    assert _different(layout, [(tenant, tenant), (tenant, replace(tenant, name="Umbrella"))]) == (
        ("name",),
        [("Umbrella", "t")],
    )


def _to_be(user: User, edit: UserEdit) -> EditUser:
    return EditUser(by_id(user.id), lambda _: edit)
