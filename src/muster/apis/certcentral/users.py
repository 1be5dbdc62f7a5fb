"""Users: one short handler for each operation."""

from msgspec import UNSET

from muster.apis.certcentral import shapes
from muster.apis.certcentral.collections import as_csv, wanted_users
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.translate import draft, info, listed, path_number
from muster.core.drafts import CreateUser
from muster.core.query import Condition, KindIs
from muster.core.users import SERVICE, Myself, UserByNumber
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_new_user = decoder(shapes.NewUser)


async def create(call: Call) -> Answer:
    """*Add user*."""
    user = await call.directory.do(call.actor, CreateUser(draft(_new_user(call.body))), call.origin)
    return answer(201, shapes.Created(user.number))


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
