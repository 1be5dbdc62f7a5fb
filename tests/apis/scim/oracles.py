"""Two libraries of npm as oracles, asked through a process of Node; where it or they are not to be had, they are not.

They are put into the user's cache, outside of what is tested, by npm itself and once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LIBRARIES = ("scim-patch@0.8.3", "scim2-parse-filter@0.2.10")
INSTALL_SECONDS = 90
_PROGRAM = Path(__file__).with_name("oracle.js")


class Lacking(Exception):
    """Why there are no oracles here."""


class Oracle:
    """A process that answers one question a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, **question: Any) -> dict[str, Any]:
        """What comes of it: a `result`, or what it is `refused` for."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(question), file=self._process.stdin, flush=True)
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


@contextmanager
def oracle() -> Iterator[Oracle]:
    """A running one. Raises `Lacking`."""
    node = shutil.which("node")
    if node is None:
        raise Lacking("there is no Node")
    words = [node, str(_PROGRAM), str(_libraries())]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Oracle(process)
        finally:
            process.terminate()


def _libraries() -> Path:
    """Where they are. Raises `Lacking`."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(home) / "muster-oracles" / "-".join(LIBRARIES).replace("@", "-")
    if (place / "installed").exists():
        return place
    npm = shutil.which("npm")
    if npm is None:
        raise Lacking("there is no npm")
    place.mkdir(parents=True, exist_ok=True)
    words = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(place), *LIBRARIES]
    try:
        subprocess.run(words, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        raise Lacking(f"npm could not install {', '.join(LIBRARIES)}: {type(error).__name__}") from error
    (place / "installed").touch()
    return place
