"""Links that let somebody set a password, once and for a limited time.

A link's secret is a moment, a hyphen and what is drawn. Links are found by the moment and the digest of the rest, so
that those which are made together stand together in the index: by the digest alone each would be written to a page of
its own, in every create. Secrets that were mailed before are drawn whole, and found by their digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.refusals import Unknown, refuse
from muster.core.values import digest

if TYPE_CHECKING:
    from muster.core.acts import Case
    from muster.core.known import Known

LINK_LIFETIME = 7 * 24 * 3600 * 1000
_MOMENT = len("018f3c2e-7b1a")
"""How much of an id says when it was made, in milliseconds."""


@frozen
class PasswordLink(Entity):
    """A link, kept as the digest of its secret, see `digest_of`; void once used, replaced or expired.

    Times are UTC milliseconds.
    """

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


def made(case: Case, user: str) -> tuple[PasswordLink, str]:
    """A new link for a user, which lives seven days, and its secret, for him alone."""
    link_id, secret = case.fresh.id(), case.fresh.secret()
    moment = link_id[:_MOMENT]
    kept = f"{moment}-{secret.digest}"
    link = PasswordLink(link_id, case.tenant, user, kept, case.at, case.at + LINK_LIFETIME)
    return link, f"{moment}-{secret.text}"


def digest_of(secret: str) -> str:
    """What the link of this secret is found by."""
    moment, hyphen, drawn = secret.rpartition("-")
    return f"{moment}{hyphen}{digest(drawn)}"


def is_live(link: PasswordLink, at: int) -> bool:
    """Whether the link works at this time."""
    return link.void_at is None and link.expires_at > at


def live_link(known: Known, digest: str, at: int) -> PasswordLink:
    """The link of this digest. Refuses with `Unknown` one that is void, expired or was never made."""
    link = known.one(PasswordLink, ("digest",), digest)
    if link is None or not is_live(link, at):
        refuse(Unknown("link"))
    return link
