"""Users with what is kept beside them, a page at a time and in both directions: for whoever goes through them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from muster.core.acts import Question, View
from muster.core.attributes import AttributeValue, attributes_of, values_of
from muster.core.authenticators import Authenticator
from muster.core.belonging import NOWHERE, Belonging, those
from muster.core.enrolment import Detail
from muster.core.entity import Columns, Entity
from muster.core.frozen import frozen
from muster.core.groups import Group
from muster.core.lockouts import Lock, lock_of, locked_now
from muster.core.memberships import Body, Membership
from muster.core.organizations import Organization
from muster.core.policies import lockout
from muster.core.query import NOBODY, Condition, Holds, Order, Page, Position, Search, position_of, ties_descend
from muster.core.resource_roles import ResourceRole, lineages
from muster.core.roles import Role
from muster.core.users import ALIASES_OF, OF_A_USER, LoginName, User
from muster.core.words import Word

MOST_TOGETHER = 100


E = TypeVar("E", bound=Entity)
B = TypeVar("B", bound=Body)


class Beside(Word):
    """What can be shown beside a user."""

    ALIASES = "aliases"
    AUTHENTICATORS = "authenticators"
    VALUES = "values"
    BODIES = "bodies"


@frozen
class DetailedPage:
    """A page of users; what was not asked for is empty in each, but that the locked have their authenticators.

    `before` and `after` are the places from which to go on backwards and forwards; None where nobody is left there.
    """

    details: tuple[Detail, ...]
    before: Position | None
    after: Position | None


@frozen
class DetailedUsers(Question[DetailedPage]):
    """The users that a search finds from its start on, as far as the actor sees them, at most 100.

    Each holds all of `roles`, by catalogue and id; who holds what there is not is nobody. With `locked` each is locked
    at this moment. Where too many would have to
    be looked at for a whole page, it is short, and goes on where that stopped.
    """

    permission = "users:view"

    search: Search
    beside: frozenset[Beside] = frozenset()
    roles: tuple[tuple[str, str], ...] = ()
    locked: bool = False

    def answer(self, view: View) -> DetailedPage:
        """The page. Raises `Unloaded`; refuses with `Invalid` an order in which users cannot be walked through."""
        limit = min(max(self.search.limit, 1), MOST_TOGETHER)
        locked = [locked_now(lockout(view), view.at)] if self.locked else []
        search = replace(
            self.search.bounded(view.tenant, view.actor.within),
            conditions=(*self.search.conditions, *_held(view, self.roles), *locked),
            offset=0,
            limit=limit + 1,
            total=False,
            piecemeal=True,
        )
        found = view.known.page(search)
        users = found.users[-limit:] if search.backwards else found.users[:limit]
        before, after = ends(search, users, found)
        return DetailedPage(_details(view, users, self.beside), before, after)


def _held(view: View, roles: Iterable[tuple[str, str]]) -> list[Condition]:
    found = list[Condition]()
    for catalogue, role_id in roles:
        role = view.known.one(Role, Role.KEY, view.tenant, role_id)
        found.append(NOBODY if role is None or role.catalogue != catalogue else Holds(role.id))
    return found


def ends(search: Search, users: tuple[User, ...], found: Page) -> tuple[Position | None, Position | None]:
    """From where to go on backwards and forwards."""
    far: Position | None = None
    if len(found.users) > len(users):
        far = position_of(users[0 if search.backwards else -1], search.order)
    elif found.until is not None:
        far = found.until
    near: Position | None = None
    if search.start is not None and users:
        near = position_of(users[-1 if search.backwards else 0], search.order)
    elif search.start is not None:
        near = _turned(search.start, search.order, backwards=search.backwards)
    return (far, near) if search.backwards else (near, far)


def _turned(start: Position, order: tuple[Order, ...], *, backwards: bool) -> Position:
    """The place from which whoever turns round there meets all that he had behind him, who stands there included."""
    step = -1 if ties_descend(order) is not backwards else 1
    return Position(start.values, start.number + step)


def _details(view: View, users: tuple[User, ...], beside: frozenset[Beside]) -> tuple[Detail, ...]:
    def each(kind: type[E], what: Beside, columns: Columns = OF_A_USER) -> list[tuple[E, ...]]:
        if what not in beside:
            return [()] * len(users)
        return view.known.many_each(kind, columns, ((user.tenant, user.id) for user in users))

    says = lockout(view)
    locks = [lock_of(user, says, view.at) for user in users]
    aliases, tokens = each(LoginName, Beside.ALIASES, ALIASES_OF), each(Authenticator, Beside.AUTHENTICATORS)
    if Beside.AUTHENTICATORS not in beside:
        tokens = _of_the_locked(view, users, locks)
    each(AttributeValue, Beside.VALUES)
    are_valued = Beside.VALUES in beside
    attributes = attributes_of(view) if are_valued else ()
    placed = _belongings(view, each(Membership, Beside.BODIES))
    return tuple(
        Detail(user, his, held, values_of(view, user.id) if are_valued else (), attributes, says, lock, belonging)
        for user, his, held, lock, belonging in zip(users, aliases, tokens, locks, placed, strict=True)
    )


def _of_the_locked(view: View, users: tuple[User, ...], locks: list[Lock | None]) -> list[tuple[Authenticator, ...]]:
    """For each user his authenticators if he is locked, and none otherwise."""
    locked = [(user.tenant, user.id) for user, lock in zip(users, locks, strict=True) if lock is not None]
    held = iter(view.known.many_each(Authenticator, OF_A_USER, locked))
    return [() if lock is None else next(held) for lock in locks]


def _belongings(view: View, memberships: list[tuple[Membership, ...]]) -> list[Belonging]:
    """What each is in whose memberships these are; each body is looked up once."""
    everything = [one for his in memberships for one in his]
    if not everything:
        return [NOWHERE] * len(memberships)

    def bodies(kind: type[B]) -> dict[str, B]:
        wanted = sorted({(one.tenant, one.body) for one in everything if one.noun == kind.NOUN})
        return {body.id: body for body in view.known.each(kind, kind.KEY, wanted)}

    groups, organizations = bodies(Group), bodies(Organization)
    roles = lineages(view) if any(one.noun == ResourceRole.NOUN for one in everything) else {}
    found = (sorted(one.body for one in his) for his in memberships)
    return [Belonging(those(groups, ids), those(organizations, ids), those(roles, ids)) for ids in found]
