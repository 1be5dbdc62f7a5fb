"""Applications: machine clients with an id and a secret, which open sessions or show both with every request."""

from __future__ import annotations

from dataclasses import replace

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.addresses import admits, ranges_of
from muster.core.authority import Actor, ApplicationCredential
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.known import Known
from muster.core.policies import SESSION_LIFETIME, policy
from muster.core.ports import Secret
from muster.core.refusals import AddressForbidden, BeyondAuthority, CredentialInvalid, Taken, Unknown, refuse
from muster.core.roles import Role, find_role
from muster.core.tenancy import Tenant


@frozen
class Application(Entity):
    """A machine client that acts with a role. `long_lived` lets its id and secret stand for a session."""

    UNIQUE = (("id",),)
    MANY = (("tenant",),)
    AUTHORITY = ("digest", "role", "long_lived")

    id: str
    tenant: str
    name: str
    digest: str
    role: str
    long_lived: bool
    created_at: int
    last_used_at: int | None = None


@frozen
class ApplicationDraft:
    """An application as somebody wants it. `role` is a catalogue and a number in it."""

    id: str
    name: str
    role: tuple[str, int]
    secret: Secret
    long_lived: bool = False


RECORDED = ("name", "role", "long_lived")


def add_application(case: Case, draft: ApplicationDraft, role: Role) -> Application:
    """Keep a new application, and record it."""
    made = Application(draft.id, case.tenant, draft.name, draft.secret.digest, role.id, draft.long_lived, case.at)
    case.put(None, made)
    case.record("application.created", "application", made.id, made.name, None, made, RECORDED)
    return made


def _must_reach(case: Case, role: Role | None, what: str) -> None:
    """Refuse with `BeyondAuthority` unless the actor may do and see what an application with this role does."""
    case.actor.must_hold(role.permissions if role is not None else frozenset(), what)
    if not case.actor.covers(()):
        refuse(BeyondAuthority("scope"))


@frozen
class CreateApplication(Command[Application]):
    """Make an application at most as powerful as the actor. Refuses a name that another has."""

    permission = "applications:create"

    draft: ApplicationDraft

    def decide(self, case: Case) -> Application:
        """The new application."""
        values.login_name(self.draft.name, "name")
        role = find_role(case, *self.draft.role, "role")
        _must_reach(case, role, "role")
        others = case.known.many(Application, ("tenant",), case.tenant)
        if any(values.fold(other.name) == values.fold(self.draft.name) for other in others):
            refuse(Taken("name"))
        return add_application(case, self.draft, role)


@frozen
class AllowLongLived(Command[Application]):
    """Let an application's id and secret stand for a session, or no more."""

    permission = "applications:edit"

    application: str
    allowed: bool

    def decide(self, case: Case) -> Application:
        """The application as it stands then. Refuses an unknown one and one that holds more than the actor."""
        application = case.known.one(Application, Application.KEY, case.tenant, self.application)
        if application is None:
            refuse(Unknown("application"))
        role = case.known.one(Role, Role.KEY, case.tenant, application.role)
        _must_reach(case, role, "application")
        changed = replace(application, long_lived=self.allowed)
        if changed != application:
            case.put(application, changed)
            case.record(
                "application.edited", "application", application.id, application.name, application, changed, RECORDED
            )
        return changed


@frozen
class Applications(Question[tuple[Application, ...]]):
    """All applications of the tenant."""

    permission = "applications:view"

    def answer(self, view: View) -> tuple[Application, ...]:
        """The applications, by id."""
        found = view.known.many(Application, ("tenant",), view.tenant)
        return tuple(sorted(found, key=lambda application: application.id))


@frozen
class Session:
    """An application's session. Times are UTC milliseconds."""

    credential: ApplicationCredential
    created_at: int
    expires_at: int


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
    """Sign an application in by the digest of its secret."""

    application: str
    digest: str

    def decide(self, case: Case) -> Session:
        """The session, as long as the policy lets it live.

        Refuses a wrong secret with `CredentialInvalid`, and an address that the tenant's rules do not allow.
        """
        application = case.known.one(Application, ("id",), self.application)
        if application is None or application.tenant != case.tenant:
            refuse(Unknown("application"))
        if application.digest != self.digest:
            refuse(CredentialInvalid(is_secret=True))
        ranges = ranges_of(case.known, case.tenant, application.id, application.id)
        if ranges and not admits(ranges, case.origin.address):
            refuse(AddressForbidden())
        expires_at = case.at + int(policy(case, SESSION_LIFETIME)) * 1000
        used = replace(application, last_used_at=case.at)
        case.put(application, used)
        case.record("application.signed-in", "application", used.id, used.name, None, None, ())
        return Session(ApplicationCredential(used.id, used.digest, expires_at), case.at, expires_at)


def authenticate_application(known: Known, credential: ApplicationCredential, at: int) -> Actor:
    """The actor behind an application's credential. Refuses with `CredentialInvalid`, whatever is wrong with it."""
    application = known.one(Application, ("id",), credential.application)
    is_secret = credential.expires_at is None
    if application is None or application.digest != credential.digest:
        refuse(CredentialInvalid(is_secret))
    if not application.long_lived if credential.expires_at is None else credential.expires_at <= at:
        refuse(CredentialInvalid(is_secret))
    epoch = known.head(application.tenant).epoch
    role = known.one(Role, Role.KEY, application.tenant, application.role)
    tenant = known.one(Tenant, Tenant.KEY, application.tenant)
    if role is None or tenant is None:
        refuse(CredentialInvalid())
    return Actor(
        tenant=application.tenant,
        kind="application",
        id=application.id,
        name=application.name,
        permissions=role.permissions,
        scope=None,
        home=tenant.root,
        epoch=epoch,
        credential=credential,
        credential_id=application.id,
        expires_at=credential.expires_at,
        ranges=ranges_of(known, application.tenant, application.id, application.id),
    )


def session_text(credential: ApplicationCredential) -> str:
    """What a session's token says, before it is sealed."""
    return f"{credential.application} {credential.digest} {credential.expires_at}"


def session_in(text: str | None) -> ApplicationCredential | None:
    """The credential that an opened token holds; None for none."""
    if text is None:
        return None
    application, digest, expires_at = text.split(" ")
    return ApplicationCredential(application, digest, int(expires_at))
