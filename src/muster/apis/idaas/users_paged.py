"""The search for users, at once and asynchronously: one short handler for each operation."""

from __future__ import annotations

from muster.apis.idaas import jobs
from muster.apis.idaas.paging import asked, paging
from muster.apis.idaas.refusals import answer
from muster.apis.idaas.shapes import UsersPage
from muster.apis.idaas.shapes_paging import SearchParms
from muster.apis.idaas.translate_search import EXPANSIONS, ORDERS, SEARCHED, listed, place, question
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

KIND = "users"
VIEW = "users:view"

_search = decoder(SearchParms)


async def page(call: Call) -> Answer:
    """*Lists a page of users*."""
    return await _page(call, _search(call.body))


async def start(call: Call) -> Answer:
    """*Lists a page of users asynchronously*."""
    parms = _search(call.body)
    asked(call, KIND, parms, SEARCHED, ORDERS, EXPANSIONS)
    return answer(await jobs.started(call, KIND, parms, VIEW))


async def status(call: Call) -> Answer:
    """*Get the status of an asynchronous list users operation*."""
    return answer(await jobs.status(call, KIND, VIEW))


async def result(call: Call) -> Answer:
    """*Get the result of an asynchronous list users operation*."""
    return await _page(call, await jobs.asked_for(call, KIND, VIEW))


async def _page(call: Call, parms: SearchParms) -> Answer:
    wanted = asked(call, KIND, parms, SEARCHED, ORDERS, EXPANSIONS)
    found = await call.directory.ask(call.actor, question(wanted))
    shown = wanted.attributes or ()
    results = [listed(detail, shown) for detail in found.details]
    return answer(UsersPage(results, paging(call, KIND, wanted, place(found.before), place(found.after))))
