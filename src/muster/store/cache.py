"""What may be kept in memory between requests: entities whose every change ends the tenant's epoch."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from muster.core.known import Head, Known, Need

MOST_TENANTS = 1_000
MOST_ENTITIES = 5_000


class StableCache:
    """Units, roles and the like, by tenant and epoch; bounded in tenants and in entities a tenant."""

    def __init__(self) -> None:
        self._tenants: OrderedDict[str, tuple[int, dict[Need, Any]]] = OrderedDict()

    def standing(self, heads: Mapping[str, Head]) -> dict[str, dict[Need, Any]]:
        """What is cached for these tenants and was loaded in the epoch that their heads name."""
        found = {}
        for tenant, head in heads.items():
            cached = self._tenants.get(tenant)
            if cached is not None and cached[0] == head.epoch:
                found[tenant] = cached[1]
        return found

    def keep(self, known: Known) -> None:
        """Take in what was loaded; what belongs to an older epoch makes way."""
        for need, entity in known.stable().items():
            head = known.heads.get(need.values[0])
            if head is not None:
                self._of(head)[need] = entity

    def _of(self, head: Head) -> dict[Need, Any]:
        epoch, entities = self._tenants.get(head.id, (-1, {}))
        if epoch > head.epoch:
            return {}
        if epoch != head.epoch or len(entities) >= MOST_ENTITIES:
            entities = {}
            self._tenants[head.id] = (head.epoch, entities)
            if len(self._tenants) > MOST_TENANTS:
                self._tenants.popitem(last=False)
        return entities
