"""The wire's own types and names for applications and sessions; answers name every field, null included."""

from __future__ import annotations

from msgspec import Struct


class Authentication(Struct):
    """*Authenticate to an Admin API application*."""

    applicationId: str | None = None
    sharedSecret: str | None = None
    enableWebSession: bool | None = None


class AuthenticationResult(Struct):
    authToken: str
    creationTime: str
    expirationTime: str


class AdminApiApplicationParms(Struct):
    """An application as somebody wants it. Absent and null leave a field, an empty text clears it."""

    name: str | None = None
    description: str | None = None
    applicationTemplateId: str | None = None
    roleId: str | None = None
    spRoleId: str | None = None
    ipListId: str | None = None
    allowLongLivedToken: bool | None = None
    logo: str | None = None


class AdminApiApplication(Struct):
    id: str
    name: str
    description: str | None
    applicationTemplate: str
    applicationTemplateId: str
    roleId: str | None
    spRoleId: str | None
    ipListId: str | None
    allowLongLivedToken: bool
    sharedSecret: str | None
    lastAuthnDate: str | None
    logo: str | None


class ProtectedOfflineSettings(Struct):
    protectedOfflineOTPMaxClients: int | None = None
    protectedOfflineOTPMaxRefill: int | None = None
    protectedOfflineOTPMinorRefill: int | None = None
    protectedOfflineOTPProtection: str | None = None
    protectedOfflineOTPSupport: bool | None = None


class AuthApiApplicationParms(Struct):
    """An Authentication API application as somebody wants it; as `AdminApiApplicationParms`."""

    name: str | None = None
    applicationTemplate: str | None = None
    id: str | None = None
    description: str | None = None
    applicationTemplateId: str | None = None
    clientIpSource: str | None = None
    allowIgnoreIpAddressForRba: bool | None = None
    passkeyEnabled: bool | None = None
    userValuesEnabled: bool | None = None
    verificationRequired: bool | None = None
    protectedOfflineSettings: ProtectedOfflineSettings | None = None
    logo: str | None = None


class AuthApiApplication(Struct):
    id: str
    name: str
    description: str | None
    applicationTemplate: str
    applicationTemplateId: str
    clientIpSource: str
    allowIgnoreIpAddressForRba: bool
    passkeyEnabled: bool
    userValuesEnabled: bool
    verificationRequired: bool
    protectedOfflineSettings: ProtectedOfflineSettings | None
    logo: str | None


class ApplicationInfo(Struct):
    id: str
    name: str
    applicationTemplate: str
    applicationTemplateId: str
    authenticationMethod: str


class ApplicationTemplate(Struct):
    id: str
    name: str
    description: str
    authenticationMethod: str
