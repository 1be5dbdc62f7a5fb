"""What the tests of changes have in common: roles that may make them, the change itself, and what it left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from muster.core.acts import Question, View
from muster.core.editing import EditUser, UserEdit
from muster.core.events import Event
from muster.core.finders import by_login_name, by_number
from muster.core.users import User
from tests.support.kept import entities
from tests.support.world import ADMINISTRATOR, MANAGER, Realm, World, change

EDIT, DELETE, ASSIGN, VIEW_KEYS = "users:edit", "users:delete", "units:assign", "keys:view"


async def empower(world: World, realm: Realm) -> None:
    """Let administrators and managers change users and look at keys, besides what they may already."""
    for name in (ADMINISTRATOR, MANAGER):
        role = realm.roles[name]
        more = replace(role, permissions=role.permissions | {EDIT, DELETE, ASSIGN, VIEW_KEYS})
        await world.do(realm.system, change(role, more))


def editing(user: User, **fields: Any) -> EditUser:
    """The change of these fields."""
    return EditUser(by_number(user.number), lambda _: UserEdit(**fields))


async def kept(world: World, realm: Realm, user: User) -> User:
    """The user as he is kept now."""
    return await world.user(realm, user.number)


async def newest(world: World) -> Event:
    """What happened last, where there is one tenant."""
    events: list[Event] = await entities(world.url, Event)
    return max(events, key=lambda event: event.sequence)


@dataclass(frozen=True)
class Named(Question[User]):
    """The user of this login name."""

    name: str

    def answer(self, view: View) -> User:
        return by_login_name(self.name)(view)
