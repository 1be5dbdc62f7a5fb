"""The account: one short handler for each operation."""

from msgspec import UNSET

from muster.apis.certcentral import shapes_account as shapes
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.translate import path_number
from muster.apis.certcentral.translate_account import account, federation_draft, saml_entity, subtenant
from muster.core.federation import OwnFederation, SetFederation
from muster.core.subtenants import OwnTenant
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_new_subaccount = decoder(shapes.NewSubaccount)
_new_saml_entity = decoder(shapes.NewSamlEntity)


async def get(call: Call) -> Answer:
    """*Account details*."""
    return answer(200, account(*await call.directory.ask(call.actor, OwnTenant())))


async def create(call: Call) -> Answer:
    """*Create subaccount*."""
    command = subtenant(_new_subaccount(call.body), call.directory.blueprint)
    made = await call.directory.do(call.actor, command, call.origin)
    return answer(201, shapes.CreatedSubaccount(made.tenant.number, UNSET if made.key is None else made.key.secret))


async def get_saml_entity(call: Call) -> Answer:
    """*SAML entity details*."""
    tenant, federation = await call.directory.ask(call.actor, OwnFederation())
    return answer(200, shapes.NoSamlEntity() if federation is None else saml_entity(tenant, federation))


async def set_saml_entity(call: Call) -> Answer:
    """*Update SAML entity*."""
    draft = federation_draft(_new_saml_entity(call.body))
    await call.directory.do(call.actor, SetFederation(path_number(call.params["id"]), draft), call.origin)
    return Answer(204)
