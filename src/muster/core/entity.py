"""What every kept thing has in common: how it is found, and what a change of it means for others."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from operator import attrgetter
from typing import Any, ClassVar, Final

Columns = tuple[str, ...]


class Kept(Enum):
    """Stands for a field that a change leaves as it is."""

    KEPT = "kept"


KEPT: Final = Kept.KEPT


class Entity:
    """Something that is kept. Its class says how it can be found; every field named there is a column.

    `KEY` is its identity, `UNIQUE` the other look-ups that find one, `MANY` those that find several. A change of a
    field in `AUTHORITY` changes what somebody may do, and so ends the life of every cached credential of the tenant;
    so does any change to an entity that is `STABLE`, which may be cached itself for as long. One that is `SHARED` is
    shown beside many others; it changes more often, never without an event, and may be cached until the tenant's next
    one. One that is `COUNTED` adds its `tallies` to its tenant's counts of users and of active administrators.
    """

    __slots__ = ()

    KEY: ClassVar[Columns] = ("tenant", "id")
    UNIQUE: ClassVar[tuple[Columns, ...]] = ()
    MANY: ClassVar[tuple[Columns, ...]] = ()
    AUTHORITY: ClassVar[Columns] = ()
    STABLE: ClassVar[bool] = False
    SHARED: ClassVar[bool] = False
    COUNTED: ClassVar[bool] = False

    @property
    def tallies(self) -> tuple[int, int]:
        """Nothing, unless a kind says otherwise."""
        return 0, 0


_GETTERS: dict[Columns, Callable[[Entity], tuple[Any, ...]]] = {}


def values_of(entity: Entity, columns: Columns) -> tuple[Any, ...]:
    """The entity's values of these columns."""
    getter = _GETTERS.get(columns)
    if getter is None:
        single = attrgetter(columns[0])
        getter = attrgetter(*columns) if len(columns) > 1 else lambda it: (single(it),)
        _GETTERS[columns] = getter
    return getter(entity)


def present(new: Entity | None, old: Entity | None) -> Entity:
    """Whichever state of an entity there is, the new one first."""
    entity = new if new is not None else old
    if entity is None:
        raise AssertionError("a change of nothing into nothing")
    return entity
