"""Tokens as the wire has them: the guide's fields in the guide's order, then the other fields of version 5.46."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from muster.apis.idaas.shapes_paging import Paging

TokenType = Literal[
    "ENTRUST_PHYSICAL_TOKEN",
    "ENTRUST_SOFT_TOKEN",
    "GOOGLE_AUTHENTICATOR",
    "OATH_PHYSICAL_TOKEN",
    "ENTRUST_LEGACY_TOKEN",
]
TokenState = Literal["NEW", "ACTIVATING", "ACTIVE", "INACTIVE", "UNASSIGNED"]
TokenAction = Literal[
    "ACTIVATE",
    "REACTIVATE",
    "ACTIVATE_COMPLETE",
    "DELETE",
    "UNLOCK",
    "ENABLE",
    "DISABLE",
    "RESET",
    "ASSIGN",
    "UNASSIGN",
]


class Token(Struct):
    id: str
    type: TokenType
    serialNumber: str
    loadDate: str
    lastUsedDate: str | None
    state: TokenState
    platform: str | None
    registeredForTransactions: bool
    name: str | None
    allowedActions: list[TokenAction]
    description: str | None
    userId: str | None
    algorithmType: Literal["AT", "OATH_HOTP", "OATH_OCRA", "OATH_TOTP", "VENDOR"] | None = "OATH_TOTP"
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


class ActivateParms(Struct):
    deliverActivationEmail: bool | None = None
    returnQRCode: bool | None = None
    type: list[Literal["CLASSIC", "ONLINE", "OFFLINE"]] | None = None
    secret: str | None = None


class TokenCreateParms(Struct):
    activateParms: ActivateParms | None = None


class ChangeStateParms(Struct):
    state: TokenState | None = None


class AssignedTokenParms(Struct):
    label: str | None = None


class TokensPage(Struct):
    paging: Paging
    results: list[Token]
