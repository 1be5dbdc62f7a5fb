"""The account and its entitlements: one short handler for each operation."""

from muster.apis.idaas import shapes_account as shapes
from muster.apis.idaas.dates import instant
from muster.apis.idaas.refusals import answer
from muster.core.account import AccountInUse, EditAccount
from muster.core.entity import KEPT
from muster.core.subtenants import OwnTenant
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_parms = decoder(shapes.AccountInfoParms)


async def get(call: Call) -> Answer:
    """*Get account info*: the company is the tenant, until somebody names another."""
    tenant, _ = await call.directory.ask(call.actor, OwnTenant())
    return answer(shapes.AccountInfo(tenant.company or tenant.name, None, None, tenant.agreed))


async def update(call: Call) -> Answer:
    """*Update account info*: 200 without a body."""
    parms = _parms(call.body)
    company = KEPT if parms.companyName is None else parms.companyName
    agreed = KEPT if parms.legalAcknowledged is None else parms.legalAcknowledged
    await call.directory.do(call.actor, EditAccount(company, agreed), call.origin)
    return Answer(200)


async def entitlements(call: Call) -> Answer:
    """*Get entitlement info*: how many users are active; there is no limit and no end."""
    tenant, active = await call.directory.ask(call.actor, AccountInUse())
    users = shapes.UserEntitlement(None, active, None, instant(tenant.created_at), None, None)
    return answer(shapes.AccountEntitlement(None, users))
