"""Any JSON object as *Create a user*: either refused in the API's form with nothing written, or kept as it was sent.

What is kept is the same through the other API.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.apis.both import by_certcentral, by_idaas
from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.idaas.caller import Caller, refusal, unused
from tests.apis.ledger import Ledger
from tests.apis.strategies import ABSENT, Fields, bodies, emails, lines, perhaps

EXAMPLES = 250

numbers = st.from_regex(r"\+[0-9]{1,15}", fullmatch=True)
locales = st.sampled_from(
    ["da", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "nb", "pl", "pt", "ru", "sv", "th", "tr", "zh-cn", "zh-tw"]
)
flags = perhaps(st.booleans())
names = st.builds(unused, lines.filter(lambda text: len(text) <= 40))
aliases = st.builds(
    lambda value, more: {"value": value, **more}, names, st.sampled_from([{}, {"type": "CUSTOM"}, {"type": None}])
)
contacts = st.dictionaries(st.sampled_from(["OTP_EMAIL", "OTP_SMS", "OTP_VOICE"]), lines | st.just(""))
kinds = st.sampled_from(["NONE", "OTP_EMAIL", "OTP_SMS", "OTP_VOICE", "OTP_WECHAT", "OTP_WHATSAPP"])
extras = st.fixed_dictionaries({"name": lines, "type": kinds, "value": lines | st.just("")})

GOOD: Fields = {
    "userId": lines.filter(lambda text: len(text) <= 40),
    "firstName": lines,
    "lastName": lines,
    "email": emails,
    "mobile": perhaps(numbers, ""),
    "phone": perhaps(numbers, ""),
    "locale": perhaps(locales, ""),
    "state": perhaps(st.sampled_from(["ACTIVE", "INACTIVE"]), ""),
    "lock": flags,
    "externalId": perhaps(names, ""),
    "externalSource": perhaps(lines, ""),
    "userPrincipalName": perhaps(lines, ""),
    "securityId": perhaps(lines, ""),
    "userAliases": perhaps(st.lists(aliases, max_size=10)),
    "userExtraAttributes": perhaps(st.lists(extras, max_size=4)),
    "userAttributeValues": perhaps(st.just([])),
    "registrationRequired": flags,
    "verificationRequired": flags,
    "emailVerification": flags,
    "preferredOtpDelivery": perhaps(st.sampled_from(["EMAIL", "SMS", "VOICE", "SYSTEM"]), ""),
    "preferredOtpDeliveryContactAttributes": perhaps(contacts),
    **{field: st.sampled_from([ABSENT, None, []]) for field in ("groups", "oauthRoles", "organizations")},
}
"""What each field may hold. The user id is made unlike all others afterwards."""

AS_SENT = ("firstName", "lastName", "email", "mobile", "phone", "locale", "externalId", "externalSource")
ALSO_AS_SENT = ("userPrincipalName", "securityId", "preferredOtpDeliveryContactAttributes")


def shown(body: dict[str, Any]) -> dict[str, Any]:
    """What must be shown of a body that was taken, as far as the body decides it."""
    mirrored = {body["userId"]}
    return {
        "userId": body["userId"],
        **{field: body.get(field) or None for field in AS_SENT + ALSO_AS_SENT},
        "state": body.get("state") or "ACTIVE",
        "locked": body.get("lock") or False,
        "aliases": {alias["value"] for alias in body.get("userAliases") or ()} | mirrored,
        "extra": [
            (one["name"], one.get("type") or "NONE", one.get("value") or "")
            for one in body.get("userExtraAttributes") or ()
        ],
        "registrationRequired": body.get("registrationRequired") is not False,
        "verificationRequired": body.get("verificationRequired") is not False,
        "preferredOtpDelivery": body.get("preferredOtpDelivery") or "SYSTEM",
    }


def found(user: dict[str, Any]) -> dict[str, Any]:
    """The same of a user who was read."""
    names = ("userId", *AS_SENT, *ALSO_AS_SENT, "state", "locked", "registrationRequired", "verificationRequired")
    return {
        **{name: user[name] for name in names},
        "aliases": {alias["value"] for alias in user["userAliases"]},
        "extra": [(one["name"], one["type"], one["value"]) for one in user["userExtraAttributes"]],
        "preferredOtpDelivery": user["preferredOtpDelivery"],
    }


def test_any_create_is_refused_with_nothing_written_or_kept_exactly(
    admin: Caller, other_api: CertCentral, ledger: Ledger
) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(bodies(GOOD, "userId", unused), st.booleans())
    def check_one(made: tuple[dict[str, Any], bool], ascii_only: bool) -> None:
        body, must_be_taken = made
        before = ledger.footprint()
        text = json.dumps(body, ensure_ascii=ascii_only).encode(errors="surrogatepass")

        answer = admin.post("/v3/users", content=text)

        if answer.status_code == 200:
            event("taken")
            user = admin.user(answer.json()["id"])
            assert (found(user), user) == (shown(body), answer.json())
            [number] = ledger.rows("SELECT number FROM users WHERE id = $1", user["id"])
            assert by_certcentral(other_api.info(number[0])) == by_idaas(user)
        else:
            event("refused")
            assert not must_be_taken, answer.text
            assert refusal(answer)[0] in (400, 404, 409)
            assert ledger.footprint() == before

    check_one()
