"""The walls between the rooms are kept by import-linter and ruff; here both are given samples that break each rule.

That the project itself keeps them is what `script/check` runs. Without its tools these tests are skipped.
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.house.sources import ROOT

ROOMS_OF_THE_SAMPLE = ("apis/one", "apis/two", "console", "core", "settings", "store", "trail", "web")

needs_import_linter = pytest.mark.skipif(find_spec("importlinter") is None, reason="import-linter is not installed")
needs_ruff = pytest.mark.skipif(find_spec("ruff") is None, reason="ruff is not installed")


def sample_project(home: Path) -> Path:
    """A project with our contracts and empty rooms. Returns the directory of the rooms."""
    rooms = home / "muster"
    for room in ("", "apis", *ROOMS_OF_THE_SAMPLE):
        (rooms / room).mkdir(parents=True, exist_ok=True)
        (rooms / room / "__init__.py").touch()
    shutil.copy(ROOT / ".importlinter", home)
    return rooms


def broken_contracts(home: Path) -> set[str]:
    """The names of the contracts that the sample breaks."""
    finished = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts:" in finished.stdout, finished.stdout + finished.stderr
    return {
        line.strip().removesuffix("BROKEN").strip()
        for line in finished.stdout.splitlines()
        if line.rstrip().endswith("BROKEN")
    }


ROOMS = "Every room knows only the rooms below it"
APIS = "No API knows another"
ASKED = "Faces ask the core, never what keeps or tells"
CORE = "The core is plain Python: no I/O, no clock, no dice, no wire"
STORE = "What is kept knows no HTTP"


@needs_import_linter
def test_empty_rooms_break_nothing(tmp_path: Path) -> None:
    sample_project(tmp_path)

    assert broken_contracts(tmp_path) == set()


@needs_import_linter
@pytest.mark.parametrize(
    ("room", "line", "expected"),
    [
        ("core", "import muster.web", {ROOMS}),
        ("web", "import muster.settings", {ROOMS}),
        ("store", "from muster import trail", {ROOMS, ASKED}),
        ("web", "import muster.apis.one", {ROOMS}),
        ("utils", "", {ROOMS}),
        ("apis/one", "from muster.apis import two", {APIS}),
        ("apis/one", "import muster.store", {ASKED}),
        ("console", "import muster.trail", {ASKED}),
        ("core", "import json", {CORE}),
        ("core", "from os.path import join", {CORE}),
        ("core", "import sqlalchemy.sql", {CORE}),
        ("core", "from time import monotonic", {CORE}),
        ("core", "import hashlib", set()),
        ("store", "from starlette.requests import Request", {STORE}),
    ],
)
def test_an_import_through_a_wall_is_found(tmp_path: Path, room: str, line: str, expected: set[str]) -> None:
    directory = sample_project(tmp_path) / room
    directory.mkdir(exist_ok=True)
    (directory / "__init__.py").write_text(f"{line}\n")

    assert broken_contracts(tmp_path) == expected


def banned_lines(source: str, path: str) -> set[int]:
    """The lines in which ruff finds a banned name, were the source kept at this path of the project."""
    finished = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select=TID251", "--output-format=concise", "--stdin-filename", path],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode in (0, 1), finished.stderr
    return {int(line.split(":")[1]) for line in finished.stdout.splitlines() if "TID251" in line}


BANNED = """\
import datetime, os, time
from datetime import datetime as Moment
from uuid import uuid4, UUID
import random, secrets
os.environ["A"], os.getenv("B")
os.urandom(1)
Moment.now()
datetime.date.today()
time.time()
time.monotonic(), os.path.join("a", "b"), datetime.datetime.fromtimestamp(0)
"""


@needs_ruff
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/muster/core/users.py", {3, 4, 5, 6, 7, 8, 9}),
        ("src/muster/apis/one/users.py", {3, 4, 5, 6, 7, 8, 9}),
        ("src/muster/settings.py", set()),
        ("src/muster/app.py", set()),
    ],
)
def test_clock_dice_and_environment_are_read_in_two_places_only(path: str, expected: set[int]) -> None:
    assert banned_lines(BANNED, path) == expected
