"""A way to a database on which things go wrong as they are told to, while the database itself is real."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, cast

from muster.core.known import Head
from muster.store.database import Database
from muster.store.session import CommitUnknown, DatabaseFailed, Session

KEPT, LOST = "kept", "lost"


@dataclass
class Flaws:
    """What is to go wrong with the writer's connections, and what they have seen.

    `commits` says of each commit to come whether its answer is lost after it was carried out (`KEPT`) or before
    (`LOST`); when there is no more they succeed. So many `looks` fail after such a commit, and so many `connections`
    are refused. `before_commit` is called with the session that is about to commit.
    """

    commits: deque[str] = field(default_factory=deque)
    looks: int = 0
    connections: int = 0
    before_commit: Callable[[Any], Awaitable[None]] | None = None
    batches: int = 0
    asked: int = 0
    _looking: bool = False


class FlawedSession:
    """Hands everything on to a real session, but for the flaws."""

    def __init__(self, session: Session, flaws: Flaws) -> None:
        self.session = session
        self.flaws = flaws

    def __getattr__(self, name: str) -> Any:
        return getattr(self.session, name)

    async def lock_heads(self, ids: Sequence[str]) -> list[Head]:
        if self.flaws._looking and self.flaws.looks > 0:
            self.flaws.looks -= 1
            raise DatabaseFailed("told to fail")
        self.flaws._looking = False
        return await self.session.lock_heads(ids)

    async def commit(self) -> None:
        self.flaws.batches += 1
        if self.flaws.before_commit is not None:
            await self.flaws.before_commit(self.session)
        flaw = self.flaws.commits.popleft() if self.flaws.commits else None
        if flaw is None:
            return await self.session.commit()
        self.flaws._looking = True
        await (self.session.commit() if flaw == KEPT else self.session.rollback())
        raise CommitUnknown(f"told to be unknown, but {flaw}")


@dataclass
class FlawedDatabase:
    """A database whose writing sessions are flawed."""

    database: Database
    flaws: Flaws

    async def writing(self) -> Session:
        self.flaws.asked += 1
        if self.flaws.connections > 0:
            self.flaws.connections -= 1
            raise DatabaseFailed("told to refuse")
        return cast(Session, FlawedSession(await self.database.writing(), self.flaws))

    def reading(self) -> AbstractAsyncContextManager[Session]:
        return self.database.reading()

    def searching(self) -> AbstractAsyncContextManager[Session]:
        return self.database.searching()

    async def close(self) -> None:
        await self.database.close()
