"""IDaaS's own types and names: the guide's fields in the guide's order, then the other fields of version 5.46.

What goes out names every field, null and empty lists included, as the guide's samples do.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Authentication(Struct):
    """*Authenticate to an Admin API application*."""

    applicationId: str | None = None
    sharedSecret: str | None = None


class AuthenticationResult(Struct):
    authToken: str
    creationTime: str
    expirationTime: str


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
    """What a user is made with. Empty texts and nulls mean absent."""

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


class UserGetParms(Struct):
    userId: str | None = None


class Alias(Struct):
    id: str
    userId: str
    value: str
    type: str


class Attribute(Struct):
    id: str
    name: str
    mandatory: bool
    unique: bool
    systemDefined: bool
    type: str


class AttributeValue(Struct):
    id: str
    userId: str
    userAttributeId: str
    userAttribute: Attribute
    value: str
    editable: bool
    lastUpdate: str


class ExtraAttribute(Struct):
    id: str
    name: str
    type: str
    value: str


class Token(Struct):
    id: str
    type: str
    serialNumber: str
    loadDate: str
    lastUsedDate: str | None
    state: str
    platform: str | None
    registeredForTransactions: bool
    name: str | None
    allowedActions: list[str]
    description: str | None
    userId: str | None
    algorithmType: str | None = "OATH_TOTP"
    appVerified: bool = False
    deviceVerified: bool = False
    groups: list[str] = []
    identityVerificationStatus: str | None = "NOT_REQUIRED"
    label: str | None = None
    logo: str | None = None
    supportsChallengeResponse: bool = False
    supportsResponse: bool = True
    supportsSignature: bool = False
    supportsUnlock: bool = False
    supportsUnlockTOTP: bool = False


class User(Struct):
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
    grids: list[Any]
    tokens: list[Token]
    smartCredentials: list[Any]
    tempAccessCode: None
    userAttributeValues: list[AttributeValue]
    userAliases: list[Alias]
    groups: list[Any]
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
    authenticatorLockoutStatus: list[Any] = []
    directoryDN: None = None
    directoryId: None = None
    directoryName: None = None
    directoryObjectGUID: None = None
    directoryType: None = None
    fidoTokens: list[Any] = []
    frozen: bool = False
    frozenGracePeriod: None = None
    lockedAuthenticatorTypes: list[Any] = []
    lockedAuthenticators: list[Any] = []
    magicLinkEnabled: bool = False
    oauthRoles: list[Any] = []
    organizations: list[Any] = []
    passwordCompromised: bool | None = None
    passwordExpirationTime: None = None
    registrationEnabled: bool = True
    showNotification: bool = True
    userAuthenticatorPreference: list[Any] = []
    userPasswordDetails: list[Any] = []
    verificationEnabled: bool = True


class ErrorInfo(Struct):
    errorCode: str
    errorMessage: str
    parameters: list[dict[str, Any]]
