"""Several users in one request: each is an act of its own, as if it were asked for alone, one after the other.

They are answered in their order. What concerns the caller, and the form of the request, is answered for all at once and
before anything is done; whatever happens later is told for each, so that nobody is left without knowing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from muster.apis.idaas import shapes_multiple as shapes
from muster.apis.idaas.refusals import answer, embedded
from muster.apis.idaas.shapes import ErrorInfo, UserParms
from muster.apis.idaas.translate import draft, user
from muster.apis.idaas.translate_edits import edits, finder
from muster.core.acts import Command
from muster.core.editing import EditUser
from muster.core.enrolment import EnrolUser
from muster.core.finders import Finder
from muster.core.leaving import DeleteUser
from muster.core.refusals import Fault, Invalid, PermissionMissing, Refused, refuse
from muster.core.rights import OwnPermissions
from muster.core.users import User
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")
Result = TypeVar("Result", shapes.UpdateUserResult, shapes.DeleteUserResult)

MOST_USERS = 1000
MOST_TOGETHER = 128
"""How many are asked for at once, so that one request does not fill the queue that all requests wait in."""

_creations = decoder(shapes.CreateUsersParms)
_updates = decoder(shapes.UpdateUsersParms)
_deletions = decoder(shapes.DeleteUsersParms)


async def create(call: Call) -> Answer:
    """*Create multiple users*."""
    asked = _creations(call.body)
    users = await _admitted(call, "users:create", asked.users)

    def act(parms: UserParms) -> Command[Any]:
        return EnrolUser(draft(parms, call.directory.new_id))

    outcomes = await _carried_out(call, users, act, stop=asked.stopOnError)
    return answer(
        [
            shapes.CreateUserResult(False, None, _failed(call, outcome))
            if isinstance(outcome, BaseException)
            else shapes.CreateUserResult(True, user(outcome))
            for outcome in outcomes
        ]
    )


async def update(call: Call) -> Answer:
    """*Update multiple users*."""
    asked = _updates(call.body)
    users = await _admitted(call, "users:edit", asked.users)

    def act(item: shapes.UpdateUserParms) -> Command[User]:
        find = _named(item)
        if item.parms is None:
            refuse(Invalid("parms", Fault.MISSING))
        return EditUser(find, edits(item.parms, call.directory.new_id), demanding=True)

    outcomes = await _carried_out(call, users, act, stop=asked.stopOnError)
    return answer([_result(call, shapes.UpdateUserResult, outcome) for outcome in outcomes])


async def delete(call: Call) -> Answer:
    """*Delete multiple users*: a DELETE with a body."""
    asked = _deletions(call.body)
    users = await _admitted(call, "users:delete", asked.users)

    def act(item: shapes.DeleteUserParms) -> Command[None]:
        return DeleteUser(_named(item))

    outcomes = await _carried_out(call, users, act, stop=asked.stopOnError)
    return answer([_result(call, shapes.DeleteUserResult, outcome) for outcome in outcomes])


def _named(item: shapes.UpdateUserParms | shapes.DeleteUserParms) -> Finder:
    return finder(item.id, item.idType, "UUID", "USERID", "EXTERNALID")


async def must(call: Call, permission: str) -> None:
    """Refuse a caller who lacks the permission, before anything is looked at that he sent."""
    if permission not in await call.directory.ask(call.actor, OwnPermissions()):
        refuse(PermissionMissing(permission))


async def _admitted(call: Call, permission: str, users: list[T] | None) -> list[T]:
    """The users that are asked for. Refuses a caller who lacks the permission, no list, and more than 1000."""
    await must(call, permission)
    if users is None:
        refuse(Invalid("users", Fault.MISSING))
    if len(users) > MOST_USERS:
        refuse(Invalid("users", Fault.TOO_MANY, MOST_USERS))
    return users


async def _carried_out(
    call: Call, items: list[T], act: Callable[[T], Command[R]], *, stop: bool | None
) -> list[R | BaseException]:
    """What became of each, up to the first that failed where that shall `stop` the rest.

    Those that are asked for together are queued in their order, and decided in it: a later one sees an earlier one.
    """

    async def attempt(item: T) -> R:
        return await call.directory.do(call.actor, act(item), call.origin)

    outcomes: list[R | BaseException] = []
    step = 1 if stop else MOST_TOGETHER
    for start in range(0, len(items), step):
        together = (attempt(item) for item in items[start : start + step])
        outcomes += await asyncio.gather(*together, return_exceptions=True)
        if stop and isinstance(outcomes[-1], BaseException):
            break
    return outcomes


def _result(call: Call, shape: type[Result], outcome: object) -> Result:
    return shape(False, _failed(call, outcome)) if isinstance(outcome, BaseException) else shape(True)


def _failed(call: Call, failure: BaseException) -> ErrorInfo:
    if not isinstance(failure, Refused):
        log.error("one of several met a defect", exc_info=failure, extra={"request": call.origin.request})
    return embedded(failure)
