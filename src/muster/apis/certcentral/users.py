"""Users: one short handler for each operation."""

from msgspec import UNSET

from muster.apis.certcentral import shapes
from muster.apis.certcentral.collections import as_csv, wanted_users
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.roles import ACCESS_ROLES
from muster.apis.certcentral.translate import (
    access_roles,
    draft,
    edits,
    info,
    listed,
    path_number,
    scope,
    service_user,
    truth,
    username,
)
from muster.core.acts import Command
from muster.core.drafts import CreateUser
from muster.core.editing import EditUser, InviteAgain, IsNameFree, SetRoles, SetScope
from muster.core.finders import Finder, by_number
from muster.core.leaving import DeleteUser
from muster.core.query import Condition, KindIs
from muster.core.users import SERVICE, Myself, UserByNumber
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_new_user = decoder(shapes.NewUser)
_new_service_user = decoder(shapes.NewServiceUser)
_edited_user = decoder(shapes.EditedUser)
_user_roles = decoder(shapes.UserRoles)
_user_containers = decoder(shapes.UserContainers)


async def create(call: Call) -> Answer:
    """*Add user*, and *Add service user*, which says that it is one."""
    shape = _new_user(call.body)
    if shape.is_api_only and truth(shape.is_api_only, "is_api_only"):
        return await _create_service_user(call)
    user = await call.directory.do(call.actor, CreateUser(draft(shape)), call.origin)
    return answer(201, shapes.Created(user.number))


async def _create_service_user(call: Call) -> Answer:
    made = await call.directory.do(call.actor, service_user(_new_service_user(call.body)), call.origin)
    return answer(201, shapes.CreatedKey(made.user.number, made.key.secret))


async def edit(call: Call) -> Answer:
    """*Edit user*, and *Edit service user*."""
    return await _done(call, EditUser(_named(call), edits(_edited_user(call.body))))


async def change_roles(call: Call) -> Answer:
    """*Change user role*. Roles that other APIs gave him stay."""
    numbers = tuple(number for _, number in access_roles(_user_roles(call.body).access_roles))
    return await _done(call, SetRoles(_named(call), ACCESS_ROLES, numbers))


async def assign_containers(call: Call) -> Answer:
    """*Update container assignments*."""
    return await _done(call, SetScope(_named(call), scope(_user_containers(call.body).container_id_assignments)))


async def delete(call: Call) -> Answer:
    """*Delete user*."""
    return await _done(call, DeleteUser(_named(call)))


async def resend_create_email(call: Call) -> Answer:
    """*Resend create email*. The vendor's is a GET, although it writes."""
    return await _done(call, InviteAgain(_named(call)))


async def check_availability(call: Call) -> Answer:
    """*Check username availability*."""
    question = IsNameFree(username(call.params["username"]))
    return answer(200, shapes.Availability(await call.directory.ask(call.actor, question)))


def _named(call: Call) -> Finder:
    return by_number(path_number(call.params["id"]))


async def _done(call: Call, command: Command[object]) -> Answer:
    await call.directory.do(call.actor, command, call.origin)
    return Answer(204)


async def get(call: Call) -> Answer:
    """*User info*."""
    return answer(200, info(await call.directory.ask(call.actor, UserByNumber(path_number(call.params["id"])))))


async def me(call: Call) -> Answer:
    """*User info* of the key's own user."""
    return answer(200, info(await call.directory.ask(call.actor, Myself())))


async def list_(call: Call) -> Answer:
    """*List users*."""
    return await _listed(call)


async def list_service_users(call: Call) -> Answer:
    """*List service users*."""
    return await _listed(call, KindIs(SERVICE))


async def _listed(call: Call, *conditions: Condition) -> Answer:
    question, without_container = wanted_users(call.query(), *conditions)
    views, page = await call.directory.ask(call.actor, question)
    shown = [listed(view) for view in views]
    if without_container:
        for user in shown:
            user.container = UNSET
    if "text/csv" in (call.header(b"accept") or ""):
        return Answer(200, as_csv(shown), ((b"content-type", b"text/csv"),))
    search = question.search
    return answer(200, shapes.Users(shown, shapes.PageInfo(page.total, search.limit, search.offset)))
