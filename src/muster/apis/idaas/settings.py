"""Settings: one short handler for each operation."""

from muster.apis.idaas import policies
from muster.apis.idaas import shapes_settings as shapes
from muster.apis.idaas.refusals import answer
from muster.core.policies import Policies, SetPolicies
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_general = decoder(shapes.GeneralSettings)
_soft_tokens = decoder(shapes.EntrustSTAuthenticatorSettings)


async def get_general(call: Call) -> Answer:
    """*Get general settings*."""
    return answer(policies.general(await call.directory.ask(call.actor, Policies())))


async def update_general(call: Call) -> Answer:
    """*Update general settings*: 200 without a body."""
    return await _updated(call, _general(call.body))


async def get_soft_tokens(call: Call) -> Answer:
    """*Get Entrust ST Authenticator settings*."""
    return answer(policies.soft_tokens(await call.directory.ask(call.actor, Policies())))


async def update_soft_tokens(call: Call) -> Answer:
    """*Update Entrust ST Authenticator settings*: 200 without a body."""
    return await _updated(call, _soft_tokens(call.body))


async def _updated(call: Call, settings: policies.Settings) -> Answer:
    await call.directory.do(call.actor, SetPolicies(policies.wanted(settings)), call.origin)
    return Answer(200)
