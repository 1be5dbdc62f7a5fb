"""No file names a package registry's host or a place on somebody's machine: the project is the same everywhere.

The patterns are put together from pieces, so that this file does not hold what it looks for.
"""

import re

import pytest

from tests.house.sources import name_of, project_files, read

_NAMES = [
    ("pypi", "org"),
    ("npm" + "js", "com"),
    ("registry", "npm" + "js"),
    ("registry", "yarnpkg"),
    ("deb", "debian"),
    ("crates", "io"),
]
HOSTS = (*map(".".join, _NAMES), "".join(("python", "hosted")))
MACHINE_PLACES = tuple(f"/{top}/" for top in ("home", "root", "work"))

_FORBIDDEN = re.compile("|".join([*map(re.escape, HOSTS), *(rf"(?<![\w.}}-]){place}" for place in MACHINE_PLACES)]))


def addresses(text: str) -> list[str]:
    """Findings as `line: what`."""
    return [
        f"{number}: {match.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for match in _FORBIDDEN.finditer(line)
    ]


def test_no_file_names_a_registry_or_a_machine() -> None:
    files = project_files()
    if files is None:
        pytest.skip("git is not here to tell which files belong to the project")
    found = []
    for path in files:
        try:
            found += [f"{name_of(path)}:{finding}" for finding in addresses(read(path))]
        except UnicodeDecodeError:
            continue  # a picture or the like

    assert found == []


@pytest.mark.parametrize("sample", [f"https://files.{HOSTS[-1]}.example/x", f"see {HOSTS[0]}", *MACHINE_PLACES])
def test_an_address_is_found(sample: str) -> None:
    found = addresses(f"first line\nsecond line: {sample}\n")

    assert len(found) == 1
    assert found[0].startswith("2: ")


@pytest.mark.parametrize(
    "sample", ["/services/v2/user", "/var/lib/muster", "team" + MACHINE_PLACES[2], "https://example.com"]
)
def test_an_ordinary_path_is_left_alone(sample: str) -> None:
    assert addresses(sample) == []
