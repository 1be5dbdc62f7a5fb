"""One library opens SQLite's files: two in one process would take each other's locks, and lose what was written."""

import ast

import pytest

from tests.house.sources import name_of, parse, python_files


def others(tree: ast.AST) -> list[int]:
    """The lines in which Python's own library is imported."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return [node.lineno for node in imports if "sqlite3" in _imported(node)]


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    names = [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return [name.partition(".")[0] for name in names]


def test_nothing_here_uses_another_library_than_the_store() -> None:
    files = python_files("src", "tests", "bench")

    assert [f"{name_of(path)}:{line}" for path in files for line in others(parse(path))] == []


@pytest.mark.parametrize(
    "source", ["import sqlite3", "import sqlite3 as database", "import os, sqlite3", "from sqlite3 import connect"]
)
def test_it_is_noticed_where_something_does(source: str) -> None:
    assert others(ast.parse(f"x = 1\n{source}\n")) == [2]
