"""When keys were last used: noted in memory, and written down now and then, since no request should write for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from muster.core.acts import Case, Command
from muster.core.frozen import frozen
from muster.core.keys import ApiKey
from muster.core.known import Need

MOST_NOTED = 10_000
MOST_TOGETHER = 500
PAUSE = 60_000
"""Milliseconds between two times that a use of the same key is written down."""

KeyUse = tuple[str, int]
"""The id of a key, and when it was used (UTC milliseconds)."""


class Uses:
    """The uses that are not written down yet, of 10,000 keys at most; what comes beyond that is not noted."""

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], int] = {}
        self._written: dict[tuple[str, str], int] = {}

    def note(self, tenant: str, key: str, at: int) -> None:
        """A key of a tenant was used."""
        if len(self._noted) < MOST_NOTED or (tenant, key) in self._noted:
            self._noted[tenant, key] = max(at, self._noted.get((tenant, key), 0))

    def take(self, at: int, *, all_of_them: bool) -> tuple[str, tuple[KeyUse, ...]] | None:
        """Some uses of one tenant's keys that are to be written down now, and are taken for written; None for none."""
        self._written = {key: then for key, then in self._written.items() if at - then < PAUSE}
        due = [key for key in self._noted if all_of_them or key not in self._written]
        if not due:
            return None
        tenant = due[0][0]
        together = [key for key in due if key[0] == tenant][:MOST_TOGETHER]
        self._written.update(dict.fromkeys(together, at))
        return tenant, tuple((key[1], self._noted.pop(key)) for key in together)


@frozen
class KeepUses(Command[None]):
    """Write down when keys were last used. Only the system may. A key that is gone or revoked stays as it is."""

    permission = "keys:keep-uses"
    chore = True

    uses: tuple[KeyUse, ...]

    def needs(self, tenant: str) -> Iterable[Need]:
        """The keys."""
        return [Need(ApiKey, ApiKey.KEY, (tenant, key)) for key, _ in self.uses]

    def decide(self, case: Case) -> None:
        """Done; a later use that is written down already stands."""
        for key_id, at in self.uses:
            key = case.known.one(ApiKey, ApiKey.KEY, case.tenant, key_id)
            if key is not None and key.active and (key.last_used_at is None or key.last_used_at < at):
                case.put(key, replace(key, last_used_at=at))
