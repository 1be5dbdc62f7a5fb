"""Where a tenant's users sign in when they do so elsewhere: what is known of their identity provider.

Muster keeps it and shows it again; it fetches nothing, and what the metadata says is read by the API that takes it.
"""

from __future__ import annotations

import re
from hashlib import sha256

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.known import INSTALLATION
from muster.core.refusals import Fault, Invalid, Taken, Unknown, refuse
from muster.core.tenancy import Tenant

METADATA_LENGTH = 262_144
ADDRESS_LENGTH = 2_048
MAPPING_LENGTH = 16_384

_WORD = re.compile(r"[^\W_]+")


@frozen
class Federation(Entity):
    """A tenant's identity provider, at most one. No two of the installation have one `slug`, made from the name.

    `metadata` is the provider's own description of itself, `source` where it can be read, `provider` its id in it, and
    `mapping` says, as text, which of its attributes becomes what.
    """

    KEY = ("tenant",)
    UNIQUE = (("slug",),)

    tenant: str
    name: str
    slug: str
    metadata: str | None
    source: str | None
    provider: str | None
    mapping: str
    created_at: int

    @property
    def fingerprint(self) -> str | None:
        """SHA-256 of the metadata, in hex."""
        return None if self.metadata is None else sha256(self.metadata.encode()).hexdigest()


RECORDED = ("name", "slug", "source", "provider", "mapping", "fingerprint")


def slug_of(name: str) -> str:
    """The name as one word, for addresses: its letters and digits, folded.

    >>> slug_of("Racoon City P.D.")
    'racoon-city-p-d'
    """
    return "-".join(_WORD.findall(values.fold(name)))


@frozen
class FederationDraft:
    """An identity provider as somebody wants it."""

    name: str
    mapping: str
    metadata: str | None = None
    source: str | None = None
    provider: str | None = None


@frozen
class SetFederation(Command[Federation]):
    """Set, or replace, the identity provider of the tenant; `number` is the tenant's own.

    Refuses with `Taken` a name that makes the same slug as another tenant's.
    """

    permission = "account:edit"
    heads = (INSTALLATION,)

    number: int
    draft: FederationDraft

    def decide(self, case: Case) -> Federation:
        """The provider as it stands then. Refuses whom only a part of the tenant is open to, and wrong values."""
        tenant = case.known.one(Tenant, Tenant.KEY, case.tenant)
        if tenant is None or tenant.number != self.number:
            refuse(Unknown("federation"))
        case.actor.must_see_all()
        slug = _checked(self.draft)
        other = case.known.one(Federation, ("slug",), slug)
        if other is not None and other.tenant != case.tenant:
            refuse(Taken("federation_name"))
        old = case.known.one(Federation, Federation.KEY, case.tenant)
        new = _made(self.draft, case.tenant, slug, case.at if old is None else old.created_at)
        if new != old:
            case.put(old, new)
            act = "federation.created" if old is None else "federation.edited"
            case.record(act, "federation", case.tenant, new.name, old, new, RECORDED)
        return new


def _checked(draft: FederationDraft) -> str:
    """The slug of a draft. Refuses with `Invalid` texts that cannot be kept, and a name without a letter or digit."""
    values.login_name(draft.name, "federation_name")
    values.text(draft.mapping, "mapping", MAPPING_LENGTH)
    values.text(draft.metadata or "", "metadata", METADATA_LENGTH)
    values.optional_line(draft.source, "source", ADDRESS_LENGTH)
    values.optional_line(draft.provider, "metadata")
    slug = slug_of(draft.name)
    if not slug:
        refuse(Invalid("federation_name", Fault.CHARACTERS))
    return slug


def _made(draft: FederationDraft, tenant: str, slug: str, at: int) -> Federation:
    return Federation(tenant, draft.name, slug, draft.metadata, draft.source, draft.provider, draft.mapping, at)


@frozen
class OwnFederation(Question[tuple[Tenant, Federation | None]]):
    """The identity provider of the actor's tenant, if one is set, with the tenant."""

    permission = "account:view"

    def answer(self, view: View) -> tuple[Tenant, Federation | None]:
        """Both."""
        tenant = view.known.one(Tenant, Tenant.KEY, view.tenant)
        if tenant is None:
            refuse(Unknown("tenant"))
        return tenant, view.known.one(Federation, Federation.KEY, tenant.id)
