"""What is in `src` is finished: nothing there is marked to be done later, and nothing is there in name only.

The marks are put together from pieces, so that this file does not hold what it looks for.
"""

import re

import pytest

from tests.house.sources import name_of, python_files, read

MARKS = tuple(map("".join, [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("NotImplemented", "Error")]))

_MARK = re.compile("|".join(rf"\b{mark}\b" for mark in MARKS))


def leftovers(source: str) -> list[str]:
    """Findings as `line: mark`."""
    return [
        f"{number}: {match.group()}"
        for number, line in enumerate(source.splitlines(), 1)
        for match in _MARK.finditer(line)
    ]


def test_nothing_is_left_to_be_done() -> None:
    found = [f"{name_of(path)}:{one}" for path in python_files("src") for one in leftovers(read(path))]

    assert found == []


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_found(mark: str) -> None:
    found = leftovers(f"x = 1\ny = 2  # {mark}: later\n")

    assert found == [f"2: {mark}"]


@pytest.mark.parametrize("sample", ["return NotImplemented", "mastodon = 1", "todo_items = []", 2 * MARKS[2]])
def test_what_only_resembles_a_mark_is_left_alone(sample: str) -> None:
    assert leftovers(sample) == []
