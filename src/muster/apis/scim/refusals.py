"""Every refusal as SCIM's status and error (RFC 7644, section 3.12; RFC 9865, section 2.1)."""

from __future__ import annotations

from functools import wraps
from typing import Any, assert_never

import msgspec

from muster.apis.scim.filters import Unreadable
from muster.apis.scim.matching import Unsupported
from muster.apis.scim.normal import Misfit
from muster.core.refusals import (
    AddressForbidden,
    BeyondAuthority,
    CredentialInvalid,
    Fault,
    Full,
    InUse,
    Invalid,
    LastAdministrator,
    Outdated,
    OwnAccount,
    PermissionMissing,
    Refusal,
    Saturated,
    ShutsOut,
    Taken,
    Unavailable,
    Unknown,
    Unsuited,
    WrongState,
)
from muster.web.answers import Answer, Headers, Hindered, Problem, WrongShape
from muster.web.routes import Handler

encode = msgspec.json.Encoder().encode

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MEDIA_TYPE = "application/scim+json"

FIELDS = {
    "username": "userName",
    "given_name": "name.givenName",
    "family_name": "name.familyName",
    "email": "emails",
    "phone": "phoneNumbers",
    "mobile": "phoneNumbers",
    "job_title": "title",
    "name": "displayName",
    "external_id": "externalId",
    "extras": "values",
}
"""The core's names for fields, as this wire calls them; the others are the same."""

_JSON = (b"content-type", MEDIA_TYPE.encode())
_QUESTIONS = ("search", "sort")
_STATUSES = {
    "uniqueness": 409,
    "sensitive": 403,
}


def answer(body: Any, status: int = 200, headers: Headers = ()) -> Answer:
    """A good answer."""
    return Answer(status, encode(body), (_JSON, *headers))


def error(status: int, detail: str, kind: str | None = None, headers: Headers = ()) -> Answer:
    """An answer of one error; `kind` is its `scimType`."""
    told = {"schemas": [ERROR], "status": str(status), **({"scimType": kind} if kind else {}), "detail": detail}
    return Answer(status, encode(told), (_JSON, *headers))


def misfitting(kind: str, detail: str) -> Answer:
    """The answer to a request that is wrong in this way, a `scimType`."""
    return error(_STATUSES.get(kind, 400), detail, kind)


def answering(handler: Handler) -> Handler:
    """The handler, which answers what it finds wrong with a filter, a path or a resource."""

    @wraps(handler)
    async def answered(call: Any) -> Answer:
        try:
            return await handler(call)
        except Exception as failure:
            told = wrong(failure)
            if told is None:
                raise
            return told

    return answered


def wrong(failure: BaseException) -> Answer | None:
    """The answer to what this package raises; None for anything else."""
    match failure:
        case Misfit(kind=kind, says=says):
            return misfitting(kind, says)
        case Unreadable() | Unsupported():
            return misfitting("invalidFilter", f"the filter: {failure}")
        case _:
            return None


def permission_name(permission: str) -> str:
    """A permission of the core: this wire has no names of its own for them."""
    return permission


def _invalid(refusal: Invalid) -> Answer:
    field = FIELDS.get(refusal.field, refusal.field)
    if refusal.fault is Fault.FIXED:
        return error(400, f"{field} {refusal.fault.value}", "mutability")
    if refusal.fault is Fault.TOO_MANY and refusal.field in _QUESTIONS:
        return error(400, f"the {field} would look at more than {refusal.limit}; say more of what is wanted", "tooMany")
    return error(400, f"{field} {refusal.wording}", "invalidValue")


def refused(refusal: Refusal) -> Answer:
    """The answer to a refusal of the core."""
    match refusal:
        case Invalid():
            return _invalid(refusal)
        case Unknown(noun):
            return error(404, f"there is no such {noun}")
        case Taken(field):
            return error(409, f"{FIELDS.get(field, field)} is in use", "uniqueness")
        case Outdated(noun):
            return error(412, f"the {noun} has changed since")
        case PermissionMissing(permission):
            return error(403, f"the permission {permission} is required")
        case BeyondAuthority(what):
            return error(403, f"the {what} has permissions that the caller lacks")
        case CredentialInvalid():
            return error(401, "the bearer token is not valid", headers=((b"www-authenticate", b'Bearer realm="scim"'),))
        case AddressForbidden():
            return error(403, "access is not allowed from this address")
        case ShutsOut():
            return error(400, "the rules would then shut out the caller", "invalidValue")
        case InUse(noun):
            return error(409, f"the {noun} is in use")
        case LastAdministrator():
            return error(403, "the tenant needs an active administrator")
        case OwnAccount():
            return error(403, "nobody can end his own access")
        case Unsuited(obstacle):
            return error(400, f"the user {obstacle.value}", "invalidValue")
        case Full(noun, limit):
            return error(400, f"there can be no more than {limit}: {noun}", "tooMany")
        case WrongState(noun, state):
            return error(400, f"this cannot be done while the {noun} is {state}", "invalidValue")
        case Saturated() | Unavailable():
            return error(503, "the service is not available now, please try again", headers=((b"retry-after", b"1"),))
        case _:
            assert_never(refusal)


def hindered(problem: Hindered) -> Answer:
    """The answer to a problem of the wire."""
    match problem.problem:
        case Problem.UNKNOWN_ROUTE:
            return error(404, "there is no such endpoint")
        case Problem.WRONG_METHOD:
            allowed = ((b"allow", problem.detail.encode()),)
            return error(405, f"the endpoint takes {problem.detail}", headers=allowed)
        case Problem.TOO_LARGE:
            return error(413, f"the request is over {problem.detail} bytes")
        case Problem.MALFORMED:
            return error(400, f"the request could not be read: {problem.detail}", "invalidSyntax")
        case Problem.NOT_ACCEPTABLE:
            return error(415, "only application/scim+json is spoken here")
        case Problem.RATE_LIMITED:
            return error(429, "too many requests")
        case Problem.BROKEN:
            return error(500, "the service met an error")
        case _:
            assert_never(problem.problem)


def misshapen(problem: WrongShape) -> Answer:
    """The answer to a body of another type."""
    return error(400, f"{problem.field or 'the body'}: {problem.message}", "invalidSyntax")
