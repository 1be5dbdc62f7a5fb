"""What `trail` reads: the mails that are owed, and the events as they are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all

from muster.core.entity import Entity
from muster.core.events import Event
from muster.core.known import Head
from muster.core.mails import Mail
from muster.core.refusals import Refused, Unavailable
from muster.store.rows import LAYOUTS
from muster.store.session import DatabaseFailed, Session
from muster.store.tables import events, heads, mails
from muster.store.trails import as_it_stands

Lend = Callable[[], AbstractAsyncContextManager[Session]]

# As the index has it, so that the database knows that the index serves.
_OWED: tuple[ColumnElement[bool], ...] = (mails.c.sent_at.is_(None), mails.c.failed_at.is_(None))


def _all_of(kind: type[Entity]) -> Select[Any]:
    layout = LAYOUTS[kind]
    return select(*(layout.table.c[field] for field in layout.fields))


class History:
    """`core.ports.Outbox` and `core.ports.Trail`, over sessions that are meant for long reads."""

    def __init__(self, lend: Lend) -> None:
        self._lend = lend

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        try:
            async with self._lend() as session:
                yield session
        except DatabaseFailed as failure:
            raise Refused(Unavailable()) from failure

    async def _select(self, query: Select[Any]) -> list[Any]:
        async with self._session() as session:
            return await session.select(query)

    async def _mails(self, query: Select[Any]) -> list[Mail]:
        return [LAYOUTS[Mail].entity(row) for row in await self._select(query)]

    async def due_mails(self, at: int, limit: int) -> list[Mail]:
        free = or_(mails.c.claimed_until.is_(None), mails.c.claimed_until <= at)
        due = _all_of(Mail).where(*_OWED, mails.c.due_at <= at, free)
        return await self._mails(due.order_by(mails.c.due_at).limit(limit))

    async def waiting_mails(self, limit: int) -> list[Mail]:
        return await self._mails(_all_of(Mail).where(*_OWED).order_by(mails.c.due_at.desc()).limit(limit))

    async def newest_mails(self, tenant: str, limit: int) -> list[Mail]:
        own = _all_of(Mail).where(mails.c.tenant == tenant)
        return await self._mails(own.order_by(mails.c.id.desc()).limit(limit))

    async def next_chain(self, after: str) -> str | None:
        firsts = union_all(
            select(func.min(heads.c.id).label("id")).where(heads.c.id > after),
            select(func.min(events.c.tenant)).where(events.c.tenant > after),
        ).subquery()
        found: str | None = (await self._select(select(func.min(firsts.c.id))))[0][0]
        return found

    async def head(self, tenant: str) -> Head | None:
        async with self._session() as session:
            rows = await session.rows(Head, Head.KEY, [(tenant,)])
        head: Head | None = LAYOUTS[Head].entity(rows[0]) if rows else None
        return head

    async def events(self, tenant: str, after: int | None, limit: int) -> list[Event]:
        query = _all_of(Event).where(events.c.tenant == tenant)
        if after is not None:
            query = query.where(events.c.sequence > after)
        rows = await self._select(query.order_by(events.c.sequence).limit(limit))
        return [as_it_stands(row) for row in rows]

    async def last_sequence(self, tenant: str) -> int | None:
        found: int | None = (await self._select(select(func.max(events.c.sequence)).where(events.c.tenant == tenant)))[
            0
        ][0]
        return found
