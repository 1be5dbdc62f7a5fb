"""What the core is handed from outside; each docstring is the contract that one test suite proves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from muster.core.requests import Request

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
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
