"""What of a request every handler needs: the profile of its connection, its body, its place in the world."""

from __future__ import annotations

from typing import Any

import msgspec

from muster.apis.scim.normal import misfit
from muster.apis.scim.profiles import LENIENT, PROFILES, Habit, Profile
from muster.web.answers import Hindered, Problem
from muster.web.bodies import decoder
from muster.web.routes import Call

_MEDIA_TYPES = ("application/scim+json", "application/json")

_decode = decoder(Any)


def profile_of(call: Call) -> Profile:
    """The profile of the connection; lenient for whoever has none, as applications do."""
    return PROFILES.get(call.actor.profile or LENIENT, PROFILES[LENIENT])


def body_of(call: Call) -> dict[str, Any]:
    """The body, a JSON object. Raises `Hindered` and `Misfit`."""
    if not profile_of(call).forgives(Habit.ANY_CONTENT_TYPE):
        _must_be_json(call)
    body = _decode(call.body)
    if not isinstance(body, dict):
        misfit("invalidSyntax", "the body is an object")
    return body


def shaped(body: dict[str, Any], shape: type[Any]) -> Any:
    """The body, whose keys may be in any case (RFC 7643, section 2.1), as a struct. Raises `Misfit`."""
    names = {name.casefold(): name for name in shape.__struct_encode_fields__}
    try:
        return msgspec.convert({names.get(key.casefold(), key): value for key, value in body.items()}, shape)
    except msgspec.ValidationError as error:
        misfit("invalidSyntax", str(error))


def _must_be_json(call: Call) -> None:
    kind = (call.header(b"content-type") or "").split(";", 1)[0].strip().lower()
    if kind not in _MEDIA_TYPES:
        raise Hindered(Problem.NOT_ACCEPTABLE, kind)


def location(call: Call, endpoint: str, resource_id: str = "") -> str:
    """Where a resource is, as its client reaches it: `location(call, "/Users", user.id)`."""
    return f"{call.base}{endpoint}/{resource_id}" if resource_id else f"{call.base}{endpoint}"
