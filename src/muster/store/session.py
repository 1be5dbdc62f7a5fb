"""What the writer and the reader need of a database, and what goes over it the same way on both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from sqlalchemy import Select

from muster.core.entity import Columns, Entity, values_of
from muster.core.known import Head, Known, Need, Several, Wanted, Writes
from muster.core.values import is_keepable
from muster.store.answers import ANSWERS
from muster.store.index import Index, pending
from muster.store.probes import Fields
from muster.store.remembered import Remembered
from muster.store.rows import LAYOUTS, Child, Layout
from muster.store.statements import Insert, Statements
from muster.store.where import Searches


class DatabaseFailed(Exception):
    """The database refused a statement or went away; what was open is rolled back."""


class CommitUnknown(Exception):
    """A COMMIT was sent and no answer came: it may have been carried out or not."""


class Session(Protocol):
    """One connection. Every method raises `DatabaseFailed` when the database does not do what it was told."""

    statements: dict[type[Entity], Statements]
    searches: Searches
    index: Index
    remembered: Remembered

    async def begin(self) -> None:
        """Open a transaction that may write; wait for whoever holds the database."""

    async def commit(self) -> None:
        """Make it durable: on return it is on the disk. Raises `CommitUnknown` where that cannot be told."""

    async def rollback(self) -> None:
        """Give the transaction up; never raises."""

    def snapshot(self) -> AbstractAsyncContextManager[None]:
        """Have all statements of the block see one state of the database; nothing may be written in it.

        In a transaction that is open already the block sees what that sees.
        """

    async def lock_heads(self, ids: Sequence[str]) -> list[Head]:
        """The head rows with these ids, in order, locked until the transaction ends."""

    async def keep_heads(self, heads: Sequence[Head]) -> None:
        """Write head rows, new or not."""

    async def rows(self, kind: type[Any], columns: Columns, values: Sequence[tuple[Any, ...]]) -> list[Any]:
        """All rows of a kind whose columns have any of these values."""

    async def among(
        self, selected: str, kind: type[Any], columns: Columns, values: Sequence[tuple[Any, ...]], tail: str = ""
    ) -> list[Any]:
        """What is selected of all rows `t` of a kind whose columns have any of these values; it may take long."""

    async def fetch(self, statement: str, parameters: list[Any], *, long: bool) -> list[Any]:
        """The rows of a statement; `long` says that others should not wait for it."""

    async def having(self, fields: Fields, wanted: Sequence[tuple[str, str]]) -> list[tuple[int, Any]]:
        """The users who have a text in any of the fields: the place of tenant and text in `wanted`, and the row."""

    async def select(self, query: Select[Any]) -> list[Any]:
        """The rows of a composed query; it may take long."""

    async def insert(self, insert: Insert, rows: list[Any]) -> None:
        """Insert rows."""

    async def execute_many(self, statement: str, rows: list[Any]) -> None:
        """Run a statement once for each row of parameters."""

    async def close(self) -> None:
        """Close the connection; never raises."""


async def load(session: Session, known: Known, needs: Iterable[Need]) -> None:
    """Load what is still lacking of these needs, one statement for all that ask the same way."""
    groups: dict[tuple[type[Any], Columns], list[Need]] = {}
    for need in needs:
        if not known.lacks(need):
            continue
        # What no database can hold it does not hold, and it need not be asked, which some answer with an error.
        if not all(map(is_keepable, need.values)):
            known.supply(need, [])
        else:
            groups.setdefault((need.kind, need.columns), []).append(need)
    for (kind, columns), group in groups.items():
        entity = LAYOUTS[kind].entity
        rows = await session.rows(kind, columns, [need.values for need in group])
        if len(group) == 1:
            known.supply(group[0], map(entity, rows))
            continue
        found: dict[tuple[Any, ...], list[Any]] = {need.values: [] for need in group}
        for row in rows:
            loaded = entity(row)
            found[values_of(loaded, columns)].append(loaded)
        for need in group:
            known.supply(need, found[need.values])


async def supply(session: Session, known: Known, wanted: Wanted) -> None:
    """Load what was lacking."""
    if isinstance(wanted, Need):
        await load(session, known, [wanted])
    elif isinstance(wanted, Several):
        await load(session, known, wanted.needs)
    else:
        known.supply_answer(wanted, await ANSWERS[type(wanted)](session, wanted))


async def flush(session: Session, known: Known) -> None:
    """Write all that a batch changed: one statement for each table and kind of change."""
    for need in known.swept:
        await session.execute_many(session.statements[need.kind].sweep(need.columns), [need.values])
    for kind, writes in known.writes.items():
        await _flush_kind(session, session.statements[kind], writes)
    if users := pending(known.writes):
        await session.execute_many(session.index.note, users)
    if known.settled:
        await session.keep_heads([known.heads[head] for head in sorted(known.settled)])


async def _flush_kind(session: Session, statements: Statements, writes: Writes) -> None:
    layout = statements.layout
    new, changed, gone = _sorted_out(writes)
    if gone:
        await session.execute_many(statements.delete, [key for key, _ in gone])
    if new:
        await session.insert(statements.insert, [layout.row(entity) for entity in new])
    if changed:
        await session.execute_many(statements.update, [_update(statements, after) for _, after in changed])
    for child in layout.children:
        states = [(None, entity) for entity in new] + changed + [(entity, None) for _, entity in gone]
        await _flush_child(session, statements, child, states)


def _sorted_out(writes: Writes) -> tuple[list[Any], list[tuple[Any, Any]], list[tuple[Any, Any]]]:
    new, changed, gone = [], [], []
    for key, after in writes.after.items():
        before = writes.before[key]
        if before is None and after is not None:
            new.append(after)
        elif before is not None and after is not None:
            changed.append((before, after))
        elif before is not None:
            gone.append((key, before))
    return new, changed, gone


def _update(statements: Statements, entity: Entity) -> list[Any]:
    layout: Layout = statements.layout
    named = dict(zip(layout.columns, layout.row(entity), strict=True))
    return [named[column] for column in (*statements.changed, *layout.kind.KEY)]


async def _flush_child(session: Session, statements: Statements, child: Child, states: list[tuple[Any, Any]]) -> None:
    added, removed = [], []
    for before, after in states:
        was = getattr(before, child.field, ())
        becomes = getattr(after, child.field, ())
        owner = after if after is not None else before
        added += child.rows(owner, [member for member in becomes if member not in was])
        removed += child.rows(owner, [member for member in was if member not in becomes])
    if removed:
        await session.execute_many(statements.delete_child(child), removed)
    if added:
        await session.insert(statements.insert_child(child), added)
