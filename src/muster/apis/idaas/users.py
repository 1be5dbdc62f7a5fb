"""Users: one short handler for each operation."""

from muster.apis.idaas import shapes
from muster.apis.idaas.refusals import answer
from muster.apis.idaas.translate import draft, user
from muster.apis.idaas.translate_edits import edits, state
from muster.core.editing import EditUser, UserEdit
from muster.core.enrolment import EnrolUser, UserDetail
from muster.core.finders import by_external_id, by_id, by_login_name
from muster.core.leaving import DeleteUser
from muster.core.refusals import Fault, Invalid, refuse
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_parms = decoder(shapes.UserParms)
_get_parms = decoder(shapes.UserGetParms)
_new_state = decoder(shapes.UserChangeStateParms)


async def create(call: Call) -> Answer:
    """*Create a user*."""
    command = EnrolUser(draft(_parms(call.body), call.directory.new_id))
    return answer(user(await call.directory.do(call.actor, command, call.origin)))


async def get(call: Call) -> Answer:
    """*Get a user by UUID*."""
    return answer(user(await call.directory.ask(call.actor, UserDetail(by_id(call.params["id"])))))


async def get_by_user_id(call: Call) -> Answer:
    """*Get a user by user id or alias*."""
    name = _name(call)
    return answer(user(await call.directory.ask(call.actor, UserDetail(by_login_name(name)))))


async def get_by_external_id(call: Call) -> Answer:
    """*Get a user by external id*; the field is called `userId` here too."""
    return answer(user(await call.directory.ask(call.actor, UserDetail(by_external_id(_name(call))))))


async def update(call: Call) -> Answer:
    """*Update a user*: 200 without a body, as is everything that changes one."""
    edit = edits(_parms(call.body), call.directory.new_id)
    await call.directory.do(call.actor, EditUser(by_id(call.params["id"]), edit, demanding=True), call.origin)
    return Answer(200)


async def change_state(call: Call) -> Answer:
    """*Update user state*. A lock outlasts it."""
    active = state(_new_state(call.body).state)
    return await _edited(call, UserEdit(active=active))


async def unlock(call: Call) -> Answer:
    """*Unlock user*."""
    return await _edited(call, UserEdit(locked=False))


async def _edited(call: Call, edit: UserEdit) -> Answer:
    await call.directory.do(call.actor, EditUser(by_id(call.params["id"]), lambda _: edit), call.origin)
    return Answer(200)


async def delete(call: Call) -> Answer:
    """*Delete a user*: 200 without a body."""
    await call.directory.do(call.actor, DeleteUser(by_id(call.params["id"])), call.origin)
    return Answer(200)


def _name(call: Call) -> str:
    name = _get_parms(call.body).userId
    if not name:
        refuse(Invalid("username", Fault.MISSING))
    return name
