"""*Authenticate to an Admin API application*: what a session is made of, how it ends, and what is no session."""

from __future__ import annotations

import base64
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from muster.app.sources import MachineSources, Sealer, new_secret
from muster.core.authority import ApplicationCredential
from muster.core.directory import SESSION
from muster.core.sessions import session_text
from muster.core.values import digest
from tests.apis.beside import KeptApplication, asked, done
from tests.apis.idaas.caller import ABSENT, NO_SECRET, NO_SESSION, Caller, fields, payload, refusal
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster
from tests.support.world import change

Application = tuple[str, str]

SECONDS = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z")
NO_APPLICATION = (404, "api_application_not_found")
MISSING, INVALID = (400, "missing_parameter"), (400, "invalid_parameter")
NOBODY = "2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0"


def lifetime(answer: dict[str, Any]) -> int:
    """Seconds from the beginning of a session to its end, both of which have to be in the form of the file."""
    times = answer["creationTime"], answer["expirationTime"]
    assert [bool(SECONDS.fullmatch(one)) for one in times] == [True, True]
    began, ends = map(datetime.fromisoformat, times)
    return round((ends - began).total_seconds())


def test_a_session_is_a_token_of_fifteen_minutes(admin: Caller, application: Application) -> None:
    answer = admin.authenticate(*application)
    found = answer.json()
    token = found["authToken"]

    assert (answer.status_code, list(found)) == (200, ["authToken", "creationTime", "expirationTime"])
    assert lifetime(found) == 900
    assert abs(datetime.fromisoformat(found["creationTime"]).timestamp() - time.time()) < 60
    assert re.fullmatch(r"[\w=-]+", token, re.ASCII)
    assert admin.showing(token).named("administrator").status_code == 200


def test_each_session_has_a_token_of_its_own_and_all_work(admin: Caller, application: Application) -> None:
    tokens = [admin.authenticate(*application).json()["authToken"] for _ in range(3)]

    assert len(set(tokens)) == 3
    assert [admin.showing(token).named("administrator").status_code for token in tokens] == [200] * 3


@pytest.mark.parametrize("more", [{"enableWebSession": False}, {"enableWebSession": None}, {"other": [1]}], ids=str)
def test_what_else_is_sent_makes_no_difference(admin: Caller, application: Application, more: Any) -> None:
    answer = admin.authenticate(*application, **more)

    assert (answer.status_code, answer.headers.get("set-cookie")) == (200, None)


def test_a_credential_that_is_shown_beside_makes_no_difference(admin: Caller, application: Application) -> None:
    body = dict(zip(("applicationId", "sharedSecret"), application, strict=True))

    answers = [admin.showing(shown).post("/v1/adminapi/authenticate", json=body) for shown in ("x", "a,b", None)]

    assert [answer.status_code for answer in answers] == [200] * 3


GOOD = object()
"""Stands for the right value."""

WRONG: list[tuple[str, Any, Any, tuple[int, str], list[str]]] = [
    ("a wrong secret", GOOD, "wrong", NO_SECRET, []),
    ("a secret of another case", GOOD, str.swapcase, NO_SECRET, []),
    ("a secret with a blank behind it", GOOD, lambda secret: secret + " ", NO_SECRET, []),
    ("a secret cut short", GOOD, lambda secret: secret[:-1], NO_SECRET, []),
    ("the digest of the secret", GOOD, digest, NO_SECRET, []),
    ("a secret with a NUL", GOOD, "\x00", NO_SECRET, []),
    ("a very long secret", GOOD, "x" * 500_000, NO_SECRET, []),
    ("an unknown application", NOBODY, GOOD, NO_APPLICATION, []),
    ("no UUID", "first application", GOOD, NO_APPLICATION, []),
    ("a blank id", " ", GOOD, NO_APPLICATION, []),
    ("an id with a blank", lambda one: one + " ", GOOD, NO_APPLICATION, []),
    ("an id with a NUL", lambda one: one + "\x00", GOOD, NO_APPLICATION, []),
    ("an id of other letters", "\N{FULLWIDTH DIGIT ONE}" * 36, GOOD, NO_APPLICATION, []),
    ("a very long id", "0" * 500_000, GOOD, NO_APPLICATION, []),
    ("an injection", "' OR 1=1 --", GOOD, NO_APPLICATION, []),
    ("both wrong", NOBODY, "wrong", NO_APPLICATION, []),
    ("no id", ABSENT, GOOD, MISSING, ["applicationId"]),
    ("an empty id", "", GOOD, MISSING, ["applicationId"]),
    ("a null id", None, GOOD, MISSING, ["applicationId"]),
    ("no secret", GOOD, ABSENT, MISSING, ["sharedSecret"]),
    ("an empty secret", GOOD, "", MISSING, ["sharedSecret"]),
    ("a null secret", GOOD, None, MISSING, ["sharedSecret"]),
    ("nothing", ABSENT, ABSENT, MISSING, ["applicationId"]),
    ("a number for an id", 5, GOOD, INVALID, ["applicationId"]),
    ("a list for a secret", GOOD, ["x"], INVALID, ["sharedSecret"]),
]


@pytest.mark.parametrize(("name", "one", "other", "expected", "at_fault"), WRONG, ids=[case[0] for case in WRONG])
def test_a_wrong_sign_in_is_refused_and_nothing_is_written(
    admin: Caller,
    application: Application,
    ledger: Ledger,
    name: str,
    one: Any,
    other: Any,
    expected: tuple[int, str],
    at_fault: list[str],
) -> None:
    wanted = [
        given if value is GOOD else value(given) if callable(value) else value
        for given, value in zip(application, (one, other), strict=True)
    ]
    body = dict(zip(("applicationId", "sharedSecret"), wanted, strict=True))
    before = ledger.footprint()

    answer = admin.showing(None).post(
        "/v1/adminapi/authenticate", json={field: value for field, value in body.items() if value is not ABSENT}
    )

    assert (refusal(answer), fields(answer)) == (expected, at_fault)
    assert ledger.footprint() == before


@pytest.fixture(scope="module")
def sealer(muster: LiveMuster) -> MachineSources:
    """The server's own, which seals with its key."""
    return MachineSources(Sealer((muster.data / "secret.key").read_text().strip().encode()))


def session(sources: MachineSources, application: Application, ends_in: float, context: str = SESSION) -> str:
    """A token as the server makes them, which ends in so many seconds."""
    ends = round((time.time() + ends_in) * 1000)
    return sources.seal_token(
        session_text(ApplicationCredential(application[0], digest(application[1]), ends)), context
    )


def test_a_token_that_the_server_could_have_made_is_one(
    admin: Caller, application: Application, sealer: MachineSources
) -> None:
    answer = admin.showing(session(sealer, application, 60)).named("administrator")

    assert answer.status_code == 200


def test_every_single_byte_of_a_token_counts(admin: Caller, application: Application, ledger: Ledger) -> None:
    token = base64.urlsafe_b64decode(admin.authenticate(*application).json()["authToken"])
    before = ledger.footprint()
    passed = []
    for at in range(len(token)):
        forged = bytearray(token)
        forged[at] ^= 1 << at % 8
        answer = admin.showing(base64.urlsafe_b64encode(forged).decode()).post("/v3/users", json=payload())
        if refusal(answer) != NO_SESSION:
            passed.append(at)

    assert passed == []
    assert ledger.footprint() == before


FORGERIES: dict[str, Any] = {
    "a word": lambda _: "token",
    "cut by one": lambda token: token[:-1],
    "cut by four": lambda token: token[:-4],
    "the first sixteen": lambda token: token[:16],
    "the first four": lambda token: token[:4],
    "with four more": lambda token: token + "AAAA",
    "with a letter more": lambda token: token + "A",
    "twice": lambda token: token + token,
    "with four more in front": lambda token: "AAAA" + token,
    "backwards": lambda token: token[::-1],
    "in another case": str.swapcase,
    "all zero": lambda token: "A" * len(token),
    "of other letters": lambda token: "\xe9" * len(token),
    "very long": lambda _: "A" * 40_000,
    "in quotes": '"{}"'.format,
    "with a blank inside": lambda token: f"{token[:9]} {token[9:]}",
}


def authorization(text: str) -> httpx.Headers:
    """The header, whose text may be of any Latin letters."""
    return httpx.Headers({"Authorization": text}, encoding="latin-1")


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_no_session(admin: Caller, application: Application, ledger: Ledger, name: str) -> None:
    forged = FORGERIES[name](admin.authenticate(*application).json()["authToken"])
    before = ledger.footprint()

    answers = [
        admin.showing(None).post("/v3/users", json=payload(), headers=authorization(prefix + forged))
        for prefix in ("", "Bearer ")
    ]

    assert [refusal(answer) for answer in answers] == [NO_SESSION] * 2
    assert ledger.footprint() == before


def test_what_was_sealed_for_something_else_or_elsewhere_is_no_session(
    admin: Caller, application: Application, sealer: MachineSources
) -> None:
    elsewhere = MachineSources(Sealer(b"another installation's key, as long as this one's"))
    tokens = [
        session(sealer, application, 60, "mail"),
        session(sealer, application, 60, ""),
        session(elsewhere, application, 60),
        session(sealer, (NOBODY, application[1]), 60),
        session(sealer, (application[0], "another secret"), 60),
    ]

    assert [refusal(admin.showing(token).named("administrator")) for token in tokens] == [NO_SESSION] * 5


@pytest.mark.parametrize("ago", [0, 0.001, 1, 900, 10**9 / 2])
def test_a_session_that_has_ended_is_none(
    admin: Caller, application: Application, sealer: MachineSources, ago: float
) -> None:
    answer = admin.showing(session(sealer, application, -ago)).named("administrator")

    assert refusal(answer) == NO_SESSION


def test_a_session_that_was_in_use_ends_all_the_same_for_every_kind_of_request(
    admin: Caller, application: Application, sealer: MachineSources, ledger: Ledger
) -> None:
    """Clients ask with OPTIONS first, which has to tell them that their session has ended."""
    caller = admin.showing(session(sealer, application, 1.5))
    began = [caller.named("administrator"), caller.ask("OPTIONS", "/v3/users")]
    time.sleep(1.6)
    before = ledger.footprint()

    ended = [
        caller.named("administrator"),
        caller.post("/v3/users", json=payload()),
        caller.ask("OPTIONS", "/v3/users"),
        caller.get("/v3/nothing"),
    ]

    assert [answer.status_code for answer in began] == [200, 405]
    assert [refusal(answer) for answer in ended] == [NO_SESSION] * 4
    assert ledger.footprint() == before


def test_a_session_ends_with_the_secret_that_opened_it(muster: LiveMuster, admin: Caller, kept_at: str) -> None:
    made = told(muster, "application", "add", f"renewed {time.time_ns()}")
    caller = admin.signed_in(made["applicationId"], made["sharedSecret"])
    alive = caller.named("administrator")
    kept = asked(kept_at, KeptApplication(made["applicationId"]))
    secret = new_secret()
    done(kept_at, change(kept, replace(kept, digest=secret.digest)))

    found = [
        caller.named("administrator"),
        caller.ask("OPTIONS", "/v3/users"),
        admin.authenticate(made["applicationId"], made["sharedSecret"]),
    ]

    assert alive.status_code == 200
    assert [refusal(answer) for answer in found] == [NO_SESSION, NO_SESSION, NO_SECRET]
    assert admin.signed_in(made["applicationId"], secret.text).named("administrator").status_code == 200


def test_a_session_lives_as_long_as_the_policy_says(muster: LiveMuster, admin: Caller) -> None:
    tenant = f"Short {time.time_ns()}"
    there = told(muster, "tenant", "add", tenant)["idaas"]
    sign_in = (there["applicationId"], there["sharedSecret"])
    found = [lifetime(admin.authenticate(*sign_in).json())]
    for seconds in ("60", "28800"):
        told(muster, "policy", "set", "--tenant", tenant, "authenticationSessionLifetime", seconds)
        found.append(lifetime(admin.authenticate(*sign_in).json()))

    assert found == [900, 60, 28_800]


def test_signing_in_is_recorded(admin: Caller, application: Application, ledger: Ledger) -> None:
    count = "SELECT count(*) FROM events WHERE act = 'application.signed-in' AND subject = $1 AND channel = 'idaas'"
    before = ledger.rows(count, application[0])

    admin.authenticate(*application)

    assert ledger.rows(count, application[0]) == [(before[0][0] + 1,)]


def test_the_secret_and_the_token_are_nowhere_in_the_database(
    admin: Caller, application: Application, ledger: Ledger
) -> None:
    token = admin.authenticate(*application).json()["authToken"]
    kept = repr([ledger.rows(f"SELECT * FROM {table}") for table in ("applications", "events", "policies", "heads")])

    assert (application[1] in kept, token in kept, digest(application[1]) in kept) == (False, False, True)


def test_now_is_told_in_utc(admin: Caller, application: Application) -> None:
    created = datetime.fromisoformat(admin.authenticate(*application).json()["creationTime"])

    assert created.tzinfo == UTC
