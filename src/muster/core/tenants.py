"""The tenant: the wall that nothing is seen across; how one begins, with all it needs, at once or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.applications import ApplicationDraft, add_application
from muster.core.attributes import Attribute, AttributeTemplate, attributes_of, system_defined
from muster.core.connections import ConnectionDraft, add_connection
from muster.core.drafts import UserDraft, add, check_texts, drafted
from muster.core.events import Change
from muster.core.frozen import frozen
from muster.core.keys import IssuedKey, minted
from muster.core.known import INSTALLATION
from muster.core.policies import Policy, defaults
from muster.core.ports import Secret
from muster.core.refusals import Taken, refuse
from muster.core.roles import Role, RoleTemplate
from muster.core.tenancy import Tenant
from muster.core.units import Unit
from muster.core.users import User

FIRST_ACCOUNT, ACCOUNTS = 1_000_000, 9_000_000
FIRST_KEY = "first key"


@frozen
class Blueprint:
    """What every tenant begins with: the roles of all catalogues, and the system-defined attributes.

    `granted` are the catalogue and number of its first administrator's roles.
    """

    templates: tuple[RoleTemplate, ...] = ()
    granted: tuple[tuple[str, int], ...] = ()
    attributes: tuple[AttributeTemplate, ...] = ()


NOTHING = Blueprint()


@frozen
class NewTenant:
    """A tenant that was just made, its administrator, and his first key."""

    tenant: Tenant
    administrator: User
    key: IssuedKey


@frozen
class CreateTenant(Command[NewTenant | None]):
    """Make a tenant with a root unit, the roles of all catalogues and an administrator with one key.

    `granted` are the catalogue and number of the administrator's roles, `secret` is his key's. With `first` it is
    made only where there is no tenant yet. It begins with the system-defined `attributes`, the default policies and,
    if they are given, an application and a connection.
    """

    permission = "tenants:create"
    heads = (INSTALLATION,)

    name: str
    templates: tuple[RoleTemplate, ...]
    granted: tuple[tuple[str, int], ...]
    administrator: UserDraft
    secret: Secret
    first: bool = False
    attributes: tuple[AttributeTemplate, ...] = ()
    application: ApplicationDraft | None = None
    connection: ConnectionDraft | None = None

    def decide(self, case: Case) -> NewTenant | None:
        """The new tenant; None where `first` came too late. Refuses a name that a tenant has."""
        values.login_name(self.name, "name")
        check_texts(self.administrator)
        tenants = case.known.many(Tenant, ("installation",), INSTALLATION)
        if self.first and tenants:
            return None
        if any(values.fold(tenant.name) == values.fold(self.name) for tenant in tenants):
            refuse(Taken("name"))
        blueprint = Blueprint(self.templates, self.granted, self.attributes)
        inside, tenant, user = begin(case, self.name, blueprint, self.administrator, case.actor.name)
        if self.application is not None:
            add_application(inside, self.application, _role(inside, self.application.role))
        if self.connection is not None:
            add_connection(inside, self.connection, _role(inside, self.connection.role))
        return NewTenant(tenant, user, minted(inside, user, FIRST_KEY, None, self.secret))


def _role(inside: Case, wanted: tuple[str, int | str]) -> Role:
    return next(role for role in inside.added(Role) if (role.catalogue, role.number) == wanted)


def begin(case: Case, name: str, blueprint: Blueprint, draft: UserDraft, founder: str) -> tuple[Case, Tenant, User]:
    """A new tenant of this name with its administrator, and the case inside it, where `founder` is who began it."""
    tenant_id, root_id = case.fresh.id(), case.fresh.id()
    account = _unused(case)
    inside = case.found(tenant_id, founder)
    number = inside.number()
    root = Unit(root_id, tenant_id, number, None, f"{number}/", name, True, case.at)
    tenant = Tenant(tenant_id, account, name, root.id, case.at)
    roles = [
        Role(case.fresh.id(), tenant_id, template.catalogue, template.number, template.name, template.permissions)
        for template in blueprint.templates
    ]
    attributes = [system_defined(inside, template) for template in blueprint.attributes]
    for entity in (tenant, root, *roles, *attributes, *defaults(tenant_id)):
        inside.put(None, entity)
    inside.record("tenant.created", "tenant", tenant_id, name, None, tenant, ("number", "name", "root"))
    granted = tuple(role for role in roles if (role.catalogue, role.number) in blueprint.granted)
    user = drafted(inside, draft, granted, root.id, ())
    add(inside, user)
    return inside, tenant, user


def _unused(case: Case) -> int:
    # Drawn, not counted: the number of an account must not tell how many others there are.
    numbers = {tenant.number for tenant in case.known.many(Tenant, ("installation",), INSTALLATION)}
    while True:
        number = FIRST_ACCOUNT + int(case.fresh.id()[-12:], 16) % ACCOUNTS
        if number not in numbers:
            return number


@frozen
class Tenants(Question[tuple[Tenant, ...]]):
    """All tenants of the installation; only the system may ask."""

    permission = "tenants:view"

    def answer(self, view: View) -> tuple[Tenant, ...]:
        """The tenants, oldest first."""
        found = view.known.many(Tenant, ("installation",), INSTALLATION)
        return tuple(sorted(found, key=lambda tenant: tenant.id))


@frozen
class Adopt(Command[bool]):
    """Give a tenant what APIs bring that it does not have yet: roles, system-defined attributes, policies."""

    permission = "tenants:create"

    templates: tuple[RoleTemplate, ...]
    attributes: tuple[AttributeTemplate, ...]

    def decide(self, case: Case) -> bool:
        """Whether anything was lacking."""
        roles, attributes, policies = list(self._roles(case)), self._attributes(case), _policies(case)
        changes = [change for old, new in roles for change in _role_changes(old, new)]
        changes += [Change(f"attribute {attribute.id}", None, attribute.name) for attribute in attributes]
        changes += [Change(policy.name, None, policy.value) for policy in policies]
        for old, new in (*roles, *((None, new) for new in (*attributes, *policies))):
            case.put(old, new)
        if changes:
            case.record("tenant.adopted", "tenant", case.tenant, "", None, None, (), tuple(changes))
        return bool(changes)

    def _roles(self, case: Case) -> Iterator[tuple[Role | None, Role]]:
        for template in self.templates:
            slot = (case.tenant, template.catalogue, template.number)
            old = case.known.one(Role, ("tenant", "catalogue", "number"), *slot)
            role_id = case.fresh.id() if old is None else old.id
            new = Role(role_id, case.tenant, template.catalogue, template.number, template.name, template.permissions)
            if new != old:
                yield old, new

    def _attributes(self, case: Case) -> list[Attribute]:
        present = {attribute.field for attribute in attributes_of(case)}
        return [system_defined(case, template) for template in self.attributes if template.field not in present]


def _policies(case: Case) -> list[Policy]:
    present = {policy.name for policy in case.known.many(Policy, ("tenant",), case.tenant)}
    return [policy for policy in defaults(case.tenant) if policy.name not in present]


def _role_changes(old: Role | None, new: Role) -> Iterator[Change]:
    """What is new about a role: its name, and each permission that it gives from now on or no longer gives."""
    field, name, before = f"role {new.id}", None, frozenset[str]()
    if old is not None:
        name, before = old.name, old.permissions
    if name != new.name:
        yield Change(field, name, new.name)
    yield from (Change(f"{field} permissions", lost, None) for lost in sorted(before - new.permissions))
    yield from (Change(f"{field} permissions", None, gained) for gained in sorted(new.permissions - before))
