"""Settings as a new account has them, others that it may have, and how they are asked for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tests.apis.beside import founded
from tests.apis.idaas.caller import Caller

GENERAL, SOFT_TOKENS = "/v1/settings/general", "/v1/settings/entrustst"

DEFAULTS: dict[str, dict[str, Any]] = {
    GENERAL: {
        "adminUserAuthenticationSessionLifetime": None,
        "authenticationSessionLifetime": 900,
        "authenticatorActivationType": "ENTRUST_SOFT_TOKEN",
        "corsEnabled": False,
        "corsOrigins": [],
        "defaultGrid": False,
        "defaultMobileSmartCredential": False,
        "defaultPassword": False,
        "dynamicLinkingTransactionLifetime": 300,
        "enableEnhancedAuthenticationDetails": False,
        "inactivityGracePeriod": 3600,
        "lockoutCount": 5,
        "lockoutLifetime": 0,
        "lockoutMode": "AUTHENTICATOR",
        "manageInactiveUsers": False,
        "maxFIDOTokensPerUser": 5,
        "maxFacesPerUser": 5,
        "maxGridsPerUser": 5,
        "maxNumberOfPushTransactionsQueued": 1,
        "maxSmartCredentialsPerUser": 3,
        "maxTokensPerUser": 5,
        "pushAuthenticationLifetime": 300,
        "pushTransactionLifetime": 60,
        "showOnboardingWizard": False,
        "smartCredentialDefn": None,
        "userInactivityThreshold": 2592000,
    },
    SOFT_TOKENS: {
        "activationLifetime": 300,
        "activationTypes": ["CLASSIC", "ONLINE", "OFFLINE"],
        "allowActionableNotifications": False,
        "allowDeviceBiometric": True,
        "allowUnsecureDevice": False,
        "appVerificationAndroidPackageName": None,
        "appVerificationIOSBundleId": None,
        "appVerificationIOSTeamId": None,
        "appVerificationRequired": False,
        "facialRecognitionAllowed": False,
        "maxResetTimeSteps": 120,
        "maxTimeSteps": 10,
        "mutualChallengeAlphabet": "0123456789",
        "mutualChallengeEnabled": False,
        "mutualChallengeForPercentOfRequests": 100,
        "mutualChallengeLength": 2,
        "mutualChallengeSize": 3,
        "offlineActivationPasswordLength": 8,
        "onlineActivationPasswordLength": 16,
        "otpLength": 8,
        "pinRequired": True,
        "requireDeviceVerificationOnActivation": False,
        "scheme": "igmobileotp",
    },
}

OTHER: dict[str, dict[str, Any]] = {
    GENERAL: {
        "adminUserAuthenticationSessionLifetime": 60,
        "authenticationSessionLifetime": 28800,
        "authenticatorActivationType": "NONE",
        "corsEnabled": True,
        "defaultGrid": True,
        "defaultMobileSmartCredential": True,
        "defaultPassword": True,
        "dynamicLinkingTransactionLifetime": 3600,
        "enableEnhancedAuthenticationDetails": True,
        "inactivityGracePeriod": 60,
        "lockoutCount": 20,
        "lockoutLifetime": 2147483647,
        "lockoutMode": "USER",
        "manageInactiveUsers": True,
        "maxFIDOTokensPerUser": 1,
        "maxFacesPerUser": 10,
        "maxGridsPerUser": 1,
        "maxNumberOfPushTransactionsQueued": 100,
        "maxSmartCredentialsPerUser": 10,
        "maxTokensPerUser": 10,
        "pushAuthenticationLifetime": 60,
        "pushTransactionLifetime": 43200,
        "showOnboardingWizard": True,
        "userInactivityThreshold": 604800,
    },
    SOFT_TOKENS: {
        "activationLifetime": 60,
        "activationTypes": ["OFFLINE"],
        "allowActionableNotifications": True,
        "allowDeviceBiometric": False,
        "allowUnsecureDevice": True,
        "appVerificationAndroidPackageName": "com.example.token",
        "appVerificationIOSBundleId": "com.example.Token",
        "appVerificationIOSTeamId": "ABCDE12345",
        "appVerificationRequired": True,
        "facialRecognitionAllowed": True,
        "maxResetTimeSteps": 1200,
        "maxTimeSteps": 1,
        "mutualChallengeAlphabet": "ABC\u00e4\u00f6",
        "mutualChallengeEnabled": True,
        "mutualChallengeForPercentOfRequests": 1,
        "mutualChallengeLength": 5,
        "mutualChallengeSize": 1,
        "offlineActivationPasswordLength": 20,
        "onlineActivationPasswordLength": 32,
        "otpLength": 6,
        "pinRequired": False,
        "requireDeviceVerificationOnActivation": True,
        "scheme": "my.app+otp-1",
    },
}


@dataclass(frozen=True)
class Company:
    """A tenant of its own, by its name, and an application of it."""

    name: str
    admin: Caller


def new(kept_at: str, admin: Caller) -> Company:
    """A company whose settings nobody has changed."""
    name = f"Settings {time.time_ns()}"
    return Company(name, admin.signed_in(*founded(kept_at, name)))


def settings(caller: Caller, path: str) -> dict[str, Any]:
    answer = caller.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
