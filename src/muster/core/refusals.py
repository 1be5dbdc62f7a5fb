"""Why something was not done: a closed set of kinds, without a status or a wire word among them.

Each API owns one total table from these kinds to its own statuses and bodies; a new kind fails the type check there
until it has been answered.
"""

from enum import Enum
from typing import NoReturn

from muster.core.frozen import frozen


class Fault(Enum):
    """What is wrong with a value."""

    MISSING = "is required"
    TOO_LONG = "is too long"
    MALFORMED = "is not valid"
    CHARACTERS = "holds characters that are not allowed"
    TOO_MANY = "holds too many entries"
    DUPLICATE = "names the same thing twice"
    WEAK = "is too easily guessed"
    UNKNOWN = "names nothing that there is"
    INACTIVE = "names something that is not active"
    FIXED = "is the system's own, and stays as it is"


@frozen
class Invalid:
    """A value that no rule could accept. `field` is the core's name for it, `limit` the bound it broke, if any."""

    field: str
    fault: Fault
    limit: int | None = None

    @property
    def wording(self) -> str:
        """What is wrong, and the bound, in words that follow the field's name."""
        if self.limit is None:
            return self.fault.value
        side = "least" if self.fault is Fault.WEAK else "most"
        return f"{self.fault.value} (at {side} {self.limit})"


@frozen
class Unknown:
    """No such thing, or none that the actor may see: the two are never told apart."""

    noun: str


@frozen
class Taken:
    """A name that somebody else in the tenant has."""

    field: str


@frozen
class PermissionMissing:
    """The actor lacks the permission that the act demands."""

    permission: str


@frozen
class BeyondAuthority:
    """The act would reach past what the actor himself holds: `what` is 'role', 'scope' or 'user'."""

    what: str


@frozen
class CredentialInvalid:
    """The credential is unknown, expired, revoked, or its owner is gone or disabled.

    `is_secret` says that an id was shown with its secret, and not a session or a key.
    """

    is_secret: bool = False


@frozen
class AddressForbidden:
    """The credential is good, but address rules do not allow it to be used from where the request comes."""


@frozen
class ShutsOut:
    """The address rules would then no longer admit the very request that changes them."""


@frozen
class InUse:
    """Something else still refers to the thing, and would be left without it."""

    noun: str


@frozen
class LastAdministrator:
    """The tenant would be left without an active administrator."""


@frozen
class OwnAccount:
    """Nobody may end his own access."""


@frozen
class Full:
    """There are as many as may be: `noun` is of what, `limit` how many."""

    noun: str
    limit: int


@frozen
class WrongState:
    """What is named is in a state in which this cannot be done."""

    noun: str
    state: str


@frozen
class Outdated:
    """The thing has changed since the version that the act was meant for."""

    noun: str


class Obstacle(Enum):
    """What about a user stands in the way."""

    ENROLLED = "has set a password already"
    SERVICE = "is no person"
    SSO_ONLY = "signs in through another place only"


@frozen
class Unsuited:
    """The user is not one for whom this can be done."""

    obstacle: Obstacle


@frozen
class Saturated:
    """The write queue is full; nothing was begun."""


@frozen
class Unavailable:
    """The database could not do it now; nothing was written."""


Refusal = (
    Invalid
    | Unknown
    | Taken
    | PermissionMissing
    | BeyondAuthority
    | CredentialInvalid
    | AddressForbidden
    | ShutsOut
    | InUse
    | LastAdministrator
    | OwnAccount
    | Unsuited
    | Full
    | WrongState
    | Outdated
    | Saturated
    | Unavailable
)


class Refused(Exception):
    """Carries a refusal to the door that answers it. It is an ordinary result, not a failure."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def refuse(refusal: Refusal) -> NoReturn:
    """Raise `Refused` with this refusal."""
    raise Refused(refusal)
