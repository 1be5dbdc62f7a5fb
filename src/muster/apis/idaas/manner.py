"""How this API carries itself: its credentials and the headers of its answers."""

from __future__ import annotations

from collections.abc import Awaitable

from muster.apis.idaas.refusals import error, hindered, refused
from muster.core.authority import Actor
from muster.core.refusals import CredentialInvalid, Refusal, refuse
from muster.web.answers import Answer, Headers, Hindered, WrongShape
from muster.web.cookies import values_of
from muster.web.cors import Shared
from muster.web.routes import Call

SESSION_COOKIE = "INTELLITRUST_SESSION_ID"

_BEARER = "bearer "
_STANDING: Headers = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


class IdaasManner:
    """The Administration API's way."""

    channel = "idaas"
    shared = Shared()

    def identify(self, call: Call) -> Awaitable[Actor]:
        """The application behind `Authorization`: a session's token or `<id>,<secret>`, each bare or as Bearer.

        A token that was asked for with a cookie needs it beside it.
        """
        shown = (call.header(b"authorization") or "").strip()
        if shown[: len(_BEARER)].lower() == _BEARER:
            shown = shown[len(_BEARER) :].strip()
        if not shown:
            refuse(CredentialInvalid())
        if "," in shown:
            application, secret = shown.split(",", 1)
            return call.directory.by_application(application.strip(), secret.strip())
        return call.directory.by_session(shown, values_of(call.headers, SESSION_COOKIE))

    def refused(self, refusal: Refusal) -> Answer:
        return refused(refusal)

    def hindered(self, hindered_: Hindered) -> Answer:
        return hindered(hindered_)

    def misshapen(self, wrong: WrongShape) -> Answer:
        parameters = {"field": wrong.field} if wrong.field else {}
        return error(400, "invalid_parameter", f"{wrong.field or 'The body'}: {wrong.message}", **parameters)

    def dressed(self, answer: Answer) -> Answer:
        return Answer(answer.status, answer.body, (*answer.headers, *_STANDING))
