"""A small world to try rules and stores in: a migrated database, an open store, tenants with units, roles and users."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

from muster.app.sources import MachineSources, Sealer, new_secret
from muster.core import permissions
from muster.core.acts import Case, Command, Question, View
from muster.core.authority import Actor, system
from muster.core.directory import Directory
from muster.core.drafts import CreateUser, UserDraft
from muster.core.entity import Entity
from muster.core.events import Origin
from muster.core.keys import ApiKey, IssueKey
from muster.core.known import INSTALLATION
from muster.core.roles import ADMINISTER, Role, RoleTemplate
from muster.core.tenancy import Tenant
from muster.core.tenants import CreateTenant
from muster.core.units import Unit
from muster.core.users import User
from muster.store.database import Database, DatabaseStore, database_at
from muster.store.migrations.run import migrate

R = TypeVar("R")

STAFF, AUDIT, PLANNING = "staff", "audit", "planning"
VIEW, CREATE = "users:view", "users:create"
ISSUE, EDIT_KEYS = "keys:create", "keys:edit"
READ_AUDIT = "audit:view"
RULING = permissions.of("account", "network", "subaccounts")

ADMINISTRATOR = (STAFF, 1)
MANAGER = (STAFF, 2)
VIEWER = (STAFF, 3)
AUDITOR = (AUDIT, 1)
PLANNER = (PLANNING, 1)

TEMPLATES = (
    RoleTemplate(*ADMINISTRATOR, "Administrator", RULING | {ADMINISTER, VIEW, CREATE, ISSUE, EDIT_KEYS, READ_AUDIT}),
    RoleTemplate(*MANAGER, "Manager", frozenset({VIEW, CREATE, ISSUE, EDIT_KEYS})),
    RoleTemplate(*VIEWER, "Viewer", frozenset({VIEW})),
    RoleTemplate(*AUDITOR, "Auditor", frozenset({READ_AUDIT})),
    RoleTemplate(*PLANNER, "Planner", permissions.of("units") | {VIEW, CREATE}),
)
ORIGIN = Origin("test", "192.0.2.7", "request-1")
INSTALLER = system(INSTALLATION, "installer")


class TestSources(MachineSources):
    """The machine's, with a clock that stands where it is put."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(Sealer(b"a key for tests"))
        self.time = 1_700_000_000_000

    def now(self) -> int:
        return self.time


@dataclass(frozen=True)
class Put(Command[None]):
    """Puts anything, under one event that says so: for what no command of the core makes yet, and for mischief."""

    pairs: tuple[tuple[Entity | None, Entity | None], ...]

    def decide(self, case: Case) -> None:
        for old, new in self.pairs:
            case.put(old, new)
        case.record("test.put", "test", "", "", None, None, ())


def new(*entities: Entity) -> Put:
    """Puts what was not there before."""
    return Put(tuple((None, entity) for entity in entities))


def change(old: Entity, becomes: Entity | None) -> Put:
    """Puts another state of an entity, or none."""
    return Put(((old, becomes),))


@dataclass(frozen=True)
class AddUnit(Command[Unit]):
    """Makes a unit below another."""

    parent: Unit
    name: str

    def decide(self, case: Case) -> Unit:
        number, above = case.number(), self.parent
        path = f"{above.path}{number}/"
        unit = Unit(case.fresh.id(), case.tenant, number, above.id, path, self.name, True, case.at)
        case.put(None, unit)
        case.record("unit.created", "unit", unit.id, unit.name, None, unit, ("number", "name", "path"))
        return unit


@dataclass(frozen=True)
class Person:
    """A user with a key of his and the actor that stands behind it."""

    user: User
    key: ApiKey
    secret: str
    actor: Actor


@dataclass(frozen=True)
class Realm:
    """A tenant with its root unit, its roles by catalogue and number, and its first administrator."""

    tenant: Tenant
    root: Unit
    roles: dict[tuple[str, int], Role]
    administrator: Person
    system: Actor

    @property
    def id(self) -> str:
        return self.tenant.id


class World:
    """An open store on a migrated database, with the directory before it."""

    def __init__(self, url: str, store: DatabaseStore, sources: TestSources) -> None:
        self.url = url
        self.store = store
        self.sources = sources
        self.directory = Directory(store, sources)
        self._names = count(1)

    async def do(self, actor: Actor, command: Command[R]) -> R:
        return await self.directory.do(actor, command, ORIGIN)

    async def ask(self, actor: Actor, question: Question[R]) -> R:
        return await self.directory.ask(actor, question)

    async def identified(self, secret: str) -> Actor:
        """The actor behind a key, looked up by somebody who has never seen him."""
        return await Directory(self.store, self.sources).identify(secret)

    async def realm(self, name: str = "Racoon City") -> Realm:
        """A new tenant."""
        draft = UserDraft(f"admin{next(self._names)}", notify=False)
        made = await self.do(INSTALLER, CreateTenant(name, TEMPLATES, (ADMINISTRATOR,), draft, new_secret()))
        assert made is not None
        found = await self.ask(system(made.tenant.id, "test"), _Inside(made.tenant.root))
        actor = await self.directory.identify(made.key.secret)
        administrator = Person(made.administrator, made.key.key, made.key.secret, actor)
        return Realm(made.tenant, *found, administrator, system(made.tenant.id, "test"))

    async def unit(self, realm: Realm, name: str, parent: Unit | None = None) -> Unit:
        """A new unit below the parent, or below the root."""
        return await self.do(realm.system, AddUnit(parent or realm.root, name))

    async def person(
        self,
        realm: Realm,
        username: str | None = None,
        roles: tuple[tuple[str, int], ...] = (),
        scope: Iterable[Unit] = (),
        home: Unit | None = None,
        narrowing: tuple[str, int] | None = None,
    ) -> Person:
        """A new user with a key, made by the system."""
        numbers = tuple(unit.number for unit in scope)
        name = username or f"user{next(self._names)}"
        draft = UserDraft(name, home=(home or realm.root).number, scope=numbers, roles=roles, notify=False)
        user = await self.do(realm.system, CreateUser(draft))
        return await self.holder(realm, user, narrowing)

    async def holder(self, realm: Realm, user: User, narrowing: tuple[str, int] | None = None) -> Person:
        """The user with a new key."""
        issued = await self.do(realm.system, IssueKey(user.number, "key", narrowing))
        return Person(user, issued.key, issued.secret, await self.directory.identify(issued.secret))

    async def user(self, realm: Realm, number: int) -> User:
        """The user as he is kept now."""
        return await self.ask(realm.system, _Kept(number))

    async def disable(self, realm: Realm, user: User) -> User:
        changed = replace(user, active=False)
        await self.do(realm.system, change(user, changed))
        return changed


@dataclass(frozen=True)
class _Kept(Question[User]):
    number: int

    def answer(self, view: View) -> User:
        user = view.known.one(User, ("tenant", "number"), view.tenant, self.number)
        assert user is not None
        return user


@dataclass(frozen=True)
class _Inside(Question[tuple[Unit, dict[tuple[str, int], Role]]]):
    root: str

    def answer(self, view: View) -> tuple[Unit, dict[tuple[str, int], Role]]:
        root = view.known.one(Unit, Unit.KEY, view.tenant, self.root)
        assert root is not None
        catalogues = [
            view.known.many(Role, ("tenant", "catalogue"), view.tenant, name) for name in (STAFF, AUDIT, PLANNING)
        ]
        roles = [role for catalogue in catalogues for role in catalogue]
        return root, {(role.catalogue, role.number): role for role in roles}


@asynccontextmanager
async def opened(url: str, database: Database | None = None) -> AsyncIterator[World]:
    """A world on a database that is migrated first, through that way to it, if one is given."""
    await asyncio.to_thread(migrate, url)
    store = DatabaseStore(database or database_at(url))
    await store.open()
    try:
        yield World(url, store, TestSources())
    finally:
        await store.close()
