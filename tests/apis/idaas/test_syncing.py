"""*Synchronize* and *unsynchronize a user*: no directory is connected, and that is said."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.apis.idaas.caller import NO_USER, Caller, custom, fields, refusal, unused
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

DIRECTORY = "993dd9b4-e25c-433b-aac6-868b596763a6"
ANSWERS = {"sync": (404, "directory_not_found"), "unsync": (400, "user_not_synchronized")}
INVALID, MISSING = (400, "invalid_parameter"), (400, "missing_parameter")


@pytest.mark.parametrize(("act", "expected"), ANSWERS.items())
def test_one_who_is_there_is_not_synchronized_and_nothing_is_written(
    admin: Caller, ledger: Ledger, act: str, expected: tuple[int, str]
) -> None:
    user = admin.create(userAliases=custom(alias := unused("alias")))
    before = ledger.footprint()
    named = [
        {"id": user["userId"]},
        {"id": alias},
        {"id": user["userId"], "idType": "USERID"},
        {"id": user["id"], "idType": "UUID"},
    ]

    answers = [admin.post(f"/v1/syncusers/{act}", json={**one, "directoryId": DIRECTORY}) for one in named]

    assert [refusal(answer) for answer in answers] == [expected] * 4
    assert ledger.footprint() == before


WRONG: list[tuple[dict[str, Any], tuple[int, str], list[str]]] = [
    ({}, MISSING, ["id"]),
    ({"id": ""}, MISSING, ["id"]),
    ({"id": None}, MISSING, ["id"]),
    ({"id": 5}, INVALID, ["id"]),
    ({"id": "x", "idType": "EXTERNALID"}, INVALID, ["idType"]),
    ({"id": "x", "idType": "EMAIL"}, INVALID, ["idType"]),
    ({"id": "nobody at all"}, NO_USER, []),
    ({"id": "nobody at all", "idType": "UUID"}, NO_USER, []),
    ({"id": "a\x00b"}, NO_USER, []),
]


@pytest.mark.parametrize("act", ANSWERS)
@pytest.mark.parametrize(("sent", "expected", "named"), WRONG, ids=[ascii(case[0]) for case in WRONG])
def test_what_names_nobody_is_refused(
    admin: Caller, act: str, sent: dict[str, Any], expected: tuple[int, str], named: list[str]
) -> None:
    answer = admin.post(f"/v1/syncusers/{act}", json={"directoryId": DIRECTORY, **sent})

    assert (refusal(answer), fields(answer)) == (expected, named)


@pytest.mark.parametrize("directory", [None, ""])
def test_a_directory_must_be_named(admin: Caller, directory: Any) -> None:
    answer = admin.post("/v1/syncusers/sync", json={"id": admin.create()["userId"], "directoryId": directory})

    assert (refusal(answer), fields(answer)) == (MISSING, ["directoryId"])


@pytest.mark.parametrize("act", ANSWERS)
def test_permission_is_asked_before_anything_is_looked_at(admin: Caller, muster: LiveMuster, act: str) -> None:
    made = told(muster, "application", "add", f"Auditor {time.time_ns()}", "--role", "Auditor")
    auditor = admin.signed_in(made["applicationId"], made["sharedSecret"])

    answers = [auditor.post(f"/v1/syncusers/{act}", content=body) for body in (b"{}", b"{", b'{"id":"x"}')]

    assert [answer.json()["errorMessage"] for answer in answers] == ["USERS:EDIT required"] * 3
