"""Writing down when keys were last used: what is lost with a process is a minute of that."""

from __future__ import annotations

from muster.core.directory import Directory
from muster.trail.notes import Notes

SECONDS = 5.0


class UseLog(Notes):
    """A task that has the directory write down the uses of keys."""

    def __init__(self, directory: Directory) -> None:
        super().__init__("uses of keys", lambda last: directory.keep_uses(all_of_them=last), SECONDS)
