"""Applications as their administrators see them: how one is made, changed, given another secret, and removed.

Whoever changes one holds all that it holds, for he could otherwise act through it. What it opens is in `sessions`.
"""

from __future__ import annotations

from dataclasses import replace

from muster.core.acts import Case, Command, Question, View
from muster.core.address_lists import find_list, must_still_admit
from muster.core.entity import KEPT, Kept
from muster.core.frozen import frozen
from muster.core.ports import Secret
from muster.core.programs import (
    Application,
    ExtraChanges,
    Extras,
    applications_of,
    check_texts,
    differing,
    merged,
    must_fit,
    must_name,
)
from muster.core.refusals import OwnAccount, Unknown, refuse
from muster.core.roles import Role, find_role

RoleName = tuple[str, int | str]
"""A catalogue, and the number or the id of a role in it."""

RECORDED = ("name", "description", "role", "long_lived", "address_list")


@frozen
class ApplicationDraft:
    """An application as somebody wants it. Without `id` and `secret` it gets new ones."""

    id: str | None
    name: str
    role: RoleName
    secret: Secret | None
    long_lived: bool = False
    description: str | None = None
    address_list: str | None = None
    extras: Extras = ()


@frozen
class IssuedApplication:
    """An application with its secret, which is told this once."""

    application: Application
    secret: str


def add_application(case: Case, draft: ApplicationDraft, role: Role) -> IssuedApplication:
    """Keep a new application, and record it."""
    secret = draft.secret or case.fresh.secret()
    made = Application(
        id=draft.id or case.fresh.id(),
        tenant=case.tenant,
        name=draft.name,
        digest=secret.digest,
        role=role.id,
        long_lived=draft.long_lived,
        created_at=case.at,
        description=draft.description,
        address_list=draft.address_list,
        extras=draft.extras,
    )
    case.put(None, made)
    more = differing((), made.extras)
    case.record("application.created", "application", made.id, made.name, None, made, RECORDED, more)
    return IssuedApplication(made, secret.text)


def _must_reach(case: Case, role: Role | None, what: str) -> None:
    """Refuse with `BeyondAuthority` unless the actor may do and see what an application with this role does."""
    case.actor.must_hold(role.permissions if role is not None else frozenset(), what)
    case.actor.must_see_all()


@frozen
class CreateApplication(Command[IssuedApplication]):
    """Make an application at most as powerful as the actor. Refuses a name that another program has."""

    permission = "applications:create"

    draft: ApplicationDraft

    def decide(self, case: Case) -> IssuedApplication:
        """The new application. Refuses wrong values, an unknown role or list, and one more than there may be."""
        draft = self.draft
        check_texts(draft.description, draft.extras)
        role = find_role(case, *draft.role, "role")
        _must_reach(case, role, "role")
        must_name(case, draft.name)
        must_fit(case)
        if draft.address_list is not None:
            find_list(case, draft.address_list)
        return add_application(case, draft, role)


@frozen
class ApplicationEdit:
    """What shall be different about an application; None erases. Without a role it can do nothing."""

    name: str | Kept = KEPT
    description: str | Kept | None = KEPT
    role: RoleName | Kept | None = KEPT
    long_lived: bool | Kept = KEPT
    address_list: str | Kept | None = KEPT
    extras: ExtraChanges = ()


@frozen
class EditApplication(Command[Application]):
    """Change an application, which counts for the sessions that it has open at once."""

    permission = "applications:edit"

    application: str
    edit: ApplicationEdit

    def decide(self, case: Case) -> Application:
        """The application as it stands then; unchanged if nothing is different.

        Refuses an unknown one, one that holds or would hold more than the actor, what making one refuses, and with
        `ShutsOut` a list of addresses that would not admit the actor's own application from where it asks.
        """
        application = _manageable(case, self.application)
        changed = _edited(case, application, self.edit)
        if changed.name != application.name:
            must_name(case, changed.name, application.id)
        if changed.address_list is not None and changed.address_list != application.address_list:
            must_still_admit(case, (changed,), find_list(case, changed.address_list).ranges)
        return _kept(case, application, changed, "application.edited")


def _edited(case: Case, application: Application, edit: ApplicationEdit) -> Application:
    changed = replace(application, extras=merged(application.extras, edit.extras))
    if edit.name is not KEPT:
        changed = replace(changed, name=edit.name)
    if edit.description is not KEPT:
        changed = replace(changed, description=edit.description)
    if edit.long_lived is not KEPT:
        changed = replace(changed, long_lived=edit.long_lived)
    if edit.address_list is not KEPT:
        changed = replace(changed, address_list=edit.address_list)
    if edit.role is not KEPT:
        role = None if edit.role is None else find_role(case, *edit.role, "role")
        _must_reach(case, role, "role")
        changed = replace(changed, role=None if role is None else role.id)
    check_texts(changed.description, changed.extras)
    return changed


def _kept(case: Case, old: Application, new: Application, act: str) -> Application:
    """Keep and record another state of an application; nothing if it is the same."""
    if new != old:
        case.put(old, new)
        case.record(act, "application", old.id, old.name, old, new, RECORDED, differing(old.extras, new.extras))
    return new


@frozen
class RenewSecret(Command[IssuedApplication]):
    """Give an application another secret. The old one and all sessions that it opened end at once."""

    permission = "applications:edit"

    application: str

    def decide(self, case: Case) -> IssuedApplication:
        """The application with its secret. Refuses an unknown one, and one that holds more than the actor."""
        application = _manageable(case, self.application)
        secret = case.fresh.secret()
        renewed = _kept(case, application, replace(application, digest=secret.digest), "application.secret-renewed")
        return IssuedApplication(renewed, secret.text)


@frozen
class DeleteApplication(Command[None]):
    """Delete an application for good. Its sessions end at once."""

    permission = "applications:delete"

    application: str

    def decide(self, case: Case) -> None:
        """Done. Refuses an unknown one, one that holds more than the actor, and the actor's own."""
        application = _manageable(case, self.application)
        if application.id == case.actor.id:
            refuse(OwnAccount())
        case.put(application, None)
        case.record("application.deleted", "application", application.id, application.name, application, None, RECORDED)


def find_application(view: View, application_id: str) -> Application:
    """The application of this id. Refuses with `Unknown` if the tenant has none."""
    application = view.known.one(Application, Application.KEY, view.tenant, application_id)
    if application is None:
        refuse(Unknown("application"))
    return application


def _manageable(case: Case, application_id: str) -> Application:
    application = find_application(case, application_id)
    role = None if application.role is None else case.known.one(Role, Role.KEY, case.tenant, application.role)
    _must_reach(case, role, "application")
    return application


@frozen
class Applications(Question[tuple[Application, ...]]):
    """All applications of the tenant."""

    permission = "applications:view"

    def answer(self, view: View) -> tuple[Application, ...]:
        """The applications, by id."""
        return applications_of(view)


@frozen
class ApplicationById(Question[Application]):
    """One application of the tenant."""

    permission = "applications:view"

    application: str

    def answer(self, view: View) -> Application:
        """It. Refuses with `Unknown` if the tenant has none of this id."""
        return find_application(view, self.application)
