"""Shape to command, entity to shape. IDaaS's own limits on what is written through it are here too."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from muster.apis.idaas import shapes
from muster.core import values
from muster.core.attributes import Attribute, AttributeValue
from muster.core.authenticators import Authenticator
from muster.core.drafts import UserDraft
from muster.core.enrolment import Detail
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.users import ALIAS, LoginName, User

LOCALES = frozenset(
    ["da", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "nb", "pl", "pt", "ru", "sv", "th", "tr", "zh-cn", "zh-tw"]
)
DELIVERIES = frozenset(("EMAIL", "SMS", "VOICE", "SYSTEM"))
CONTACTS = frozenset(("OTP_EMAIL", "OTP_SMS", "OTP_VOICE"))
ATTRIBUTE_TYPES = frozenset(("NONE", "OTP_EMAIL", "OTP_SMS", "OTP_VOICE", "OTP_WECHAT", "OTP_WHATSAPP"))
MOST_EXTRA_ATTRIBUTES = 50

PHONE = re.compile(r"\+[0-9]{1,15}", re.ASCII)
"""E.164 in its syntax: the guide's own example has a digit too many for its country, and is accepted."""

STATES = {"ACTIVE": True, "INACTIVE": False}

TOKEN_TYPES = {"soft-token": "ENTRUST_SOFT_TOKEN"}
TOKEN_ACTIONS = {"activating": ["REACTIVATE", "ACTIVATE_COMPLETE", "DELETE"]}

# The names of what only this API knows, among a user's extras.
SOURCE = "idaas.external_source"
DELIVERY = "idaas.otp_delivery"
DELIVERY_CONTACTS = "idaas.otp_contacts"
REGISTRATION = "idaas.registration_required"
VERIFICATION = "idaas.verification_required"
EXTRA_ATTRIBUTES = "idaas.extra_attributes"

_encode = msgspec.json.Encoder().encode
_contacts = msgspec.json.Decoder(dict[str, str])
_extra_attributes = msgspec.json.Decoder(list[shapes.ExtraAttribute])


def draft(parms: shapes.UserParms, new_id: Any) -> UserDraft:
    """The user that the parameters ask for. Refuses with `Invalid` what the vendor's file does not allow.

    `new_id` gives the ids of extra attributes.
    """
    for field in ("groups", "oauthRoles", "organizations"):
        if getattr(parms, field):
            refuse(Invalid(field, Fault.UNKNOWN))
    verification = parms.verificationRequired is not False
    return UserDraft(
        username=parms.userId or "",
        given_name=parms.firstName or None,
        family_name=parms.lastName or None,
        email=email(parms.email),
        mobile=phone(parms.mobile, "mobile"),
        phone=phone(parms.phone, "phone"),
        locale=locale(parms.locale),
        active=STATES[choice(parms.state or "ACTIVE", "state", STATES)],
        locked=bool(parms.lock),
        external_id=parms.externalId or None,
        principal_name=parms.userPrincipalName or None,
        security_id=parms.securityId or None,
        aliases=aliases(parms),
        attributes=attribute_values(parms.userAttributeValues),
        extras=extras(parms, new_id),
        notify=verification and parms.emailVerification is not False,
    )


def email(text: str | None) -> str | None:
    """An e-mail address, if any."""
    if text and not values.is_email(text):
        refuse(Invalid("email", Fault.MALFORMED))
    return text or None


def phone(text: str | None, field: str) -> str | None:
    """A number in the syntax of E.164, if any."""
    if text and not PHONE.fullmatch(text):
        refuse(Invalid(field, Fault.MALFORMED))
    return text or None


def locale(text: str | None) -> str | None:
    """A locale of the file's list, if any."""
    return choice(text, "locale", LOCALES) if text else None


def choice(text: str, field: str, allowed: Any) -> str:
    """One of the texts that are allowed."""
    if text not in allowed:
        refuse(Invalid(field, Fault.MALFORMED))
    return text


def aliases(parms: shapes.UserParms) -> tuple[str, ...]:
    """The custom aliases. Clients that send back what they got include the USERID one, which is no alias to make."""
    found = []
    for alias in parms.userAliases or ():
        kind, value = alias.type or "CUSTOM", alias.value or ""
        if kind == "USERID" and values.fold(value) == values.fold(parms.userId or ""):
            continue
        choice(kind, "aliases", ("CUSTOM",))
        found.append(value)
    return tuple(found)


def attribute_values(given: list[shapes.AttributeValueParms] | None) -> tuple[tuple[str, str], ...]:
    """Pairs of an attribute's id and a value; an empty value is none."""
    found = []
    for value in given or ():
        if not value.userAttributeId:
            refuse(Invalid("attributes", Fault.MISSING))
        if value.value:
            found.append((value.userAttributeId, value.value))
    return tuple(found)


def extras(parms: shapes.UserParms, new_id: Any) -> tuple[tuple[str, str], ...]:
    """What only this API knows, where it is other than the default."""
    found: list[tuple[str, str]] = []
    if parms.externalSource:
        found.append((SOURCE, values.line(parms.externalSource, "externalSource")))
    if parms.preferredOtpDelivery:
        found.append((DELIVERY, choice(parms.preferredOtpDelivery, "preferredOtpDelivery", DELIVERIES)))
    if parms.preferredOtpDeliveryContactAttributes:
        found.append((DELIVERY_CONTACTS, _contact_attributes(parms.preferredOtpDeliveryContactAttributes)))
    if parms.registrationRequired is False:
        found.append((REGISTRATION, "false"))
    if parms.verificationRequired is False:
        found.append((VERIFICATION, "false"))
    if parms.userExtraAttributes:
        extra = _encode(_extra(parms.userExtraAttributes, new_id)).decode()
        found.append((EXTRA_ATTRIBUTES, values.text(extra, "userExtraAttributes", values.EXTRA_LENGTH)))
    return tuple(found)


def _contact_attributes(given: dict[str, str]) -> str:
    for name, value in given.items():
        choice(name, "preferredOtpDeliveryContactAttributes", CONTACTS)
        values.line(value, "preferredOtpDeliveryContactAttributes")
    return _encode(given).decode()


def _extra(given: list[shapes.ExtraAttributeParms], new_id: Any) -> list[shapes.ExtraAttribute]:
    field = "userExtraAttributes"
    if len(given) > MOST_EXTRA_ATTRIBUTES:
        refuse(Invalid(field, Fault.TOO_MANY, MOST_EXTRA_ATTRIBUTES))
    made = []
    for extra in given:
        if not extra.name:
            refuse(Invalid(field, Fault.MISSING))
        kind = choice(extra.type or "NONE", field, ATTRIBUTE_TYPES)
        made.append(
            shapes.ExtraAttribute(new_id(), values.line(extra.name, field), kind, values.line(extra.value or "", field))
        )
    return made


def user(detail: Detail) -> shapes.User:
    """A user, whole."""
    it = detail.user
    extra = dict(it.extras)
    return shapes.User(
        id=it.id,
        userId=it.username,
        firstName=it.given_name,
        lastName=it.family_name,
        email=it.email,
        mobile=it.mobile,
        phone=it.phone,
        locale=it.locale,
        state="ACTIVE" if it.active else "INACTIVE",
        externalId=it.external_id,
        externalSource=extra.get(SOURCE),
        migrated=None,
        locked=it.locked,
        lockoutExpiry=None,
        otpCreateTime=None,
        grids=[],
        tokens=[token(authenticator) for authenticator in detail.authenticators],
        smartCredentials=[],
        tempAccessCode=None,
        userAttributeValues=attributes(detail),
        userAliases=user_aliases(it, detail.names),
        groups=[],
        type="MGMT_UI",
        securityId=it.security_id,
        userPrincipalName=it.principal_name,
        lastAuthTime=None if it.last_login_at is None else moment(it.last_login_at),
        lastModified=moment(it.changed_at),
        userCreationTime=moment(it.created_at),
        preferredOtpDelivery=extra.get(DELIVERY, "SYSTEM"),
        preferredOtpDeliveryContactAttributes=(
            _contacts.decode(extra[DELIVERY_CONTACTS]) if DELIVERY_CONTACTS in extra else None
        ),
        registrationRequired=REGISTRATION not in extra,
        verificationRequired=VERIFICATION not in extra,
        userExtraAttributes=_extra_attributes.decode(extra[EXTRA_ATTRIBUTES]) if EXTRA_ATTRIBUTES in extra else [],
    )


def user_aliases(it: User, names: tuple[LoginName, ...]) -> list[shapes.Alias]:
    """The custom aliases, then the one that mirrors the user id and has the user's own id, as in the guide."""
    custom = sorted((name for name in names if name.kind == ALIAS), key=lambda name: name.id)
    return [
        *(shapes.Alias(name.id, it.id, name.value, "CUSTOM") for name in custom),
        shapes.Alias(it.id, it.id, it.username, "USERID"),
    ]


def attributes(detail: Detail) -> list[shapes.AttributeValue]:
    """The values of the tenant's own attributes, in the order in which those were made."""
    known = {attribute.id: attribute for attribute in detail.attributes}
    found = sorted(detail.values, key=lambda value: value.attribute)
    return [attribute_value(known[value.attribute], value) for value in found if value.attribute in known]


def attribute_value(attribute: Attribute, value: AttributeValue) -> shapes.AttributeValue:
    """One value with its attribute."""
    return shapes.AttributeValue(
        id=value.id,
        userId=value.user,
        userAttributeId=attribute.id,
        userAttribute=shapes.Attribute(
            attribute.id,
            attribute.name,
            attribute.mandatory,
            attribute.unique,
            attribute.field is not None,
            "NONE" if attribute.kind == "plain" else attribute.kind,
        ),
        value=value.value,
        editable=True,
        lastUpdate=moment(value.changed_at),
    )


def token(authenticator: Authenticator) -> shapes.Token:
    """A soft token, in the guide's form."""
    return shapes.Token(
        id=authenticator.id,
        type=TOKEN_TYPES[authenticator.kind],
        serialNumber=f"{authenticator.serial[:5]}-{authenticator.serial[5:]}",
        loadDate=moment(authenticator.created_at),
        lastUsedDate=None if authenticator.last_used_at is None else moment(authenticator.last_used_at),
        state=authenticator.state.upper(),
        platform=None,
        registeredForTransactions=False,
        name=None,
        allowedActions=TOKEN_ACTIONS[authenticator.state],
        description=None,
        userId=None,
    )


def moment(at: int) -> str:
    """UTC in the guide's form: `2018-05-29T19:12:54.000+0000`."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}+0000"


def instant(at: int) -> str:
    """UTC in seconds with `Z`, as answers to authentication have it."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
