"""What may be kept in memory between requests: entities whose every change ends the tenant's epoch, and what is made
of nothing but them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from muster.core.known import Head, Key, Known

MOST_TENANTS = 1_000
MOST_ENTITIES = 5_000
MOST_DERIVED = 5_000


@dataclass(slots=True)
class _Kept:
    """What is kept of a tenant since its epoch began."""

    epoch: int
    entities: dict[Key, Any] = field(default_factory=dict)
    derived: dict[Hashable, Any] = field(default_factory=dict)


class StableCache:
    """Units, roles and the like, by tenant and epoch; bounded in tenants, and in each tenant."""

    def __init__(self) -> None:
        self._tenants: OrderedDict[str, _Kept] = OrderedDict()

    def known(self, heads: dict[str, Head]) -> Known:
        """What is known of these tenants to begin with."""
        known = Known(heads)
        self.lend(known)
        return known

    def lend(self, known: Known) -> None:
        """Have that be known which was loaded in the epochs that the heads name which are known."""
        stable, derived = {}, {}
        for tenant, head in known.heads.items():
            kept = self._tenants.get(tenant)
            if kept is not None and kept.epoch == head.epoch:
                stable[tenant], derived[tenant] = kept.entities, kept.derived
        known.lend(stable, derived)

    def keep(self, known: Known) -> None:
        """Take in what was loaded and made; what belongs to an older epoch makes way."""
        for key, entity in known.stable().items():
            kept = self._of(known, key[2][0])
            if kept is not None:
                if len(kept.entities) >= MOST_ENTITIES:
                    kept.entities.clear()
                kept.entities[key] = entity
        for (tenant, place), made in known.derivations.items():
            kept = self._of(known, tenant)
            if kept is not None:
                if len(kept.derived) >= MOST_DERIVED:
                    kept.derived.clear()
                kept.derived[place] = made

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
