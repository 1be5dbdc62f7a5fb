"""The API's page in the documentation names every call that there is and every answer that can be given."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import json

from muster.apis.certcentral.refusals import hindered, refused
from muster.apis.certcentral.routes import ROUTES
from muster.apis.certcentral.shapes import Errors
from muster.core import refusals
from muster.web.answers import Answer, Hindered, Problem
from muster.web.routes import Route

PAGE = Path(__file__).parents[3] / "docs" / "apis" / "certcentral.md"
KINDS: list[refusals.Refusal] = [
    *(refusals.Unknown(noun) for noun in ("user", "unit", "key", "template", "permission")),
    refusals.Taken("username"),
    refusals.PermissionMissing("users:view"),
    refusals.BeyondAuthority("role"),
    refusals.CredentialInvalid(),
    refusals.LastAdministrator(),
    refusals.OwnAccount(),
    *(refusals.Unsuited(obstacle) for obstacle in refusals.Obstacle),
    refusals.Saturated(),
    refusals.Unavailable(),
    refusals.Invalid("roles", refusals.Fault.UNKNOWN),
    refusals.Invalid("home", refusals.Fault.UNKNOWN),
    refusals.Invalid("home", refusals.Fault.INACTIVE),
    refusals.Invalid("users", refusals.Fault.UNKNOWN),
]
FAULTS = [
    fault for fault in refusals.Fault if fault.name in {"MISSING", "TOO_LONG", "CHARACTERS", "MALFORMED", "TOO_MANY"}
]


def answers() -> Iterator[Answer]:
    yield from (refused(kind) for kind in KINDS)
    yield from (hindered(Hindered(problem)) for problem in Problem)


def code(answer: Answer) -> str:
    return json.decode(answer.body, type=Errors).errors[0].code


def rows() -> set[tuple[str, ...]]:
    """The first two cells of every row of the page's tables, several codes in one cell taken apart."""
    found: set[tuple[str, ...]] = set()
    for line in PAGE.read_text().replace("\\|", "\x00").splitlines():
        cells = [cell.strip().replace("\x00", "|") for cell in line.strip("|").split("|")]
        if len(cells) > 1:
            found |= {(cells[0], name.strip("` ")) for name in cells[1].split(",")}
    return found


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_call_is_on_the_page(route: Route) -> None:
    assert f"`{route.method} {route.path}`" in PAGE.read_text()


@pytest.mark.parametrize("answer", [pytest.param(answer, id=code(answer)) for answer in answers()])
def test_every_status_and_code_is_on_the_page(answer: Answer) -> None:
    assert (str(answer.status), code(answer)) in rows()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_every_fault_of_a_field_is_on_the_page(fault: refusals.Fault) -> None:
    answer = refused(refusals.Invalid("job_title", fault, 64))

    assert (str(answer.status), code(answer).replace("job_title", "<field>")) in rows()
