"""Groups that a question names outright, found without looking at any others."""

from __future__ import annotations

from collections.abc import Iterable

from muster.core import values
from muster.core.acts import Question, View
from muster.core.frozen import frozen
from muster.core.groups import EXTERNAL_ID, FOLDED, Group
from muster.core.memberships import memberships_of
from muster.core.users import User, is_visible


@frozen
class Picked:
    """The groups that were named, the oldest first; and by id those that each user is in about whom was asked."""

    groups: tuple[Group, ...]
    within: tuple[frozenset[str], ...]


@frozen
class PickGroups(Question[Picked]):
    """The groups of which all of this holds: the ids, names and external ids are theirs, and the users are in them.

    Nothing named finds none. `about` holds the ids of users whose groups are told as well; one that the actor does not
    see is in no group.
    """

    permission = "groups:view"

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    about: tuple[str, ...] = ()

    def answer(self, view: View) -> Picked:
        """What was found."""
        within = _within(view, (*self.users, *self.about))
        found = [*self._named(view), *(set(within[user]) for user in self.users)]
        wanted = sorted(set.intersection(*found)) if found else ()
        groups = view.known.each(Group, Group.KEY, [(view.tenant, group) for group in wanted])
        return Picked(tuple(groups), tuple(within[user] for user in self.about))

    def _named(self, view: View) -> Iterable[set[str]]:
        yield from ({group} for group in self.ids)
        for columns, named in ((FOLDED, map(values.fold, self.names)), (EXTERNAL_ID, self.external_ids)):
            for value in named:
                group = view.known.one(Group, columns, view.tenant, value)
                yield set() if group is None else {group.id}


def _within(view: View, users: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = dict.fromkeys(users, frozenset())
    for user in view.known.each(User, User.KEY, [(view.tenant, user) for user in found]):
        if is_visible(view, user):
            memberships = memberships_of(view.known, user.tenant, user.id)
            found[user.id] = frozenset(one.body for one in memberships if one.noun == Group.NOUN)
    return found
