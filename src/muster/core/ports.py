"""What the core is handed from outside; each docstring is the contract that one test suite proves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from muster.core.frozen import frozen

if TYPE_CHECKING:
    from muster.core.events import Event
    from muster.core.known import Head
    from muster.core.mails import Mail
    from muster.core.requests import Request

R = TypeVar("R")


@frozen
class Secret:
    """A secret that was just made: shown once as `text`, kept as `digest` (SHA-256, in hex)."""

    text: str
    digest: str


class Fresh(Protocol):
    """New ids and secrets for one request, in a fixed order: after `rewind` the same ones come again.

    A request may be decided more than once (more had to be loaded, or a batch was run again), and must come out the
    same each time.
    """

    def rewind(self) -> None:
        """Begin again with the first id and the first secret."""

    def id(self) -> str:
        """A new UUIDv7 in its 36-character form."""

    def secret(self) -> Secret:
        """A new secret of at least 160 bits, of ASCII letters and digits, 47 characters long."""

    def seal(self, text: str, context: str) -> bytes:
        """The text encrypted and authenticated with the installation's key, bound to `context`."""


class Sources(Protocol):
    """Time, randomness and secrecy."""

    def now(self) -> int:
        """UTC in milliseconds since 1970."""

    def fresh(self) -> Fresh:
        """A new supply of ids and secrets for one request."""

    def seal_token(self, text: str, context: str) -> str:
        """The text sealed, in letters that a header can hold."""

    def unseal_token(self, token: str, context: str) -> str | None:
        """The text of a token; None if it was not sealed here for this context."""

    def sign(self, text: str, context: str) -> str:
        """The text with a proof that it was signed here, bound to `context`, in letters that JSON and a URL can hold.

        The same text signs the same way every time. Whoever holds it can read it.
        """

    def signed(self, token: str, context: str) -> str | None:
        """The text of a token; None if it was not signed here for this context."""

    def digest(self, secret: str) -> str:
        """The SHA-256 digest, in hex, under which a secret is kept."""

    async def hash_password(self, password: str) -> str:
        """The argon2id hash in its encoded form; bounded in how many run at once."""

    async def verify_password(self, password: str, hashed: str | None) -> bool:
        """Whether the password fits. Without a hash it takes as long, and is False."""


class Store(Protocol):
    """Where the directory is kept.

    Writes of all callers are applied in one order, each deciding over what the ones before it did. `write` returns or
    raises `Refused` only after everything that its decision rests on, and all that it wrote, is durable; a refusal
    writes nothing. A request whose caller is cancelled is carried out all the same. A full queue raises `Refused`
    with `Saturated`, a database that fails `Refused` with `Unavailable` and nothing written.
    """

    async def write(self, request: Request[R]) -> R:
        """Decide the request, and keep what it changes."""

    async def read(self, request: Request[R]) -> R:
        """Answer the request from what is committed. A request that would change something is a programming error."""


class Outbox(Protocol):
    """The mails that the directory owes. Every method raises `Refused` with `Unavailable` when the database fails."""

    async def due_mails(self, at: int, limit: int) -> list[Mail]:
        """Mails that wait at this time (UTC milliseconds) and that nobody has claimed: the longest due first."""

    async def waiting_mails(self, limit: int) -> list[Mail]:
        """Mails that are neither sent nor given up, of all tenants: those that are due last come first."""

    async def newest_mails(self, tenant: str, limit: int) -> list[Mail]:
        """The tenant's mails, whatever became of them: the newest first."""


class Trail(Protocol):
    """The events as they are kept, read without trusting them.

    Every method raises `Refused` with `Unavailable` when the database fails.
    """

    async def next_chain(self, after: str) -> str | None:
        """The smallest id, above this one, of a tenant that has a head row or events; None after the last."""

    async def head(self, tenant: str) -> Head | None:
        """The tenant's head row as committed."""

    async def events(self, tenant: str, after: int | None, limit: int) -> list[Event]:
        """Events in the order of their sequence, those above `after`, or all that there are, zero and below too.

        A row that cannot be read as an event comes as one that its link does not bear out.
        """

    async def last_sequence(self, tenant: str) -> int | None:
        """The highest sequence among the tenant's events; None if it has none."""
