"""Settings of IDaaS as policies of the directory, and back.

What the directory obeys is a policy of its own, under its own name and values. All other settings are kept for this
API under its namespace, as the JSON that they came in; nothing obeys them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

import msgspec

from muster.apis.idaas.shapes_settings import CorsOrigin, EntrustSTAuthenticatorSettings, GeneralSettings
from muster.core import policies as core
from muster.core import values
from muster.core.authenticators import AUTHENTICATOR_APP, SOFT_TOKEN
from muster.core.refusals import Fault, Invalid, Unknown, refuse

Settings = GeneralSettings | EntrustSTAuthenticatorSettings
S = TypeVar("S", GeneralSettings, EntrustSTAuthenticatorSettings)

SPACE = "idaas."

NAMES = {
    "authenticatorActivationType": core.FIRST_AUTHENTICATOR,
    "authenticationSessionLifetime": core.SESSION_LIFETIME,
    "lockoutCount": core.LOCKOUT_COUNT,
    "lockoutLifetime": core.LOCKOUT_LIFETIME,
    "lockoutMode": core.LOCKOUT_MODE,
    "maxTokensPerUser": core.MOST_TOKENS,
}
"""The settings that are policies of the directory's own."""

VALUES = {
    core.FIRST_AUTHENTICATOR: {
        "NONE": core.NONE,
        "ENTRUST_SOFT_TOKEN": SOFT_TOKEN,
        "GOOGLE_AUTHENTICATOR": AUTHENTICATOR_APP,
    },
    core.LOCKOUT_MODE: {"AUTHENTICATOR": core.LOCK_AUTHENTICATOR, "USER": core.LOCK_USER},
}

GENERAL = GeneralSettings(
    corsEnabled=False,
    corsOrigins=[],
    defaultGrid=False,
    defaultMobileSmartCredential=False,
    defaultPassword=False,
    dynamicLinkingTransactionLifetime=300,
    enableEnhancedAuthenticationDetails=False,
    inactivityGracePeriod=3_600,
    manageInactiveUsers=False,
    maxFIDOTokensPerUser=5,
    maxFacesPerUser=5,
    maxGridsPerUser=5,
    maxNumberOfPushTransactionsQueued=1,
    maxSmartCredentialsPerUser=3,
    pushAuthenticationLifetime=300,
    pushTransactionLifetime=60,
    showOnboardingWizard=False,
    userInactivityThreshold=2_592_000,
)
"""What the directory has no policy for, until somebody sets it."""

SOFT_TOKENS = EntrustSTAuthenticatorSettings(
    activationLifetime=300,
    activationTypes=["CLASSIC", "ONLINE", "OFFLINE"],
    allowActionableNotifications=False,
    allowDeviceBiometric=True,
    allowUnsecureDevice=False,
    appVerificationRequired=False,
    facialRecognitionAllowed=False,
    maxResetTimeSteps=120,
    maxTimeSteps=10,
    mutualChallengeAlphabet="0123456789",
    mutualChallengeEnabled=False,
    mutualChallengeForPercentOfRequests=100,
    mutualChallengeLength=2,
    mutualChallengeSize=3,
    offlineActivationPasswordLength=8,
    onlineActivationPasswordLength=16,
    otpLength=8,
    pinRequired=True,
    requireDeviceVerificationOnActivation=False,
    scheme="igmobileotp",
)

_KINDS: tuple[type[Settings], ...] = (GeneralSettings, EntrustSTAuthenticatorSettings)
_DEFAULTS: dict[str, Any] = {**msgspec.structs.asdict(GENERAL), **msgspec.structs.asdict(SOFT_TOKENS)}
_TYPES = {field.name: field.type for kind in _KINDS for field in msgspec.structs.fields(kind)}
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in _TYPES.items()}

# RFC 6454: scheme and host; a port may be any, a host may not.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])"
_ORIGIN = re.compile(rf"https?://{_HOST}(?::(?:[0-9]{{1,5}}|\*))?", re.ASCII)
_ORIGIN_LENGTH = 255
_NO_TYPES: tuple[str, list[str]] = ("activationTypes", [])

_encode = msgspec.json.Encoder().encode


def wanted(settings: Settings) -> tuple[tuple[str, str], ...]:
    """The policies that these settings ask for. Refuses with `Invalid` what the shapes could not tell."""
    given = {name: getattr(settings, name) for name in settings.__struct_fields__}
    # Of activation types an empty list says nothing, says the file.
    said = {name: value for name, value in given.items() if value is not None and (name, value) != _NO_TYPES}
    return tuple(_policy(name, _checked(name, value)) for name, value in said.items())


def _checked(name: str, value: Any) -> Any:
    if isinstance(value, str):
        values.line(value, name)
    if name == "corsOrigins":
        return [_origin(one) for one in value]
    if name == "activationTypes":
        return list(dict.fromkeys(value))
    if name == "smartCredentialDefn" and value:
        # There are no definitions of smart credentials, so that every id names nothing.
        refuse(Invalid(name, Fault.UNKNOWN))
    return value


def _origin(one: CorsOrigin) -> CorsOrigin:
    origin = one.origin or ""
    if len(origin) > _ORIGIN_LENGTH or not _ORIGIN.fullmatch(origin):
        refuse(Invalid("corsOrigins", Fault.MALFORMED))
    # The same for the same origin, whatever id it was sent with.
    return CorsOrigin(str(uuid5(NAMESPACE_URL, origin)), origin)


def _policy(name: str, value: Any) -> tuple[str, str]:
    core_name = NAMES.get(name)
    if core_name is None:
        return SPACE + name, _encode(value).decode()
    return core_name, VALUES.get(core_name, {}).get(value, str(value))


def general(policies: dict[str, str]) -> GeneralSettings:
    """The general settings, given the policies as they hold."""
    return _settings(GeneralSettings, policies)


def soft_tokens(policies: dict[str, str]) -> EntrustSTAuthenticatorSettings:
    """The settings of soft tokens, given the policies as they hold."""
    return _settings(EntrustSTAuthenticatorSettings, policies)


def _settings(kind: type[S], policies: dict[str, str]) -> S:
    return kind(**{name: _value(name, policies) for name in kind.__struct_fields__})


def _value(name: str, policies: dict[str, str]) -> Any:
    core_name = NAMES.get(name)
    if core_name is not None:
        return _DECODERS[name].decode(_json_text(core_name, policies[core_name]))
    kept = policies.get(SPACE + name)
    value = _DEFAULTS[name] if kept is None else _DECODERS[name].decode(kept)
    # An empty text is how one that was set is cleared again.
    return None if value == "" else value


def _json_text(core_name: str, value: str) -> str:
    theirs = next((theirs for theirs, ours in VALUES.get(core_name, {}).items() if ours == value), None)
    return str(int(value)) if theirs is None else f'"{theirs}"'


def named(name: str, text: str) -> tuple[str, str]:
    """A setting as a command names it, or a policy by the directory's own name: the policy and its value.

    Refuses with `Unknown` a name that is neither, with `Invalid` a value that the setting may not have.
    """
    if name in core.RULES:
        return name, text
    kind = next((kind for kind in _KINDS if name in kind.__struct_fields__), None)
    if kind is None:
        refuse(Unknown("policy"))
    try:
        value = text if "str" in str(_TYPES[name]) else msgspec.json.decode(text)
    except msgspec.DecodeError:
        value = text
    try:
        settings: Settings = msgspec.convert({name: value}, kind)
    except msgspec.ValidationError:
        refuse(Invalid(name, Fault.MALFORMED))
    found = wanted(settings)
    if not found:
        refuse(Invalid(name, Fault.MISSING))
    return found[0]


def listed(policies: dict[str, str]) -> Iterator[tuple[str, str]]:
    """All settings and the directory's other policies, each as `named` takes it."""
    vendor = {core_name: name for name, core_name in NAMES.items()}
    for name, value in policies.items():
        if name in core.RULES and name not in vendor:
            yield name, value
    for name in _TYPES:
        value = _value(name, policies)
        if value is not None:
            yield name, value if isinstance(value, str) else _encode(value).decode()
