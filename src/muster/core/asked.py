"""Questions in data: what a rule asks for beside single things by their keys, and the answers that are known so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from muster.core.arrivals import Arrivals, Arrived
from muster.core.branches import Assigned, Branch
from muster.core.clashes import Clash
from muster.core.listing import Listing, Tally
from muster.core.placements import Placements
from muster.core.query import Page, Search
from muster.core.runs import Run
from muster.core.token_query import TokenSearch
from muster.core.trail_query import EventSearch
from muster.core.walks import Stretch

if TYPE_CHECKING:
    from muster.core.authenticators import Authenticator
    from muster.core.events import Event
    from muster.core.needs import Wanted
    from muster.core.units import Unit

Asked = Search | Branch | Assigned | Run | Clash | Listing | Tally | Arrivals | TokenSearch | EventSearch | Placements
"""A question in data."""

_UNKNOWN = object()


class Unloaded(Exception):
    """A rule asked for something that has not been loaded."""

    def __init__(self, need: Wanted) -> None:
        super().__init__(need)
        self.need = need


class Answered:
    """What was found for questions in data."""

    def __init__(self) -> None:
        self._answers: dict[Asked, Any] = {}

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
        answer = self._answers.get(question, _UNKNOWN)
        if answer is _UNKNOWN:
            raise Unloaded(question)
        return answer

    def supply_answer(self, question: Asked, answer: Any) -> None:
        """Take in what the store found for a question in data."""
        self._answers[question] = answer
