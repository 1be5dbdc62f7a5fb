"""The API's page in the documentation names every call that there is and every answer that can be given."""

import re
from collections.abc import Iterator

import pytest
from msgspec import json

from muster.apis.certcentral.refusals import hindered, refused
from muster.apis.certcentral.routes import ROUTES
from muster.apis.certcentral.shapes import Errors
from muster.core import refusals
from muster.web.answers import Answer, Hindered, Problem
from muster.web.routes import Route
from pages.certcentral import CERTCENTRAL, called, written
from pages.page import Mistaken, replaced
from tests.apis.pages import TAGS, mistakes

PAGE = CERTCENTRAL.path
MARKS = ("<!-- written by script/docs from x.toml -->", "<!-- the end of what script/docs writes -->")
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


def tags() -> set[str]:
    """The tags of evidence that the page explains."""
    return set(re.findall(r"\*\*([A-Z]+)\*\*", PAGE.read_text()))


def rows() -> set[tuple[str, ...]]:
    """The first two cells of every row of the page's tables, several codes in one cell taken apart."""
    found: set[tuple[str, ...]] = set()
    for line in PAGE.read_text().replace("\\|", "\x00").splitlines():
        cells = [cell.strip().replace("\x00", "|") for cell in line.strip("|").split("|")]
        if len(cells) > 1:
            found |= {(cells[0], name.strip("` ")) for name in cells[1].split(",")}
    return found


def test_the_table_of_calls_is_as_script_docs_writes_it() -> None:
    assert CERTCENTRAL.written() == CERTCENTRAL.text()


FLAWED = [
    ('"GET /user/me" =', '"GET /user/you" =', ("GET /user/me is not in the file", "GET /user/you is no route")),
    ('"DOC"', '"HEARSAY"', ("rests on HEARSAY, which the page does not explain",)),
    (
        '"PUT /key/{id}" = { state = "done", rests = ["DOC"]',
        '"PUT /key/{id}" = { state = "done", rests = []',
        ("rests on nothing",),
    ),
    (
        '"PUT /key/{id}" = { state = "done"',
        '"PUT /key/{id}" = { state = "differs"',
        ("PUT /key/{id} does not say how it differs",),
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), FLAWED, ids=[new for _, new, _ in FLAWED])
def test_a_file_that_is_not_of_these_calls_is_told_of(old: str, new: str, expected: tuple[str, ...]) -> None:
    found = mistakes(CERTCENTRAL, old, new)

    assert [one for one in expected if one not in found] == []


def test_a_route_that_is_no_longer_there_is_told_of() -> None:
    with pytest.raises(Mistaken, match="GET /key is no route"):
        written(CERTCENTRAL.data.read_bytes(), TAGS, [route for route in ROUTES if called(route) != "GET /key"])


@pytest.mark.parametrize("text", ["", "{begin}", "{end} {begin}", "{begin} {begin} {end}"])
def test_a_page_without_its_two_marks_is_not_written(text: str) -> None:
    begin, end = MARKS

    with pytest.raises(Mistaken, match="both marks once"):
        replaced(text.format(begin=begin, end=end), "x.toml", "")


def test_what_stands_outside_the_marks_is_kept() -> None:
    begin, end = MARKS

    text = replaced(f"before\n{begin}\nold\n{end}\nafter\n", "x.toml", "new")

    assert text == f"before\n{begin}\n\nnew\n\n{end}\nafter\n"


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
