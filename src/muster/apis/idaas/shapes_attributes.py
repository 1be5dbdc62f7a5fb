"""The wire's own types and names for the account's user attributes."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

AttributeType = Literal["NONE", "OTP_EMAIL", "OTP_SMS", "OTP_VOICE", "OTP_WECHAT", "OTP_WHATSAPP"]


class UserAttributeParms(Struct):
    """A user attribute as somebody wants it. Absent and null leave what there is, or the default."""

    name: str | None = None
    mandatory: bool | None = None
    unique: bool | None = None
    type: AttributeType | None = None


class UserAttribute(Struct):
    id: str
    name: str
    mandatory: bool
    unique: bool
    systemDefined: bool
    type: AttributeType
