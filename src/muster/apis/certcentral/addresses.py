"""IP restrictions: one short handler for each operation."""

from muster.apis.certcentral import shapes_account as shapes
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.shapes import Created
from muster.apis.certcentral.translate import path_number
from muster.apis.certcentral.translate_account import rule, rule_draft
from muster.core.network import AddAddressRule, AddressRules, RemoveAddressRule
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_new_rule = decoder(shapes.NewIpRule)


async def list_(call: Call) -> Answer:
    """*List IP restrictions*."""
    root = path_number(call.params["id"])
    tenant, views = await call.directory.ask(call.actor, AddressRules(root))
    return answer(200, shapes.IpRules([rule(tenant, root, view) for view in views]))


async def add(call: Call) -> Answer:
    """*Add IP restriction*."""
    command = AddAddressRule(rule_draft(_new_rule(call.body)), path_number(call.params["id"]))
    return answer(201, Created((await call.directory.do(call.actor, command, call.origin)).number))


async def delete(call: Call) -> Answer:
    """*Delete IP restriction*."""
    command = RemoveAddressRule(path_number(call.params["rule_id"]), path_number(call.params["id"]))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(204)
