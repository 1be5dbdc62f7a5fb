"""The only door: everything outside asks the directory here, and nowhere else."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from muster.core.acts import Command, Question
from muster.core.authority import Actor, system
from muster.core.events import Origin
from muster.core.known import INSTALLATION
from muster.core.passwords import LinkOwner, SetPassword, check_password
from muster.core.ports import Sources, Store
from muster.core.requests import asking, commanding, identifying

R = TypeVar("R")

CACHED_ACTORS = 10_000
NOBODY = system(INSTALLATION, "nobody")


class Directory:
    """Commands are carried out with `do`, questions answered with `ask`, credentials turned into actors first.

    Every method raises `Refused` for what cannot be done, and returns only what is durable.
    """

    def __init__(self, store: Store, sources: Sources) -> None:
        self._store = store
        self._sources = sources
        self._actors: OrderedDict[str, Actor] = OrderedDict()

    async def identify(self, secret: str) -> Actor:
        """The actor behind an API key. Refuses with `CredentialInvalid`.

        He may come from a cache; whatever he asks next is held against the tenant's epoch, and he is made anew if
        anybody's authority changed since.
        """
        digest = self._sources.digest(secret)
        cached = self._actors.get(digest)
        if cached is not None:
            return cached
        now = self._sources.now()
        found = await self._store.read(identifying(NOBODY, digest, now))
        # Once more now that his tenant is known: its epoch has to be read before the key, or a key that is revoked
        # between the two would pass for one that is alive in the later epoch.
        actor = await self._store.read(identifying(found, digest, now))
        self._remember(actor)
        return actor

    def _remember(self, actor: Actor) -> None:
        if actor.credential is None:
            return
        self._actors[actor.credential] = actor
        if len(self._actors) > CACHED_ACTORS:
            self._actors.popitem(last=False)

    async def do(self, actor: Actor, command: Command[R], origin: Origin) -> R:
        """Carry out a command for an actor."""
        request = commanding(actor, command, self._sources.now(), self._sources.fresh(), origin)
        result = await self._store.write(request)
        if request.actor is not actor:
            self._remember(request.actor)
        return result

    async def ask(self, actor: Actor, question: Question[R]) -> R:
        """Answer a question for an actor."""
        request = asking(actor, question, self._sources.now())
        answer = await self._store.read(request)
        if request.actor is not actor:
            self._remember(request.actor)
        return answer

    async def link_owner(self, secret: str) -> str:
        """The username that a password link belongs to. Refuses with `Unknown` a void one."""
        _, username = await self.ask(NOBODY, LinkOwner(self._sources.digest(secret)))
        return username

    async def set_password(self, secret: str, password: str, origin: Origin) -> None:
        """Set the password of a link's owner and void the link. Refuses a void link and a weak password."""
        digest = self._sources.digest(secret)
        tenant, username = await self.ask(NOBODY, LinkOwner(digest))
        check_password(password, username)
        hashed = await self._sources.hash_password(password)
        await self.do(system(tenant, "password link"), SetPassword(digest, hashed), origin)
