"""IDaaS's own types and names: the guide's fields in the guide's order, then the other fields of version 5.46.

What goes out names every field, null and empty lists included, as the guide's samples do.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from muster.apis.idaas.shapes_attributes import UserAttribute
from muster.apis.idaas.shapes_groups import Group, OAuthRole, Organization
from muster.apis.idaas.shapes_paging import Paging
from muster.apis.idaas.shapes_tokens import Token

AuthenticatorType = Literal["PASSWORD", "TOKEN"]
"""Of the file's types those that a user can have here."""

LockedAuthenticator = Literal["PASSWORD", "ENTRUST_SOFT_TOKEN", "GOOGLE_AUTHENTICATOR"]


class AliasParms(Struct):
    value: str | None = None
    type: str | None = None


class AttributeValueParms(Struct):
    userAttributeId: str | None = None
    value: str | None = None


class ExtraAttributeParms(Struct):
    name: str | None = None
    type: str | None = None
    value: str | None = None


class UserParms(Struct):
    """What a user is made with, where empty texts and nulls mean absent, and what is changed of one."""

    userId: str | None = None
    firstName: str | None = None
    lastName: str | None = None
    email: str | None = None
    mobile: str | None = None
    phone: str | None = None
    locale: str | None = None
    state: str | None = None
    lock: bool | None = None
    externalId: str | None = None
    externalSource: str | None = None
    userPrincipalName: str | None = None
    securityId: str | None = None
    userAttributeValues: list[AttributeValueParms] | None = None
    userAliases: list[AliasParms] | None = None
    userExtraAttributes: list[ExtraAttributeParms] | None = None
    groups: list[str] | None = None
    oauthRoles: list[str] | None = None
    organizations: list[str] | None = None
    registrationRequired: bool | None = None
    verificationRequired: bool | None = None
    emailVerification: bool | None = None
    preferredOtpDelivery: str | None = None
    preferredOtpDeliveryContactAttributes: dict[str, str] | None = None
    applyGracePeriod: bool | None = None


class UserGetParms(Struct):
    userId: str | None = None


class UserChangeStateParms(Struct):
    state: str | None = None


class Alias(Struct):
    id: str
    userId: str
    value: str
    type: str


class AttributeValue(Struct):
    id: str
    userId: str
    userAttributeId: str
    userAttribute: UserAttribute
    value: str
    editable: bool
    lastUpdate: str


class ExtraAttribute(Struct):
    id: str
    name: str
    type: str
    value: str


class AuthenticatorLockoutStatus(Struct):
    """How it stands with the attempts at one of a user's authenticators."""

    type: AuthenticatorType
    locked: bool
    lockoutDate: str | None
    lockoutExpiryDate: str | None
    remainingAuthenticationAttempts: int
    name: None = None


class User(Struct, kw_only=True):
    """A user. What a page adds only where it is asked to is left out there, and nowhere else."""

    id: str
    userId: str
    firstName: str | None
    lastName: str | None
    email: str | None
    mobile: str | None
    phone: str | None
    locale: str | None
    state: str
    externalId: str | None
    externalSource: str | None
    migrated: bool | None
    locked: bool
    lockoutExpiry: str | None
    otpCreateTime: str | None
    grids: list[Any] | UnsetType = UNSET
    tokens: list[Token] | UnsetType = UNSET
    smartCredentials: list[Any] | UnsetType = UNSET
    tempAccessCode: UnsetType | None = UNSET
    userAttributeValues: list[AttributeValue] | UnsetType = UNSET
    userAliases: list[Alias] | UnsetType = UNSET
    groups: list[Group] | UnsetType = UNSET
    type: str
    securityId: str | None
    userPrincipalName: str | None
    lastAuthTime: str | None
    lastModified: str | None
    userCreationTime: str | None
    preferredOtpDelivery: str
    preferredOtpDeliveryContactAttributes: dict[str, str] | None
    registrationRequired: bool
    verificationRequired: bool
    userExtraAttributes: list[ExtraAttribute]
    alternateEmails: list[Any] = []
    authenticatorLockoutStatus: list[AuthenticatorLockoutStatus] | UnsetType = UNSET
    directoryDN: None = None
    directoryId: None = None
    directoryName: None = None
    directoryObjectGUID: None = None
    directoryType: None = None
    fidoTokens: list[Any] | UnsetType = UNSET
    frozen: bool = False
    frozenGracePeriod: None = None
    lockedAuthenticatorTypes: list[AuthenticatorType] = []
    lockedAuthenticators: list[LockedAuthenticator] = []
    magicLinkEnabled: bool = False
    oauthRoles: list[OAuthRole] | UnsetType = UNSET
    organizations: list[Organization] | UnsetType = UNSET
    passwordCompromised: bool | None = None
    passwordExpirationTime: None = None
    registrationEnabled: bool = True
    showNotification: bool = True
    userAuthenticatorPreference: list[Any] = []
    userPasswordDetails: list[Any] = []
    verificationEnabled: bool = True


class UsersPage(Struct):
    results: list[User]
    paging: Paging


class ErrorInfo(Struct):
    errorCode: str
    errorMessage: str
    parameters: list[dict[str, Any]]
