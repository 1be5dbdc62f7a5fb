"""Who is in what: a user is in groups and organizations, and is assigned roles of resource servers.

The three are alike here: a `Body` is something that users are in, and each membership is a row of its own, so that one
more member costs the same in a body of ten and in one of a hundred thousand. None of it gives or narrows authority.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Generic, Self, TypeVar

from muster.core import values
from muster.core.acts import Case
from muster.core.arrivals import Arrivals
from muster.core.entity import Entity
from muster.core.events import Change
from muster.core.frozen import frozen
from muster.core.known import Known
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.users import User

NAME_LENGTH = 255
"""Characters of a body's name."""

MOST_OF_A_USER = 1000
"""How many bodies of one kind a user may be in."""

MOST_TOGETHER = 100_000
"""How many members of a body may be changed at once."""

MOST_LOOKED_UP = 500
"""How many users who join a body are looked up one by one; for more it pays to ask for them all at once."""

MOST_RECORDED = 10_000
"""How many of them one event tells of; there are as many events as it takes."""

MEMBERS = "members"


class Body(Entity):
    """Something that users are in. `NOUN` is what one is called, `FIELD` what a user's are."""

    __slots__ = ()

    NOUN: ClassVar[str]
    FIELD: ClassVar[str]

    id: str
    tenant: str
    name: str

    def moved(self, at: int) -> Self:
        """The body after its members have changed at this time (UTC milliseconds)."""
        return self


B = TypeVar("B", bound=Body)


@frozen
class Membership(Entity):
    """One user's being in one body; `noun` is the body's."""

    KEY = ("tenant", "body", "user")
    MANY = (("tenant", "user"),)

    tenant: str
    body: str
    user: str
    noun: str


def check_name(name: str) -> None:
    """Refuse with `Invalid` what can be no body's name: 1 to 255 characters without control characters."""
    if not name.strip():
        refuse(Invalid("name", Fault.MISSING))
    values.searched_line(name, "name", NAME_LENGTH)


Places = tuple[tuple[type[Body], tuple[str, ...]], ...]
"""By kind the ids of what a user shall be in; of a kind that is not named, what he is in stays."""


def memberships_of(known: Known, tenant: str, user: str) -> tuple[Membership, ...]:
    """All that a user is in. Raises `Unloaded`."""
    return known.many(Membership, ("tenant", "user"), tenant, user)


def bodies_of(known: Known, kind: type[B], memberships: Iterable[Membership]) -> tuple[B, ...]:
    """Those of the bodies that are of this kind, by id, so the oldest first. Raises `Unloaded`."""
    wanted = sorted([(one.tenant, one.body) for one in memberships if one.noun == kind.NOUN])
    return tuple(known.each(kind, kind.KEY, wanted)) if wanted else ()


def place_in(case: Case, user: User, kind: type[Body], wanted: Iterable[str]) -> bool:
    """Have a user be in these bodies of a kind, by id, and in no others of it; whether anything is different then.

    Records it. Refuses with `Invalid`, of the kind's field, an id that names none and more than a user may be in. Who
    may do that to him is for the command to ask.
    """
    ids = dict.fromkeys(wanted)
    if len(ids) > MOST_OF_A_USER:
        refuse(Invalid(kind.FIELD, Fault.TOO_MANY, MOST_OF_A_USER))
    all_memberships = memberships_of(case.known, user.tenant, user.id)
    current = {one.body: one for one in all_memberships if one.noun == kind.NOUN}
    joined = case.known.each(kind, kind.KEY, [(user.tenant, body) for body in ids if body not in current])
    left = case.known.each(kind, kind.KEY, [(user.tenant, body) for body in current if body not in ids])
    if len(joined) < len(ids.keys() - current.keys()):
        refuse(Invalid(kind.FIELD, Fault.UNKNOWN))
    for body in left:
        _move(case, body, current[body.id], None)
    for body in joined:
        _move(case, body, None, Membership(user.tenant, body.id, user.id, kind.NOUN))
    if not joined and not left:
        return False
    changes = [Change(kind.FIELD, body.id, None) for body in left] + [Change(kind.FIELD, None, b.id) for b in joined]
    act = f"user.{kind.FIELD.replace('_', '-')}-set"
    case.record(act, "user", user.id, user.username, None, None, (), tuple(changes))
    return True


def _move(case: Case, body: Body, old: Membership | None, new: Membership | None) -> None:
    case.put(old, new)
    mark(case, body)


def mark(case: Case, body: B) -> B:
    """Keep the body as one whose members have changed."""
    moved = body.moved(case.at)
    if moved is not body:
        case.put(body, moved)
    return moved


def place(case: Case, user: User, places: Places) -> bool:
    """Have a user be where `places` says; whether anything is different then. Refuses as `place_in`, and records it.

    For use inside a command that has seen to it that the actor may change the user.
    """
    return any([place_in(case, user, kind, wanted) for kind, wanted in places])  # noqa: C419  (each must be placed)


@frozen
class Exchange(Generic[B]):
    """A body as it is after some joined it and others left it, and how many of those asked for did."""

    body: B
    joined: int
    left: int


def exchange(case: Case, body: B, come: Iterable[str], out: Iterable[Membership]) -> Exchange[B]:
    """Have users who are not in a body join it, and these memberships of it end; records what is different then."""
    noun = type(body).NOUN
    gone, new = list(out), list(come)
    if not gone and not new:
        return Exchange(body, 0, 0)
    for membership in gone:
        case.put(membership, None)
    for user in new:
        case.put(None, Membership(body.tenant, body.id, user, noun))
    changes = [Change(MEMBERS, one.user, None) for one in gone] + [Change(MEMBERS, None, user) for user in new]
    for start in range(0, len(changes), MOST_RECORDED):
        told = tuple(changes[start : start + MOST_RECORDED])
        case.record(f"{noun}.members-changed", noun, body.id, body.name, None, None, (), told)
    return Exchange(mark(case, body), len(new), len(gone))


def joining(case: Case, body: Body, users: Iterable[str]) -> list[str]:
    """Those of these users, by id, who are not in a body yet.

    Refuses with `Invalid` ids that are no user's, and, of the body's field, a user who is in as many as he may be.
    """
    wanted = list(dict.fromkeys(users))
    if len(wanted) <= MOST_LOOKED_UP:
        return _joining(case, body, wanted)
    # What is committed tells of all but those whom the batch has to do with, who are few.
    noun = type(body).NOUN
    arrived = case.known.arrived(Arrivals(body.tenant, noun, body.id, tuple(wanted)))
    touched = {user for _, user in case.known.written(User)} | {user for _, _, user in case.known.written(Membership)}
    touched.update(user for user, count in arrived.bodies.items() if count >= MOST_OF_A_USER)
    if any(user not in arrived.there and user not in touched for user in wanted):
        refuse(Invalid(MEMBERS, Fault.UNKNOWN))
    known = set(_joining(case, body, [user for user in wanted if user in touched]))
    return [user for user in wanted if (user in known if user in touched else user not in arrived.inside)]


def _joining(case: Case, body: Body, users: list[str]) -> list[str]:
    known, tenant = case.known, body.tenant
    if len(known.each(User, User.KEY, [(tenant, user) for user in users])) < len(users):
        refuse(Invalid(MEMBERS, Fault.UNKNOWN))
    there = {one.user for one in known.each(Membership, Membership.KEY, [(tenant, body.id, user) for user in users])}
    come = [user for user in users if user not in there]
    for memberships in known.many_each(Membership, ("tenant", "user"), [(tenant, user) for user in come]):
        if sum(one.noun == type(body).NOUN for one in memberships) >= MOST_OF_A_USER:
            refuse(Invalid(type(body).FIELD, Fault.TOO_MANY, MOST_OF_A_USER))
    return come


def dissolve(case: Case, body: Body) -> None:
    """End all memberships of a body, which ends itself: one statement, however many they are."""
    case.sweep(Membership, ("tenant", "body"), body.tenant, body.id)
