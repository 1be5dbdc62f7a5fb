"""User attributes: one short handler for each operation."""

from muster.apis.idaas import shapes_attributes as shapes
from muster.apis.idaas.refusals import answer
from muster.apis.idaas.translate_attributes import attribute, edit, in_order, new
from muster.core.attributes import AttributeById, Attributes, DeleteAttribute
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_parms = decoder(shapes.UserAttributeParms)


async def list_all(call: Call) -> Answer:
    """*List user attributes*."""
    return answer(in_order(await call.directory.ask(call.actor, Attributes())))


async def create(call: Call) -> Answer:
    """*Create a user attribute*."""
    return answer(attribute(await call.directory.do(call.actor, new(_parms(call.body)), call.origin)))


async def get(call: Call) -> Answer:
    """*Get a user attribute*."""
    return answer(attribute(await call.directory.ask(call.actor, AttributeById(call.params["id"]))))


async def modify(call: Call) -> Answer:
    """*Modify a user attribute*: 200 with the attribute as it stands then."""
    command = edit(call.params["id"], _parms(call.body))
    return answer(attribute(await call.directory.do(call.actor, command, call.origin)))


async def delete(call: Call) -> Answer:
    """*Delete a user attribute*: 200 without a body."""
    await call.directory.do(call.actor, DeleteAttribute(call.params["id"]), call.origin)
    return Answer(200)
