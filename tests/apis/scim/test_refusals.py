"""Every refusal and every problem as SCIM's error: a status, a `scimType` of the RFCs, words."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from muster.apis.scim.filters import Unreadable
from muster.apis.scim.matching import Unsupported
from muster.apis.scim.normal import Misfit
from muster.apis.scim.refusals import answering, hindered, refused
from muster.core.refusals import (
    AddressForbidden,
    BeyondAuthority,
    CredentialInvalid,
    Fault,
    Full,
    InUse,
    Invalid,
    LastAdministrator,
    Obstacle,
    Outdated,
    OwnAccount,
    PermissionMissing,
    Refusal,
    Refused,
    Saturated,
    ShutsOut,
    Taken,
    Unavailable,
    Unknown,
    Unsuited,
    WrongState,
)
from muster.web.answers import Answer, Hindered, Problem
from muster.web.routes import Call
from tests.apis.scim.calls import call

KINDS = {
    None,
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
    "invalidCursor",
    "expiredCursor",
    "invalidCount",
}
"""RFC 7644, section 3.12, and RFC 9865, section 2.1."""

REFUSALS: list[tuple[Refusal, int, str | None]] = [
    (Invalid("username", Fault.MISSING), 400, "invalidValue"),
    (Invalid("username", Fault.TOO_LONG, 255), 400, "invalidValue"),
    (Invalid("name", Fault.FIXED), 400, "mutability"),
    (Unknown("user"), 404, None),
    (Taken("username"), 409, "uniqueness"),
    (Outdated("user"), 412, None),
    (PermissionMissing("users:view"), 403, None),
    (BeyondAuthority("user"), 403, None),
    (CredentialInvalid(), 401, None),
    (CredentialInvalid(is_secret=True), 401, None),
    (AddressForbidden(), 403, None),
    (ShutsOut(), 400, "invalidValue"),
    (InUse("group"), 409, None),
    (LastAdministrator(), 403, None),
    (OwnAccount(), 403, None),
    (Unsuited(Obstacle.SERVICE), 400, "invalidValue"),
    (Full("group", 5), 400, "tooMany"),
    (WrongState("user", "inactive"), 400, "invalidValue"),
    (Saturated(), 503, None),
    (Unavailable(), 503, None),
]

PROBLEMS = {
    Problem.UNKNOWN_ROUTE: (404, None),
    Problem.WRONG_METHOD: (405, None),
    Problem.TOO_LARGE: (413, None),
    Problem.MALFORMED: (400, "invalidSyntax"),
    Problem.NOT_ACCEPTABLE: (415, None),
    Problem.RATE_LIMITED: (429, None),
    Problem.BROKEN: (500, None),
}


def read(answer: Answer) -> tuple[int, str | None]:
    told = json.loads(answer.body)
    assert told["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert told["status"] == str(answer.status)
    assert told["detail"]
    assert told.get("scimType") in KINDS
    assert dict(answer.headers)[b"content-type"] == b"application/scim+json"
    return answer.status, told.get("scimType")


@pytest.mark.parametrize(("refusal", "status", "kind"), REFUSALS)
def test_refusals(refusal: Refusal, status: int, kind: str | None) -> None:
    assert read(refused(refusal)) == (status, kind)


def test_every_kind_of_refusal_and_of_problem_is_here() -> None:
    assert {type(refusal) for refusal, _, _ in REFUSALS} == set(get_args(Refusal))
    assert set(PROBLEMS) == set(Problem)


@pytest.mark.parametrize("problem", Problem)
def test_problems(problem: Problem) -> None:
    assert read(hindered(Hindered(problem, "GET"))) == PROBLEMS[problem]


def test_a_wrong_name_is_told_as_this_wire_calls_it() -> None:
    assert "userName is in use" in refused(Taken("username")).body.decode()
    assert "externalId is too long (at most 255)" in refused(Invalid("external_id", Fault.TOO_LONG, 255)).body.decode()
    assert "password is too easily guessed (at least 8)" in refused(Invalid("password", Fault.WEAK, 8)).body.decode()


def test_who_should_come_back_is_told_when() -> None:
    assert dict(refused(Saturated()).headers)[b"retry-after"] == b"1"


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Misfit("noTarget", "no value"), (400, "noTarget")),
        (Misfit("uniqueness", "userName is in use"), (409, "uniqueness")),
        (Misfit("sensitive", "a password in a query"), (403, "sensitive")),
        (Unreadable("a value is missing"), (400, "invalidFilter")),
        (Unsupported("name has parts"), (400, "invalidFilter")),
    ],
)
async def test_what_handlers_find_wrong_is_answered(failure: Exception, expected: tuple[int, str]) -> None:
    async def handler(_: Call) -> Answer:
        raise failure

    assert read(await answering(handler)(call())) == expected


async def test_what_the_core_refuses_goes_on_to_whom_it_concerns() -> None:
    async def handler(_: Call) -> Answer:
        raise Refused(Unknown("user"))

    with pytest.raises(Refused):
        await answering(handler)(call())
