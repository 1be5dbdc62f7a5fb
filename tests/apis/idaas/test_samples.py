"""The guide's own request, and its own answer field by field: then what version 5.46 adds to that."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.apis.idaas.caller import Caller, unused, user_in

SAMPLES = Path(__file__).with_name("samples")
REQUEST, ANSWER = "create-a-user.json", "created-user.json"

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SERIAL = re.compile(r"[0-9]{5}-[0-9]{5}")
MOMENT = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}\+0000")

# Fields whose values are new each time, by the form that they have.
FORMS = {"id": UUID, "serialNumber": SERIAL, "loadDate": MOMENT}

LATER_IN_USERS: dict[str, Any] = {
    "securityId": None,
    "userPrincipalName": None,
    "lastAuthTime": None,
    "lastModified": MOMENT,
    "userCreationTime": MOMENT,
    "preferredOtpDelivery": "SYSTEM",
    "preferredOtpDeliveryContactAttributes": None,
    "registrationRequired": True,
    "verificationRequired": True,
    "userExtraAttributes": [],
    "alternateEmails": [],
    "authenticatorLockoutStatus": [
        {"type": "TOKEN", "locked": False, "lockoutDate": None, "lockoutExpiryDate": None},
    ],
    "directoryDN": None,
    "directoryId": None,
    "directoryName": None,
    "directoryObjectGUID": None,
    "directoryType": None,
    "fidoTokens": [],
    "frozen": False,
    "frozenGracePeriod": None,
    "lockedAuthenticatorTypes": [],
    "lockedAuthenticators": [],
    "magicLinkEnabled": False,
    "oauthRoles": [],
    "organizations": [],
    "passwordCompromised": None,
    "passwordExpirationTime": None,
    "registrationEnabled": True,
    "showNotification": True,
    "userAuthenticatorPreference": [],
    "userPasswordDetails": [],
    "verificationEnabled": True,
}
LATER_IN_TOKENS: dict[str, Any] = {
    "algorithmType": "OATH_TOTP",
    "appVerified": False,
    "deviceVerified": False,
    "groups": [],
    "identityVerificationStatus": "NOT_REQUIRED",
    "label": None,
    "logo": None,
    "supportsChallengeResponse": False,
    "supportsResponse": True,
    "supportsSignature": False,
    "supportsUnlock": False,
    "supportsUnlockTOTP": False,
}


def sample(name: str, user_id: str, alias: str) -> bytes:
    """A sample with a user id and an alias that are free."""
    text = (SAMPLES / name).read_text()
    return text.replace('"userId": "john"', f'"userId": "{user_id}"').replace('"johnny"', f'"{alias}"').encode()


def made(caller: Caller) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer to the guide's request, and the guide's answer with the same user id and alias."""
    names = unused("john"), unused("johnny")
    headers = {"Content-Type": "application/json"}
    answer = caller.post("/v3/users", content=sample(REQUEST, *names), headers=headers)
    expected = sample(ANSWER, *names).decode().replace('"value": "john"', f'"value": "{names[0]}"')
    return user_in(answer), json.loads(expected)


def common(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The fields of the sample in the order in which they came, those that are new each time by their form."""
    kept = {}
    for name, value in found.items():
        form = FORMS.get(name)
        if name in expected:
            kept[name] = expected[name] if form is not None and form.fullmatch(value) else value
    return kept


LISTS = ("tokens", "userAliases")


def test_the_guides_request_is_answered_with_the_guides_answer(admin: Caller) -> None:
    found, expected = made(admin)

    assert list(expected) == list(found)[: len(expected)]
    assert {**expected, **dict.fromkeys(LISTS)} == {**common(found, expected), **dict.fromkeys(LISTS)}


@pytest.mark.parametrize("name", LISTS)
def test_so_are_the_objects_in_it(admin: Caller, name: str) -> None:
    found, expected = made(admin)
    # Nothing explains why the sample's aliases name another user than the one whose they are.
    wanted = [{**one, "userId": found["id"]} if name == "userAliases" else one for one in expected[name]]

    assert [list(one) for one in wanted] == [list(one)[: len(wanted[0])] for one in found[name]]
    assert wanted == [common(one, other) for one, other in zip(found[name], wanted, strict=True)]


def with_forms(found: dict[str, Any], expected: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fields in order, with the expected form in place of a value that has it."""
    forms = {name: one for name, one in expected.items() if isinstance(one, re.Pattern)}
    return [(name, forms[name] if name in forms and forms[name].fullmatch(it) else it) for name, it in found.items()]


def test_the_fields_of_the_later_version_follow(admin: Caller) -> None:
    found, expected = made(admin)
    token = found["tokens"][0]
    [status] = found["authenticatorLockoutStatus"]
    # As many attempts as the account allows, which other tests change.
    left, name = status.pop("remainingAuthenticationAttempts"), status.pop("name")
    rest = {name: value for name, value in found.items() if name not in expected}
    rest_of_token = {name: value for name, value in token.items() if name not in expected["tokens"][0]}

    assert list(LATER_IN_USERS.items()) == with_forms(rest, LATER_IN_USERS)
    assert list(LATER_IN_TOKENS.items()) == with_forms(rest_of_token, LATER_IN_TOKENS)
    assert (left, name) == (admin.get("/v1/settings/general").json()["lockoutCount"], None)
    assert list(found)[-len(rest) :] == list(rest)
    assert list(token)[-len(rest_of_token) :] == list(rest_of_token)


def test_the_alias_that_mirrors_the_user_id_comes_last_and_has_the_users_own_id(admin: Caller) -> None:
    found, _ = made(admin)
    first, last = found["userAliases"]

    assert (first["type"], last["type"]) == ("CUSTOM", "USERID")
    assert {"id": found["id"], "userId": found["id"], "value": found["userId"], "type": "USERID"} == last
    assert first["id"] != found["id"]


def test_the_sampled_user_is_read_back_as_he_was_answered(admin: Caller) -> None:
    found, _ = made(admin)

    answers = [
        admin.get(f"/v3/users/{found['id']}"),
        admin.named(found["userId"]),
        admin.named(found["userAliases"][0]["value"]),
    ]

    assert [list(found.items())] * 3 == [list(user_in(answer).items()) for answer in answers]


def test_an_answer_is_json_that_nobody_keeps(admin: Caller) -> None:
    answer = admin.post("/v3/users", content=sample(REQUEST, unused("john"), unused("johnny")))

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert answer.headers["x-request-id"]
    assert answer.content == json.dumps(answer.json(), separators=(",", ":"), ensure_ascii=False).encode()
