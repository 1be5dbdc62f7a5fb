"""Actor: who asks, through what, and what he may see and do.

An actor is made from a credential (`keys.authenticate`), holds while the tenant's epoch stands, and is made anew
inside the batch when it does not.
"""

from collections.abc import Iterable

from muster.core.addresses import Ranges, admits
from muster.core.frozen import frozen
from muster.core.refusals import BeyondAuthority, PermissionMissing, refuse
from muster.core.units import Unit


@frozen
class KeyCredential:
    """An API key, by the digest of its secret."""

    digest: str


@frozen
class ApplicationCredential:
    """An application's session, or with no end its id and secret themselves; `digest` is the secret's.

    `bound_to` is the digest of a second secret that has to be shown with the session, if it has one.
    """

    application: str
    digest: str
    expires_at: int | None
    bound_to: str | None = None


@frozen
class ConnectionCredential:
    """A connection's token, by its digest."""

    digest: str


Credential = KeyCredential | ApplicationCredential | ConnectionCredential


@frozen
class Actor:
    """Who asks. `scope` is the units that he is restricted to, with all below them; None is no restriction.

    `credential` is what he showed; None for the system itself. `expires_at` is when that ends. `permissions` is what
    his roles give him less what the credential's narrowing takes. `address` is where he asks from, and `ranges` where
    he may, one for each scope of address rules that binds his credential. `profile` is a connection's.
    """

    tenant: str
    kind: str
    id: str
    name: str
    permissions: frozenset[str]
    scope: tuple[Unit, ...] | None
    home: str
    epoch: int
    credential: Credential | None = None
    credential_id: str | None = None
    expires_at: int | None = None
    everything: bool = False
    ranges: tuple[Ranges, ...] = ()
    address: str | None = None
    profile: str | None = None

    def at(self, address: str | None) -> "Actor":
        """The same, asking from this address."""
        # Field by field: `replace` takes six times as long, and this is done for every request.
        return Actor(
            self.tenant,
            self.kind,
            self.id,
            self.name,
            self.permissions,
            self.scope,
            self.home,
            self.epoch,
            self.credential,
            self.credential_id,
            self.expires_at,
            self.everything,
            self.ranges,
            address,
            self.profile,
        )

    @property
    def admitted(self) -> bool:
        """Whether address rules let him ask from where he does."""
        return not self.ranges or admits(self.ranges, self.address)

    def may(self, permission: str) -> bool:
        """Whether he holds the permission."""
        return self.everything or permission in self.permissions

    def must(self, permission: str) -> None:
        """Refuse with `PermissionMissing` unless he holds the permission."""
        if not self.may(permission):
            refuse(PermissionMissing(permission))

    def must_hold(self, permissions: frozenset[str], what: str) -> None:
        """Refuse with `BeyondAuthority` if any of these permissions is one that he lacks."""
        if not self.everything and not permissions <= self.permissions:
            refuse(BeyondAuthority(what))

    def sees(self, unit: Unit) -> bool:
        """Whether the unit lies inside his scope."""
        return self.scope is None or any(own.holds(unit) for own in self.scope)

    def covers(self, scope: Iterable[Unit]) -> bool:
        """Whether a user with this scope sees nothing that he does not; an empty scope is no restriction."""
        units = tuple(scope)
        return self.scope is None or (bool(units) and all(self.sees(unit) for unit in units))

    def must_see_all(self) -> None:
        """Refuse with `BeyondAuthority` whom only a part of the tenant is open to: for what stands outside units."""
        if not self.covers(()):
            refuse(BeyondAuthority("scope"))

    @property
    def within(self) -> tuple[str, ...] | None:
        """The paths of his scope, for searches."""
        return None if self.scope is None else tuple(unit.path for unit in self.scope)


def system(tenant: str, name: str) -> Actor:
    """The installation itself, or whoever runs its commands on the machine: bounded by the tenant wall alone."""
    nothing: frozenset[str] = frozenset()
    return Actor(tenant, "system", "", name, nothing, None, "", 0, everything=True)
