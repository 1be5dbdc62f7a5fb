"""Every line of the permission matrix against a live server: each role, in both tenants, by a real request."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from muster.apis.idaas.refusals import permission_name
from muster.apis.idaas.routes import ROUTES
from tests.apis.idaas.caller import Caller, refusal
from tests.apis.idaas.contract import BASE, FILE, is_present
from tests.apis.idaas.matrix import (
    LACKING,
    LACKS,
    MAY,
    NOT_ASKED,
    NOTHING,
    ROLES,
    WORDS,
    Line,
    lines,
    nameless,
)
from tests.apis.idaas.matrix_bodies import BEFORE, BODIES
from tests.apis.idaas.matrix_world import Place, places
from tests.apis.idaas.test_page import permission_of
from tests.support.live import LiveMuster

LINES = tuple(lines())
FOREIGN = [line for line in LINES if line.foreign != NOT_ASKED]


@pytest.fixture(scope="module")
def world(muster: LiveMuster, admin: Caller, kept_at: str) -> dict[str, Place]:
    """Two tenants, for this file alone."""
    return places(muster, admin, kept_at)


def operations(found: Any) -> dict[str, str]:
    """What each route, or line, demands, by its method and path without names."""
    return {f"{one.method} {nameless(one.path)}": demanded(one) for one in found}


def demanded(one: Any) -> str:
    if isinstance(one, Line):
        return one.demands
    return NOT_ASKED if one.permission is None else permission_name(one.permission)


def test_every_operation_has_a_line_that_says_what_it_demands_and_every_line_an_operation() -> None:
    assert operations(LINES) == operations(ROUTES)


def test_all_lines_of_an_operation_say_the_same() -> None:
    found = {(line.method, nameless(line.path), line.demands) for line in LINES}

    assert len(found) == len(ROUTES)


@pytest.mark.skipif(not is_present(), reason="the vendor's file does not lie beside the checkout")
def test_what_a_line_demands_is_what_the_vendors_file_demands() -> None:
    declared = {
        f"{method.upper()} {nameless(path.removeprefix(BASE))}": permission_of(operation) or NOT_ASKED
        for path, methods in json.loads(FILE.read_text())["paths"].items()
        for method, operation in methods.items()
    }

    assert operations(LINES).items() <= declared.items()


def test_every_line_is_told_from_every_other_and_every_body_belongs_to_one() -> None:
    calls = [line.call for line in LINES]

    assert len(set(calls)) == len(calls)
    assert {*BODIES, *BEFORE} <= set(calls)


@pytest.mark.parametrize("line", [pytest.param(line, id=line.call) for line in LINES])
def test_an_application_is_answered_by_its_role(world: dict[str, Place], line: Line) -> None:
    assert shown(world["own"], line) == line.marks


@pytest.mark.parametrize("line", [pytest.param(line, id=line.call) for line in FOREIGN])
def test_what_is_another_tenants_is_answered_as_what_there_never_was(world: dict[str, Place], line: Line) -> None:
    assert shown(world["foreign"], line) == line.foreign_marks()
    if line.foreign not in ("as free", "told"):
        for role in ROLES:
            verify_nothing_is_told(world["foreign"], line, role)


def shown(place: Place, line: Line) -> dict[str, str]:
    """What each role is answered at a place, by the marks."""
    if line.listed is not None:
        place.object(line.listed)
    return {role: mark(place, line, *place.ask(line, role)) for role in ROLES}


def mark(place: Place, line: Line, answer: httpx.Response, values: dict[str, Any]) -> str:
    """An answer in the table's words; what it has no word for, as it is."""
    refused = refused_with(answer)
    if refused == LACKING:
        return LACKS if answer.json()["errorMessage"] == f"{line.demands} required" else answer.text
    if refused is not None:
        return WORDS.get(refused, str(refused))
    if line.listed is None:
        return MAY
    found = answer.json()
    ids = {one["id"] for one in (found if isinstance(found, list) else found["results"])}
    return MAY if place.object(line.listed) in ids else NOTHING


def refused_with(answer: httpx.Response) -> tuple[int, str] | None:
    """Status and code of a refusal, also of one that stands in the result for one of several; None for success."""
    if answer.status_code != 200:
        return refusal(answer)
    found = answer.json() if answer.content else None
    if isinstance(found, list) and found and "success" in found[0]:
        [one] = found
        return None if one["success"] else (200, one["error"]["errorCode"])
    return None


def verify_nothing_is_told(place: Place, line: Line, role: str) -> None:
    """That the answer is the one about an id that there never was."""
    found, values = place.ask(line, role)
    unknown, others = place.ask(line, role, unknown=True)
    sent = {name for name in values if values[name] != others[name]}

    assert said(found, [values[name] for name in sent]) == said(unknown, [others[name] for name in sent])


def said(answer: httpx.Response, sent: list[Any]) -> tuple[int, str]:
    """Status and body, without the ids and names that were sent."""
    text = answer.text
    for value in sorted(map(str, sent), key=len, reverse=True):
        text = text.replace(value, "")
    return answer.status_code, text
