"""*Update a user* that is refused: wrong fields, what is somebody else's, what is mandatory, and who is not there."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from muster.core.attributes import Attributes
from tests.apis.beside import asked, done
from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.idaas.caller import NO_USER, Caller, custom, fields, refusal, unused, user_in, values
from tests.apis.idaas.test_updating import full
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster
from tests.support.world import change

INVALID, MISSING = (400, "invalid_parameter"), (400, "missing_parameter")
TAKEN, ALIAS_TAKEN, VALUE_TAKEN = (
    (409, code) for code in ("user_already_exists", "user_alias_already_exists", "value_already_exists")
)


# What is sent, and why it is refused.
WRONG: list[tuple[dict[str, Any], tuple[int, str], str]] = [
    ({"firstName": "x" * 1025}, INVALID, "firstName"),
    ({"firstName": "a\nb"}, INVALID, "firstName"),
    ({"firstName": 5}, INVALID, "firstName"),
    ({"email": "nobody"}, INVALID, "email"),
    ({"mobile": "0613856"}, INVALID, "mobile"),
    ({"phone": "+1234567890123456"}, INVALID, "phone"),
    ({"locale": "xx"}, INVALID, "locale"),
    ({"state": "LOCKED"}, INVALID, "state"),
    ({"state": True}, INVALID, "state"),
    ({"lock": "true"}, INVALID, "lock"),
    ({"lock": 1}, INVALID, "lock"),
    ({"applyGracePeriod": "yes"}, INVALID, "applyGracePeriod"),
    ({"registrationRequired": 0}, INVALID, "registrationRequired"),
    ({"preferredOtpDelivery": "PIGEON"}, INVALID, "preferredOtpDelivery"),
    ({"preferredOtpDeliveryContactAttributes": {"OTP_PIGEON": "x"}}, INVALID, "preferredOtpDeliveryContactAttributes"),
    ({"externalId": "x" * 1025}, INVALID, "externalId"),
    ({"externalSource": "\x00"}, INVALID, "externalSource"),
    ({"userAliases": custom("")}, MISSING, "userAliases"),
    ({"userAliases": custom("x", "X")}, INVALID, "userAliases"),
    ({"userAliases": custom(*map(str, range(11)))}, INVALID, "userAliases"),
    ({"userAliases": [{"value": "x", "type": "DERIVED"}]}, INVALID, "userAliases"),
    ({"userAliases": [{"value": "x", "type": "USERID"}]}, INVALID, "userAliases"),
    ({"userAliases": "x"}, INVALID, "userAliases"),
    ({"userExtraAttributes": [{"value": "x"}]}, MISSING, "userExtraAttributes"),
    ({"userExtraAttributes": [{"name": "x", "type": "FAX"}]}, INVALID, "userExtraAttributes"),
    ({"userExtraAttributes": [{"name": "x"}] * 51}, INVALID, "userExtraAttributes"),
    ({"userAttributeValues": [{"value": "x"}]}, MISSING, "userAttributeValues"),
    ({"userAttributeValues": [{"userAttributeId": "x", "value": "x"}]}, (404, "user_attribute_not_found"), ""),
    ({"userAttributeValues": [{"userAttributeId": "x", "value": ""}]}, (404, "user_attribute_not_found"), ""),
    ({"groups": ["x"]}, (404, "group_not_found"), "groups"),
    ({"oauthRoles": ["x"]}, (404, "oauth_role_not_found"), "oauthRoles"),
    ({"organizations": ["x"]}, (404, "organization_not_found"), "organizations"),
    ({"firstName": ""}, MISSING, "firstName"),
    ({"lastName": ""}, MISSING, "lastName"),
    ({"email": ""}, MISSING, "email"),
]


@pytest.mark.parametrize(("sent", "expected", "field"), WRONG, ids=[ascii(case[0])[:60] for case in WRONG])
def test_a_wrong_change_is_refused_with_all_that_came_with_it(
    admin: Caller, ledger: Ledger, sent: dict[str, Any], expected: tuple[int, str], field: str
) -> None:
    user = admin.create()
    before = ledger.footprint()

    answer = admin.update(user["id"], **{"lastName": "changed", "lock": True, **sent})

    assert refusal(answer) == expected
    assert fields(answer) == [field or "userAttributeValues"]
    assert (ledger.footprint(), admin.user(user["id"])) == (before, user)


def test_what_is_somebody_elses_is_refused(admin: Caller, ledger: Ledger) -> None:
    there, user = full(admin), admin.create()
    names = [there["userId"], there["userId"].upper(), *values(there)]
    before = ledger.footprint()

    answers = [admin.update(user["id"], userId=name) for name in names]
    aliases = [admin.update(user["id"], userAliases=custom(name)) for name in [*names, user["userId"]]]
    external = admin.update(user["id"], externalId=there["externalId"])

    assert [refusal(answer) for answer in answers] == [TAKEN] * len(answers)
    assert [refusal(answer) for answer in aliases] == [ALIAS_TAKEN] * len(aliases)
    assert (refusal(external), fields(external)) == (VALUE_TAKEN, ["externalId"])
    assert ledger.footprint() == before


def test_an_unknown_user_and_another_accounts_are_the_same(admin: Caller, muster: LiveMuster, ledger: Ledger) -> None:
    there = told(muster, "tenant", "add", f"Umbrella {time.time_ns()}")["idaas"]
    theirs = admin.signed_in(there["applicationId"], there["sharedSecret"]).create()
    name = admin.create()["userId"]
    before = ledger.footprint()

    answers = [admin.update(user, lock=True) for user in (theirs["id"], "x", name, "%00")]
    answers += [admin.update(theirs["id"], email="nobody")]

    assert [refusal(answer) for answer in answers] == [NO_USER] * 5
    assert {answer.content for answer in answers} == {answers[0].content}
    assert ledger.footprint() == before


def test_a_user_id_is_never_cleared(admin: Caller, ledger: Ledger) -> None:
    user = admin.create()
    before = ledger.footprint()

    answers = [admin.update(user["id"], userId=text) for text in ("", " ")]

    assert [(refusal(answer), fields(answer)) for answer in answers] == [(MISSING, ["userId"])] * 2
    assert ledger.footprint() == before


def test_what_becomes_mandatory_is_demanded_of_the_next_change_but_not_of_a_lock(
    admin: Caller, muster: LiveMuster, kept_at: str
) -> None:
    company = f"Mandatory {time.time_ns()}"
    there = told(muster, "tenant", "add", company)["idaas"]
    caller = admin.signed_in(there["applicationId"], there["sharedSecret"])
    user = caller.create()
    [mobile] = [one for one in asked(kept_at, Attributes(), company) if one.field == "mobile"]
    done(kept_at, change(mobile, replace(mobile, mandatory=True)), company)

    lacking = caller.update(user["id"], firstName="Eve")
    alone = [caller.updated(user["id"], **sent) for sent in ({"lock": True}, {"state": "INACTIVE"}, {"lock": False})]
    given = caller.updated(user["id"], firstName="Eve", mobile="+1")
    later = caller.updated(user["id"], firstName="Zoe")
    cleared = caller.update(user["id"], mobile="")

    assert [(refusal(answer), fields(answer)) for answer in (lacking, cleared)] == [(MISSING, ["mobile"])] * 2
    assert [(one["locked"], one["state"]) for one in alone] == [
        (True, "ACTIVE"),
        (True, "INACTIVE"),
        (False, "INACTIVE"),
    ]
    assert (given["mobile"], later["firstName"], later["mobile"]) == ("+1", "Zoe", "+1")


def test_of_two_who_want_one_name_at_once_one_gets_it(admin: Caller) -> None:
    users = [admin.create() for _ in range(6)]
    name = unused("Eve")

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda user: admin.update(user["id"], userId=name), users))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5


@pytest.mark.parametrize("path", ["/v3/users/{}", "/v1/users/{}/state"])
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"{", b'{"lock":true,"lock":false}', b"\xff"])
def test_a_body_that_is_no_object_is_refused(admin: Caller, ledger: Ledger, path: str, body: bytes) -> None:
    user = admin.create()
    before = ledger.footprint()

    answer = admin.put(path.format(user["id"]), content=body)

    assert answer.status_code == 400
    assert refusal(answer)[1] in ("invalid_parameter", "malformed_request", "missing_parameter")
    assert ledger.footprint() == before


def test_a_service_user_keeps_its_names_and_is_disabled_like_anybody(admin: Caller, other_api: CertCentral) -> None:
    answer = other_api.post("/user", json={"is_api_only": True, "email": "r@example.com", "api_name": unused("key")})
    user = user_in(admin.named(other_api.info(answer.json()["id"])["username"]))

    refused = [admin.update(user["id"], **sent) for sent in ({"userId": unused()}, {"firstName": "x"})]
    found = admin.updated(user["id"], state="INACTIVE", lock=True, email="s@example.com")

    assert [refusal(one) for one in refused] == [(400, "invalid_user")] * 2
    assert (found["state"], found["locked"], found["email"]) == ("INACTIVE", True, "s@example.com")
