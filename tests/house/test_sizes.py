"""Small and plain: a file is read in one sitting, a function at one glance."""

import ast
from statistics import median

import pytest

from tests.house.sources import functions, length, name_of, parse, python_files, read

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60
MEDIAN_LINES_OF_A_FUNCTION = 10

EVERYWHERE = ("src", "tests", "bench", "pages")


def is_long_file(source: str) -> bool:
    return len(source.splitlines()) > LINES_OF_A_FILE


def long_functions(tree: ast.Module) -> list[str]:
    return [
        f"{function.name} ({length(function)} lines)"
        for function in functions(tree)
        if length(function) > LINES_OF_A_FUNCTION
    ]


def median_length(trees: list[ast.Module]) -> float:
    """0 where there is no function at all."""
    lengths = [length(function) for tree in trees for function in functions(tree)]
    return median(lengths) if lengths else 0


def test_no_file_is_long() -> None:
    found = [name_of(path) for path in python_files(*EVERYWHERE) if is_long_file(read(path))]

    assert found == []


def test_no_function_is_long() -> None:
    found = [f"{name_of(path)}:{one}" for path in python_files(*EVERYWHERE) for one in long_functions(parse(path))]

    assert found == []


def test_most_functions_are_short() -> None:
    typical = median_length([parse(path) for path in python_files("src")])

    assert typical <= MEDIAN_LINES_OF_A_FUNCTION


def _function_of(lines: int) -> str:
    return "async def f():\n" + "    x = 1\n" * (lines - 1)


@pytest.mark.parametrize(("lines", "expected"), [(400, False), (401, True)])
def test_a_file_is_long_above_the_limit(lines: int, expected: bool) -> None:
    assert is_long_file("x = 1\n" * lines) is expected


@pytest.mark.parametrize(("lines", "expected"), [(60, []), (61, ["f (61 lines)"])])
def test_a_function_is_long_above_the_limit(lines: int, expected: list[str]) -> None:
    assert long_functions(ast.parse(_function_of(lines))) == expected


def test_the_median_is_taken_over_all_functions_together() -> None:
    trees = [ast.parse(_function_of(lines)) for lines in (2, 9, 40)]

    assert (median_length(trees), median_length([])) == (9, 0)
