"""How this API carries itself: its credentials and the headers of its answers."""

from __future__ import annotations

from collections.abc import Awaitable

from muster.apis.scim.refusals import hindered, misshapen, refused
from muster.core.authority import Actor
from muster.core.refusals import CredentialInvalid, Refusal, refuse
from muster.web.answers import Answer, Headers, Hindered, WrongShape
from muster.web.cors import Shared
from muster.web.routes import Call

_BEARER = "bearer "
_STANDING: Headers = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


class ScimManner:
    """SCIM's way."""

    channel = "scim"
    shared = Shared(
        ("Authorization", "Content-Type", "If-Match", "If-None-Match"),
        ("Allow", "ETag", "Location", "WWW-Authenticate", "X-Request-Id"),
    )

    def identify(self, call: Call) -> Awaitable[Actor]:
        """The connection behind the bearer token, or the application whose `<id>,<secret>` it is.

        The second is what identity providers hold that were set up against the Administration API.
        """
        shown = (call.header(b"authorization") or "").strip()
        if shown[: len(_BEARER)].lower() != _BEARER:
            refuse(CredentialInvalid())
        token = shown[len(_BEARER) :].strip()
        if "," in token:
            application, secret = token.split(",", 1)
            return call.directory.by_application(application.strip(), secret.strip())
        return call.directory.by_connection(token)

    def refused(self, refusal: Refusal) -> Answer:
        return refused(refusal)

    def hindered(self, hindered_: Hindered) -> Answer:
        return hindered(hindered_)

    def misshapen(self, wrong: WrongShape) -> Answer:
        return misshapen(wrong)

    def dressed(self, answer: Answer) -> Answer:
        return Answer(answer.status, answer.body, (*answer.headers, *_STANDING))
