"""When keys and their like were last used: noted in memory and written down now and then, never by a request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from muster.core.acts import Case, Command
from muster.core.connections import Connection
from muster.core.frozen import frozen
from muster.core.keys import ApiKey
from muster.core.needs import Need
from muster.core.programs import Application

MOST_NOTED = 10_000
MOST_TOGETHER = 500
PAUSE = 60_000
"""Milliseconds between two times that a use of the same key is written down."""

KeyUse = tuple[str, int]
"""The id of a key, an application or a connection, and when it was used (UTC milliseconds)."""


class Uses:
    """The uses that are not written down yet, of 10,000 keys at most; what comes beyond that is not noted."""

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], int] = {}
        self._written: dict[tuple[str, str], int] = {}

    def note(self, tenant: str, key: str, at: int) -> None:
        """A key of a tenant was used."""
        used = tenant, key
        before = self._noted.get(used)
        if before is not None:
            self._noted[used] = max(at, before)
        elif len(self._noted) < MOST_NOTED:
            self._noted[used] = at

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
    """Write down when keys, applications and connections were last used. Only the system may.

    What was revoked stays as it is.
    """

    permission = "keys:keep-uses"
    chore = True

    uses: tuple[KeyUse, ...]

    def needs(self, tenant: str) -> Iterable[Need]:
        """The keys, applications and connections."""
        kinds = (ApiKey, Application, Connection)
        return [Need(kind, kind.KEY, (tenant, used)) for used, _ in self.uses for kind in kinds]

    def decide(self, case: Case) -> None:
        """Done; a later use that is written down already stands."""
        for used, at in self.uses:
            key = case.known.one(ApiKey, ApiKey.KEY, case.tenant, used)
            if key is not None and key.active and _is_later(at, key.last_used_at):
                case.put(key, replace(key, last_used_at=at))
            application = case.known.one(Application, Application.KEY, case.tenant, used)
            if application is not None and _is_later(at, application.last_used_at):
                case.put(application, replace(application, last_used_at=at))
            connection = case.known.one(Connection, Connection.KEY, case.tenant, used)
            if connection is not None and connection.active and _is_later(at, connection.last_used_at):
                case.put(connection, replace(connection, last_used_at=at))


def _is_later(at: int, written: int | None) -> bool:
    return written is None or written < at
