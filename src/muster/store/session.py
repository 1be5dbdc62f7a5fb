"""What the writer and the reader need of a database, and what goes over it the same way on both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Select, Table

from muster.core.entity import Columns, Entity
from muster.core.known import Head, Known, Writes
from muster.core.needs import Foreseen, Need, Several, Wanted
from muster.core.users import User
from muster.store import census
from muster.store.answers import ANSWERS
from muster.store.index import Index, pending
from muster.store.looks import Found, Look, lacking, take_in
from muster.store.probes import Fields
from muster.store.remembered import Remembered
from muster.store.rows import LAYOUTS, Child, Layout
from muster.store.statements import Insert, Rows, Statements
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
    keep_heads: Insert
    """Writes head rows, new or not."""

    def adding(self, table: Table) -> Insert:
        """Adds to what a table of the census counts; of a row the last column says how many."""

    async def begin(self) -> None:
        """Open a transaction that may write; wait for whoever holds the database."""

    async def commit(self) -> None:
        """Make it durable: on return it is on the disk. Raises `CommitUnknown` where that cannot be told."""

    async def rollback(self) -> None:
        """Give the transaction up; raises nothing of the database's."""

    def snapshot(self) -> AbstractAsyncContextManager[None]:
        """Have all statements of the block see one state of the database; nothing may be written in it.

        In a transaction that is open already the block sees what that sees.
        """

    async def lock_heads(self, ids: Sequence[str]) -> list[Head]:
        """The head rows with these ids, in order, locked until the transaction ends."""

    async def rows(self, kind: type[Any], columns: Columns, values: Sequence[tuple[Any, ...]]) -> list[Any]:
        """All rows of a kind whose columns have any of these values."""

    async def look_up(self, looks: Sequence[Look]) -> list[Found]:
        """What each of these finds; an earlier one is not read after a later one."""

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

    async def insert_all(self, together: Sequence[Rows]) -> None:
        """Insert rows into several tables, each named once."""

    async def execute_many(self, statement: str, rows: list[Any]) -> None:
        """Run a statement once for each row of parameters."""

    async def close(self) -> None:
        """Close the connection; never raises."""


async def load(session: Session, known: Known, needs: Iterable[Foreseen]) -> None:
    """Load what is still lacking of these needs: together whatever is asked the same way.

    What is named first, and has not to be followed to, is not read after anything else.
    """
    if looks := lacking(known, needs):
        for look, found in zip(looks, await session.look_up(looks), strict=True):
            take_in(known, look, found)


async def supply(session: Session, known: Known, wanted: Wanted) -> Any:
    """Load what was lacking; the answer, where that is a question in data."""
    if isinstance(wanted, Need):
        await load(session, known, [wanted])
    elif isinstance(wanted, Several):
        await load(session, known, wanted.needs)
    else:
        answer = await ANSWERS[type(wanted)](session, wanted)
        known.supply_answer(wanted, answer)
        return answer
    return None


async def flush(session: Session, known: Known) -> None:
    """Write all that a batch changed: one statement for each table and kind of change, and what is new at the end."""
    for need in known.swept:
        await session.execute_many(session.statements[need.kind].sweep(need.columns), [need.values])
    new: list[Rows] = []
    for kind, writes in known.writes.items():
        new += await _flush_kind(session, session.statements[kind], writes)
    if (users := known.writes.get(User)) is not None:
        new += [(session.adding(table), rows) for table, rows in census.moved(users)]
    if noted := pending(known.writes):
        new.append((session.index.note, noted))
    if known.settled:
        row_of = LAYOUTS[Head].row
        new.append((session.keep_heads, [row_of(known.heads[head]) for head in sorted(known.settled)]))
    await session.insert_all(new)


async def _flush_kind(session: Session, statements: Statements, writes: Writes) -> list[Rows]:
    """End and change rows of a kind. Returns those that are still to be inserted."""
    layout = statements.layout
    new, changed, gone = _sorted_out(writes)
    if gone:
        await session.execute_many(statements.delete, [key for key, _ in gone])
    if changed:
        columns, rows = _different(layout, changed)
        if rows:
            await session.execute_many(statements.update(columns), rows)
    inserted: list[Rows] = [(statements.insert, list(map(layout.row, new)))] if new else []
    for child, insert, delete in statements.children:
        added = child.rows_of(new)
        if changed or gone:
            come, removed = _exchanged(child, [*changed, *((entity, None) for _, entity in gone)])
            added += come
            if removed:
                await session.execute_many(delete, removed)
        if added:
            inserted.append((insert, added))
    return inserted


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


def _different(layout: Layout, states: list[tuple[Any, Any]]) -> tuple[Columns, list[Any]]:
    """The columns in which any of these states differ, and the new values of those and of the key.

    What is set is written into each index that it is in, whether it differs or not: of a user there are a dozen.
    """
    rows = [(layout.row(before), layout.row(after)) for before, after in states]
    places = sorted({place for was, row in rows for place, (a, b) in enumerate(zip(was, row, strict=True)) if a != b})
    of_row = itemgetter(*places, *map(layout.columns.index, layout.kind.KEY))
    return tuple(layout.columns[place] for place in places), [of_row(row) for was, row in rows if was != row]


def _exchanged(child: Child, states: list[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    """The rows of a child that come and those that go with these changes."""
    added, removed = [], []
    for before, after in states:
        # Whole rows are compared, since what of the owner is in them may have changed as well.
        was = child.rows_of([before])
        becomes = [] if after is None else child.rows_of([after])
        added += [row for row in becomes if row not in was]
        removed += [row for row in was if row not in becomes]
    return added, removed
