"""Commands of `muster`, run beside a running server."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.support.live import LiveMuster


def command(muster: LiveMuster, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs `muster …` on the data and the database of this server."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    settings = {"MUSTER_DATA": str(muster.data), "MUSTER_DATABASE_URL": muster.database_url or ""}
    arguments = [sys.executable, "-m", "muster", *words]
    return subprocess.run(arguments, env={**inherited, **settings}, capture_output=True, text=True, check=False)


def told(muster: LiveMuster, *words: str) -> Any:
    """What a command that succeeds prints: JSON, or None where that is nothing."""
    finished = command(muster, *words)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout) if finished.stdout else None
