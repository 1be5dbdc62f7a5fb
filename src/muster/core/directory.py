"""The only door: everything outside asks the directory here, and nowhere else."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Iterable
from typing import TypeVar

from muster.core.acts import Command, Question
from muster.core.authority import (
    Actor,
    ApplicationCredential,
    ConnectionCredential,
    Credential,
    KeyCredential,
    system,
)
from muster.core.events import Origin
from muster.core.known import INSTALLATION
from muster.core.links import digest_of
from muster.core.passwords import LinkOwner, SetPassword, check_password
from muster.core.ports import Sources, Store
from muster.core.refusals import AddressForbidden, CredentialInvalid, Refused, refuse
from muster.core.requests import asking, commanding, identifying
from muster.core.sessions import OpenSession, Session, TenantOfApplication, session_in, session_text
from muster.core.tenants import NOTHING, Blueprint
from muster.core.uses import KeepUses, Uses

R = TypeVar("R")

CACHED_ACTORS = 10_000
NOBODY = system(INSTALLATION, "nobody")
SESSION = "session"
"""The context that session tokens are sealed for."""


class Directory:
    """Commands are carried out with `do`, questions answered with `ask`, credentials turned into actors first.

    Every method raises `Refused` for what cannot be done, and returns only what is durable. `blueprint` is what a
    tenant that is asked for here begins with.
    """

    def __init__(self, store: Store, sources: Sources, blueprint: Blueprint = NOTHING) -> None:
        self._store = store
        self._sources = sources
        self.blueprint = blueprint
        self._actors: OrderedDict[Credential, Actor] = OrderedDict()
        self._uses = Uses()

    def new_id(self) -> str:
        """A new UUIDv7, for what is known by an id inside an extra."""
        return self._sources.fresh().id()

    def now(self) -> int:
        """UTC in milliseconds since 1970."""
        return self._sources.now()

    def sign(self, text: str, context: str) -> str:
        """The text, signed for this context: what a client carries from one request to the next and must not change."""
        return self._sources.sign(text, context)

    def signed(self, token: str, context: str) -> str | None:
        """The text of what was signed; None if it was not, or for another context."""
        return self._sources.signed(token, context)

    def identify(self, secret: str) -> Awaitable[Actor]:
        """The actor behind an API key. Refuses with `CredentialInvalid`."""
        return self._identified(KeyCredential(self._sources.digest(secret)))

    def by_application(self, application: str, secret: str) -> Awaitable[Actor]:
        """The application of this id, which may show its secret with every request. As `identify`."""
        return self._identified(ApplicationCredential(application, self._sources.digest(secret), None))

    def by_connection(self, token: str) -> Awaitable[Actor]:
        """The connection whose token this is. As `identify`."""
        return self._identified(ConnectionCredential(self._sources.digest(token)))

    async def by_session(self, token: str, companions: Iterable[str] = ()) -> Actor:
        """The application whose session this is; `companions` are what was shown with it.

        Refuses with `CredentialInvalid` one that is forged or has ended, or whose second secret was not shown.
        """
        credential = session_in(self._sources.unseal_token(token, SESSION))
        if credential is None:
            refuse(CredentialInvalid())
        if credential.bound_to is not None and credential.bound_to not in map(self._sources.digest, companions):
            refuse(CredentialInvalid())
        return await self._identified(credential)

    async def admit(self, actor: Actor, address: str | None) -> Actor:
        """The actor as he asks from this address; None is an unknown one, which no rule allows.

        Refuses with `AddressForbidden` where the address rules that bind his credential do not allow it. Who was not
        admitted asks from nowhere, and does nothing where there are rules.
        """
        here = actor.at(address)
        if not here.admitted and actor.credential is not None:
            # He may come from the cache, and the rule be gone by now.
            here = await self._renewed(here, actor.credential)
        if _is_lasting(here.credential) and here.credential_id is not None:
            self._uses.note(here.tenant, here.credential_id, self._sources.now())
        return here

    async def keep_uses(self, *, all_of_them: bool) -> None:
        """Write down when keys and their like were last used: once a minute at most unless `all_of_them` are wanted.

        Raises `Refused` when the store does; what could not be written is kept for the next time.
        """
        while (taken := self._uses.take(self._sources.now(), all_of_them=all_of_them)) is not None:
            tenant, uses = taken
            try:
                await self.do(system(tenant, "uses"), KeepUses(uses), Origin("uses"))
            except Refused:
                for key, at in uses:
                    self._uses.note(tenant, key, at)
                raise

    async def open_session(
        self, application: str, secret: str, origin: Origin, *, accompanied: bool = False
    ) -> tuple[str, Session]:
        """A token for a new session of an application, and the session. Refuses an unknown one and a wrong secret.

        One that is `accompanied` has a second secret, which has to be shown with the token.
        """
        tenant = await self.ask(NOBODY, TenantOfApplication(application))
        command = OpenSession(application, self._sources.digest(secret), accompanied)
        session = await self.do(system(tenant, "sign-in"), command, origin)
        return self._sources.seal_token(session_text(session.credential), SESSION), session

    async def confirm(self, actor: Actor) -> None:
        """Refuse an actor whose credential has ended, or who is not admitted: for a request that asks nothing more."""
        if actor.credential is not None:
            await self._renewed(actor, actor.credential)

    async def _renewed(self, actor: Actor, credential: Credential) -> Actor:
        here = (await self._looked_up(actor.tenant, credential)).at(actor.address)
        if not here.admitted:
            refuse(AddressForbidden())
        return here

    async def _identified(self, credential: Credential) -> Actor:
        # He may come from a cache; whatever he asks next is held against the tenant's epoch and the time, and he is
        # made anew if anybody's authority changed since.
        cached = self._actors.get(credential)
        if cached is not None:
            return cached
        found = await self._store.read(identifying(INSTALLATION, credential, self._sources.now()))
        # Once more now that his tenant is known: its epoch has to be read before the credential, or one that is
        # revoked between the two would pass for one that is alive in the later epoch.
        return await self._looked_up(found.tenant, credential)

    async def _looked_up(self, tenant: str, credential: Credential) -> Actor:
        actor = await self._store.read(identifying(tenant, credential, self._sources.now()))
        self._remember(actor)
        return actor

    def _remember(self, actor: Actor) -> None:
        if actor.credential is None:
            return
        # Without where he asked from, which is another place the next time.
        self._actors[actor.credential] = actor.at(None)
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

    async def hash_password(self, password: str, username: str = "") -> str:
        """The hash of a password that a user shall have. Refuses a weak one, as `check_password` does."""
        check_password(password, username)
        return await self._sources.hash_password(password)

    async def link_owner(self, secret: str) -> str:
        """The username that a password link belongs to. Refuses with `Unknown` a void one."""
        _, username = await self.ask(NOBODY, LinkOwner(digest_of(secret)))
        return username

    async def set_password(self, secret: str, password: str, origin: Origin) -> None:
        """Set the password of a link's owner and void the link. Refuses a void link and a weak password."""
        digest = digest_of(secret)
        tenant, username = await self.ask(NOBODY, LinkOwner(digest))
        hashed = await self.hash_password(password, username)
        await self.do(system(tenant, "password link"), SetPassword(digest, hashed), origin)


def _is_lasting(credential: Credential | None) -> bool:
    """Whether it is shown with every request, so that its uses are worth knowing; a session's beginning is an event."""
    if isinstance(credential, ApplicationCredential):
        return credential.expires_at is None
    return credential is not None
