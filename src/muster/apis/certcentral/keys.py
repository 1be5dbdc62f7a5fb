"""API keys: one short handler for each operation."""

from muster.apis.certcentral import shapes
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.translate import key_role, path_number, required
from muster.core.keys import ChangeKeyStatus, IssueKey
from muster.core.refusals import Fault, Invalid, refuse
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


async def change_status(call: Call) -> Answer:
    """*Update key status*."""
    status = _STATUSES.get(_key_status(call.body).status or "")
    if status is None:
        refuse(Invalid("status", Fault.MALFORMED))
    await call.directory.do(call.actor, ChangeKeyStatus(path_number(call.params["id"]), status), call.origin)
    return Answer(204)
