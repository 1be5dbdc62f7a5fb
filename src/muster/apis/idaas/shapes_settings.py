"""The wire's own types and names for settings, with the ranges that the vendor's file gives.

The same type goes in and out. What comes in leaves what is absent or null; what goes out names every setting, and is
null where there is no value.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

MOST_INTEGER = 2**31 - 1
MOST_ORIGINS = 100

Switch = bool | None
UpToTen = Annotated[int, Meta(ge=1, le=10)] | None
Hour = Annotated[int, Meta(ge=60, le=3_600)] | None
Line = Annotated[str, Meta(max_length=255)] | None

ActivationType = Literal["CLASSIC", "ONLINE", "OFFLINE"]


class CorsOrigin(Struct):
    """An origin of requests; its id is made by the account."""

    id: str | None = None
    origin: str | None = None


class GeneralSettings(Struct):
    """*General settings*."""

    adminUserAuthenticationSessionLifetime: Hour = None
    authenticationSessionLifetime: Annotated[int, Meta(ge=60, le=28_800)] | None = None
    authenticatorActivationType: Literal["NONE", "ENTRUST_SOFT_TOKEN", "GOOGLE_AUTHENTICATOR"] | None = None
    corsEnabled: Switch = None
    corsOrigins: Annotated[list[CorsOrigin], Meta(max_length=MOST_ORIGINS)] | None = None
    defaultGrid: Switch = None
    defaultMobileSmartCredential: Switch = None
    defaultPassword: Switch = None
    dynamicLinkingTransactionLifetime: Hour = None
    enableEnhancedAuthenticationDetails: Switch = None
    inactivityGracePeriod: Annotated[int, Meta(ge=60, le=2_592_000)] | None = None
    lockoutCount: Annotated[int, Meta(ge=1, le=20)] | None = None
    lockoutLifetime: Annotated[int, Meta(ge=0, le=MOST_INTEGER)] | None = None
    lockoutMode: Literal["AUTHENTICATOR", "USER"] | None = None
    manageInactiveUsers: Switch = None
    maxFIDOTokensPerUser: UpToTen = None
    maxFacesPerUser: UpToTen = None
    maxGridsPerUser: UpToTen = None
    maxNumberOfPushTransactionsQueued: Annotated[int, Meta(ge=1, le=100)] | None = None
    maxSmartCredentialsPerUser: UpToTen = None
    maxTokensPerUser: UpToTen = None
    pushAuthenticationLifetime: Hour = None
    pushTransactionLifetime: Annotated[int, Meta(ge=60, le=43_200)] | None = None
    showOnboardingWizard: Switch = None
    smartCredentialDefn: Line = None
    userInactivityThreshold: Annotated[int, Meta(ge=604_800, le=31_536_000)] | None = None


class EntrustSTAuthenticatorSettings(Struct):
    """*Entrust ST Authenticator settings*."""

    activationLifetime: Annotated[int, Meta(ge=60, le=MOST_INTEGER)] | None = None
    activationTypes: Annotated[list[ActivationType], Meta(max_length=3)] | None = None
    allowActionableNotifications: Switch = None
    allowDeviceBiometric: Switch = None
    allowUnsecureDevice: Switch = None
    appVerificationAndroidPackageName: Line = None
    appVerificationIOSBundleId: Line = None
    appVerificationIOSTeamId: Line = None
    appVerificationRequired: Switch = None
    facialRecognitionAllowed: Switch = None
    maxResetTimeSteps: Annotated[int, Meta(ge=1, le=1_200)] | None = None
    maxTimeSteps: Annotated[int, Meta(ge=1, le=120)] | None = None
    mutualChallengeAlphabet: Annotated[str, Meta(pattern=r"^\S{1,100}$")] | None = None
    mutualChallengeEnabled: Switch = None
    mutualChallengeForPercentOfRequests: Annotated[int, Meta(ge=1, le=100)] | None = None
    mutualChallengeLength: Annotated[int, Meta(ge=1, le=5)] | None = None
    mutualChallengeSize: Annotated[int, Meta(ge=1, le=5)] | None = None
    offlineActivationPasswordLength: Annotated[int, Meta(ge=4, le=20)] | None = None
    onlineActivationPasswordLength: Annotated[int, Meta(ge=16, le=32)] | None = None
    otpLength: Literal[6, 8] | None = None
    pinRequired: Switch = None
    requireDeviceVerificationOnActivation: Switch = None
    scheme: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9+.-]{0,99}$")] | None = None
