"""The account: what a tenant says of itself, and how much of it is in use."""

from __future__ import annotations

from dataclasses import replace

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.entity import KEPT, Kept
from muster.core.frozen import frozen
from muster.core.query import Flag, FlagIs, Search
from muster.core.refusals import Fault, Invalid, Unknown, refuse
from muster.core.tenancy import Tenant

COMPANY_LENGTH = 100


def own_tenant(view: View) -> Tenant:
    """The actor's own tenant. Refuses with `Unknown` an actor who is in none."""
    tenant = view.known.one(Tenant, Tenant.KEY, view.tenant)
    if tenant is None:
        refuse(Unknown("tenant"))
    return tenant


@frozen
class EditAccount(Command[Tenant]):
    """Say what company the tenant belongs to, or that its terms were agreed to, which is never taken back.

    The tenant's own name stays: commands know the tenant by it.
    """

    permission = "account:edit"

    company: str | Kept = KEPT
    agreed: bool | Kept = KEPT

    def decide(self, case: Case) -> Tenant:
        """The tenant as it stands then. Refuses a company's name that is empty or over 100 characters."""
        old = own_tenant(case)
        new = replace(old, company=_company(old, self.company), agreed=_agreed(old, self.agreed))
        if new != old:
            case.put(old, new)
            case.record("account.edited", "tenant", old.id, old.name, old, new, ("company", "agreed"))
        return new


def _company(old: Tenant, company: str | Kept) -> str | None:
    if isinstance(company, Kept):
        return old.company
    if not company.strip():
        refuse(Invalid("company", Fault.MISSING))
    return values.line(company, "company", COMPANY_LENGTH)


def _agreed(old: Tenant, agreed: bool | Kept) -> bool:
    if isinstance(agreed, Kept):
        return old.agreed
    if old.agreed and not agreed:
        refuse(Invalid("agreed", Fault.FIXED))
    return agreed


@frozen
class AccountInUse(Question[tuple[Tenant, int]]):
    """The actor's own tenant, and how many users it has who are active. There is no limit to them."""

    permission = "entitlements:view"

    def answer(self, view: View) -> tuple[Tenant, int]:
        """Both."""
        active = Search(conditions=(FlagIs(Flag.ACTIVE, True),), limit=0)
        return own_tenant(view), view.known.page(active.bounded(view.tenant, view.actor.within)).total
