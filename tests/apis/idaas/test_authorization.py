"""`Authorization` in all its forms: a session's token or `<applicationId>,<sharedSecret>`, each bare or as Bearer."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.apis.certcentral.caller import INVALID_KEY, KEY_HEADER
from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.idaas.caller import NO_SECRET, NO_SESSION, Caller, payload, refusal
from tests.apis.ledger import Ledger
from tests.support.commands import command, told
from tests.support.live import LiveMuster

Application = tuple[str, str]

FORMS = [
    "{}",
    "Bearer {}",
    "bearer {}",
    "BEARER {}",
    "bEaReR {}",
    "Bearer   {}",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_token_is_taken_bare_and_as_bearer(admin: Caller, form: str) -> None:
    caller = admin.showing(form.format(admin.authorization))

    answer = caller.post("/v3/users", json=payload())

    assert answer.status_code == 200


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pair", ["{},{}", "{}, {}", "{} , {}"])
def test_id_and_secret_are_taken_in_the_same_forms(
    admin: Caller, application: Application, form: str, pair: str
) -> None:
    caller = admin.showing(form.format(pair.format(*application)))

    answer = caller.post("/v3/users", json=payload())

    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION", "Authorization"])
def test_the_name_of_the_header_has_no_case(admin: Caller, name: str) -> None:
    answer = admin.showing(None).get("/v3/users/x", headers={name: str(admin.authorization)})

    assert answer.status_code == 404


NO_CREDENTIALS: list[tuple[str, tuple[int, str]]] = [
    ("", NO_SESSION),
    ("Bearer", NO_SESSION),
    ("Bearer Bearer {token}", NO_SESSION),
    ("Basic {token}", NO_SESSION),
    ("Token {token}", NO_SESSION),
    ("Bearer{token}", NO_SESSION),
    ("{token} Bearer", NO_SESSION),
    ("{id}", NO_SESSION),
    ("{secret}", NO_SESSION),
    ("{id}:{secret}", NO_SESSION),
    ("{id};{secret}", NO_SESSION),
    ("{id} {secret}", NO_SESSION),
    (",", NO_SECRET),
    (",,", NO_SECRET),
    ("{id},", NO_SECRET),
    (",{secret}", NO_SECRET),
    ("{secret},{id}", NO_SECRET),
    ("{id},wrong", NO_SECRET),
    ("{id},{secret}x", NO_SECRET),
    ("{id},{secret},", NO_SECRET),
    ("{id},{id},{secret}", NO_SECRET),
    ("x{id},{secret}", NO_SECRET),
    ("first application,{secret}", NO_SECRET),
    ("{token},{secret}", NO_SECRET),
    ("\xff\xfe,\xff", NO_SECRET),
    ("' OR 1=1 --,x", NO_SECRET),
    ("x" * 30_000 + ",x", NO_SECRET),
]


CALLS = [("POST", "/v3/users"), ("GET", "/v3/users/x"), ("GET", "/nothing"), ("PUT", "/v3/users")]


@pytest.mark.parametrize(("text", "expected"), NO_CREDENTIALS, ids=lambda value: ascii(value)[:40])
def test_what_is_no_credential_is_told_nothing_and_writes_nothing(
    admin: Caller, application: Application, ledger: Ledger, text: str, expected: tuple[int, str]
) -> None:
    shown = text.format(token=admin.authorization, id=application[0], secret=application[1])
    headers = httpx.Headers({"Authorization": shown}, encoding="latin-1")
    before = ledger.footprint()

    answers = [
        admin.showing(None).ask(method, path, headers=headers, json=payload() if method == "POST" else None)
        for method, path in CALLS
    ]

    assert [refusal(answer) for answer in answers] == [expected] * len(CALLS)
    assert ledger.footprint() == before


def test_without_the_header_nothing_is_told(admin: Caller) -> None:
    calls = [
        ("POST", "/v3/users"),
        ("GET", "/v3/users/x"),
        ("DELETE", "/v3/users/x"),
        ("GET", "/v1/adminapi/authenticate"),
    ]

    answers = [admin.showing(None).ask(method, path, json={}) for method, path in calls]

    assert [refusal(answer) for answer in answers] == [NO_SESSION] * 4


@pytest.fixture(scope="module")
def named(muster: LiveMuster) -> tuple[str, Application]:
    """An application that is allowed the long-lived form, by its name."""
    name = f"long lived {time.time_ns()}"
    made = told(muster, "application", "add", name, "--long-lived", "on")
    return name, (made["applicationId"], made["sharedSecret"])


def test_the_long_lived_form_is_refused_and_allowed_beside_the_running_server_at_once(
    muster: LiveMuster, admin: Caller, named: tuple[str, Application]
) -> None:
    name, application = named
    caller = admin.showing(",".join(application))
    session = admin.signed_in(*application)
    found: list[Any] = [caller.named("administrator").status_code]
    for switch in ("off", "on"):
        finished = command(muster, "application", "edit", name, "--long-lived", switch)
        answers = [
            caller.named("administrator"),
            admin.showing(f"Bearer {caller.authorization}").post("/v3/users", json=payload()),
            caller.ask("OPTIONS", "/v3/users"),
        ]
        found.append((switch, finished.returncode, [answer.status_code for answer in answers]))
        if switch == "off":
            assert [refusal(answer) for answer in answers] == [NO_SECRET] * 3
        assert session.named("administrator").status_code == 200
        assert admin.authenticate(*application).status_code == 200

    assert found == [200, ("off", 0, [401, 401, 401]), ("on", 0, [200, 200, 405])]


def test_an_application_has_the_long_lived_form_only_where_it_was_allowed(muster: LiveMuster, admin: Caller) -> None:
    made = told(muster, "application", "add", f"sessions only {time.time_ns()}")
    pair = (made["applicationId"], made["sharedSecret"])

    answers = [admin.showing(",".join(pair)).named("administrator"), admin.authenticate(*pair)]

    assert refusal(answers[0]) == NO_SECRET
    assert answers[1].status_code == 200


def test_a_key_of_the_other_api_is_none_here(
    client: httpx.Client, admin: Caller, other_api: CertCentral, ledger: Ledger
) -> None:
    before = ledger.footprint()
    nobody = admin.showing(None)

    answers = [
        nobody.post("/v3/users", json=payload(), headers=headers)
        for headers in (
            {"Authorization": other_api.key},
            {"Authorization": f"Bearer {other_api.key}"},
            {KEY_HEADER: other_api.key},
        )
    ]

    assert [refusal(answer) for answer in answers] == [NO_SESSION] * 3
    assert ledger.footprint() == before


def test_a_credential_of_this_api_is_none_there(
    admin: Caller, application: Application, other_api: CertCentral
) -> None:
    shown = [str(admin.authorization), application[1], ",".join(application)]

    answers = [
        *(other_api.with_key(one).get("/user/me") for one in shown),
        *(other_api.client.get("/services/v2/user/me", headers={"Authorization": one}) for one in shown),
    ]

    assert [(answer.status_code, answer.content) for answer in answers] == [(403, INVALID_KEY)] * 6
