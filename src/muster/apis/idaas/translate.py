"""Shape to command, entity to shape. IDaaS's own limits on what is written through it are here too."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from muster.apis.idaas import shapes, translate_attributes
from muster.apis.idaas.dates import moment
from muster.apis.idaas.shapes_tokens import Token
from muster.apis.idaas.translate_groups import group, oauth_role, organization, places
from muster.apis.idaas.translate_locks import expiry, locked_kinds, locked_types, statuses
from muster.apis.idaas.translate_tokens import token
from muster.core import values
from muster.core.attributes import Attribute, AttributeValue
from muster.core.authenticators import Authenticator
from muster.core.drafts import UserDraft
from muster.core.enrolment import Detail
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.users import LoginName, User

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

# The names of what only this API knows, among a user's extras.
SOURCE = "idaas.external_source"
DELIVERY = "idaas.otp_delivery"
DELIVERY_CONTACTS = "idaas.otp_contacts"
REGISTRATION = "idaas.registration_required"
VERIFICATION = "idaas.verification_required"
EXTRA_ATTRIBUTES = "idaas.extra_attributes"

NOT_REQUIRED = "false"

_id = attrgetter("id")
_encode = msgspec.json.Encoder().encode
_contacts = msgspec.json.Decoder(dict[str, str])
_extra_attributes = msgspec.json.Decoder(list[shapes.ExtraAttribute])


def draft(parms: shapes.UserParms, new_id: Any) -> UserDraft:
    """The user that the parameters ask for. Refuses with `Invalid` what the vendor's file does not allow.

    `new_id` gives the ids of extra attributes.
    """
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
        aliases=aliases(parms.userAliases or [], parms.userId or ""),
        attributes=attribute_values(parms.userAttributeValues),
        extras=extras(parms, new_id),
        places=tuple((kind, ids) for kind, ids in places(parms) if ids),
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


def aliases(given: list[shapes.AliasParms], *user_ids: str) -> tuple[str, ...]:
    """The custom aliases. Clients that send back what they got include the one that mirrors a user id: no alias."""
    mirrored = {values.fold(user_id) for user_id in user_ids}
    found = []
    for alias in given:
        kind, value = alias.type or "CUSTOM", alias.value or ""
        if kind == "USERID" and values.fold(value) in mirrored:
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
    found = (
        (SOURCE, source(parms.externalSource or "")),
        (DELIVERY, delivery(parms.preferredOtpDelivery or "")),
        (DELIVERY_CONTACTS, contact_attributes(parms.preferredOtpDeliveryContactAttributes or {})),
        (REGISTRATION, NOT_REQUIRED if parms.registrationRequired is False else None),
        (VERIFICATION, NOT_REQUIRED if parms.verificationRequired is False else None),
        (EXTRA_ATTRIBUTES, extra_attributes(parms.userExtraAttributes or [], lambda _: new_id())),
    )
    return tuple((name, text) for name, text in found if text is not None)


def source(text: str) -> str | None:
    """An external source, if any."""
    return values.line(text, "externalSource") or None


def delivery(text: str) -> str | None:
    """How one-time codes are delivered, if otherwise than the system does."""
    chosen = choice(text or "SYSTEM", "preferredOtpDelivery", DELIVERIES)
    return None if chosen == "SYSTEM" else chosen


def contact_attributes(given: dict[str, str]) -> str | None:
    """Which attribute codes are delivered to, by the way of delivery, as it is kept."""
    for name, value in given.items():
        choice(name, "preferredOtpDeliveryContactAttributes", CONTACTS)
        values.line(value, "preferredOtpDeliveryContactAttributes")
    return _encode(given).decode() if given else None


def contacts_in(extra: dict[str, str]) -> dict[str, str] | None:
    """The same as it is shown."""
    return _contacts.decode(extra[DELIVERY_CONTACTS]) if DELIVERY_CONTACTS in extra else None


def extra_attributes(given: list[shapes.ExtraAttributeParms], id_of: Callable[[str], str]) -> str | None:
    """Extra attributes as they are kept; `id_of` gives each its id, given its name."""
    field = "userExtraAttributes"
    if len(given) > MOST_EXTRA_ATTRIBUTES:
        refuse(Invalid(field, Fault.TOO_MANY, MOST_EXTRA_ATTRIBUTES))
    made = []
    for extra in given:
        if not extra.name:
            refuse(Invalid(field, Fault.MISSING))
        kind = choice(extra.type or "NONE", field, ATTRIBUTE_TYPES)
        name, value = values.line(extra.name, field), values.line(extra.value or "", field)
        made.append(shapes.ExtraAttribute(id_of(name), name, kind, value))
    return values.text(_encode(made).decode(), field, values.EXTRA_LENGTH) if made else None


def extra_attributes_in(extra: dict[str, str]) -> list[shapes.ExtraAttribute]:
    """The same as they are shown."""
    return _extra_attributes.decode(extra[EXTRA_ATTRIBUTES]) if EXTRA_ATTRIBUTES in extra else []


def user(detail: Detail) -> shapes.User:
    """A user, whole."""
    it = detail.user
    extra = dict(it.extras)
    created, belonging = moment(it.created_at), detail.belonging
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
        locked=detail.lock is not None,
        lockoutExpiry=expiry(detail),
        otpCreateTime=None,
        grids=[],
        tokens=tokens(detail.authenticators),
        smartCredentials=[],
        tempAccessCode=None,
        userAttributeValues=attributes(detail),
        userAliases=user_aliases(it, detail.aliases),
        groups=[group(one) for one in belonging.groups],
        organizations=[organization(one) for one in belonging.organizations],
        oauthRoles=[oauth_role(one) for one in belonging.resource_roles],
        type="MGMT_UI",
        securityId=it.security_id,
        userPrincipalName=it.principal_name,
        lastAuthTime=None if it.last_login_at is None else moment(it.last_login_at),
        lastModified=created if it.changed_at == it.created_at else moment(it.changed_at),
        userCreationTime=created,
        preferredOtpDelivery=extra.get(DELIVERY, "SYSTEM"),
        preferredOtpDeliveryContactAttributes=contacts_in(extra),
        registrationRequired=REGISTRATION not in extra,
        verificationRequired=VERIFICATION not in extra,
        userExtraAttributes=extra_attributes_in(extra),
        authenticatorLockoutStatus=statuses(detail),
        fidoTokens=[],
        lockedAuthenticatorTypes=locked_types(detail),
        lockedAuthenticators=locked_kinds(detail),
    )


def tokens(authenticators: tuple[Authenticator, ...]) -> list[Token]:
    """The tokens of a user, the oldest first."""
    return sorted(map(token, authenticators), key=_id)


def user_aliases(it: User, aliases: tuple[LoginName, ...]) -> list[shapes.Alias]:
    """The custom aliases, then the one that mirrors the user id and has the user's own id, as in the guide."""
    found = [shapes.Alias(name.id, it.id, name.value, "CUSTOM") for name in aliases]
    found.sort(key=_id)
    found.append(shapes.Alias(it.id, it.id, it.username, "USERID"))
    return found


def attributes(detail: Detail) -> list[shapes.AttributeValue]:
    """The values of the tenant's own attributes, in the order in which those were made."""
    if not detail.values:
        return []
    known = {attribute.id: attribute for attribute in detail.attributes}
    found = sorted(detail.values, key=lambda value: value.attribute)
    return [attribute_value(known[value.attribute], value) for value in found if value.attribute in known]


def attribute_value(attribute: Attribute, value: AttributeValue) -> shapes.AttributeValue:
    """One value with its attribute."""
    return shapes.AttributeValue(
        id=value.id,
        userId=value.user,
        userAttributeId=attribute.id,
        userAttribute=translate_attributes.attribute(attribute),
        value=value.value,
        editable=True,
        lastUpdate=moment(value.changed_at),
    )
