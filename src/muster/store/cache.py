"""What may be kept in memory between requests: entities whose every change ends the tenant's epoch, what is made of
nothing but them, and, until the tenant's next event, entities that many answers show.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from muster.core.known import Head, Known
from muster.core.needs import Key

MOST_TENANTS = 1_000
MOST_ENTITIES = 5_000
MOST_DERIVED = 5_000
MOST_SHARED = 20_000
"""How many entities that many answers show are kept, of all tenants together: some 15 MB."""


@dataclass(slots=True)
class _Kept:
    """What is kept of a tenant since its epoch began."""

    epoch: int
    entities: dict[Key, Any] = field(default_factory=dict)
    derived: dict[Hashable, Any] = field(default_factory=dict)


_NO_STATE: tuple[int, dict[Key, Any]] = (-1, {})


class _Shared:
    """Entities that many answers show, of each tenant for one state of it, which its newest event's sequence names.

    What is read after a head is at least as new as that says. So what is kept under a head, and told to whoever has
    read the same, is never older than it.
    """

    def __init__(self) -> None:
        self._states: dict[str, tuple[int, dict[Key, Any]]] = {}
        self._number = 0

    def at(self, head: Head) -> Mapping[Key, Any]:
        """What is kept for the tenant's state as this head names it."""
        sequence, kept = self._states.get(head.id, _NO_STATE)
        return kept if sequence == head.sequence else {}

    def put(self, head: Head, key: Key, entity: Any) -> None:
        """Keep what was read after this head, unless something newer is kept."""
        sequence, kept = self._states.get(head.id, _NO_STATE)
        if head.sequence < sequence:
            return
        if head.sequence > sequence:
            # Another one, since whoever looks at the older state goes on with what was kept of that.
            self._number -= len(kept)
            self._states[head.id] = head.sequence, (kept := {})
        if self._number >= MOST_SHARED:
            self._states, self._number = {head.id: (head.sequence, kept := {})}, 0
        self._number += key not in kept
        kept[key] = entity


class StableCache:
    """Units, roles and the like, by tenant and epoch; bounded in tenants, and in each tenant. And groups and the like,
    by tenant and newest event; bounded in all.
    """

    def __init__(self) -> None:
        self._tenants: OrderedDict[str, _Kept] = OrderedDict()
        self._shared = _Shared()

    def known(self, heads: dict[str, Head]) -> Known:
        """What is known of these tenants to begin with."""
        known = Known(heads)
        self.lend(known)
        return known

    def lend(self, known: Known) -> None:
        """Have that be known which was loaded in the states that the heads name which are known."""
        stable, derived, shared = {}, {}, {}
        for tenant, head in known.heads.items():
            shared[tenant] = self._shared.at(head)
            kept = self._tenants.get(tenant)
            if kept is not None and kept.epoch == head.epoch:
                stable[tenant], derived[tenant] = kept.entities, kept.derived
        known.lend(stable, derived, shared)

    def keep(self, known: Known) -> None:
        """Take in what was loaded and made; what belongs to an older state makes way."""
        for key, entity in known.lasting().items():
            kind, tenant = key[0], key[2][0]
            if not kind.STABLE:
                if tenant in known.heads:
                    self._shared.put(known.heads[tenant], key, entity)
            elif (kept := self._of(known, tenant)) is not None:
                _put(kept.entities, key, entity, MOST_ENTITIES)
        for (tenant, place), made in known.derivations.items():
            kept = self._of(known, tenant)
            if kept is not None:
                _put(kept.derived, place, made, MOST_DERIVED)

    def _of(self, known: Known, tenant: str) -> _Kept | None:
        head = known.heads.get(tenant)
        if head is None:
            return None
        kept = self._tenants.get(tenant)
        if kept is None or kept.epoch < head.epoch:
            kept = self._tenants[tenant] = _Kept(head.epoch)
            if len(self._tenants) > MOST_TENANTS:
                self._tenants.popitem(last=False)
        return kept if kept.epoch == head.epoch else None


def _put(place: dict[Any, Any], key: Hashable, made: Any, most: int) -> None:
    if len(place) >= most:
        place.clear()
    place[key] = made
