"""What may be kept in memory between requests: entities whose every change ends the tenant's epoch, what is made of
nothing but them, and, until the tenant's next event, entities that many answers show.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from muster.core.known import Head, Known
from muster.core.needs import Key

MOST_TENANTS = 1_000
MOST_ENTITIES = 5_000
MOST_SHARED = 5_000
MOST_DERIVED = 5_000


@dataclass(slots=True)
class _Kept:
    """What is kept of a tenant since its epoch began; `shared` is what was loaded since the event of this sequence."""

    epoch: int
    sequence: int
    entities: dict[Key, Any] = field(default_factory=dict)
    derived: dict[Hashable, Any] = field(default_factory=dict)
    shared: dict[Key, Any] = field(default_factory=dict)

    def of_sequence(self, sequence: int) -> dict[Key, Any] | None:
        """Where what is shared is kept for this state of the tenant; None for one that is past."""
        if self.sequence < sequence:
            # Another one: whoever still looks at an older state may go on with what was kept of that.
            self.sequence, self.shared = sequence, {}
        return self.shared if self.sequence == sequence else None


class StableCache:
    """Units, roles and the like, by tenant and epoch, and groups and the like, by tenant and sequence of events.

    Bounded in tenants, and in each tenant. What is read after its tenant's head is at least as new as the head says;
    so what is kept under a head, and told to whoever has read the same head, is never older than that.
    """

    def __init__(self) -> None:
        self._tenants: OrderedDict[str, _Kept] = OrderedDict()

    def known(self, heads: dict[str, Head]) -> Known:
        """What is known of these tenants to begin with."""
        known = Known(heads)
        self.lend(known)
        return known

    def lend(self, known: Known) -> None:
        """Have that be known which was loaded in the states that the heads name which are known."""
        stable, derived, shared = {}, {}, {}
        for tenant, head in known.heads.items():
            kept = self._tenants.get(tenant)
            if kept is not None and kept.epoch == head.epoch:
                stable[tenant], derived[tenant] = kept.entities, kept.derived
                if kept.sequence == head.sequence:
                    shared[tenant] = kept.shared
        known.lend(stable, derived, shared)

    def keep(self, known: Known) -> None:
        """Take in what was loaded and made; what belongs to an older state makes way."""
        for key, entity in known.lasting().items():
            kind, tenant = key[0], key[2][0]
            kept = self._of(known, tenant)
            if kept is None:
                continue
            if kind.STABLE:
                _put(kept.entities, key, entity, MOST_ENTITIES)
            elif (shared := kept.of_sequence(known.heads[tenant].sequence)) is not None:
                _put(shared, key, entity, MOST_SHARED)
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
            kept = self._tenants[tenant] = _Kept(head.epoch, head.sequence)
            if len(self._tenants) > MOST_TENANTS:
                self._tenants.popitem(last=False)
        return kept if kept.epoch == head.epoch else None


def _put(place: dict[Any, Any], key: Hashable, made: Any, most: int) -> None:
    if len(place) >= most:
        place.clear()
    place[key] = made
