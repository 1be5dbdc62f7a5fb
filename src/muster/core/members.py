"""Changing and listing who is in a body, from its side and from a user's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from muster.core.acts import Case, Command, Question, View
from muster.core.editing import must_edit
from muster.core.finders import HIMSELF, Finder, OfAUser
from muster.core.frozen import frozen
from muster.core.listing import Listed, Listing, Place, listed
from muster.core.memberships import (
    MEMBERS,
    MOST_TOGETHER,
    B,
    Body,
    Exchange,
    Membership,
    exchange,
    joining,
    place_in,
)
from muster.core.needs import Need, Way
from muster.core.refusals import Fault, Invalid, Unknown, refuse
from muster.core.users import OF_A_USER, User, is_visible

MOST_SHOWN = 10_000
"""How many members a page of them holds."""


def _body(view: View, kind: type[Body], body: str) -> Any:
    found = view.known.one(kind, kind.KEY, view.tenant, body)
    return found if found is not None else refuse(Unknown(kind.NOUN))


def _bounded(users: tuple[str, ...]) -> tuple[str, ...]:
    if len(users) > MOST_TOGETHER:
        refuse(Invalid(MEMBERS, Fault.TOO_MANY, MOST_TOGETHER))
    return tuple(dict.fromkeys(users))


@frozen
class ChangeMembers(Command[Exchange[Any]]):
    """Have users, by id, be in a body, and others be in it no more; 100,000 of each at most.

    Whoever is in it already, or is not, stays so; an id to remove may be nobody's. For actors who see all units and
    hold the permission to edit bodies of the kind; whether they could change the user himself is not asked, since
    nothing about him but this changes.
    """

    kind: type[Body]
    body: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def needs(self, tenant: str) -> Iterable[Need]:
        """The body."""
        yield Need(self.kind, self.kind.KEY, (tenant, self.body))

    def decide(self, case: Case) -> Exchange[Any]:
        """What came of it. Refuses with `Unknown` one that there is not, with `Invalid` unknown users to add."""
        case.actor.must(f"{self.kind.FIELD}:edit")
        case.actor.must_see_all()
        body = _body(case, self.kind, self.body)
        return change(case, body, self.add, self.remove)


@frozen
class SetMembers(Command[Exchange[Any]]):
    """Have these users, by id, be in a body, and nobody else. As `ChangeMembers`; 100,000 at most, before and after."""

    kind: type[Body]
    body: str
    users: tuple[str, ...]

    def decide(self, case: Case) -> Exchange[Any]:
        """What came of it. Refuses as `ChangeMembers`, and a body that has more members already."""
        case.actor.must(f"{self.kind.FIELD}:edit")
        case.actor.must_see_all()
        body = _body(case, self.kind, self.body)
        return reseat(case, body, self.users)


def change(case: Case, body: B, add: tuple[str, ...], remove: tuple[str, ...]) -> Exchange[B]:
    """Have users, by id, be in a body, and others be in it no more, as `ChangeMembers` says."""
    leaving, coming = _bounded(remove), dict.fromkeys(_bounded(add))
    keys = [(body.tenant, body.id, user) for user in leaving if user not in coming]
    return exchange(case, body, joining(case, body, coming), case.known.each(Membership, Membership.KEY, keys))


def reseat(case: Case, body: B, users: tuple[str, ...]) -> Exchange[B]:
    """Have these users, by id, be in a body, and nobody else, as `SetMembers` says."""
    wanted = dict.fromkeys(_bounded(users))
    current = _members_now(case, body)
    come = joining(case, body, (user for user in wanted if user not in current))
    return exchange(case, body, come, (one for user, one in current.items() if user not in wanted))


def _members_now(case: Case, body: Body) -> dict[str, Membership]:
    """Who is in the body, by user: those committed, as the batch has left them, and those whom it has added."""
    found = case.known.listing(Listing(Membership, body.tenant, MOST_TOGETHER, "user", (("body", body.id),)))
    if len(found) > MOST_TOGETHER:
        refuse(Invalid(MEMBERS, Fault.TOO_MANY, MOST_TOGETHER))
    added = (one for one in case.known.touched(Membership) if one.body == body.id)
    return {one.user: one for one in (*case.known.standing(Membership, found), *added)}


@frozen
class Members:
    """A page of the users who are in a body, by id, so by when they were made; `before` and `after` as in a list."""

    users: tuple[User, ...]
    before: Place | None
    after: Place | None


def _page_of(
    view: View, kind: type[Body], body_id: str, limit: int, place: Place | None, *, backwards: bool = False
) -> Listed[Membership]:
    view.actor.must(f"{kind.FIELD}:view")
    body = _body(view, kind, body_id)
    where = (("body", body.id),)
    most = min(limit, MOST_SHOWN)
    return listed(view.known, Listing(Membership, body.tenant, most, "user", where, place=place, backwards=backwards))


@frozen
class MembersOf(Question[Members]):
    """A page of who is in a body. For whoever may see bodies of the kind; users whom he does not see are left out."""

    kind: type[Body]
    body: str
    limit: int
    place: Place | None = None
    backwards: bool = False

    def answer(self, view: View) -> Members:
        """The page. Refuses with `Unknown` a body that there is not."""
        page = _page_of(view, self.kind, self.body, self.limit, self.place, backwards=self.backwards)
        users = view.known.each(User, User.KEY, [(one.tenant, one.user) for one in page.rows])
        return Members(tuple(user for user in users if is_visible(view, user)), page.before, page.after)


@frozen
class MemberIds:
    """As `Members`, of whom only the ids are told."""

    users: tuple[str, ...]
    before: Place | None
    after: Place | None


@frozen
class MemberIdsOf(Question[MemberIds]):
    """As `MembersOf`, for whom ids are enough: an actor who sees everybody has no user looked up for it."""

    kind: type[Body]
    body: str
    limit: int
    place: Place | None = None

    def answer(self, view: View) -> MemberIds:
        """The page. Refuses as `MembersOf`."""
        if view.actor.scope is not None:
            page = MembersOf(self.kind, self.body, self.limit, self.place).answer(view)
            return MemberIds(tuple(user.id for user in page.users), page.before, page.after)
        found = _page_of(view, self.kind, self.body, self.limit, self.place)
        return MemberIds(tuple(one.user for one in found.rows), found.before, found.after)


@frozen
class Strangers(Question[tuple[int, ...]]):
    """Which of these ids, 100,000 at most, are no user's of the actor's tenant, so that nobody could join a group."""

    permission = "groups:view"

    users: tuple[str, ...]

    def answer(self, view: View) -> tuple[int, ...]:
        """Their places among those that were given."""
        wanted = _bounded(self.users)
        there = {user.id for user in view.known.each(User, User.KEY, [(view.tenant, user) for user in wanted])}
        return tuple(place for place, user in enumerate(self.users) if user not in there)


@frozen
class PlaceUser(OfAUser, Command[User]):
    """Have a user be in these bodies of a kind, by id, and in no others of it; None leaves him where he is.

    Refuses a user whom the actor does not see or may not change, and as `place_in`.
    """

    permission = "users:edit"
    WAYS = (HIMSELF, Way(Membership, OF_A_USER))

    find: Finder
    kind: type[Body]
    bodies: tuple[str, ...] | None

    def decide(self, case: Case) -> User:
        """The user."""
        user = self.find(case)
        must_edit(case, user)
        if self.bodies is not None:
            place_in(case, user, self.kind, self.bodies)
        return user
