"""What *Update a user* makes different, field by field.

Null and absence leave a field as it is, an empty text clears it, a list replaces. Clients send whole answers back: what
comes as it stands is no change, and this API's rules are for changes, since the user may be another API's.
"""

from __future__ import annotations

from collections.abc import Callable

from muster.apis.idaas import shapes, translate
from muster.apis.idaas.translate_groups import places
from muster.core.editing import Editor, UserEdit
from muster.core.entity import KEPT, Kept
from muster.core.finders import Finder, by_external_id, by_id, by_login_name
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.users import User

FINDERS: dict[str, Callable[[str], Finder]] = {
    "UUID": by_id,
    "USERID": by_login_name,
    "EXTERNALID": by_external_id,
}


def finder(user: str | None, id_type: str | None, default: str, *others: str) -> Finder:
    """The user of this id, whose type is the default or one of the others. Refuses with `Invalid` what is neither."""
    if not user:
        refuse(Invalid("id", Fault.MISSING))
    return FINDERS[translate.choice(id_type or default, "idType", (default, *others))](user)


def edits(parms: shapes.UserParms, new_id: Callable[[], str]) -> Editor:
    """What the parameters make different. `new_id` gives the ids of extra attributes."""
    fresh = tuple(new_id() for _ in (parms.userExtraAttributes or ())[: translate.MOST_EXTRA_ATTRIBUTES])

    def edit(user: User) -> UserEdit:
        return UserEdit(
            username=KEPT if parms.userId is None else parms.userId,
            given_name=_changed(parms.firstName, user.given_name),
            family_name=_changed(parms.lastName, user.family_name),
            email=_changed(parms.email, user.email, translate.email),
            mobile=_changed(parms.mobile, user.mobile, lambda text: translate.phone(text, "mobile")),
            phone=_changed(parms.phone, user.phone, lambda text: translate.phone(text, "phone")),
            locale=_changed(parms.locale, user.locale, translate.locale),
            external_id=_changed(parms.externalId, user.external_id),
            principal_name=_changed(parms.userPrincipalName, user.principal_name),
            security_id=_changed(parms.securityId, user.security_id),
            active=KEPT if not parms.state else state(parms.state),
            locked=KEPT if parms.lock is None else parms.lock,
            aliases=_aliases(parms, user),
            attributes=_attribute_values(parms.userAttributeValues),
            extras=_extras(parms, user, fresh),
            places=places(parms),
            invite=_must_verify_now(parms, user),
        )

    return edit


def state(text: str | None) -> bool:
    """Whether a user of this state is active."""
    if not text:
        refuse(Invalid("state", Fault.MISSING))
    return translate.STATES[translate.choice(text, "state", translate.STATES)]


def _or_none(text: str) -> str | None:
    return text or None


def _changed(text: str | None, current: str | None, check: Callable[[str], str | None] = _or_none) -> str | Kept | None:
    return KEPT if text is None or text == (current or "") else check(text)


def _aliases(parms: shapes.UserParms, user: User) -> tuple[str, ...] | Kept:
    if parms.userAliases is None:
        return KEPT
    return translate.aliases(parms.userAliases, user.username, parms.userId or user.username)


def _attribute_values(given: list[shapes.AttributeValueParms] | None) -> tuple[tuple[str, str | None], ...]:
    found: list[tuple[str, str | None]] = []
    for value in given or ():
        if not value.userAttributeId:
            refuse(Invalid("attributes", Fault.MISSING))
        if value.value is not None:
            found.append((value.userAttributeId, value.value or None))
    return tuple(found)


def _must_verify_now(parms: shapes.UserParms, user: User) -> bool:
    was_not = translate.VERIFICATION in dict(user.extras)
    return bool(was_not and parms.verificationRequired) and parms.emailVerification is not False


def _extras(parms: shapes.UserParms, user: User, fresh: tuple[str, ...]) -> tuple[tuple[str, str | None], ...]:
    current = dict(user.extras)
    found: list[tuple[str, str | None]] = []
    if parms.externalSource is not None:
        found.append((translate.SOURCE, translate.source(parms.externalSource)))
    if parms.preferredOtpDelivery is not None:
        found.append((translate.DELIVERY, translate.delivery(parms.preferredOtpDelivery)))
    if parms.preferredOtpDeliveryContactAttributes:
        contacts = {**(translate.contacts_in(current) or {}), **parms.preferredOtpDeliveryContactAttributes}
        found.append((translate.DELIVERY_CONTACTS, translate.contact_attributes(contacts)))
    for name, required in _requirements(parms):
        if required is not None:
            found.append((name, None if required else translate.NOT_REQUIRED))
    if parms.userExtraAttributes is not None:
        ids = _ids(translate.extra_attributes_in(current), fresh)
        found.append((translate.EXTRA_ATTRIBUTES, translate.extra_attributes(parms.userExtraAttributes, ids)))
    return tuple(found)


def _requirements(parms: shapes.UserParms) -> tuple[tuple[str, bool | None], ...]:
    return (
        (translate.REGISTRATION, parms.registrationRequired),
        (translate.VERIFICATION, parms.verificationRequired),
    )


def _ids(current: list[shapes.ExtraAttribute], fresh: tuple[str, ...]) -> Callable[[str], str]:
    """Gives an extra attribute its id by its name: the one that it has, each once, or a new one."""
    spare: dict[str, list[str]] = {}
    for extra in current:
        spare.setdefault(extra.name, []).append(extra.id)
    unused = iter(fresh)
    return lambda name: spare[name].pop(0) if spare.get(name) else next(unused)
