"""Where the owner of a mailed link sets his password.

Looking at the page does not use the link up, since mail scanners look at every link; only setting the password does.
"""

from __future__ import annotations

from typing import assert_never
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from muster.console.pages import notice, password_form
from muster.core.directory import Directory
from muster.core.events import Origin
from muster.core.passwords import PASSWORD_LENGTHS
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
from muster.web.addresses import ClientAddress

BODY_LIMIT = 16 * 1024
RETRY_SECONDS = 5
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 10


def password_page(directory: Directory, addresses: ClientAddress | None = None) -> ASGIApp:
    """The application for `/password`: `GET` and `POST` of `/{secret}`. `addresses` knows the trusted proxies."""
    answers = _Password(directory, addresses or ClientAddress())
    app = Starlette(
        routes=[Route("/{secret}", answers.answer, methods=["GET", "POST"])],
        exception_handlers={HTTPException: _hindered, Exception: _broken},
    )
    # A link with something after it is no link; nothing should send a browser, and the secret, anywhere else.
    app.router.redirect_slashes = False
    return app


class _Password:
    def __init__(self, directory: Directory, addresses: ClientAddress) -> None:
        self._directory = directory
        self._addresses = addresses

    async def answer(self, request: Request) -> Response:
        secret = request.path_params["secret"]
        try:
            username = await self._directory.link_owner(secret)
            if request.method != "POST":
                return password_form(username, PASSWORD_LENGTHS)
            return await self._set(request, secret, username)
        except Refused as refused:
            return _refused(refused.refusal)

    async def _set(self, request: Request, secret: str, username: str) -> Response:
        form = await _form(request)
        password, again = form.get("password", ""), form.get("again", "")
        if password != again:
            return password_form(username, PASSWORD_LENGTHS, "The two passwords are not the same.")
        try:
            await self._directory.set_password(secret, password, self._origin(request))
        except Refused as refused:
            if isinstance(refused.refusal, Invalid):
                return password_form(username, PASSWORD_LENGTHS, _wish(refused.refusal))
            raise
        return notice("Your password is set", f"You can now sign in as {username}. This link works no longer.")

    def _origin(self, request: Request) -> Origin:
        peer = None if request.client is None else request.client.host
        return Origin("console", self._addresses.of(peer, request.headers.get("x-forwarded-for")))


async def _form(request: Request) -> dict[str, str]:
    """The form's fields, each once. Raises `HTTPException` for what is too large or no form."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise HTTPException(415)
    try:
        text = (await _body(request)).decode("ascii")
        fields = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except (ValueError, ClientDisconnect):
        raise HTTPException(400) from None
    if any(len(values) > 1 for values in fields.values()):
        raise HTTPException(400)
    return {name: values[0] for name, values in fields.items()}


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise HTTPException(413)
    return bytes(body)


def _wish(refusal: Invalid) -> str:
    least, most = PASSWORD_LENGTHS
    if refusal.fault is Fault.TOO_LONG:
        return f"This password is too long: {most} characters are the most."
    return f"This password is too easily guessed: it needs {least} characters, and not the username in it."


def _refused(refusal: Refusal) -> Response:
    match refusal:
        case Unknown() | CredentialInvalid():
            return _no_such_link()
        case Saturated() | Unavailable():
            return notice(
                "Please try again",
                "The directory is busy just now. Your link is still good; try again in a moment.",
                503,
                {"Retry-After": str(RETRY_SECONDS)},
            )
        case Unsuited() | AddressForbidden() | ShutsOut() | InUse() | Full() | WrongState() | Outdated():
            return notice("This cannot be done", "The password was not set.", 409)
        case Invalid() | Taken() | PermissionMissing() | BeyondAuthority() | LastAdministrator() | OwnAccount():
            return notice("This cannot be done", "The password was not set.", 409)
        case _:
            assert_never(refusal)


def _no_such_link() -> Response:
    return notice("This link is invalid or has expired.", "If you need a new one, ask your administrator.", 404)


_HINDRANCES = {
    400: "What was sent is not what the form on this page sends.",
    405: "This page can only be looked at and filled in.",
    413: "What was sent is too long.",
    415: "What was sent is not a form.",
}


async def _hindered(_: Request, hindrance: Exception) -> Response:
    if not isinstance(hindrance, HTTPException) or hindrance.status_code not in _HINDRANCES:
        return _no_such_link()
    headers = dict(hindrance.headers or {})
    return notice("This cannot be done", _HINDRANCES[hindrance.status_code], hindrance.status_code, headers)


async def _broken(_: Request, __: Exception) -> Response:
    return notice("Something went wrong", "The password was not set. Please try again later.", 500)
