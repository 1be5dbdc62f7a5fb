"""The page in docs: its table of habits is the profiles', and its limits are those that are obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.apis.scim.finding import MOST_LOOKED_AT
from muster.apis.scim.listing import MOST_RESULTS, USUAL_RESULTS
from muster.apis.scim.profiles import LENIENT, PROFILES, Habit
from muster.apis.scim.translate_search import ORDERS

PAGE = Path(__file__).parents[3] / "docs" / "apis" / "scim.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text()


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_of_habits_says_what_each_profile_forgives(page: str) -> None:
    head, rows = page.split("| habit |")[1].split("\n|---", 1)
    names = cells(head)
    table = [cells(line) for line in rows.split("\n\n")[0].split("\n")[1:]]
    told = {name: {row[0] for row in table if row[place]} for place, name in enumerate(names, 1)}

    assert [row[0] for row in table] == [habit.value for habit in Habit]
    assert told == {name: {habit.value for habit in PROFILES[name].forgiven} for name in names}
    assert set(names) == set(PROFILES) - {"strict", LENIENT}


def test_the_table_of_searches_names_what_the_directory_sorts_by(page: str) -> None:
    [row] = [line for line in page.split("\n") if line.startswith("| sorted by ")]

    assert set(row.split("with such a filter")[0].split("`")[1::2]) == set(ORDERS)


def test_figures_are_those_that_are_obeyed(page: str) -> None:
    assert f"`count` is {USUAL_RESULTS} if not said, {MOST_RESULTS:,} at most" in page
    assert f"| {MOST_LOOKED_AT:,} of them, more is 400 `tooMany` |" in page
