"""The form of everything that can be asked: a command changes something, a question does not.

Both are values with one method that decides over a case: who asks, what is known, and (for a command) fresh ids and a
place to put what changes. The phases that no request may skip (permission, actor afresh, events, tallies, the last
administrator) are here, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Protocol, TypeVar

from muster.core.authority import Actor, system
from muster.core.entity import Columns, Entity, present, values_of
from muster.core.events import Change, Event, Origin, chain, differences
from muster.core.known import Head, Known
from muster.core.needs import Foreseen, Need
from muster.core.ports import Fresh
from muster.core.query import Search
from muster.core.refusals import LastAdministrator, refuse

R_co = TypeVar("R_co", covariant=True)
E = TypeVar("E", bound=Entity)


class View:
    """What a question is answered from."""

    def __init__(self, actor: Actor, known: Known, at: int) -> None:
        self.actor = actor
        self.known = known
        self.at = at
        self.tenant = actor.tenant


class Case(View):
    """What a command is decided over, and what it decided: entities put, events recorded, numbers drawn."""

    def __init__(self, actor: Actor, known: Known, at: int, fresh: Fresh, origin: Origin) -> None:
        super().__init__(actor, known, at)
        self.fresh = fresh
        self.origin = origin
        self._puts: list[tuple[Entity | None, Entity | None]] = []
        self._counted: list[tuple[Entity | None, Entity | None]] = []
        self._sweeps: list[Need] = []
        self._events: list[Event] = []
        self._numbers = 0
        self._opened: Head | None = None
        self._founded: list[Case] = []

    def _head(self) -> Head:
        return self._opened if self._opened is not None else self.known.head(self.tenant)

    def number(self) -> int:
        """The next small integer of the tenant; one that was drawn is never drawn again once it is kept."""
        drawn = self._head().next_number + self._numbers
        self._numbers += 1
        return drawn

    def found(self, tenant: str, name: str) -> Case:
        """A case inside a new tenant, whose head row it opens; what is decided there is settled with this one.

        It is decided by the system, called so. The new tenant is not told from where another one's user asked.
        """
        address = self.origin.address if self.actor.everything else None
        inside = Case(system(tenant, name), self.known, self.at, self.fresh, replace(self.origin, address=address))
        inside._opened = Head(tenant)
        self._founded.append(inside)
        return inside

    def put(self, old: Entity | None, new: Entity | None) -> None:
        """Keep a new entity (no old one), another state of one, or nothing of it any more (no new one)."""
        self._puts.append((old, new))
        if present(new, old).COUNTED:
            self._counted.append((old, new))

    def sweep(self, kind: type[Entity], columns: Columns, *values: object) -> None:
        """End all entities of a kind with these values, before what is put is kept, without looking at each.

        For what is numerous and plain: no kind that is counted, cached, or gives anybody authority.
        """
        if kind.COUNTED or kind.STABLE or kind.SHARED or kind.AUTHORITY:
            raise AssertionError(f"{kind.__name__} cannot be swept")
        self._sweeps.append(Need(kind, columns, values))

    def added(self, kind: type[E]) -> list[E]:
        """What this command has put of a kind, in order."""
        return [new for _, new in self._puts if isinstance(new, kind)]

    def record(
        self,
        act: str,
        noun: str,
        subject: str,
        name: str,
        old: Entity | None,
        new: Entity | None,
        fields: tuple[str, ...],
        more: tuple[Change, ...] = (),
    ) -> None:
        """Record that something happened to a subject, with the old and new values of these fields, and more."""
        actor, origin = self.actor, self.origin
        # In the order of the fields: naming each of so many takes three times as long, twice in a create.
        who = (actor.kind, actor.id, actor.name, actor.credential_id, origin.channel, origin.address, origin.request)
        changes = differences(old, new, fields) + more
        self._events.append(
            Event(self.tenant, 0, self.fresh.id(), self.at, act, *who, noun, subject, name, changes, b"")
        )

    def settle(self, *, chore: bool) -> None:
        """Lay what was decided over what is known. Refuses, with nothing laid, if a promise would be broken."""
        if self._puts or self._sweeps or self._events:
            self._settle_own(chore=chore)
        # Last, since nothing there can be refused any more: a new tenant has no promise yet.
        for inside in self._founded:
            inside.settle(chore=chore)

    def _settle_own(self, *, chore: bool) -> None:
        if not self._events and not (chore and self._is_private()):
            raise AssertionError("a change without an event")
        head = self._head()
        self._tally(head)
        self.known.heads[head.id] = head
        self.known.settled.add(head.id)
        head.next_number += self._numbers
        for need in self._sweeps:
            self.known.sweep(need)
        is_authority_moved = False
        for old, new in self._puts:
            # Of what is new hardly anything does.
            if not is_authority_moved and (old is not None or present(new, old).STABLE):
                is_authority_moved = _changes_authority(old, new)
            self.known.put(old, new)
        head.epoch += is_authority_moved
        for event in self._events:
            head.sequence += 1
            chain(event, head.sequence, head.link)
            head.link = event.link
            self.known.append(event)

    def _is_private(self) -> bool:
        """Whether nothing changes that may be cached until the next event."""
        return not any(type(present(new, old)).SHARED for old, new in self._puts)

    def _tally(self, head: Head) -> None:
        users, administrators = head.users, head.administrators
        for old, new in self._counted:
            users += _tally(new, 0) - _tally(old, 0)
            administrators += _tally(new, 1) - _tally(old, 1)
        if administrators == 0 and head.administrators > 0:
            refuse(LastAdministrator())
        head.users, head.administrators = users, administrators


def _tally(entity: Entity | None, which: int) -> int:
    return 0 if entity is None else entity.tallies[which]


def _changes_authority(old: Entity | None, new: Entity | None) -> bool:
    kind = type(present(new, old))
    if kind.STABLE:
        return True
    if old is None or not kind.AUTHORITY:
        return False
    return new is None or values_of(old, kind.AUTHORITY) != values_of(new, kind.AUTHORITY)


class Command(Protocol[R_co]):
    """Something that changes the directory.

    `permission` is what the actor must hold before anything else is looked at; None where the rule itself decides.
    `heads` names head rows to hold beside the tenant's own. A `chore` may change things without an event.
    """

    permission: ClassVar[str | None] = None
    heads: ClassVar[Columns] = ()
    chore: ClassVar[bool] = False

    def needs(self, tenant: str) -> Iterable[Foreseen]:
        """What it knows beforehand that it will look up; this spares a second pass, and nothing depends on it."""
        return ()

    def foreseen(self, tenant: str, fresh: Fresh) -> Iterable[Foreseen]:
        """As `needs`, of what follows from the ids that it will be given first."""
        return ()

    def decide(self, case: Case) -> R_co:
        """The result, having put what changes into the case. Raises `Refused`, and `Unloaded` when more is needed."""


class Question(Protocol[R_co]):
    """Something that is only looked up. `permission` and `needs` as with a command."""

    permission: ClassVar[str | None] = None

    def needs(self, tenant: str) -> Iterable[Foreseen]:
        """As `Command.needs`."""
        return ()

    def searches(self, tenant: str) -> Iterable[Search]:
        """As `needs`, what it will search for, asked by somebody who sees all of the tenant."""
        return ()

    def answer(self, view: View) -> R_co:
        """The answer. Raises `Refused`, and `Unloaded` when more is needed."""
