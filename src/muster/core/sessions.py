"""Sessions: what an application signs in to, and what its session, or its id and secret, let it do."""

from __future__ import annotations

from dataclasses import replace

from muster.core.acts import Case, Command, Question, View
from muster.core.address_lists import AddressList
from muster.core.addresses import Ranges, admits, ranges_of
from muster.core.authority import Actor, ApplicationCredential
from muster.core.frozen import frozen
from muster.core.known import Known
from muster.core.policies import SESSION_LIFETIME, policy
from muster.core.programs import Application
from muster.core.refusals import AddressForbidden, CredentialInvalid, Unknown, refuse
from muster.core.roles import Role
from muster.core.tenancy import Tenant


@frozen
class Session:
    """An application's session. Times are UTC milliseconds.

    `companion` is a second secret, told this once, which has to be shown with the session; None where none was wanted.
    """

    credential: ApplicationCredential
    created_at: int
    expires_at: int
    companion: str | None = None


@frozen
class TenantOfApplication(Question[str]):
    """Which tenant an application belongs to; asked before anybody is known."""

    application: str

    def answer(self, view: View) -> str:
        """The tenant's id. Refuses with `Unknown` an application that there is not."""
        application = view.known.one(Application, ("id",), self.application)
        if application is None:
            refuse(Unknown("application"))
        return application.tenant


@frozen
class OpenSession(Command[Session]):
    """Sign an application in by the digest of its secret; with `accompanied`, to a session that has a second secret."""

    application: str
    digest: str
    accompanied: bool = False

    def decide(self, case: Case) -> Session:
        """The session, as long as the policy lets it live.

        Refuses a wrong secret with `CredentialInvalid`, and an address that is not allowed it.
        """
        application = case.known.one(Application, ("id",), self.application)
        if application is None or application.tenant != case.tenant:
            refuse(Unknown("application"))
        if application.digest != self.digest:
            refuse(CredentialInvalid(is_secret=True))
        ranges = _ranges(case.known, application)
        if ranges and not admits(ranges, case.origin.address):
            refuse(AddressForbidden())
        expires_at = case.at + int(policy(case, SESSION_LIFETIME)) * 1000
        used = replace(application, last_used_at=case.at)
        case.put(application, used)
        case.record("application.signed-in", "application", used.id, used.name, None, None, ())
        companion = case.fresh.secret() if self.accompanied else None
        bound_to = None if companion is None else companion.digest
        credential = ApplicationCredential(used.id, used.digest, expires_at, bound_to)
        return Session(credential, case.at, expires_at, None if companion is None else companion.text)


def authenticate_application(known: Known, credential: ApplicationCredential, at: int) -> Actor:
    """The actor behind an application's credential. Refuses with `CredentialInvalid`, whatever is wrong with it."""
    application = known.one(Application, ("id",), credential.application)
    is_secret = credential.expires_at is None
    if application is None or application.digest != credential.digest:
        refuse(CredentialInvalid(is_secret))
    if not application.long_lived if credential.expires_at is None else credential.expires_at <= at:
        refuse(CredentialInvalid(is_secret))
    epoch = known.head(application.tenant).epoch
    tenant = known.one(Tenant, Tenant.KEY, application.tenant)
    if tenant is None:
        refuse(CredentialInvalid())
    return Actor(
        tenant=application.tenant,
        kind="application",
        id=application.id,
        name=application.name,
        permissions=_permissions(known, application),
        scope=None,
        home=tenant.root,
        epoch=epoch,
        credential=credential,
        credential_id=application.id,
        expires_at=credential.expires_at,
        ranges=_ranges(known, application),
    )


def _permissions(known: Known, application: Application) -> frozenset[str]:
    if application.role is None:
        return frozenset()
    role = known.one(Role, Role.KEY, application.tenant, application.role)
    if role is None:
        refuse(CredentialInvalid())
    return role.permissions


def _ranges(known: Known, application: Application) -> tuple[Ranges, ...]:
    """What the tenant's rules allow the application, and what its list does. One that is gone would allow nothing."""
    rules = ranges_of(known, application.tenant, application.id, application.id)
    if application.address_list is None:
        return rules
    kept = known.one(AddressList, AddressList.KEY, application.tenant, application.address_list)
    return (*rules, () if kept is None else kept.ranges)


def session_text(credential: ApplicationCredential) -> str:
    """What a session's token says, before it is sealed."""
    bound = "" if credential.bound_to is None else f" {credential.bound_to}"
    return f"{credential.application} {credential.digest} {credential.expires_at}{bound}"


def session_in(text: str | None) -> ApplicationCredential | None:
    """The credential that an opened token holds; None for none."""
    if text is None:
        return None
    application, digest, expires_at, *bound_to = text.split(" ")
    return ApplicationCredential(application, digest, int(expires_at), *bound_to)
