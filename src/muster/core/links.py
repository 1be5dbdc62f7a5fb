"""Links that let somebody set a password, once and for a limited time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.refusals import Unknown, refuse

if TYPE_CHECKING:
    from muster.core.acts import Case
    from muster.core.known import Known

LINK_LIFETIME = 7 * 24 * 3600 * 1000


@frozen
class PasswordLink(Entity):
    """A link, kept as the digest of its secret; void once used, replaced or expired (UTC milliseconds)."""

    KEY = ("tenant", "user", "id")
    UNIQUE = (("digest",),)
    MANY = (("tenant", "user"),)

    id: str
    tenant: str
    user: str
    digest: str
    created_at: int
    expires_at: int
    void_at: int | None = None

    @staticmethod
    def made(case: Case, user: str, digest: str) -> PasswordLink:
        """A new link for a user; it lives seven days."""
        return PasswordLink(case.fresh.id(), case.tenant, user, digest, case.at, case.at + LINK_LIFETIME)


def is_live(link: PasswordLink, at: int) -> bool:
    """Whether the link works at this time."""
    return link.void_at is None and link.expires_at > at


def live_link(known: Known, digest: str, at: int) -> PasswordLink:
    """The link of this digest. Refuses with `Unknown` one that is void, expired or was never made."""
    link = known.one(PasswordLink, ("digest",), digest)
    if link is None or not is_live(link, at):
        refuse(Unknown("link"))
    return link
