"""Site roles, and who holds them: one short handler for each operation."""

from muster.apis.idaas.refusals import answer
from muster.apis.idaas.roles import SITE_ROLES
from muster.apis.idaas.translate_roles import counted, role
from muster.core.finders import by_id
from muster.core.granting import GrantRole, RevokeRole, RoleById, RoleCounts, RolesHeld
from muster.core.refusals import Unknown, refuse
from muster.core.roles import Role, RolesOf
from muster.web.answers import Answer
from muster.web.routes import Call


async def list_all(call: Call) -> Answer:
    """*List roles*: each with how many users hold it."""
    return answer([counted(*one) for one in await call.directory.ask(call.actor, RoleCounts(SITE_ROLES))])


async def get(call: Call) -> Answer:
    """*Get a role*."""
    found = await call.directory.ask(call.actor, RoleById(SITE_ROLES, call.params["id"]))
    return answer(role(found, await _catalogue(call)))


async def list_of_user(call: Call) -> Answer:
    """*List all site roles assigned to user*."""
    held = await _held(call)
    catalogue = await _catalogue(call)
    return answer([role(one, catalogue) for one in held])


async def get_of_user(call: Call) -> Answer:
    """*Get site role assigned to user*: 404 if he does not hold it."""
    held = {one.id: one for one in await _held(call)}
    found = held.get(call.params["roleid"]) or refuse(Unknown("role"))
    return answer(role(found, await _catalogue(call)))


async def grant(call: Call) -> Answer:
    """*Set user role*: it is then his only site role; 200 without a body."""
    command = GrantRole(by_id(call.params["userid"]), SITE_ROLES, call.params["roleid"])
    await call.directory.do(call.actor, command, call.origin)
    return Answer(200)


async def revoke(call: Call) -> Answer:
    """*Delete a site role from a user*: 200 without a body, 404 if he does not hold it."""
    command = RevokeRole(by_id(call.params["userid"]), SITE_ROLES, call.params["roleid"])
    await call.directory.do(call.actor, command, call.origin)
    return Answer(200)


async def _held(call: Call) -> tuple[Role, ...]:
    return await call.directory.ask(call.actor, RolesHeld(by_id(call.params["userid"]), SITE_ROLES))


async def _catalogue(call: Call) -> tuple[Role, ...]:
    return await call.directory.ask(call.actor, RolesOf(SITE_ROLES))
