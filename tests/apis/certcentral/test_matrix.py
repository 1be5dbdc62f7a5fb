"""Every line of the permission matrix against a live server: each role, at each place, by a real request."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from muster.apis.certcentral.routes import ROUTES
from tests.apis.certcentral.caller import Caller, refusal
from tests.apis.certcentral.matrix import (
    BEFORE,
    BODIES,
    LACKING,
    LACKS,
    MAY,
    NOT_ASKED,
    NOTHING,
    REACHING_TOO_FAR,
    REFUSALS,
    ROLES,
    TOO_FAR,
    Line,
    lines,
    nameless,
)
from tests.apis.certcentral.matrix_world import Place, places

LINES = tuple(lines())
ELSEWHERE = [
    (line, where, outcome)
    for line in LINES
    for where, outcome in (("elsewhere", line.elsewhere), ("foreign", line.foreign))
    if outcome != NOT_ASKED
]
WORDS = {LACKING: LACKS, REACHING_TOO_FAR: TOO_FAR} | {refused: word for word, refused in REFUSALS.items()}

each_line = pytest.mark.parametrize("line", [pytest.param(line, id=line.call) for line in LINES])


@pytest.fixture(scope="module")
def world(admin: Caller) -> dict[str, Place]:
    """Two accounts, for this file alone."""
    return places(admin)


def test_every_route_has_a_line_and_every_line_a_route() -> None:
    routes = {nameless(route.method, route.path) for route in ROUTES}

    assert {line.route for line in LINES} == routes


def test_every_line_is_told_from_every_other_and_every_body_belongs_to_one() -> None:
    calls = [line.call for line in LINES]

    assert len(set(calls)) == len(calls)
    assert {*BODIES, *BEFORE} <= set(calls)


@each_line
def test_who_is_restricted_nowhere_is_answered_by_his_role(world: dict[str, Place], line: Line) -> None:
    assert shown(world["everywhere"], line) == line.marks


@each_line
def test_who_is_restricted_to_where_the_object_lies_is_answered_by_his_role(
    world: dict[str, Place], line: Line
) -> None:
    assert shown(world["restricted"], line) == line.marks_where(line.restricted)


@pytest.mark.parametrize(
    ("line", "where", "outcome"),
    [pytest.param(line, where, outcome, id=f"{line.call} {where}") for line, where, outcome in ELSEWHERE],
)
def test_what_lies_elsewhere_is_answered_as_what_there_never_was(
    world: dict[str, Place], line: Line, where: str, outcome: str
) -> None:
    assert shown(world[where], line) == line.marks_where(outcome)
    for role in ROLES:
        verify_nothing_is_told(world[where], line, role, is_told=outcome == "told")


def shown(place: Place, line: Line) -> dict[int, str]:
    """What each role is answered at a place, by the marks."""
    return {role: mark(place, line, *place.ask(line, role)) for role in ROLES}


def mark(place: Place, line: Line, answer: httpx.Response, values: dict[str, Any]) -> str:
    """An answer in the table's words; what it has no word for, as it is."""
    if not answer.is_success:
        return WORDS.get(refusal(answer), str(refusal(answer)))
    if line.listed is None:
        return MAY
    [listed, *_] = answer.json().values()
    ids = {str(one.get("user_id", one.get("id"))) for one in listed}
    return MAY if str(values.get(line.listed) or place.object(line.listed)) in ids else NOTHING


def verify_nothing_is_told(place: Place, line: Line, role: int, *, is_told: bool) -> None:
    """That the answer is the one about an id that there never was, but where the table says that it is told."""
    found, values = place.ask(line, role)
    unknown, others = place.ask(line, role, unknown=True)
    sent = {name for name in values if values[name] != others[name]}
    if not sent:
        return

    are_same = said(found, [values[name] for name in sent]) == said(unknown, [others[name] for name in sent])
    assert are_same is not (is_told and found.is_success)


def said(answer: httpx.Response, sent: list[Any]) -> tuple[int, str]:
    """Status and body, without the ids and names that were sent."""
    text = answer.text
    for value in sorted(map(str, sent), key=len, reverse=True):
        text = text.replace(value, "")
    return answer.status_code, text
