"""Users of directories that a service is connected to: there is no connector here, and so nobody is synchronized."""

from __future__ import annotations

from muster.apis.idaas import shapes_multiple as shapes
from muster.apis.idaas.multiple import must
from muster.apis.idaas.refusals import error
from muster.apis.idaas.translate_edits import finder
from muster.core.editing import EditUser, UserEdit
from muster.core.refusals import Fault, Invalid, Unknown, refuse
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_sync = decoder(shapes.SyncUserParms)
_unsync = decoder(shapes.UnsyncUserParms)


async def sync(call: Call) -> Answer:
    """*Synchronize a new user or an existing user*: the user is there at best, the directory is not."""
    await must(call, "users:edit")
    shape = _sync(call.body)
    if shape.id and not shape.directoryId:
        refuse(Invalid("directoryId", Fault.MISSING))
    await _must_be_there(call, shape)
    refuse(Unknown("directory"))


async def unsync(call: Call) -> Answer:
    """*Unsynchronize an existing user*: nobody is synchronized."""
    await must(call, "users:edit")
    await _must_be_there(call, _unsync(call.body))
    return error(400, "user_not_synchronized", "The user is not synchronized from a directory")


async def _must_be_there(call: Call, shape: shapes.SyncUserParms | shapes.UnsyncUserParms) -> None:
    """Refuse a user whom the caller may not change, or who is not there: as a change of nothing does."""
    find = finder(shape.id, shape.idType, "USERID", "UUID")
    await call.directory.do(call.actor, EditUser(find, lambda _: UserEdit()), call.origin)
