"""What a setting may not be: it is refused, and with it all that came in the same request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.idaas.caller import Caller, fields, refusal
from tests.apis.idaas.settings import DEFAULTS, GENERAL, SOFT_TOKENS, new
from tests.apis.ledger import Ledger

INVALID = (400, "invalid_parameter")


@pytest.fixture(scope="module")
def there(kept_at: str, admin: Caller) -> Caller:
    """An application of a company of its own."""
    return new(kept_at, admin).admin


WRONG: list[tuple[str, str, Any]] = [
    *((GENERAL, "authenticationSessionLifetime", value) for value in (59, 28801, "60", 60.5, True, -1, 2**64)),
    *((GENERAL, "authenticatorActivationType", value) for value in ("GRID", "", "none", 1)),
    *((GENERAL, "adminUserAuthenticationSessionLifetime", value) for value in (59, 3601)),
    *((GENERAL, "dynamicLinkingTransactionLifetime", value) for value in (59, 3601)),
    *((GENERAL, "inactivityGracePeriod", value) for value in (59, 2592001)),
    *((GENERAL, "lockoutCount", value) for value in (0, 21)),
    *((GENERAL, "lockoutLifetime", value) for value in (-1, 2**31)),
    *((GENERAL, "lockoutMode", value) for value in ("", "user", 1)),
    *(
        (GENERAL, f"max{what}PerUser", value)
        for what in ("Tokens", "Grids", "FIDOTokens", "Faces", "SmartCredentials")
        for value in (0, 11)
    ),
    *((GENERAL, "maxNumberOfPushTransactionsQueued", value) for value in (0, 101)),
    *((GENERAL, "pushAuthenticationLifetime", value) for value in (59, 3601)),
    *((GENERAL, "pushTransactionLifetime", value) for value in (59, 43201)),
    *((GENERAL, "userInactivityThreshold", value) for value in (604799, 31536001)),
    *((GENERAL, "defaultGrid", value) for value in ("true", 1)),
    (GENERAL, "corsOrigins", "x"),
    (GENERAL, "corsOrigins", [5]),
    (GENERAL, "corsOrigins", [{}]),
    *((GENERAL, "corsOrigins", [{"origin": it}]) for it in ("https://*.a.com", "https://a.com/", "ftp://a.com", "")),
    *((GENERAL, "corsOrigins", [{"origin": it}]) for it in ("example.com", "*")),
    (GENERAL, "corsOrigins", [{"origin": "https://a.com"}] * 101),
    (GENERAL, "corsOrigins", [{"origin": "https://" + "a." * 200 + "com"}]),
    (GENERAL, "smartCredentialDefn", "01890000-0000-7000-8000-000000000000"),
    *((SOFT_TOKENS, "activationLifetime", value) for value in (59, 2**31)),
    *((SOFT_TOKENS, "activationTypes", value) for value in (["MAIL"], ["CLASSIC"] * 4)),
    (SOFT_TOKENS, "activationTypes", "CLASSIC"),
    *((SOFT_TOKENS, "maxResetTimeSteps", value) for value in (0, 1201)),
    *((SOFT_TOKENS, "maxTimeSteps", value) for value in (0, 121)),
    *((SOFT_TOKENS, "mutualChallengeAlphabet", value) for value in ("", "a b", "a\nb", "x" * 101, "\u0085", "a\n")),
    *((SOFT_TOKENS, "mutualChallengeForPercentOfRequests", value) for value in (0, 101)),
    *((SOFT_TOKENS, "mutualChallengeLength", value) for value in (0, 6)),
    *((SOFT_TOKENS, "mutualChallengeSize", value) for value in (0, 6)),
    *((SOFT_TOKENS, "offlineActivationPasswordLength", value) for value in (3, 21)),
    *((SOFT_TOKENS, "onlineActivationPasswordLength", value) for value in (15, 33)),
    *((SOFT_TOKENS, "otpLength", value) for value in (7, "8")),
    *((SOFT_TOKENS, "scheme", value) for value in ("", "1x", "a b", "javascript:", "x" * 101, "a\n")),
    *((SOFT_TOKENS, "appVerificationIOSTeamId", value) for value in ("x" * 256, "a\nb", "\x00")),
]


@pytest.mark.parametrize(("path", "name", "value"), WRONG, ids=lambda it: repr(it)[:40])
def test_what_a_setting_may_not_be_is_refused_and_nothing_is_set(
    there: Caller, ledger: Ledger, path: str, name: str, value: Any
) -> None:
    beside = {GENERAL: {"lockoutCount": 7}, SOFT_TOKENS: {"maxTimeSteps": 7}}[path]
    before = ledger.footprint()

    answer = there.put(path, json={**beside, name: value})

    assert refusal(answer) == INVALID
    assert fields(answer)[0].startswith(name)
    assert ledger.footprint() == before


@pytest.mark.parametrize("path", DEFAULTS)
@pytest.mark.parametrize("body", ["", "[]", "null", "{", "5"])
def test_a_body_is_an_object(there: Caller, ledger: Ledger, path: str, body: str) -> None:
    before = ledger.footprint()

    assert there.put(path, content=body).status_code == 400
    assert ledger.footprint() == before
