"""A class is named for what it is; a Manager, Helper, Service or Utils could be anything."""

import ast

import pytest

from tests.house.sources import name_of, parse, python_files

EMPTY_NAMES = ("Manager", "Helper", "Helpers", "Service", "Util", "Utils")
EMPTY_MODULES = ("manager", "helper", "helpers", "service", "util", "utils", "misc", "common")


def empty_names(tree: ast.Module) -> list[str]:
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name.endswith(EMPTY_NAMES)]


def is_empty_module(name: str) -> bool:
    return any(name == word or name.endswith(f"_{word}") for word in EMPTY_MODULES)


def test_no_class_has_an_empty_name() -> None:
    files = python_files("src", "tests", "bench", "pages")
    found = [f"{name_of(path)}:{name}" for path in files for name in empty_names(parse(path))]

    assert found == []


def test_no_module_has_an_empty_name() -> None:
    files = python_files("src", "tests", "bench", "pages")
    found = [name_of(path) for path in files if is_empty_module(path.stem) or is_empty_module(path.parent.name)]

    assert found == []


@pytest.mark.parametrize("name", ["UserManager", "Helper", "MailService", "StringUtils"])
def test_an_empty_class_name_is_found(name: str) -> None:
    found = empty_names(ast.parse(f"def f():\n    class {name}: ...\nclass Users: ..."))

    assert found == [name]


@pytest.mark.parametrize(("name", "expected"), [("utils", True), ("user_helpers", True), ("users", False)])
def test_an_empty_module_name_is_found(name: str, expected: bool) -> None:
    assert is_empty_module(name) is expected
