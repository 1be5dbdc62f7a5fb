"""Signing an application in."""

from muster.apis.idaas import shapes
from muster.apis.idaas.refusals import answer
from muster.apis.idaas.translate import instant
from muster.core.refusals import Fault, Invalid, refuse
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_authentication = decoder(shapes.Authentication)


async def authenticate(call: Call) -> Answer:
    """*Authenticate to an Admin API application*."""
    shape = _authentication(call.body)
    if not shape.applicationId or not shape.sharedSecret:
        refuse(Invalid("sharedSecret" if shape.applicationId else "applicationId", Fault.MISSING))
    token, session = await call.directory.open_session(shape.applicationId, shape.sharedSecret, call.origin)
    return answer(shapes.AuthenticationResult(token, instant(session.created_at), instant(session.expires_at)))
