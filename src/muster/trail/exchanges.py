"""Writing down what came over connections, a little behind: what is not written yet is lost with a process.

Where more comes than can be of use to anybody, writing it all down would take the server's time: the rest waits for the
next round, or makes way.
"""

from __future__ import annotations

from muster.core.authority import system
from muster.core.directory import Directory
from muster.core.events import Origin
from muster.core.exchanges import Exchanges, KeepExchanges, Noted
from muster.trail.notes import Notes

SECONDS = 2.0
MOST_IN_A_ROUND = 500


class ExchangeLog(Notes):
    """A task that has the directory write down what was noted. What it cannot write then is given up."""

    def __init__(self, directory: Directory) -> None:
        super().__init__("exchanges of connections", self._keep_exchanges, SECONDS)
        self._directory = directory
        self._exchanges = Exchanges()

    def note(self, noted: Noted) -> None:
        """Something came and was answered."""
        self._exchanges.note(noted)

    async def _keep_exchanges(self, all_of_them: bool) -> None:
        kept = 0
        while (all_of_them or kept < MOST_IN_A_ROUND) and (taken := self._exchanges.take()) is not None:
            tenant, noted = taken
            kept += len(noted)
            await self._directory.do(system(tenant, "exchanges"), KeepExchanges(noted), Origin("exchanges"))
