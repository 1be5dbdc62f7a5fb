"""Applications and those who look after them, for tests of what is made, changed and removed."""

from __future__ import annotations

from muster.app.sources import new_secret
from muster.core.applications import ApplicationDraft, CreateApplication
from muster.core.authority import Actor
from muster.core.permissions import of
from muster.core.programs import Application
from muster.core.query import Search
from muster.core.roles import Role
from muster.core.users import Users
from tests.support.kept import outcome
from tests.support.world import ORIGIN, STAFF, VIEWER, Realm, World, new

OVER_APPLICATIONS = of("applications")


async def made(world: World, realm: Realm, name: str = "script", role: tuple[str, int] = VIEWER) -> tuple[str, str]:
    """Id and secret of a new application that may show both with every request."""
    draft = ApplicationDraft(None, name, role, None, long_lived=True)
    issued = await world.do(realm.system, CreateApplication(draft))
    return issued.application.id, issued.secret


async def opened(world: World, pair: tuple[str, str]) -> Actor:
    """The application with a session."""
    token, _ = await world.directory.open_session(*pair, ORIGIN)
    return await world.directory.by_session(token)


async def keeper(world: World, realm: Realm, permissions: frozenset[str], number: int = 50) -> Actor:
    """An application that holds these permissions, with a session."""
    await world.do(realm.system, new(Role(f"keeper-{number}", realm.id, STAFF, number, "Keeper", permissions)))
    return await opened(world, await made(world, realm, f"keeper {number}", (STAFF, number)))


async def asks(world: World, actor: Actor) -> object:
    """What comes of asking for the users: None if they are told."""
    found = await outcome(world.ask(actor, Users(Search())))
    return None if isinstance(found, tuple) else found


def filler(realm: Realm, number: int) -> Application:
    """One of many applications."""
    secret = new_secret()
    return Application(f"filler-{number}", realm.id, f"filler {number}", secret.digest, None, False, 0)
