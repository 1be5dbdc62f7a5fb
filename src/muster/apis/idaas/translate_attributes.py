"""User attributes: shape to command, entity to shape."""

from __future__ import annotations

from collections.abc import Iterable

from muster.apis.idaas import shapes_attributes as shapes
from muster.apis.idaas.roles import ATTRIBUTES
from muster.core.attributes import PLAIN, Attribute, CreateAttribute, EditAttribute
from muster.core.entity import KEPT

TYPES: dict[shapes.AttributeType, str] = {
    "NONE": PLAIN,
    "OTP_EMAIL": "email",
    "OTP_SMS": "sms",
    "OTP_VOICE": "voice",
    "OTP_WECHAT": "wechat",
    "OTP_WHATSAPP": "whatsapp",
}
_PLACES = {template.field: place for place, template in enumerate(ATTRIBUTES)}
_OF_KIND = {kind: type_ for type_, kind in TYPES.items()}


def new(parms: shapes.UserAttributeParms) -> CreateAttribute:
    """The attribute that the parameters ask for."""
    return CreateAttribute(parms.name or "", TYPES[parms.type or "NONE"], bool(parms.mandatory), bool(parms.unique))


def edit(attribute_id: str, parms: shapes.UserAttributeParms) -> EditAttribute:
    """The change that the parameters ask for: what is absent or null stays."""
    return EditAttribute(
        attribute_id,
        KEPT if parms.name is None else parms.name,
        KEPT if parms.type is None else TYPES[parms.type],
        KEPT if parms.mandatory is None else parms.mandatory,
        KEPT if parms.unique is None else parms.unique,
    )


def attribute(kept: Attribute) -> shapes.UserAttribute:
    """An attribute, whole."""
    return shapes.UserAttribute(
        kept.id, kept.name, kept.mandatory, kept.unique, kept.field is not None, _OF_KIND[kept.kind]
    )


def in_order(kept: Iterable[Attribute]) -> list[shapes.UserAttribute]:
    """Attributes, whole: the system-defined ones as the help lists them, then the others as they were made."""
    ordered = sorted(kept, key=lambda one: (_PLACES.get(one.field or "", len(_PLACES)), one.id))
    return [attribute(one) for one in ordered]
