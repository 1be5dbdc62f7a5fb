"""Tokens through this wire: made, found, labelled, switched and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.idaas.caller import NO_USER, Caller, User, fields, refusal, unused
from tests.apis.idaas.tokens import APP, NO_TOKEN, SECRET, SOFT, Token, give, token_in
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

NOTHING = "2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0"
FIELDS = [
    "id",
    "type",
    "serialNumber",
    "loadDate",
    "lastUsedDate",
    "state",
    "platform",
    "registeredForTransactions",
    "name",
    "allowedActions",
    "description",
    "userId",
    "algorithmType",
    "appVerified",
    "deviceVerified",
    "groups",
    "identityVerificationStatus",
    "label",
    "logo",
    "supportsChallengeResponse",
    "supportsResponse",
    "supportsSignature",
    "supportsUnlock",
    "supportsUnlockTOTP",
]


@pytest.fixture
def user(admin: Caller) -> User:
    """A user with the one token that everybody begins with."""
    return admin.create()


MADE = [
    (SOFT, None, "ACTIVATING", ["REACTIVATE", "ACTIVATE_COMPLETE", "DELETE"]),
    (APP, None, "ACTIVATING", ["REACTIVATE", "DELETE"]),
    (APP, SECRET, "ACTIVE", ["REACTIVATE", "DELETE", "DISABLE", "RESET"]),
]


@pytest.mark.parametrize(("kind", "secret", "state", "actions"), MADE)
def test_a_token_is_made_and_found_by_id_and_serial_number(
    admin: Caller, user: User, kind: str, secret: str | None, state: str, actions: list[str]
) -> None:
    made = give(admin, user["id"], kind, secret)
    serial = made["serialNumber"]
    found = [
        token_in(admin.get(path))
        for path in (
            f"/v1/tokens/{made['id']}",
            f"/v1/tokens/sernum/{serial}",
            f"/v1/tokens/sernum/{serial.replace('-', '')}",
        )
    ]

    assert list(made) == FIELDS
    assert (made["type"], made["state"], made["allowedActions"]) == (kind, state, actions)
    assert (made["userId"], made["label"], made["lastUsedDate"]) == (user["userId"], None, None)
    assert (len(serial), serial[5]) == (11, "-")
    assert found == [made] * 3
    assert {**made, "userId": None} in admin.user(user["id"])["tokens"]


SENT: list[Any] = [
    {},
    {"activateParms": None},
    {"activateParms": {}},
    {"activateParms": {"type": ["OFFLINE"], "returnQRCode": False}},
    {"activateParms": {"type": [], "deliverActivationEmail": True, "secret": None}, "more": 1},
    {"activateParms": {"secret": ""}},
]


@pytest.mark.parametrize("body", SENT, ids=str)
def test_the_parameters_of_activation_may_be_any_of_the_files(admin: Caller, user: User, body: Any) -> None:
    answer = admin.post(f"/v1/users/{user['id']}/tokens/{APP}", json=body)

    assert token_in(answer)["state"] == "ACTIVATING"


@pytest.mark.parametrize(
    "secret", [SECRET.lower(), "GEZD GNBV GY3T QOJQ", "gezd-gnbv-gy3t-qojq", "GEZDGNBVGY3TQOJQ====", "A" * 103 + "="]
)
def test_a_secret_is_taken_as_people_write_it(admin: Caller, user: User, secret: str) -> None:
    assert give(admin, user["id"], APP, secret)["state"] == "ACTIVE"


WRONG: list[tuple[str, Any, int, str, list[str]]] = [
    (SOFT, {"activateParms": {"secret": SECRET}}, 400, "invalid_parameter", ["secret"]),
    (APP, {"activateParms": {"secret": "A" * 8}}, 400, "invalid_parameter", ["secret"]),
    (APP, {"activateParms": {"secret": "A" * 200}}, 400, "invalid_parameter", ["secret"]),
    (APP, {"activateParms": {"secret": "0189!"}}, 400, "invalid_parameter", ["secret"]),
    (APP, {"activateParms": {"secret": "é" * 32}}, 400, "invalid_parameter", ["secret"]),
    (APP, {"activateParms": {"secret": 1}}, 400, "invalid_parameter", ["activateParms.secret"]),
    (APP, {"activateParms": {"type": ["PIGEON"]}}, 400, "invalid_parameter", ["activateParms.type"]),
    (APP, [], 400, "invalid_parameter", []),
    ("ENTRUST_PHYSICAL_TOKEN", {}, 400, "invalid_parameter", ["type"]),
    ("soft-token", {}, 400, "invalid_parameter", ["type"]),
]


@pytest.mark.parametrize(("kind", "body", "status", "code", "named"), WRONG, ids=str)
def test_a_wrong_type_or_secret_is_refused(
    admin: Caller, user: User, ledger: Ledger, kind: str, body: Any, status: int, code: str, named: list[str]
) -> None:
    before = ledger.footprint()

    answer = admin.post(f"/v1/users/{user['id']}/tokens/{kind}", json=body)

    assert (refusal(answer), fields(answer)) == ((status, code), named)
    assert ledger.footprint() == before


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a":1,"a":2}', b"nonsense"])
def test_what_is_no_json_is_malformed(admin: Caller, user: User, body: bytes) -> None:
    assert refusal(admin.post(f"/v1/users/{user['id']}/tokens/{SOFT}", content=body)) == (400, "malformed_request")


def test_a_user_has_five_tokens_at_most(admin: Caller, user: User) -> None:
    answers = [admin.post(f"/v1/users/{user['id']}/tokens/{SOFT}") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 400]
    assert refusal(answers[-1]) == (400, "max_tokens_reached")
    assert len(admin.user(user["id"])["tokens"]) == 5


def test_a_secret_is_never_shown_and_never_told(admin: Caller, user: User, ledger: Ledger) -> None:
    made = give(admin, user["id"], APP, SECRET)
    trail = ledger.rows("SELECT changes FROM events WHERE subject = $1", made["id"])

    assert len(trail) == 1
    assert SECRET not in repr([made, admin.user(user["id"]), trail])


def test_a_token_is_switched_off_and_on(admin: Caller, user: User) -> None:
    path = f"/v1/tokens/{give(admin, user['id'], APP, SECRET)['id']}"
    seen = []
    for state in ("INACTIVE", "INACTIVE", "ACTIVE"):
        answer = admin.put(f"{path}/changestate", json={"state": state})
        token = token_in(admin.get(path))
        seen.append((answer.status_code, answer.content, token["state"], token["allowedActions"]))

    inactive = (200, b"", "INACTIVE", ["DELETE", "ENABLE"])
    assert seen == [inactive, inactive, (200, b"", "ACTIVE", ["REACTIVATE", "DELETE", "DISABLE", "RESET"])]


STATES: list[tuple[Any, tuple[int, str], list[str]]] = [
    ({"state": "NEW"}, (400, "invalid_parameter"), ["state"]),
    ({"state": "ACTIVATING"}, (400, "invalid_parameter"), ["state"]),
    ({"state": "UNASSIGNED"}, (400, "invalid_parameter"), ["state"]),
    ({"state": "active"}, (400, "invalid_parameter"), ["state"]),
    ({"state": None}, (400, "missing_parameter"), ["state"]),
    ({}, (400, "missing_parameter"), ["state"]),
]


@pytest.mark.parametrize(("body", "expected", "named"), STATES, ids=str)
def test_a_token_is_switched_to_no_other_state(
    admin: Caller, user: User, body: Any, expected: tuple[int, str], named: list[str]
) -> None:
    path = f"/v1/tokens/{give(admin, user['id'], APP, SECRET)['id']}"

    answer = admin.put(f"{path}/changestate", json=body)

    assert (refusal(answer), fields(answer)) == (expected, named)
    assert token_in(admin.get(path))["state"] == "ACTIVE"


@pytest.mark.parametrize("state", ["ACTIVE", "INACTIVE"])
def test_a_token_that_was_never_activated_is_not_switched(admin: Caller, user: User, state: str) -> None:
    answer = admin.put(f"/v1/tokens/{user['tokens'][0]['id']}/changestate", json={"state": state})

    assert refusal(answer) == (400, "invalid_token_state")


def test_a_label_is_set_kept_and_taken_away(admin: Caller, user: User) -> None:
    path = f"/v1/tokens/{user['tokens'][0]['id']}"
    labels = []
    for body in ({"label": "Phone"}, {}, {"label": None}, {"label": "é" * 100}, {"label": ""}):
        answer = admin.put(f"{path}/assigned", json=body)
        labels.append((answer.status_code, answer.content, token_in(admin.get(path))["label"]))

    assert labels == [(200, b"", label) for label in ("Phone", "Phone", "Phone", "é" * 100, None)]


@pytest.mark.parametrize("label", ["x" * 101, "a\nb", "\x00", 7, ["x"]])
def test_a_wrong_label_is_refused(admin: Caller, user: User, label: Any) -> None:
    answer = admin.put(f"/v1/tokens/{user['tokens'][0]['id']}/assigned", json={"label": label})

    assert (refusal(answer), fields(answer)) == ((400, "invalid_parameter"), ["label"])


def test_a_token_is_deleted_with_an_empty_answer(admin: Caller, user: User) -> None:
    token = user["tokens"][0]
    path = f"/v1/tokens/{token['id']}"

    answer = admin.delete(path)

    assert (answer.status_code, answer.content) == (200, b"")
    assert [refusal(admin.ask(method, path)) for method in ("GET", "DELETE")] == [NO_TOKEN] * 2
    assert refusal(admin.get(f"/v1/tokens/sernum/{token['serialNumber']}")) == NO_TOKEN
    assert admin.user(user["id"])["tokens"] == []


CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/v1/tokens/{id}", None),
    ("GET", "/v1/tokens/sernum/{serialNumber}", None),
    ("DELETE", "/v1/tokens/{id}", None),
    ("PUT", "/v1/tokens/{id}/changestate", {"state": "INACTIVE"}),
    ("PUT", "/v1/tokens/{id}/assigned", {"label": "mine"}),
]
NOBODYS = {"id": NOTHING, "serialNumber": "00000-00000"}


@pytest.fixture(scope="module")
def neighbour(muster: LiveMuster, admin: Caller) -> Caller:
    """The application of another tenant."""
    made = told(muster, "tenant", "add", unused("Umbrella"))["idaas"]
    return admin.signed_in(made["applicationId"], made["sharedSecret"])


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=str)
def test_another_tenants_token_is_as_unknown_as_none(
    admin: Caller, neighbour: Caller, user: User, ledger: Ledger, method: str, path: str, body: Any
) -> None:
    token: Token = give(admin, user["id"], APP, SECRET)
    before = ledger.footprint()

    foreign, unknown = (neighbour.ask(method, path.format(**it), json=body) for it in (token, NOBODYS))

    assert refusal(foreign) == NO_TOKEN
    assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
    assert ledger.footprint() == before


def test_another_tenants_user_gets_none(admin: Caller, neighbour: Caller, user: User) -> None:
    answers = [neighbour.post(f"/v1/users/{it}/tokens/{SOFT}") for it in (user["id"], NOTHING)]

    assert [refusal(answer) for answer in answers] == [NO_USER] * 2
    assert answers[0].content == answers[1].content
    assert len(admin.user(user["id"])["tokens"]) == 1


@pytest.mark.parametrize("name", ["x", "%00", "a%2Fb", "%20", "é", "x" * 5000])
def test_a_path_may_name_anything(admin: Caller, name: str) -> None:
    assert refusal(admin.get(f"/v1/tokens/{name}")) == NO_TOKEN
    assert refusal(admin.get(f"/v1/tokens/sernum/{name}")) == NO_TOKEN
