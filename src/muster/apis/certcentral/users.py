"""Users: one short handler for each operation."""

from muster.apis.certcentral import shapes
from muster.apis.certcentral.collections import wanted_page
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.translate import draft, info, listed, path_number
from muster.core.drafts import CreateUser
from muster.core.users import Myself, UserByNumber, Users
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
    search = wanted_page(call.query())
    views, page = await call.directory.ask(call.actor, Users(search))
    shown = [listed(view) for view in views]
    return answer(200, shapes.Users(shown, shapes.PageInfo(page.total, search.limit, search.offset)))
