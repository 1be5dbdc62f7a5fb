"""The index of substrings: which users have a given text somewhere in their names or e-mail.

Writing it with every create would cost as much as the create. So a change of a user only notes, in the same
transaction, that he is pending; a chore of the writer brings the index up to date a few dozen users at a time; and a
search looks at what the index says and at whoever is pending. What it finds are candidates: the search compares again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

from muster.core.known import Writes
from muster.core.refusals import Refused

if TYPE_CHECKING:
    from muster.store.session import Session

log = logging.getLogger(__name__)

SHORTEST = 3
"""Texts of fewer characters have no trigram, and are not in the index."""

TOGETHER = 64
"""Users a chore: a few milliseconds, in which nobody else is served."""

IDLE_SECONDS = 0.5
BUSY_SECONDS = 0.05
PAUSE_SECONDS = 0.02

Place = tuple[str, str, str]
"""A user in the index: his tenant, his id and his words; without words he has no place in it any more."""

_SEARCHED = ("username", "given_name", "family_name", "email")
_TENANTS = "SELECT DISTINCT tenant FROM search_pending LIMIT 20"
_PENDING = (
    'SELECT p.tenant, p."user", u.username_folded, u.given_folded, u.family_folded, u.email_folded '
    'FROM search_pending p LEFT JOIN users u ON u.tenant = p.tenant AND u.id = p."user" '
    f"WHERE p.tenant IN (SELECT tenant FROM ({_TENANTS}) t) LIMIT {TOGETHER}"
)

Chore = Callable[["Session"], Awaitable[int]]


class Index(Protocol):
    """What the two databases do differently about the index."""

    note: str
    """A statement that notes a user, tenant and id, as pending, once."""

    def candidates(self, mark: str) -> str:
        """A query for the ids of the users of `:tenant` that may hold the text whose key is the parameter `mark`."""

    def key(self, text: str) -> Any:
        """What `candidates` is given for a folded text of three characters or more."""

    async def place(self, session: Session, places: list[Place]) -> None:
        """Write these places, and note that their users are no longer pending."""


def trigrams(text: str) -> list[int]:
    """Every three characters in a row, each as one number of 63 bits."""
    points = [ord(character) for character in text]
    return sorted({a << 42 | b << 21 | c for a, b, c in zip(points, points[1:], points[2:], strict=False)})


def pending(writes: Writes) -> list[tuple[str, str]]:
    """Tenant and id of the users whose place in the index is no longer right."""
    found = []
    for key, after in writes.after.items():
        before = writes.before[key]
        if before is None or after is None or any(getattr(before, it) != getattr(after, it) for it in _SEARCHED):
            found.append(key)
    return found


async def index_some(session: Session) -> int:
    """Bring some of the pending users' places up to date; how many. It runs inside a transaction of its own."""
    tenants = [row[0] for row in await session.fetch(_TENANTS, [], long=False)]
    if not tenants:
        return 0
    # Held, so that nobody changes a user between the look at him and the word that he is no longer pending.
    await session.lock_heads(sorted(tenants))
    rows = await session.fetch(_PENDING, [], long=False)
    # In lines, so that no text is found across two of them.
    places = [(row[0], row[1], "\n".join(word for word in tuple(row)[2:] if word)) for row in rows]
    await session.index.place(session, places)
    return len(places)


class Indexer:
    """A task that keeps the index up to date, from `start` to `stop`."""

    def __init__(self, run: Callable[[Chore], Awaitable[int]], is_busy: Callable[[], bool]) -> None:
        self._run = run
        self._is_busy = is_busy
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._task = asyncio.create_task(self._work(), name="indexer")

    async def stop(self) -> None:
        """Stop; what is pending stays so."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def catch_up(self) -> None:
        """Bring everybody's place up to date, at once. Raises `Refused`."""
        while await self._run(index_some):
            pass

    async def _work(self) -> None:
        while True:
            try:
                done = await self._run(index_some)
            except Refused as refused:
                log.warning("the index could not be brought up to date: %s", refused.refusal)
                done = 0
            # While others write, only now and then: whoever is pending is found all the same.
            pause = BUSY_SECONDS if self._is_busy() else PAUSE_SECONDS
            await asyncio.sleep(pause if done else IDLE_SECONDS)
