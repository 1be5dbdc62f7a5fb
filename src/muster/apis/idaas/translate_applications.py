"""Applications: shape to command, entity to shape.

Two kinds of template are known here, whose ids are Muster's own, since the vendor's differ from one account to another.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from muster.apis.idaas import shapes_applications as shapes
from muster.apis.idaas.dates import instant
from muster.apis.idaas.roles import SITE_ROLES
from muster.apis.idaas.translate import choice
from muster.core import values
from muster.core.applications import ApplicationDraft, ApplicationEdit, IssuedApplication
from muster.core.clients import ClientDraft, ClientEdit
from muster.core.entity import KEPT, Kept
from muster.core.programs import Application, Client, ExtraChanges, Extras
from muster.core.refusals import Fault, Invalid, refuse


class Template(NamedTuple):
    """What an application is made from."""

    id: str
    name: str
    description: str
    method: str


TEMPLATES = {
    "application": Template(
        "0d3f2b5e-6c1a-5f0e-9a57-2f7d4e8b1c01",
        "Administration API",
        "A machine client of the Administration API",
        "ADMINAPI",
    ),
    "client": Template(
        "0d3f2b5e-6c1a-5f0e-9a57-2f7d4e8b1c02",
        "Authentication API",
        "A client of the Authentication API",
        "AUTHAPI",
    ),
}
"""The templates by the core's names of the kinds."""

ADMIN_API, AUTH_API = TEMPLATES["application"], TEMPLATES["client"]

# The names of what only this API knows, among an application's extras.
LOGO = "idaas.logo"
IP_SOURCE = "idaas.client_ip_source"
OFFLINE = "idaas.protected_offline"
SWITCHES = {
    "allowIgnoreIpAddressForRba": "idaas.ignore_ip_address",
    "passkeyEnabled": "idaas.passkey",
    "userValuesEnabled": "idaas.user_values",
    "verificationRequired": "idaas.verification",
}

IP_SOURCES = ("NOT_INCLUDED", "PROVIDED", "FROM_CONNECTION")
PROTECTIONS = ("NORMAL", "STRONG", "VERYSTRONG")
MOST = 2**31 - 1

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_encode = msgspec.json.Encoder().encode
_offline_settings = msgspec.json.Decoder(shapes.ProtectedOfflineSettings)


def draft(parms: shapes.AdminApiApplicationParms) -> ApplicationDraft:
    """The application that the parameters ask for."""
    _check_template(parms.applicationTemplateId, ADMIN_API)
    role = _role(parms)
    if role is KEPT or role is None:
        refuse(Invalid("role", Fault.MISSING))
    return ApplicationDraft(
        id=None,
        name=parms.name or "",
        role=role,
        secret=None,
        long_lived=bool(parms.allowLongLivedToken),
        description=parms.description or None,
        address_list=parms.ipListId or None,
        extras=_given(((LOGO, _logo(parms.logo)),)),
    )


def edit(parms: shapes.AdminApiApplicationParms) -> ApplicationEdit:
    """What the parameters want to be different; the name must be there, as the file says."""
    return ApplicationEdit(
        name=parms.name or "",
        description=_cleared(parms.description),
        role=_role(parms),
        long_lived=KEPT if parms.allowLongLivedToken is None else parms.allowLongLivedToken,
        address_list=_cleared(parms.ipListId),
        extras=_changes(((LOGO, _logo(parms.logo)),)),
    )


def _role(parms: shapes.AdminApiApplicationParms) -> tuple[str, int | str] | Kept | None:
    # There are no service providers here, and so no roles of theirs.
    if parms.spRoleId:
        refuse(Invalid("spRoleId", Fault.UNKNOWN))
    if parms.roleId is None:
        return KEPT
    return (SITE_ROLES, parms.roleId) if parms.roleId else None


def _cleared(text: str | None) -> str | Kept | None:
    return KEPT if text is None else text or None


def _changes(wanted: tuple[tuple[str, str | None], ...]) -> ExtraChanges:
    return tuple((name, text or None) for name, text in wanted if text is not None)


def _given(wanted: tuple[tuple[str, str | None], ...]) -> Extras:
    return tuple((name, text) for name, text in wanted if text)


def _logo(text: str | None) -> str | None:
    # It is shown to nobody here, so that whether it is a picture does not matter.
    return None if text is None else values.text(text, "picture", values.EXTRA_LENGTH)


def _check_template(template_id: str | None, template: Template) -> None:
    if template_id and template_id != template.id:
        refuse(Invalid("applicationTemplateId", Fault.UNKNOWN))


def application(it: Application, secret: str | None = None) -> shapes.AdminApiApplication:
    """An application; with its secret where that is told."""
    return shapes.AdminApiApplication(
        id=it.id,
        name=it.name,
        description=it.description,
        applicationTemplate=ADMIN_API.name,
        applicationTemplateId=ADMIN_API.id,
        roleId=it.role,
        spRoleId=None,
        ipListId=it.address_list,
        allowLongLivedToken=it.long_lived,
        sharedSecret=secret,
        lastAuthnDate=None if it.last_used_at is None else instant(it.last_used_at),
        logo=dict(it.extras).get(LOGO),
    )


def issued(it: IssuedApplication) -> shapes.AdminApiApplication:
    """An application that was just made, with its secret."""
    return application(it.application, it.secret)


def client_draft(parms: shapes.AuthApiApplicationParms) -> ClientDraft:
    """The client that the parameters ask for."""
    _check_template(parms.applicationTemplateId, AUTH_API)
    client_id = None if not parms.id else uuid(parms.id)
    if client_id is not None and not _UUID.fullmatch(client_id):
        refuse(Invalid("id", Fault.MALFORMED))
    return ClientDraft(client_id, parms.name or "", parms.description or None, _given(_settings(parms)))


def client_edit(parms: shapes.AuthApiApplicationParms) -> ClientEdit:
    """What the parameters want to be different. The id and the template's are used on a create alone."""
    return ClientEdit(parms.name or "", _cleared(parms.description), _changes(_settings(parms)))


def uuid(text: str) -> str:
    """A UUID as it is kept: its case means nothing."""
    return text.lower()


def _settings(parms: shapes.AuthApiApplicationParms) -> tuple[tuple[str, str | None], ...]:
    if not parms.applicationTemplate:
        refuse(Invalid("applicationTemplate", Fault.MISSING))
    choice(parms.applicationTemplate, "applicationTemplate", (AUTH_API.name,))
    if parms.clientIpSource is not None:
        choice(parms.clientIpSource, "clientIpSource", IP_SOURCES)
    switches = tuple((extra, _switch(getattr(parms, field))) for field, extra in SWITCHES.items())
    offline = parms.protectedOfflineSettings
    return (
        (LOGO, _logo(parms.logo)),
        (IP_SOURCE, parms.clientIpSource),
        (OFFLINE, None if offline is None else _offline(offline)),
        *switches,
    )


def _switch(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def _offline(settings: shapes.ProtectedOfflineSettings) -> str:
    field = "protectedOfflineSettings"
    for name in ("MaxClients", "MaxRefill", "MinorRefill"):
        number = getattr(settings, f"protectedOfflineOTP{name}")
        if number is not None and not 0 <= number <= MOST:
            refuse(Invalid(field, Fault.MALFORMED))
    if settings.protectedOfflineOTPProtection is not None:
        choice(settings.protectedOfflineOTPProtection, field, PROTECTIONS)
    return _encode(settings).decode()


def client(it: Client) -> shapes.AuthApiApplication:
    """A client."""
    extra = dict(it.extras)
    switches = {field: extra.get(name) == "true" for field, name in SWITCHES.items()}
    return shapes.AuthApiApplication(
        id=it.id,
        name=it.name,
        description=it.description,
        applicationTemplate=AUTH_API.name,
        applicationTemplateId=AUTH_API.id,
        clientIpSource=extra.get(IP_SOURCE, "NOT_INCLUDED"),
        protectedOfflineSettings=_offline_settings.decode(extra[OFFLINE]) if OFFLINE in extra else None,
        logo=extra.get(LOGO),
        **switches,
    )


def info(it: Application | Client) -> shapes.ApplicationInfo:
    """What is told of an application of any kind."""
    template = ADMIN_API if isinstance(it, Application) else AUTH_API
    return shapes.ApplicationInfo(it.id, it.name, template.name, template.id, template.method)


def template(kind: str) -> shapes.ApplicationTemplate:
    """A kind of application, as the template that one is made from."""
    it = TEMPLATES[kind]
    return shapes.ApplicationTemplate(it.id, it.name, it.description, it.method)
