"""Where the rules look: the project's files, read and parsed once."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ROOT / "src" / "muster"

type_of_function = (ast.FunctionDef, ast.AsyncFunctionDef)


def python_files(*directories: str) -> list[Path]:
    """Every Python file below these directories of the project; a directory that is not there holds none."""
    return sorted(path for directory in directories for path in (ROOT / directory).rglob("*.py"))


def name_of(path: Path) -> str:
    """The path as a finding shows it."""
    return str(path.relative_to(ROOT))


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(read(path), str(path))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, inner ones too."""
    for node in ast.walk(tree):
        if isinstance(node, type_of_function):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end of the body, the docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def project_files() -> list[Path] | None:
    """What is committed or about to be; None where git or its directory is absent, as in an unpacked archive."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return None
    # The directory may belong to another account than the one that runs the tests: that is no danger here.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        return None
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file() and not path.is_symlink())
