"""Every test asserts something: itself, through pytest.raises, or through a helper named check_, expect_ or verify_."""

import ast

import pytest

from tests.house.sources import functions, name_of, parse, python_files

ASSERTING_NAMES = frozenset({"raises", "warns", "fail"})
ASSERTING_PREFIXES = ("check_", "expect_", "verify_")


def idle_tests(tree: ast.Module) -> list[str]:
    return [
        function.name
        for function in functions(tree)
        if function.name.startswith("test_") and not any(_asserts(node) for node in ast.walk(function))
    ]


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = _called_name(node.func)
        return name in ASSERTING_NAMES or name.lstrip("_").startswith(ASSERTING_PREFIXES)
    return isinstance(node, ast.Assert)


def _called_name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def test_every_test_asserts() -> None:
    found = [f"{name_of(path)}:{name}" for path in python_files("tests") for name in idle_tests(parse(path))]

    assert found == []


@pytest.mark.parametrize(
    ("body", "is_idle"),
    [
        ("pass", True),
        ("create_user(); print('fine')", True),
        ("recheck_all()", True),
        ("assert 1", False),
        ("with pytest.raises(ValueError): f()", False),
        ("support.check_user(1)", False),
        ("verify_all(1)", False),
        ("await expect_answer()", False),
    ],
)
def test_a_test_without_an_assertion_is_found(body: str, is_idle: bool) -> None:
    found = idle_tests(ast.parse(f"async def test_it():\n    {body}\n\ndef other():\n    pass\n"))

    assert found == (["test_it"] if is_idle else [])
