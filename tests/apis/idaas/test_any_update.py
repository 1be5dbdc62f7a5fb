"""Any JSON object as *Update a user*: either refused with nothing written, or what was sent is so, and nothing else is.

What was changed is the same through the other API, and whoever reads the user reads one state.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.apis.both import by_certcentral, by_idaas
from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.idaas.caller import Caller, User, refusal, unused, user_in
from tests.apis.idaas.test_any_create import GOOD, found
from tests.apis.ledger import Ledger
from tests.apis.strategies import Fields, bodies, emails, lines, perhaps

EXAMPLES = 200

DEMANDED = {"firstName": lines, "lastName": lines, "email": emails}
FIELDS: Fields = {
    **GOOD,
    **{field: perhaps(values) for field, values in DEMANDED.items()},
    "applyGracePeriod": perhaps(st.booleans()),
}
"""What may be sent: as in a create, but that nothing has to be there."""

CLEARED = ("mobile", "phone", "locale", "externalId", "externalSource", "userPrincipalName", "securityId")
SAME = ("firstName", "lastName", "email", "registrationRequired", "verificationRequired")


def expected(before: User, body: dict[str, Any]) -> dict[str, Any]:
    """What must be shown of a user after a change that was taken."""
    sent = {field: value for field, value in body.items() if value is not None}
    shown = found(before)
    shown.update({field: sent[field] for field in SAME if field in sent})
    shown.update({field: sent[field] or None for field in CLEARED if field in sent})
    name = sent.get("userId", before["userId"])
    aliases = {alias["value"] for alias in before["userAliases"] if alias["type"] == "CUSTOM"}
    if "userAliases" in sent:
        aliases = {alias["value"] for alias in sent["userAliases"]}
    contacts = {**(before["preferredOtpDeliveryContactAttributes"] or {})}
    contacts |= sent.get("preferredOtpDeliveryContactAttributes", {})
    if "userExtraAttributes" in sent:
        shown["extra"] = [
            (one["name"], one.get("type") or "NONE", one.get("value") or "") for one in sent["userExtraAttributes"]
        ]
    if "preferredOtpDelivery" in sent:
        shown["preferredOtpDelivery"] = sent["preferredOtpDelivery"] or "SYSTEM"
    return shown | {
        "userId": name,
        "state": sent.get("state") or before["state"],
        "locked": sent.get("lock", before["locked"]),
        "aliases": aliases | {name},
        "preferredOtpDeliveryContactAttributes": contacts or None,
    }


def test_any_update_is_refused_with_nothing_written_or_done_exactly(
    admin: Caller, other_api: CertCentral, ledger: Ledger
) -> None:
    # One user for all of them, so that each change meets what the ones before it left.
    user = admin.create()
    [(number,)] = ledger.rows("SELECT number FROM users WHERE id = $1", user["id"])

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(bodies(FIELDS, "userId", unused), st.booleans())
    def check_one(made: tuple[dict[str, Any], bool], renaming: bool) -> None:
        body, must_be_taken = made
        if not renaming:
            body.pop("userId", None)
        before, footprint = admin.user(user["id"]), ledger.footprint()

        answer = admin.put(f"/v3/users/{user['id']}", content=json.dumps(body).encode(errors="surrogatepass"))

        after = admin.user(user["id"])
        if answer.status_code == 200:
            event("taken")
            assert (answer.content, found(after)) == (b"", expected(before, body))
            assert by_certcentral(other_api.info(number)) == by_idaas(after)
            assert user_in(admin.named(after["userId"])) == after
            again = admin.put(f"/v3/users/{user['id']}", json={**body, "userId": after["userId"]})
            assert (again.status_code, admin.user(user["id"])) == (200, after)
        else:
            event("refused")
            assert not must_be_taken, answer.text
            assert refusal(answer)[0] in (400, 404, 409)
            assert (after, ledger.footprint()) == (before, footprint)

    check_one()
