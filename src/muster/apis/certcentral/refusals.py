"""Every refusal as CertCentral's status and error body.

Codes without evidence are decided here, and listed on its page in docs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import lru_cache
from hashlib import md5
from typing import assert_never

import msgspec

from muster.apis.certcentral import shapes
from muster.core.authority import Actor
from muster.core.refusals import (
    AddressForbidden,
    BeyondAuthority,
    CredentialInvalid,
    Fault,
    Full,
    InUse,
    Invalid,
    LastAdministrator,
    Obstacle,
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
from muster.web.cors import Shared
from muster.web.routes import Call

encode = msgspec.json.Encoder().encode

FIELDS = {
    "given_name": "first_name",
    "family_name": "last_name",
    "phone": "telephone",
    "home": "container",
    "parent": "container",
    "users": "user_id_assignments",
    "template": "template_id",
    "scope": "container_id_assignments",
    "roles": "access_roles",
    "role": "restricted_to_role_id",
    "sso_only": "is_saml_sso_only",
    "tenant_name": "organization_name",
    "label": "child_name",
    "manager": "account_manager_user_id",
    "owner": "user",
    "federation_name": "friendly_name",
    "metadata": "xml_metadata",
    "source": "source_url",
    "mapping": "attribute_mapping",
    "first_address": "ip_address",
    "last_address": "ip_address_end",
    "address_rules": "ip_rules",
    "user": "user_id",
    "key": "api_key_id",
}
"""The core's names for fields, as this wire calls them; the others are the same."""

NOUNS = {"unit": "container", "federation": "saml_entity", "address-rule": "ip_rule"}

_DETAILS = {
    Fault.MISSING: "required",
    Fault.TOO_LONG: "too_long",
    Fault.MALFORMED: "malformed",
    Fault.CHARACTERS: "characters",
    Fault.TOO_MANY: "too_many",
    Fault.DUPLICATE: "duplicate",
    Fault.WEAK: "weak",
    Fault.UNKNOWN: "unknown",
    Fault.INACTIVE: "inactive",
    Fault.FIXED: "fixed",
}

_UNKNOWN_REFERENCES = {
    "roles": ("invalid_access_role", "The access role is not valid."),
    "role": ("invalid_access_role", "The access role is not valid."),
    "home": ("invalid_container", "The container is not valid."),
    "scope": ("invalid_container", "The container is not valid."),
    "unit": ("invalid_container", "The container is not valid."),
    "users": ("invalid_user", "The user is not valid."),
}

_OBSTACLES = {
    Obstacle.ENROLLED: "user_is_registered",
    Obstacle.SERVICE: "user_is_api_only",
    Obstacle.SSO_ONLY: "user_is_saml_sso_only",
}

# As recorded, less what depends on the transport; `strict-transport-security` is the mounting server's.
_STANDING: Headers = (
    (b"cache-control", b"private,no-cache"),
    (b"x-xss-protection", b"1; mode=block"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"x-content-type-options", b"nosniff"),
)
_JSON = (b"content-type", b"application/json")


def error(status: int, code: str, message: str) -> Answer:
    """An answer of one error."""
    return Answer(status, encode(shapes.Errors([shapes.Error(code, message)])), (_JSON,))


def answer(status: int, shape: msgspec.Struct) -> Answer:
    """An answer of one object."""
    return Answer(status, encode(shape), (_JSON,))


def _denied(detail: str) -> Answer:
    return error(403, f"access_denied|{detail}", f"Access denied due to {detail}.")


def _invalid(refusal: Invalid) -> Answer:
    if refusal.fault is Fault.UNKNOWN and refusal.field in _UNKNOWN_REFERENCES:
        return error(400, *_UNKNOWN_REFERENCES[refusal.field])
    field = FIELDS.get(refusal.field, refusal.field)
    return error(400, f"invalid_{field}|{_DETAILS[refusal.fault]}", f"{field} {refusal.wording}.")


def refused(refusal: Refusal) -> Answer:
    """The answer to a refusal of the core."""
    match refusal:
        case Invalid():
            return _invalid(refusal)
        case Unknown(noun):
            name = NOUNS.get(noun, noun)
            return error(404, f"not_found|{name}", f"The specified {name} was not found.")
        case Taken(field):
            return error(400, f"{FIELDS.get(field, field)}_in_use", f"The {FIELDS.get(field, field)} is in use.")
        case PermissionMissing():
            return _denied("missing_permission")
        case BeyondAuthority():
            return _denied("exceeds_own_access")
        case CredentialInvalid():
            return _denied("access_denied_invalid_key")
        case AddressForbidden():
            return _denied("ip_address_not_allowed")
        case ShutsOut():
            return error(400, "ip_rule_excludes_caller", "The rules would then shut out the caller of this request.")
        case InUse(noun):
            name = NOUNS.get(noun, noun)
            return error(400, f"{name}_in_use", f"The {name} is in use.")
        case LastAdministrator():
            return error(400, "cannot_remove_last_administrator", "The account needs an active administrator.")
        case OwnAccount():
            return error(400, "cannot_delete_self", "Nobody can delete himself.")
        case Unsuited(obstacle):
            return error(400, _OBSTACLES[obstacle], f"The user {obstacle.value}.")
        case Full(noun, limit):
            return error(400, f"too_many_{noun}s", f"There can be no more than {limit} of them.")
        case WrongState(noun):
            return error(400, f"{noun}_state_not_valid", f"The {noun} is in a state in which this cannot be done.")
        case Outdated(noun):
            return error(409, f"{noun}_changed", f"The {noun} has changed since.")
        case Saturated() | Unavailable():
            return error(503, "service_unavailable", "The service is not available now, please try again.")
        case _:
            assert_never(refusal)


def hindered(problem: Hindered) -> Answer:
    """The answer to a problem of the wire."""
    match problem.problem:
        case Problem.UNKNOWN_ROUTE:
            return error(404, "not_found|route", "The specified route was not found.")
        case Problem.WRONG_METHOD:
            body = error(405, "method_not_allowed", "The specified route does not take this method.")
            return Answer(body.status, body.body, (*body.headers, (b"allow", problem.detail.encode())))
        case Problem.TOO_LARGE:
            return error(413, "request_too_large", f"The request is over {problem.detail} bytes.")
        case Problem.MALFORMED:
            return error(400, "bad_request_format", f"The request could not be read: {problem.detail}.")
        case Problem.NOT_ACCEPTABLE:
            return error(406, "not_acceptable", "Only application/json is spoken here.")
        case Problem.RATE_LIMITED:
            return error(429, "request_limit_exceeded", "Service unavailable, please limit request volume")
        case Problem.BROKEN:
            return error(500, "internal_error", "The service met an error.")
        case _:
            assert_never(problem.problem)


@lru_cache(maxsize=1)
def _http_date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


class CertcentralManner:
    """How this API carries itself."""

    channel = "certcentral"
    shared = Shared(("X-DC-DEVKEY", "Content-Type"), ("Allow", "ETag", "X-Request-Id"))

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now

    def identify(self, call: Call) -> Awaitable[Actor]:
        """The owner of the key in `X-DC-DEVKEY`; there is no other scheme."""
        return call.directory.identify(call.header(b"x-dc-devkey") or "")

    def refused(self, refusal: Refusal) -> Answer:
        return refused(refusal)

    def hindered(self, hindered_: Hindered) -> Answer:
        return hindered(hindered_)

    def misshapen(self, wrong: WrongShape) -> Answer:
        field = wrong.field.split(".")[0] or "body"
        return error(400, f"invalid_{field}|type", f"{wrong.field or 'The body'}: {wrong.message}.")

    def dressed(self, answer_: Answer) -> Answer:
        """With the headers that were recorded on answers; an ETag (the MD5 of the body) on good ones that have one."""
        headers = (*answer_.headers, *_STANDING)
        if answer_.status == 200:
            tag = md5(answer_.body, usedforsecurity=False).hexdigest()
            headers += ((b"etag", f'"{tag}"'.encode()), (b"last-modified", _http_date(self._now() // 1000)))
        return Answer(answer_.status, answer_.body, headers)
