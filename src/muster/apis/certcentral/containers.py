"""Containers: one short handler for each operation."""

from muster.apis.certcentral import shapes
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.roles import ACCESS_ROLES
from muster.apis.certcentral.translate import path_number, roles
from muster.core.roles import RolesOfUnit
from muster.web.answers import Answer
from muster.web.routes import Call


async def list_roles(call: Call) -> Answer:
    """*List container roles*."""
    question = RolesOfUnit(path_number(call.params["id"]), ACCESS_ROLES)
    return answer(200, shapes.AccessRoles(roles(await call.directory.ask(call.actor, question))))
