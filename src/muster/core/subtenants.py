"""Tenants that a tenant's administrator asks for: walled off like any other, from the one that asked as well."""

from __future__ import annotations

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.drafts import UserDraft, check_texts, welcome
from muster.core.events import Change
from muster.core.frozen import frozen
from muster.core.keys import IssuedKey, minted
from muster.core.known import INSTALLATION
from muster.core.refusals import Fault, Invalid, Unknown, refuse
from muster.core.tenancy import Tenant
from muster.core.tenants import FIRST_KEY, Blueprint, begin
from muster.core.units import Unit
from muster.core.users import User

FOUNDER = "another tenant"


@frozen
class NewSubtenant:
    """A tenant that was just made, its administrator, and his first key where one was wanted."""

    tenant: Tenant
    administrator: User
    key: IssuedKey | None


@frozen
class CreateSubtenant(Command[NewSubtenant]):
    """Make a tenant from the blueprint, and owe its administrator the mail that lets him in.

    Several may have one name, since a refusal would tell of others. `label` and `manager`, a user of the asking tenant,
    are kept in its trail alone. With `with_key` the administrator has a key at once.
    """

    permission = "subaccounts:create"
    heads = (INSTALLATION,)

    name: str
    blueprint: Blueprint
    administrator: UserDraft
    label: str | None = None
    manager: int | None = None
    with_key: bool = False

    def decide(self, case: Case) -> NewSubtenant:
        """The new tenant. Refuses whom only a part of his own is open to, wrong values, and an unknown manager."""
        case.actor.must_see_all()
        values.login_name(self.name, "tenant_name")
        values.optional_line(self.label, "label")
        check_texts(self.administrator)
        more = self._more(case)
        inside, tenant, user = begin(case, self.name, self.blueprint, self.administrator, FOUNDER)
        key = minted(inside, user, FIRST_KEY, None, case.fresh.secret()) if self.with_key else None
        if user.email is not None:
            welcome(inside, user, user.email)
        case.record("subtenant.created", "tenant", tenant.id, tenant.name, None, tenant, ("number", "name"), more)
        return NewSubtenant(tenant, user, key)

    def _more(self, case: Case) -> tuple[Change, ...]:
        changes = [] if self.label is None else [Change("label", None, self.label)]
        if self.manager is not None:
            manager = case.known.one(User, ("tenant", "number"), case.tenant, self.manager)
            if manager is None:
                refuse(Invalid("manager", Fault.UNKNOWN))
            changes.append(Change("manager", None, manager.id))
        return tuple(changes)


@frozen
class OwnTenant(Question[tuple[Tenant, Unit]]):
    """The actor's own tenant, with its root unit."""

    permission = "account:view"

    def answer(self, view: View) -> tuple[Tenant, Unit]:
        """Both. Refuses with `Unknown` an actor who is in none."""
        tenant = view.known.one(Tenant, Tenant.KEY, view.tenant)
        root = None if tenant is None else view.known.one(Unit, Unit.KEY, tenant.id, tenant.root)
        if tenant is None or root is None:
            refuse(Unknown("tenant"))
        return tenant, root
