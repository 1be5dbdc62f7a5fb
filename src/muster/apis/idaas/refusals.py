"""Every refusal as IDaaS's status and `ErrorInfo`. Codes without evidence are decided here, and listed on its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

import msgspec

from muster.apis.idaas import shapes
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
    Refused,
    Saturated,
    ShutsOut,
    Taken,
    Unavailable,
    Unknown,
    Unsuited,
    WrongState,
)
from muster.web.answers import Answer, Hindered, Problem

encode = msgspec.json.Encoder().encode

FIELDS = {
    "username": "userId",
    "given_name": "firstName",
    "family_name": "lastName",
    "external_id": "externalId",
    "principal_name": "userPrincipalName",
    "security_id": "securityId",
    "aliases": "userAliases",
    "attributes": "userAttributeValues",
    "expansions": "attributes",
    "kind": "type",
    "seed": "secret",
    "company": "companyName",
    "agreed": "legalAcknowledged",
    "role": "roleId",
    "picture": "logo",
    "title": "displayName",
    "logo": "logoUri",
    "resource_roles": "oauthRoles",
}
"""The core's names for fields, as this wire calls them; the others are the same."""

ENTITIES = {
    "account": "SUBSCRIBERS",
    "attributes": "USERATTRIBUTES",
    "audit": "REPORTS",
    "oauth-roles": "OAUTHROLES",
    "policies": "SETTINGS",
    "program-kinds": "TEMPLATES",
    "user-roles": "USERSITEROLES",
}
"""The core's nouns that this wire's permissions name otherwise; the others are the same in capitals."""

VERBS = {"view": "VIEW", "create": "ADD", "edit": "EDIT", "delete": "REMOVE"}

_NOT_FOUND = {
    "user": "user_not_found",
    "attribute": "user_attribute_not_found",
    "application": "api_application_not_found",
    "client": "application_not_found",
    "address-list": "ip_list_not_found",
    "resource-role": "oauth_role_not_found",
}
_TAKEN = {"username": "user_already_exists", "aliases": "user_alias_already_exists"}
_REFERENCES = {
    "groups": "group_not_found",
    "members": "user_not_found",
    "resource_roles": "oauth_role_not_found",
    "organizations": "organization_not_found",
    "attributes": "user_attribute_not_found",
    "role": "role_not_found",
    "spRoleId": "role_not_found",
    "applicationTemplateId": "application_template_not_found",
}
_JSON = (b"content-type", b"application/json")
_info = msgspec.json.Decoder(shapes.ErrorInfo)


def error(status: int, code: str, message: str, **parameters: Any) -> Answer:
    """An answer of one `ErrorInfo`."""
    info = shapes.ErrorInfo(code, message, [parameters] if parameters else [])
    return Answer(status, encode(info), (_JSON,))


def answer(shape: msgspec.Struct | Sequence[msgspec.Struct] | str) -> Answer:
    """A good answer: 200, whatever was done."""
    return Answer(200, encode(shape), (_JSON,))


def _invalid(refusal: Invalid) -> Answer:
    field = FIELDS.get(refusal.field, refusal.field)
    if refusal.fault is Fault.UNKNOWN and refusal.field in _REFERENCES:
        return error(404, _REFERENCES[refusal.field], f"{field} names nothing that there is", field=field)
    code = "missing_parameter" if refusal.fault is Fault.MISSING else "invalid_parameter"
    return error(400, code, f"{field} {refusal.wording}", field=field)


def permission_name(permission: str) -> str:
    """A permission of the core as this wire's `ENTITY:VERB`."""
    noun, verb = permission.split(":")
    return f"{ENTITIES.get(noun, noun.upper())}:{VERBS.get(verb, verb.upper())}"


def refused(refusal: Refusal) -> Answer:
    """The answer to a refusal of the core."""
    match refusal:
        case Invalid():
            return _invalid(refusal)
        case Unknown(noun):
            return error(404, _NOT_FOUND.get(noun, f"{noun}_not_found"), f"The {noun} was not found")
        case Taken(field):
            name = FIELDS.get(field, field)
            return error(409, _TAKEN.get(field, "value_already_exists"), f"{name} is in use", field=name)
        case PermissionMissing(permission):
            return error(403, "permission_denied", f"{permission_name(permission)} required")
        case BeyondAuthority(what):
            return error(403, "insufficient_authority", f"The {what} has permissions that the caller lacks")
        case CredentialInvalid(is_secret):
            if is_secret:
                return error(401, "access_denied", "Access denied")
            return error(401, "invalid_session_token", "The session token is not valid")
        case AddressForbidden():
            return error(403, "ip_address_forbidden", "Access is not allowed from this address")
        case ShutsOut():
            return error(400, "own_address", "The rules would then shut out the caller")
        case InUse(noun):
            return error(409, f"{noun.replace('-', '_')}_in_use", f"The {noun} is in use")
        case LastAdministrator():
            return error(400, "last_administrator", "The account needs an active administrator")
        case OwnAccount():
            return error(400, "own_account", "Nobody can end his own access")
        case Unsuited(obstacle):
            return error(400, "invalid_user", f"The user {obstacle.value}")
        case Full(noun, limit):
            return error(400, f"max_{noun}s_reached", f"There can be no more than {limit} of them")
        case WrongState(noun, state):
            return error(400, f"invalid_{noun}_state", f"This cannot be done while the {noun} is {state.upper()}")
        case Outdated(noun):
            return error(409, f"{noun.replace('-', '_')}_changed", f"The {noun} has changed since")
        case Saturated() | Unavailable():
            return error(503, "service_unavailable", "The service is not available now, please try again")
        case _:
            assert_never(refusal)


def embedded(failure: BaseException) -> shapes.ErrorInfo:
    """What failed for one of several, as it would have been answered had it been the only one."""
    if isinstance(failure, Refused):
        return _info.decode(refused(failure.refusal).body)
    return _info.decode(hindered(Hindered(Problem.BROKEN)).body)


def hindered(problem: Hindered) -> Answer:
    """The answer to a problem of the wire."""
    match problem.problem:
        case Problem.UNKNOWN_ROUTE:
            return error(404, "resource_not_found", "There is no such resource")
        case Problem.WRONG_METHOD:
            made = error(405, "method_not_allowed", f"The resource takes {problem.detail}")
            return Answer(made.status, made.body, (*made.headers, (b"allow", problem.detail.encode())))
        case Problem.TOO_LARGE:
            return error(413, "request_too_large", f"The request is over {problem.detail} bytes")
        case Problem.MALFORMED:
            return error(400, "malformed_request", f"The request could not be read: {problem.detail}")
        case Problem.NOT_ACCEPTABLE:
            return error(415, "unsupported_media_type", "Only application/json is spoken here")
        case Problem.RATE_LIMITED:
            return error(429, "too_many_requests", "Too many requests")
        case Problem.BROKEN:
            return error(500, "internal_error", "The service met an error")
        case _:
            assert_never(problem.problem)
