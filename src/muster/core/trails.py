"""The trail as somebody reads it who may: page by page, by what he asks for, inside his own tenant."""

from __future__ import annotations

from dataclasses import replace

from muster.core.acts import Question, View
from muster.core.events import Event
from muster.core.frozen import frozen
from muster.core.trail_query import EventSearch
from muster.core.walks import Stretch


@frozen
class AuditTrail(Question[Stretch[Event]]):
    """The events of the actor's tenant that a search finds.

    Refuses with `BeyondAuthority` an actor who is restricted to some units, since events know none, and with `Invalid`
    a span of more than 50,000 events that is to be sorted by anything but time.
    """

    permission = "audit:view"

    search: EventSearch

    def answer(self, view: View) -> Stretch[Event]:
        """One page."""
        view.actor.must_see_all()
        search = self.search
        return view.known.events(replace(search, tenant=view.tenant, steps=search.steps.bounded()))
