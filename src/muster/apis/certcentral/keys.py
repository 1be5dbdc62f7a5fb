"""API keys: one short handler for each operation."""

from muster.apis.certcentral import shapes
from muster.apis.certcentral.collections import window
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.roles import KEY_ROLES
from muster.apis.certcentral.translate import key, key_role, new_key_role, number, path_number, required, roles
from muster.core.keyring import KeyByNumber, Keys
from muster.core.keys import ChangeKeyStatus, EditKey, IssueKey
from muster.core.query import MOST_ROWS
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.roles import RolesOf
from muster.core.values import LOGIN_NAME_LENGTH
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_new_key = decoder(shapes.NewKey)
_key_status = decoder(shapes.KeyStatus)
_STATUSES = {"active": True, "revoked": False}


async def create(call: Call) -> Answer:
    """*Create key*."""
    shape = _new_key(call.body)
    name = required(shape.name, "name", LOGIN_NAME_LENGTH)
    command = IssueKey(path_number(call.params["user_id"]), name, key_role(shape.restricted_to_role_id))
    issued = await call.directory.do(call.actor, command, call.origin)
    return answer(201, shapes.CreatedKey(issued.key.number, issued.secret))


async def list_(call: Call) -> Answer:
    """*List keys*; of one user, if he is named."""
    given = dict(call.query())
    keys = Keys(number(given.get("user_id"), "user_id"), *window(given, MOST_ROWS))
    return answer(200, shapes.ApiKeys([key(view) for view in await call.directory.ask(call.actor, keys)]))


async def get(call: Call) -> Answer:
    """*Key info*."""
    return answer(200, key(await call.directory.ask(call.actor, KeyByNumber(path_number(call.params["id"])))))


async def list_roles(call: Call) -> Answer:
    """*List API access roles*."""
    return answer(200, shapes.AccessRoles(roles(await call.directory.ask(call.actor, RolesOf(KEY_ROLES)))))


async def edit(call: Call) -> Answer:
    """*Edit key*."""
    shape = _new_key(call.body)
    name = required(shape.name, "name", LOGIN_NAME_LENGTH)
    command = EditKey(path_number(call.params["id"]), name, new_key_role(shape.restricted_to_role_id))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(204)


async def change_status(call: Call) -> Answer:
    """*Update key status*."""
    status = _STATUSES.get(_key_status(call.body).status or "")
    if status is None:
        refuse(Invalid("status", Fault.MALFORMED))
    await call.directory.do(call.actor, ChangeKeyStatus(path_number(call.params["id"]), status), call.origin)
    return Answer(204)
