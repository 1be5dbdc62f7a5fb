"""Authorization: what the permissions of the core are called on this wire, and a short handler for each operation."""

from muster.apis.certcentral import shapes
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.translate import number, path_number
from muster.apis.certcentral.translate_containers import outline
from muster.core.finders import by_number
from muster.core.refusals import Unknown, refuse
from muster.core.rights import OwnPermissions, PermissionsOf, UnitsFor
from muster.web.answers import Answer
from muster.web.routes import Call

PERMISSIONS = {
    # As in the examples of *List permissions*, whose list breaks off.
    "create_containers": "units:create",
    "view_container": "units:view",
    "edit_container": "units:edit",
    # There are no guest keys here; whoever sets the account up would have them.
    "manage_guest_keys": "account:edit",
    "create_users": "users:create",
    "edit_users": "users:edit",
    "view_users": "users:view",
    "add_domains": "domains:create",
    "view_domains": "domains:view",
    "create_organizations": "organizations:create",
    "view_orders": "orders:view",
    # The rest in the same manner.
    "delete_users": "users:delete",
    "assign_containers": "units:assign",
    "create_keys": "keys:create",
    "edit_keys": "keys:edit",
    "view_keys": "keys:view",
    "edit_domains": "domains:edit",
    "edit_organizations": "organizations:edit",
    "view_organizations": "organizations:view",
    "create_orders": "orders:create",
    "edit_orders": "orders:edit",
    "approve_requests": "orders:approve",
    "edit_finances": "finances:edit",
    "view_finances": "finances:view",
    "edit_account": "account:edit",
    "view_account": "account:view",
    "create_subaccounts": "subaccounts:create",
    "edit_ip_rules": "network:edit",
    "view_ip_rules": "network:view",
    "view_audit_log": "audit:view",
}
"""This wire's names of permissions, each with the core's, which is the one that every rule demands."""


async def list_(call: Call) -> Answer:
    """*List permissions*."""
    unit = number(dict(call.query()).get("container_id"), "container_id")
    held = await call.directory.ask(call.actor, OwnPermissions(unit))
    return answer(200, shapes.Authorizations([_told(name, held) for name in PERMISSIONS]))


async def check(call: Call) -> Answer:
    """*Check permission*."""
    name = _name(call)
    return answer(200, _told(name, await call.directory.ask(call.actor, OwnPermissions())))


async def check_user(call: Call) -> Answer:
    """*Check permission* of another user."""
    question = PermissionsOf(by_number(path_number(call.params["user_id"])))
    held = await call.directory.ask(call.actor, question)
    return answer(200, _told(_name(call), held))


async def list_containers(call: Call) -> Answer:
    """*Container permissions*."""
    units = await call.directory.ask(call.actor, UnitsFor(PERMISSIONS[_name(call)]))
    return answer(200, shapes.ContainerOutlines([outline(unit) for unit in units]))


def _name(call: Call) -> str:
    name = call.params["permission"]
    if name not in PERMISSIONS:
        refuse(Unknown("permission"))
    return name


def _told(name: str, held: frozenset[str]) -> shapes.Authorization:
    return shapes.Authorization(PERMISSIONS[name] in held, name)
