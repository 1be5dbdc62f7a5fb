"""Users with the groups that they are in: one, a page of them, and one who is changed, as he stands then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from muster.core.absence import page_with_the_absent_last
from muster.core.acts import Case, Command, Question, View
from muster.core.belonging import those
from muster.core.editing import Editor, EditUser
from muster.core.finders import HIMSELF, Finder, find_with, found_first
from muster.core.frozen import frozen
from muster.core.groups import Group
from muster.core.known import Known
from muster.core.memberships import Membership, bodies_of, memberships_of
from muster.core.needs import Foreseen, Way
from muster.core.placements import Placements
from muster.core.query import Position, Search
from muster.core.users import OF_A_USER, User
from muster.core.walking_users import ends

FEW = 10
"""Users whose memberships are look-ups like any other; those of more are asked for in one go."""


@frozen
class Grouped:
    """A user, and the groups that he is in, the oldest first; none where they were not asked for."""

    user: User
    groups: tuple[Group, ...] = ()


@frozen
class GroupedPage:
    """A page of users, and how many there are in all, 0 where that was not asked.

    `before` and `after` are the places from which to go on backwards and forwards; None where nobody is left there.
    """

    users: tuple[Grouped, ...]
    total: int
    before: Position | None
    after: Position | None


def _with_groups(known: Known, user: User) -> Grouped:
    """The user with his groups as they stand, in the midst of a batch too. Raises `Unloaded`."""
    memberships = memberships_of(known, user.tenant, user.id)
    return Grouped(user, bodies_of(known, Group, memberships) if memberships else ())


def _grouped(known: Known, tenant: str, users: tuple[User, ...]) -> tuple[Grouped, ...]:
    """These users of a tenant, whose groups are looked up together. Raises `Unloaded`."""
    held = _held(known, tenant, [user.id for user in users])
    # Many users are in the same groups.
    together = set(held.values())
    wanted = sorted({(tenant, body) for bodies in together for body in bodies})
    groups = {group.id: group for group in known.each(Group, Group.KEY, wanted)} if wanted else {}
    found = {bodies: those(groups, bodies) for bodies in together}
    return tuple(Grouped(user, found.get(held.get(user.id, ()), ())) for user in users)


def _held(known: Known, tenant: str, users: list[str]) -> Mapping[str, tuple[str, ...]]:
    """By user the ids of the groups that he is in, the oldest first."""
    if len(users) > FEW:
        return known.placements(Placements(tenant, Group.NOUN, tuple(users)))
    found = known.many_each(Membership, ("tenant", "user"), [(tenant, user) for user in users])
    own = (sorted(one.body for one in his if one.noun == Group.NOUN) for his in found)
    return {user: tuple(bodies) for user, bodies in zip(users, own, strict=True)}


_ALONE = (HIMSELF,)
_WITH_GROUPS = (HIMSELF, Way(Membership, OF_A_USER))


@frozen
class GroupedUser(Question[Grouped]):
    """A user with his groups."""

    permission = "users:view"

    find: Finder
    with_groups: bool = True

    def needs(self, tenant: str) -> Iterable[Foreseen]:
        """The user and what he is in."""
        return found_first(self.find, tenant, _WITH_GROUPS if self.with_groups else _ALONE)

    def answer(self, view: View) -> Grouped:
        """The user. Refuses with `Unknown` one whom the actor does not see."""
        user = find_with(view, self.find, _WITH_GROUPS) if self.with_groups else self.find(view)
        return _with_groups(view.known, user) if self.with_groups else Grouped(user)


@frozen
class GroupedUsers(Question[GroupedPage]):
    """The users that a search finds, as far as the actor sees them, with their groups: at most 1,000.

    With `absent_last` it is sorted by one field, and whoever lacks that comes last, or first if descending.
    """

    permission = "users:view"

    search: Search
    with_groups: bool = True
    absent_last: bool = False

    def answer(self, view: View) -> GroupedPage:
        """The page. Raises `Unloaded`; refuses with `Invalid` a search that would look at too many users."""
        search = self.search.bounded(view.tenant, view.actor.within)
        limit = search.limit
        # One more says whether there is more.
        search = replace(search, limit=limit + 1) if limit else search
        found = page_with_the_absent_last(view.known, search) if self.absent_last else view.known.page(search)
        users = found.users[-limit:] if search.backwards else found.users[:limit]
        before, after = ends(search, users, found)
        with_groups = self.with_groups and bool(users)
        grouped = _grouped(view.known, view.tenant, users) if with_groups else tuple(map(Grouped, users))
        return GroupedPage(grouped, found.total, before, after)


@frozen
class EditGrouped(Command[Grouped]):
    """As `EditUser`, for whoever is then shown the user with his groups: he must see users as well."""

    permission = "users:edit"

    find: Finder
    edit: Editor
    with_groups: bool = True

    def needs(self, tenant: str) -> Iterable[Foreseen]:
        """The user, and what he is in."""
        return found_first(self.find, tenant, _WITH_GROUPS if self.with_groups else _ALONE)

    def decide(self, case: Case) -> Grouped:
        """The user as he stands then."""
        case.actor.must("users:view")
        user = EditUser(self.find, self.edit).decide(case)
        return _with_groups(case.known, user) if self.with_groups else Grouped(user)
