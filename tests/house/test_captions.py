"""Every room opens with a caption, two sentences or more: what it holds, what is elsewhere. Modules have a line."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.sources import ROOMS, name_of, parse, python_files

# A sentence ends with a mark before the end or before anything but a small letter: "e.g. a" and "4.1" end none.
_END_OF_SENTENCE = re.compile(r"[.!?][\"'`)]*(?=\s+[^a-z\s]|\s*$)")


def sentences(text: str) -> int:
    return len(_END_OF_SENTENCE.findall(text))


def caption_finding(tree: ast.Module) -> str | None:
    """What is wrong with the docstring of a package, if anything."""
    caption = ast.get_docstring(tree)
    if not caption:
        return "has no caption"
    return "has a caption of less than two sentences" if sentences(caption) < 2 else None


def packages(top: Path) -> list[Path]:
    """Every directory with Python in it, this one included."""
    return sorted({path.parent for path in top.rglob("*.py")})


def is_public(path: Path) -> bool:
    return not path.stem.startswith("_") or path.stem in {"__init__", "__main__"}


def test_every_package_has_a_caption() -> None:
    found = []
    for package in packages(ROOMS):
        init = package / "__init__.py"
        finding = caption_finding(parse(init)) if init.exists() else "has no __init__.py"
        found += [f"{name_of(package)} {finding}"] if finding else []

    assert found == []


def test_every_public_module_has_a_docstring() -> None:
    found = [
        name_of(path)
        for path in python_files("src", "tests", "bench", "pages")
        if is_public(path) and not ast.get_docstring(parse(path))
    ]

    assert found == []


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("", "has no caption"),
        ("x = 1", "has no caption"),
        ('"""Users, e.g. people."""', "has a caption of less than two sentences"),
        ('"""Users of RFC 7643, 4.1 and more"""', "has a caption of less than two sentences"),
        ('"""Holds users.\n\nWho keeps them: `store`."""', None),
        ('"""Who asks? Authority tells."""', None),
    ],
)
def test_a_missing_or_short_caption_is_found(sample: str, expected: str | None) -> None:
    finding = caption_finding(ast.parse(sample))

    assert finding == expected


def test_only_a_leading_underscore_makes_a_module_private() -> None:
    public = [name for name in ("__init__.py", "__main__.py", "users.py", "_rows.py") if is_public(Path(name))]

    assert public == ["__init__.py", "__main__.py", "users.py"]
