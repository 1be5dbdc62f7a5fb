"""Acts upon the directory of a running server through the core, beside it: for what no call of an API does yet."""

import asyncio
from dataclasses import dataclass
from typing import TypeVar

from muster.app.bootstrap import create_tenant
from muster.core.acts import Command, Question, View
from muster.core.authority import system
from muster.core.programs import Application
from muster.core.tenants import Tenants
from tests.support.world import INSTALLER, ORIGIN, opened

R = TypeVar("R")

FIRST_TENANT = "Muster"


def done(url: str, command: Command[R], tenant: str = FIRST_TENANT) -> R:
    """Carries out a command in the tenant of this name, and returns its result."""
    return asyncio.run(_acted(url, command, None, tenant))


def asked(url: str, question: Question[R], tenant: str = FIRST_TENANT) -> R:
    """The answer to a question in the tenant of this name."""
    return asyncio.run(_acted(url, None, question, tenant))


def founded(url: str, tenant: str) -> tuple[str, str]:
    """Makes a tenant of this name; the id and the secret of its first application."""
    return asyncio.run(_founded(url, tenant))


async def _founded(url: str, tenant: str) -> tuple[str, str]:
    async with opened(url) as world:
        made = await create_tenant(world.directory, world.sources, tenant)
        return made.application, made.application_secret.text


async def _acted(url: str, command: Command[R] | None, question: Question[R] | None, name: str) -> R:
    async with opened(url) as world:
        [tenant] = [one.id for one in await world.directory.ask(INSTALLER, Tenants()) if one.name == name]
        actor = system(tenant, "test")
        if command is not None:
            return await world.directory.do(actor, command, ORIGIN)
        assert question is not None
        return await world.directory.ask(actor, question)


@dataclass(frozen=True)
class KeptApplication(Question[Application]):
    """An application as it is kept."""

    application: str

    def answer(self, view: View) -> Application:
        found = view.known.one(Application, Application.KEY, view.tenant, self.application)
        assert found is not None
        return found
