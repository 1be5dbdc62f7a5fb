"""What is known of the directory while requests are decided: what was loaded, and what they have changed since.

A rule asks for what it needs. What nobody has loaded yet raises `Unloaded`; the store then loads all that is missing
in one go and the rule runs again, so that "not loaded" can never be mistaken for "not there". What one request
changed is seen by the next in the same batch.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from muster.core.asked import Answered, Unloaded
from muster.core.entity import Columns, Entity, present, values_of
from muster.core.events import FIRST_LINK, Event
from muster.core.needs import Key, Need, Onward, Several, Together, Way
from muster.core.refusals import Unknown, refuse

E = TypeVar("E", bound=Entity)
T = TypeVar("T")


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


_NOTHING: Mapping[Hashable, Any] = {}
_UNKNOWN = object()

INSTALLATION = ""
"""The id of the head row that belongs to no tenant: whoever makes tenants holds it."""


@dataclass(slots=True)
class Writes:
    """What a batch has to write of one kind, each entity by its key: the state before it and after it."""

    before: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    after: dict[tuple[Any, ...], Any] = field(default_factory=dict)


class Known(Answered):
    """The loaded part of the directory with the changes of the batch so far laid over it.

    `stable`, `shared` and `derived` hold, by tenant, what may be taken from a cache: entities that are so, and what is
    made of stable ones; `derivations` is what was made of those here.
    `writes` is what the batch has to write, after it has deleted all that is `swept`; `settled` names the heads that it
    moved.
    """

    def __init__(
        self,
        heads: dict[str, Head],
        stable: Mapping[str, Mapping[Key, Any]] | None = None,
        derived: Mapping[str, Mapping[Hashable, Any]] | None = None,
        shared: Mapping[str, Mapping[Key, Any]] | None = None,
    ) -> None:
        super().__init__()
        self.heads = heads
        self.settled: set[str] = set()
        self.writes: dict[type[Any], Writes] = {}
        self.swept: dict[Need, None] = {}
        self.derivations: dict[tuple[str, Hashable], Any] = {}
        self._found: dict[Key, Any] = {}
        self._unseen: dict[type[Any], list[tuple[Entity | None, Entity | None]]] = {}
        self._stable = stable or {}
        self._shared = shared or {}
        self._derived = derived or {}
        self._is_stable = True

    def lend(
        self,
        stable: Mapping[str, Mapping[Key, Any]],
        derived: Mapping[str, Mapping[Hashable, Any]],
        shared: Mapping[str, Mapping[Key, Any]],
    ) -> None:
        """Have this be known as well, which a cache holds for the heads as they are now."""
        self._stable, self._derived, self._shared = stable, derived, shared

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
        found: E | None = self._look((kind, columns, values))
        return found

    def many(self, kind: type[E], columns: Columns, *values: Any) -> tuple[E, ...]:
        """All entities with these values. Raises `Unloaded`."""
        found: tuple[E, ...] = self._look((kind, columns, values))
        return found

    def each(self, kind: type[E], columns: Columns, wanted: Iterable[tuple[Any, ...]]) -> list[E]:
        """The entities with these values, those that there are. Raises `Unloaded`, for all that lack together."""
        return [one for one in self._look_for([(kind, columns, values) for values in wanted]) if one is not None]

    def many_each(self, kind: type[E], columns: Columns, wanted: Iterable[tuple[Any, ...]]) -> list[tuple[E, ...]]:
        """For each of these values all entities that have them. Raises `Unloaded`, for all that lack together."""
        return self._look_for([(kind, columns, values) for values in wanted])

    def _look_for(self, keys: list[Key]) -> list[Any]:
        try:
            return [self._look(key) for key in keys]
        except Unloaded:
            self.gather(Need(*key) for key in keys)
            raise

    def gather(self, needs: Iterable[Need]) -> None:
        """Have all of these looked up together, rather than as each is asked for. Raises `Unloaded`."""
        lacking = tuple(need for need in needs if self.lacks(need))
        if lacking:
            raise Unloaded(Several(lacking))

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

    def derived(self, tenant: str, key: Hashable, make: Callable[[], T]) -> T:
        """What is made of nothing but the tenant's stable entities; it may be kept for as long as they may.

        The key says of which, and what for. Raises what `make` raises.
        """
        if not self._is_stable:
            # The batch may have changed what it is made of.
            return make()
        place = (tenant, key)
        made: T | None = self._made(place)
        if made is None:
            made = self.derivations[place] = make()
        return made

    def is_derived(self, tenant: str, key: Hashable) -> bool:
        """Whether this is made already, so that `derived` needs nothing to be loaded."""
        return self._is_stable and self._made((tenant, key)) is not None

    def _made(self, place: tuple[str, Hashable]) -> Any:
        tenant, key = place
        made = self._derived.get(tenant, _NOTHING).get(key)
        return self.derivations.get(place) if made is None else made

    def lacks(self, need: Key) -> bool:
        """Whether this is still to be loaded."""
        if self._unseen and self._put_under(need) is not _UNKNOWN:
            return False
        kind = need[0]
        return need not in self._found and (not (kind.STABLE or kind.SHARED) or self._cached(need) is _UNKNOWN)

    def lacking(self, way: Way, wanted: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """With which of these values something is still to be loaded in this way."""
        kind, columns = way
        if self._unseen or kind.STABLE or kind.SHARED:
            lacking = [values for values in wanted if self.lacks((kind, columns, values))]
        else:
            found = self._found
            lacking = [values for values in wanted if (kind, columns, values) not in found]
        # The same list where it can be: what is made of it need not be made again.
        return wanted if len(lacking) == len(wanted) else lacking

    def following(self, onward: Onward) -> list[Together]:
        """What is to be loaded with each that its own need finds, which is known."""
        found = self._look(onward.need)
        if not isinstance(found, tuple):
            found = () if found is None else (found,)
        return [Together(values_of(one, ("tenant", onward.field)), onward.ways) for one in found]

    def _cached(self, key: Key) -> Any:
        kind, _, values = key
        if not (kind.STABLE or kind.SHARED):
            return _UNKNOWN
        return (self._stable if kind.STABLE else self._shared).get(values[0], _NOTHING).get(key, _UNKNOWN)

    def _look(self, key: Key) -> Any:
        if self._unseen:
            put = self._put_under(key)
            if put is not _UNKNOWN:
                return put
        found = self._found.get(key, _UNKNOWN)
        if found is not _UNKNOWN:
            return found
        cached = self._cached(key)
        if cached is _UNKNOWN:
            raise Unloaded(Need(*key))
        return cached

    def supply(self, need: Need, rows: Iterable[Any]) -> None:
        """Take in what the store found for a need; what the batch changed meanwhile goes before it."""
        if need.kind is Head:
            self.heads.update((row.id, row) for row in rows)
            self._found[need] = None
            return
        self._see(need.kind)
        if self.swept:
            rows = [row for row in rows if not self._is_swept(row)]
        kind_writes = self.writes.get(need.kind)
        current = list(rows) if kind_writes is None else self._overlaid(need, rows, kind_writes)
        self._found[need] = tuple(current) if need.many else (current[0] if current else None)

    def supply_all(
        self, way: Way, wanted: Iterable[tuple[Any, ...]], found: Mapping[tuple[Any, ...], list[Any]]
    ) -> None:
        """As `supply` for whatever is wanted in this way, by its values, with the rows of those that have any."""
        kind, columns = way
        if self.writes or kind is Head:
            for values in wanted:
                self.supply(Need(kind, columns, values), found.get(values, ()))
            return
        is_many = columns in kind.MANY
        self._found.update(dict.fromkeys([(kind, columns, values) for values in wanted], () if is_many else None))
        for values, rows in found.items():
            self._found[kind, columns, values] = tuple(rows) if is_many else rows[0]

    def _overlaid(self, need: Need, rows: Iterable[Any], writes: Writes) -> list[Any]:
        by_key = {values_of(row, need.kind.KEY): row for row in rows}
        by_key.update(writes.after)
        return [row for row in by_key.values() if row is not None and values_of(row, need.columns) == need.values]

    def put(self, old: Entity | None, new: Entity | None) -> None:
        """Lay a change over what is known: a new entity (no old one), another state of it, or its end (no new one)."""
        entity = present(new, old)
        kind = type(entity)
        writes = self.writes.get(kind) or self._writes_of(kind)
        key = values_of(entity, kind.KEY)
        writes.before.setdefault(key, old)
        writes.after[key] = new
        self._unseen.setdefault(kind, []).append((old, new))

    def _put_under(self, key: Key) -> Any:
        """What the batch has put under the key that is asked for, or ended (None); `_UNKNOWN` for neither.

        Where another look-up is asked for, what was put is had to be found by it.
        """
        kind, columns, values = key
        if columns != kind.KEY:
            self._see(kind)
            return _UNKNOWN
        writes = self.writes.get(kind)
        return _UNKNOWN if writes is None else writes.after.get(values, _UNKNOWN)

    def _see(self, kind: type[Any]) -> None:
        """Have what was put of a kind be found by all that it can be looked up by.

        Not before anybody looks by anything but the key, which of most kinds nobody does.
        """
        for old, new in self._unseen.pop(kind, ()):
            if old is not None:
                self._unindex(kind, old)
            if new is not None:
                self._index(kind, new)

    def sweep(self, need: Need) -> None:
        """End all entities with these values, loaded or not, at once: however many there are, it is one statement."""
        self._see(need.kind)
        self.swept[need] = None
        writes = self._writes_of(need.kind)
        for key, written in writes.after.items():
            if written is not None and self._is_swept(written):
                writes.after[key] = None
                before = writes.before[key]
                if before is not None and self._is_swept(before):
                    # The sweep takes the row along; whoever puts one of this key again makes it anew.
                    writes.before[key] = None
        for found in [it for it in self._found if it[0] is need.kind]:
            current = self._found[found]
            if found[1] in need.kind.MANY:
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
            if kind.STABLE:
                self._is_stable = False
                self.derivations.clear()
        return writes

    def _unindex(self, kind: type[Any], old: Entity) -> None:
        for columns in (kind.KEY, *kind.UNIQUE):
            self._found[kind, columns, values_of(old, columns)] = None
        for columns in kind.MANY:
            self._reindex((kind, columns, values_of(old, columns)), old, None)

    def _index(self, kind: type[Any], new: Entity) -> None:
        for columns in (kind.KEY, *kind.UNIQUE):
            self._found[kind, columns, values_of(new, columns)] = new
        for columns in kind.MANY:
            self._reindex((kind, columns, values_of(new, columns)), new, new)

    def _reindex(self, place: Key, entity: Entity, becomes: Entity | None) -> None:
        found = self._found.get(place, self._cached(place))
        if found is _UNKNOWN:
            return
        kind = place[0]
        key = values_of(entity, kind.KEY)
        rest = tuple(row for row in found if values_of(row, kind.KEY) != key)
        self._found[place] = rest if becomes is None else (*rest, becomes)

    def lasting(self) -> dict[Key, Any]:
        """What was looked up by the tenant's own id first, and may be cached: it is of a kind that is stable or shared.

        That there is none may be cached as well.
        """
        for kind in [kind for kind in self._unseen if kind.STABLE or kind.SHARED]:
            self._see(kind)
        return {
            key: found
            for key, found in self._found.items()
            if ((kind := key[0]).STABLE or kind.SHARED) and key[1][0] == kind.KEY[0]
        }
