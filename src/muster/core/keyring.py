"""The keys that there are, as somebody may look at them: never their secrets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from muster.core.acts import Question, View
from muster.core.frozen import frozen
from muster.core.keys import ApiKey, find_key, role_of
from muster.core.query import MOST_ROWS
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.roles import Role
from muster.core.runs import Run
from muster.core.units import Unit
from muster.core.users import User, is_visible

MOST_EXAMINED = 50_000
"""How many keys a list looks at, to find those that the actor sees, before it is given up."""

RUN = 1_000


@frozen
class KeyView:
    """A key with its user, and the role that narrows it."""

    key: ApiKey
    user: User
    role: Role | None


@frozen
class KeyByNumber(Question[KeyView]):
    """The key of this number, if the actor sees its user."""

    permission = "keys:view"

    number: int

    def answer(self, view: View) -> KeyView:
        """The key. Refuses with `Unknown`."""
        key, user = find_key(view, self.number)
        return KeyView(key, user, role_of(view.known, key))


@frozen
class Keys(Question[tuple[KeyView, ...]]):
    """The keys of the users that the actor sees, or of the user of this number alone; by number, 1000 at most."""

    permission = "keys:view"

    user: int | None = None
    offset: int = 0
    limit: int = MOST_ROWS

    def answer(self, view: View) -> tuple[KeyView, ...]:
        """The keys. Refuses with `Invalid` an offset that lies past all that a list looks at."""
        keys = _keys(view) if self.user is None else _keys_of(view, self.user)
        first = max(self.offset, 0)
        wanted = islice(keys, first, first + min(max(self.limit, 0), MOST_ROWS))
        return tuple(KeyView(key, user, role_of(view.known, key)) for key, user in wanted)


def _keys_of(view: View, number: int) -> Iterator[tuple[ApiKey, User]]:
    user = view.known.one(User, ("tenant", "number"), view.tenant, number)
    if user is None or not is_visible(view, user):
        return
    for key in sorted(view.known.many(ApiKey, ("tenant", "user"), view.tenant, user.id), key=lambda key: key.number):
        yield key, user


def _keys(view: View) -> Iterator[tuple[ApiKey, User]]:
    after = 0
    for _ in range(MOST_EXAMINED // RUN):
        run = view.known.run(Run(ApiKey, view.tenant, after, RUN))
        owners = dict.fromkeys((view.tenant, key.user) for key in run)
        users = {user.id: user for user in view.known.each(User, User.KEY, owners)}
        seen = _visible(view, users)
        yield from ((key, users[key.user]) for key in run if key.user in seen)
        if len(run) < RUN:
            return
        after = run[-1].number
    refuse(Invalid("offset", Fault.TOO_MANY, MOST_EXAMINED))


def _visible(view: View, users: dict[str, User]) -> set[str]:
    """The ids of those that the actor sees, with their units loaded all together."""
    if view.actor.scope is not None:
        units = dict.fromkeys(unit for user in users.values() for unit in (user.home, *user.scope))
        view.known.each(Unit, Unit.KEY, [(view.tenant, unit) for unit in units])
    return {user.id for user in users.values() if is_visible(view, user)}
