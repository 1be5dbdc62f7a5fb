"""What is known of the directory while requests are decided: what was loaded, and what they have changed since.

A rule asks for what it needs. What nobody has loaded yet raises `Unloaded`; the store then loads all that is missing
in one go and the rule runs again, so that "not loaded" can never be mistaken for "not there". What one request
changed is seen by the next in the same batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from muster.core.arrivals import Arrivals, Arrived
from muster.core.branches import Assigned, Branch
from muster.core.clashes import Clash
from muster.core.entity import Columns, Entity, present, values_of
from muster.core.events import FIRST_LINK, Event
from muster.core.listing import Listing, Tally
from muster.core.placements import Placements
from muster.core.query import Page, Search
from muster.core.refusals import Unknown, refuse
from muster.core.runs import Run
from muster.core.token_query import TokenSearch
from muster.core.trail_query import EventSearch
from muster.core.walks import Stretch

if TYPE_CHECKING:
    from muster.core.authenticators import Authenticator
    from muster.core.units import Unit

E = TypeVar("E", bound=Entity)


class Need(NamedTuple):
    """Something to be loaded: the entities of a kind whose columns have these values."""

    kind: type[Any]
    columns: Columns
    values: tuple[Any, ...]

    @property
    def many(self) -> bool:
        """Whether it may find several."""
        return self.columns in self.kind.MANY


@dataclass(slots=True, frozen=True)
class Several:
    """Things to be loaded together."""

    needs: tuple[Need, ...]


Asked = Search | Branch | Assigned | Run | Clash | Listing | Tally | Arrivals | TokenSearch | EventSearch | Placements
"""A question in data."""

Wanted = Need | Several | Asked
"""What can be lacking: one thing, several, or what a question in data finds."""


class Unloaded(Exception):
    """A rule asked for something that has not been loaded."""

    def __init__(self, need: Wanted) -> None:
        super().__init__(need)
        self.need = need


@dataclass(slots=True)
class Head(Entity):
    """A tenant's head row: what all its writers must agree on, locked by every batch and read afresh in it.

    `next_number` is the next of the small integers that name things in the tenant, `sequence` and `link` the newest
    event's, `epoch` grows when anybody's authority changes; the rest are tallies.
    """

    KEY = ("id",)

    id: str
    next_number: int = 1
    sequence: int = 0
    link: bytes = FIRST_LINK
    epoch: int = 0
    users: int = 0
    administrators: int = 0


INSTALLATION = ""
"""The id of the head row that belongs to no tenant: whoever makes tenants holds it."""


@dataclass(slots=True)
class Writes:
    """What a batch has to write of one kind, each entity by its key: the state before it and after it."""

    before: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    after: dict[tuple[Any, ...], Any] = field(default_factory=dict)


class Known:
    """The loaded part of the directory with the changes of the batch so far laid over it.

    `stable` holds, by tenant, what may be taken from a cache. `writes` is what the batch has to write, after it has
    deleted all that is `swept`; `settled` names the heads that it moved.
    """

    def __init__(self, heads: dict[str, Head], stable: Mapping[str, Mapping[Need, Any]] | None = None) -> None:
        self.heads = heads
        self.settled: set[str] = set()
        self.writes: dict[type[Any], Writes] = {}
        self.swept: dict[Need, None] = {}
        self._found: dict[Need, Any] = {}
        self._stable = stable or {}
        self._answers: dict[Asked, Any] = {}

    def head(self, tenant: str) -> Head:
        """The tenant's head row. Raises `Unloaded`, and refuses with `Unknown` a tenant that has none."""
        head = self.heads.get(tenant)
        if head is None:
            need = Need(Head, Head.KEY, (tenant,))
            if need not in self._found:
                raise Unloaded(need)
            refuse(Unknown("tenant"))
        return head

    def one(self, kind: type[E], columns: Columns, *values: Any) -> E | None:
        """The entity with these values, or None. Raises `Unloaded`."""
        found: E | None = self._look(Need(kind, columns, values))
        return found

    def many(self, kind: type[E], columns: Columns, *values: Any) -> tuple[E, ...]:
        """All entities with these values. Raises `Unloaded`."""
        found: tuple[E, ...] = self._look(Need(kind, columns, values))
        return found

    def each(self, kind: type[E], columns: Columns, wanted: Iterable[tuple[Any, ...]]) -> list[E]:
        """The entities with these values, those that there are. Raises `Unloaded`, for all that lack together."""
        return [one for one in self._look_for([Need(kind, columns, values) for values in wanted]) if one is not None]

    def many_each(self, kind: type[E], columns: Columns, wanted: Iterable[tuple[Any, ...]]) -> list[tuple[E, ...]]:
        """For each of these values all entities that have them. Raises `Unloaded`, for all that lack together."""
        return self._look_for([Need(kind, columns, values) for values in wanted])

    def _look_for(self, needs: list[Need]) -> list[Any]:
        lacking = tuple(need for need in needs if self.lacks(need))
        if lacking:
            raise Unloaded(Several(lacking))
        return [self._look(need) for need in needs]

    def touched(self, kind: type[E]) -> list[E]:
        """What the batch has put of a kind so far, as it stands now."""
        writes = self.writes.get(kind)
        return [] if writes is None else [entity for entity in writes.after.values() if entity is not None]

    def written(self, kind: type[Any]) -> Iterable[tuple[Any, ...]]:
        """The keys of all of a kind that the batch has put or ended."""
        writes = self.writes.get(kind)
        return () if writes is None else writes.after.keys()

    def standing(self, kind: type[E], rows: Iterable[E]) -> list[E]:
        """Rows of what is committed as the batch has left them, less those that it has ended."""
        writes = self.writes.get(kind)
        after = {} if writes is None else writes.after
        if not after and not self.swept:
            return list(rows)
        current: list[E] = []
        for row in rows:
            now = after.get(values_of(row, kind.KEY), None if self._is_swept(row) else row)
            if now is not None:
                current.append(now)
        return current

    def page(self, search: Search) -> Page:
        """The page that a search finds among what is committed. Raises `Unloaded`."""
        page: Page = self._answer(search)
        return page

    def branch(self, branch: Branch) -> tuple[Unit, ...]:
        """The units of a branch, by number, among what is committed. Raises `Unloaded`."""
        units: tuple[Unit, ...] = self._answer(branch)
        return units

    def assigned(self, assigned: Assigned) -> tuple[tuple[str, int], ...] | None:
        """A unit's id and a user's number for each that is found among what is committed; None if there are too many.

        Raises `Unloaded`.
        """
        pairs: tuple[tuple[str, int], ...] | None = self._answer(assigned)
        return pairs

    def run(self, run: Run) -> tuple[Any, ...]:
        """The entities of a run, by number, among what is committed. Raises `Unloaded`."""
        entities: tuple[Any, ...] = self._answer(run)
        return entities

    def clash(self, clash: Clash) -> bool | None:
        """Whether two users have the same value among what is committed; None where too many have one.

        Raises `Unloaded`.
        """
        found: bool | None = self._answer(clash)
        return found

    def listing(self, listing: Listing) -> tuple[Any, ...]:
        """The rows of a list, and one more if there are more, from its place on. Raises `Unloaded`."""
        entities: tuple[Any, ...] = self._answer(listing)
        return entities

    def tally(self, tally: Tally) -> int:
        """How many there are among what is committed. Raises `Unloaded`."""
        found: int = self._answer(tally)
        return found

    def arrived(self, arrivals: Arrivals) -> Arrived:
        """What there is to know of users who are to join a body, among what is committed. Raises `Unloaded`."""
        found: Arrived = self._answer(arrivals)
        return found

    def placements(self, wanted: Placements) -> Mapping[str, tuple[str, ...]]:
        """The bodies of each user who is in any, the oldest first, among what is committed. Raises `Unloaded`."""
        found: Mapping[str, tuple[str, ...]] = self._answer(wanted)
        return found

    def tokens(self, search: TokenSearch) -> Stretch[Authenticator]:
        """The tokens that a search finds among what is committed. Raises `Unloaded`."""
        found: Stretch[Authenticator] = self._answer(search)
        return found

    def events(self, search: EventSearch) -> Stretch[Event]:
        """The events that a search finds among what is committed. Raises `Unloaded`."""
        found: Stretch[Event] = self._answer(search)
        return found

    def _answer(self, question: Asked) -> Any:
        if question not in self._answers:
            raise Unloaded(question)
        return self._answers[question]

    def supply_answer(self, question: Asked, answer: Any) -> None:
        """Take in what the store found for a question in data."""
        self._answers[question] = answer

    def lacks(self, need: Need) -> bool:
        """Whether this is still to be loaded."""
        return need not in self._found and self._cached(need) is None

    def _cached(self, need: Need) -> Any:
        if not need.kind.STABLE:
            return None
        return self._stable.get(need.values[0], {}).get(need)

    def _look(self, need: Need) -> Any:
        if need in self._found:
            return self._found[need]
        cached = self._cached(need)
        if cached is None:
            raise Unloaded(need)
        return cached

    def supply(self, need: Need, rows: Iterable[Any]) -> None:
        """Take in what the store found for a need; what the batch changed meanwhile goes before it."""
        if need.kind is Head:
            self.heads.update((row.id, row) for row in rows)
            self._found[need] = None
            return
        if self.swept:
            rows = [row for row in rows if not self._is_swept(row)]
        kind_writes = self.writes.get(need.kind)
        current = list(rows) if kind_writes is None else self._overlaid(need, rows, kind_writes)
        self._found[need] = tuple(current) if need.many else (current[0] if current else None)

    def _overlaid(self, need: Need, rows: Iterable[Any], writes: Writes) -> list[Any]:
        by_key = {values_of(row, need.kind.KEY): row for row in rows}
        by_key.update(writes.after)
        return [row for row in by_key.values() if row is not None and values_of(row, need.columns) == need.values]

    def put(self, old: Entity | None, new: Entity | None) -> None:
        """Lay a change over what is known: a new entity (no old one), another state of it, or its end (no new one)."""
        entity = present(new, old)
        kind = type(entity)
        writes = self._writes_of(kind)
        key = values_of(entity, kind.KEY)
        writes.before.setdefault(key, old)
        writes.after[key] = new
        if old is not None:
            self._unindex(kind, old)
        if new is not None:
            self._index(kind, key, new)

    def sweep(self, need: Need) -> None:
        """End all entities with these values, loaded or not, at once: however many there are, it is one statement."""
        self.swept[need] = None
        writes = self._writes_of(need.kind)
        for key, written in writes.after.items():
            if written is not None and self._is_swept(written):
                writes.after[key] = None
                before = writes.before[key]
                if before is not None and self._is_swept(before):
                    # The sweep takes the row along; whoever puts one of this key again makes it anew.
                    writes.before[key] = None
        for found in [it for it in self._found if it.kind is need.kind]:
            current = self._found[found]
            if found.many:
                self._found[found] = tuple(row for row in current if not self._is_swept(row))
            elif current is not None and self._is_swept(current):
                self._found[found] = None

    def _is_swept(self, entity: Any) -> bool:
        return any(
            isinstance(entity, need.kind) and values_of(entity, need.columns) == need.values for need in self.swept
        )

    def append(self, event: Event) -> None:
        """Have an event written; nobody looks for it before it is."""
        key = (event.tenant, event.sequence)
        writes = self._writes_of(Event)
        writes.before[key] = None
        writes.after[key] = event

    def _writes_of(self, kind: type[Any]) -> Writes:
        writes = self.writes.get(kind)
        if writes is None:
            writes = self.writes[kind] = Writes()
        return writes

    def _unindex(self, kind: type[Any], old: Entity) -> None:
        for columns in (kind.KEY, *kind.UNIQUE):
            self._found[Need(kind, columns, values_of(old, columns))] = None
        for columns in kind.MANY:
            self._reindex(Need(kind, columns, values_of(old, columns)), old, None)

    def _index(self, kind: type[Any], key: tuple[Any, ...], new: Entity) -> None:
        self._found[Need(kind, kind.KEY, key)] = new
        for columns in kind.UNIQUE:
            self._found[Need(kind, columns, values_of(new, columns))] = new
        for columns in kind.MANY:
            self._reindex(Need(kind, columns, values_of(new, columns)), new, new)

    def _reindex(self, need: Need, entity: Entity, becomes: Entity | None) -> None:
        found = self._found.get(need, self._cached(need))
        if found is None:
            return
        key = values_of(entity, need.kind.KEY)
        rest = tuple(row for row in found if values_of(row, need.kind.KEY) != key)
        self._found[need] = rest if becomes is None else (*rest, becomes)

    def stable(self) -> dict[Need, Any]:
        """What was loaded by the tenant's own id first, and may be cached while its epoch stands."""
        return {
            need: found
            for need, found in self._found.items()
            if found and need.kind.STABLE and need.columns[0] == need.kind.KEY[0]
        }
