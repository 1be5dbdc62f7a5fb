"""Signing an application in."""

from muster.apis.idaas import shapes_applications as shapes
from muster.apis.idaas.dates import instant
from muster.apis.idaas.manner import SESSION_COOKIE
from muster.apis.idaas.refusals import answer
from muster.core.refusals import Fault, Invalid, refuse
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

PATH = "/api/web"
"""Below which the cookie of a session is sent."""

_authentication = decoder(shapes.Authentication)


async def authenticate(call: Call) -> Answer:
    """*Authenticate to an Admin API application*; a web session also has a cookie, without which its token is none."""
    shape = _authentication(call.body)
    if not shape.applicationId or not shape.sharedSecret:
        refuse(Invalid("sharedSecret" if shape.applicationId else "applicationId", Fault.MISSING))
    token, session = await call.directory.open_session(
        shape.applicationId, shape.sharedSecret, call.origin, accompanied=bool(shape.enableWebSession)
    )
    made = answer(shapes.AuthenticationResult(token, instant(session.created_at), instant(session.expires_at)))
    if session.companion is None:
        return made
    seconds = (session.expires_at - session.created_at) // 1000
    cookie = call.cookies.set(SESSION_COOKIE, session.companion, PATH, seconds)
    return Answer(made.status, made.body, (*made.headers, cookie))
