"""Tokens: one short handler for each operation."""

from __future__ import annotations

from collections.abc import Mapping

from muster.apis.idaas import jobs
from muster.apis.idaas import shapes_tokens as shapes
from muster.apis.idaas.paging import EQUALS, ORDERED, Searched, asked, moment, one_of, paging
from muster.apis.idaas.refusals import answer
from muster.apis.idaas.shapes_paging import SearchParms
from muster.apis.idaas.translate_tokens import ORDERS, UNASSIGNED, kind, search, seed, serial, token_of
from muster.apis.idaas.translate_walks import place, up_to
from muster.core.entity import KEPT
from muster.core.finders import by_id
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.token_query import StateIs, TokenCondition
from muster.core.tokens import (
    CreateToken,
    DeleteToken,
    EditToken,
    SwitchToken,
    TokenDetail,
    TokenFinder,
    Tokens,
    token_by_id,
    token_by_serial,
)
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

VIEW = "tokens:view"
ASSIGNED_KIND, UNASSIGNED_KIND = "tokens assigned", "tokens unassigned"

_SERIAL = Searched(frozenset({"EQUALS", "CONTAINS", "STARTS_WITH"}), up_to(100))
_HARDWARE = ("OATH_PHYSICAL_TOKEN", "ENTRUST_LEGACY_TOKEN")
_UNASSIGNED_SEARCHED = {
    "serialNumber": _SERIAL,
    "type": Searched(EQUALS, one_of(*_HARDWARE)),
    "loadDate": Searched(ORDERED, moment),
    "groupId": Searched(EQUALS),
}
_SEARCHED = {
    **_UNASSIGNED_SEARCHED,
    "state": Searched(EQUALS, one_of("NEW", "ACTIVE", "ACTIVATING", "INACTIVE")),
    "type": Searched(EQUALS, one_of("ENTRUST_SOFT_TOKEN", "GOOGLE_AUTHENTICATOR", *_HARDWARE)),
    "lastUsedDate": Searched(ORDERED, moment),
    "label": Searched(frozenset({"CONTAINS"}), up_to(100)),
}
_LISTS: dict[str, tuple[Mapping[str, Searched], tuple[str, ...], tuple[TokenCondition, ...]]] = {
    ASSIGNED_KIND: (_SEARCHED, tuple(ORDERS), ()),
    UNASSIGNED_KIND: (_UNASSIGNED_SEARCHED, ("serialNumber",), (StateIs(UNASSIGNED),)),
}
"""By list what it can be searched and ordered by, and what all in it have in common."""

_create_parms = decoder(shapes.TokenCreateParms)
_new_state = decoder(shapes.ChangeStateParms)
_assigned_parms = decoder(shapes.AssignedTokenParms)
_search = decoder(SearchParms)


async def create(call: Call) -> Answer:
    """*Create a token*. Activation begins with it; without a body the defaults of activation apply."""
    parms = _create_parms(call.body) if call.body.strip() else None
    command = CreateToken(by_id(call.params["userid"]), kind(call.params["type"]), seed(parms))
    return answer(token_of(await call.directory.do(call.actor, command, call.origin)))


async def get(call: Call) -> Answer:
    """*Get a token*."""
    return answer(token_of(await call.directory.ask(call.actor, TokenDetail(_named(call)))))


async def get_by_serial_number(call: Call) -> Answer:
    """*Get a token by serial number*, with its hyphen or without."""
    question = TokenDetail(token_by_serial(serial(call.params["sernum"])))
    return answer(token_of(await call.directory.ask(call.actor, question)))


async def delete(call: Call) -> Answer:
    """*Delete a token*: 200 without a body."""
    await call.directory.do(call.actor, DeleteToken(_named(call)), call.origin)
    return Answer(200)


async def change_state(call: Call) -> Answer:
    """*Change the state of a token*, from active to inactive or back."""
    state = _new_state(call.body).state or refuse(Invalid("state", Fault.MISSING))
    await call.directory.do(call.actor, SwitchToken(_named(call), state.lower()), call.origin)
    return Answer(200)


async def modify_assigned(call: Call) -> Answer:
    """*Modify an assigned token*: its label; an empty one takes it away."""
    label = _assigned_parms(call.body).label
    command = EditToken(_named(call), KEPT if label is None else label or None)
    await call.directory.do(call.actor, command, call.origin)
    return Answer(200)


def _named(call: Call) -> TokenFinder:
    return token_by_id(call.params["tokenid"])


async def page_assigned(call: Call) -> Answer:
    """*List a page of assigned tokens*."""
    return await _page(call, ASSIGNED_KIND, _search(call.body))


async def page_unassigned(call: Call) -> Answer:
    """*List a page of unassigned tokens*: hardware tokens, none of which can be loaded."""
    return await _page(call, UNASSIGNED_KIND, _search(call.body))


async def start_assigned(call: Call) -> Answer:
    """*List a page of assigned tokens asynchronously*."""
    return await _start(call, ASSIGNED_KIND)


async def start_unassigned(call: Call) -> Answer:
    """*List a page of unassigned tokens asynchronously*."""
    return await _start(call, UNASSIGNED_KIND)


async def status_assigned(call: Call) -> Answer:
    """*Get the status of an asynchronous list of assigned tokens*."""
    return answer(await jobs.status(call, ASSIGNED_KIND, VIEW))


async def status_unassigned(call: Call) -> Answer:
    """*Get the status of an asynchronous list of unassigned tokens*."""
    return answer(await jobs.status(call, UNASSIGNED_KIND, VIEW))


async def result_assigned(call: Call) -> Answer:
    """*Get the result of an asynchronous list of assigned tokens*."""
    return await _page(call, ASSIGNED_KIND, await jobs.asked_for(call, ASSIGNED_KIND, VIEW))


async def result_unassigned(call: Call) -> Answer:
    """*Get the result of an asynchronous list of unassigned tokens*."""
    return await _page(call, UNASSIGNED_KIND, await jobs.asked_for(call, UNASSIGNED_KIND, VIEW))


async def _page(call: Call, list_: str, parms: SearchParms) -> Answer:
    searched, orders, common = _LISTS[list_]
    wanted = asked(call, list_, parms, searched, orders)
    found = await call.directory.ask(call.actor, Tokens(search(wanted, *common)))
    results = [token_of(one) for one in found.rows]
    return answer(shapes.TokensPage(paging(call, list_, wanted, place(found.before), place(found.after)), results))


async def _start(call: Call, list_: str) -> Answer:
    parms = _search(call.body)
    searched, orders, _ = _LISTS[list_]
    asked(call, list_, parms, searched, orders)
    return answer(await jobs.started(call, list_, parms, VIEW))
