"""How a user is named: what finds him, and can say beforehand what will be looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from muster.core import values
from muster.core.acts import View
from muster.core.frozen import frozen
from muster.core.needs import Foreseen, Need, Onward, Together, Way
from muster.core.refusals import Unknown, refuse
from muster.core.users import EXTERNAL_ID, LoginName, User, find_user, find_user_by_id, seen

Finder = Callable[[View], User]
"""How a user is named: a function that finds him, or refuses with `Unknown`."""

HIMSELF = Way(User, User.KEY)
"""A user by his tenant and id, as what is kept beside him is looked up."""


@frozen
class ById:
    """Finds the user of this id."""

    user: str

    def needs(self, tenant: str, ways: tuple[Way, ...]) -> tuple[Foreseen, ...]:
        """All of it at once."""
        return (Together((tenant, self.user), ways),)

    def __call__(self, view: View) -> User:
        return find_user_by_id(view, self.user)


@frozen
class ByNumber:
    """Finds the user of this number."""

    number: int

    def needs(self, tenant: str, ways: tuple[Way, ...]) -> tuple[Foreseen, ...]:
        """The user by his number, and what follows from that."""
        return (_followed(Need(User, ("tenant", "number"), (tenant, self.number)), ways),)

    def __call__(self, view: View) -> User:
        return find_user(view, self.number)


@frozen
class ByLoginName:
    """Finds the user who signs in with this name, username or alias."""

    folded: str

    def needs(self, tenant: str, ways: tuple[Way, ...]) -> tuple[Foreseen, ...]:
        """Whose name it is, and what follows from that."""
        return (Onward(Need(LoginName, LoginName.KEY, (tenant, self.folded)), "user", ways),)

    def __call__(self, view: View) -> User:
        found = view.known.one(LoginName, LoginName.KEY, view.tenant, self.folded)
        if found is None:
            refuse(Unknown("user"))
        return find_user_by_id(view, found.user)


@frozen
class ByExternalId:
    """Finds the user of this external id, the first if several have it."""

    external_id: str

    def needs(self, tenant: str, ways: tuple[Way, ...]) -> tuple[Foreseen, ...]:
        """The user by his external id, and what follows from that."""
        return (_followed(Need(User, EXTERNAL_ID, (tenant, self.external_id)), ways),)

    def __call__(self, view: View) -> User:
        found = view.known.many(User, EXTERNAL_ID, view.tenant, self.external_id)
        return seen(view, found[0] if found else None)


@frozen
class Checked:
    """Finds whom another one finds, if he passes a check, which refuses where he does not."""

    find: Foretelling
    check: Callable[[User], None]

    def needs(self, tenant: str, ways: tuple[Way, ...]) -> tuple[Foreseen, ...]:
        """What the other one needs."""
        return self.find.needs(tenant, ways)

    def __call__(self, view: View) -> User:
        user = self.find(view)
        self.check(user)
        return user


Foretelling = ById | ByNumber | ByLoginName | ByExternalId | Checked
"""A finder that can say beforehand what is to be looked up in some ways by a tenant and the user's id: its `needs`."""


def _followed(need: Need, ways: tuple[Way, ...]) -> Foreseen:
    """A need that finds users themselves, with what is to be looked up beside them."""
    beside = tuple(way for way in ways if way is not HIMSELF)
    return Onward(need, "id", beside) if beside else need


def by_id(user_id: str) -> Foretelling:
    """The user of this id."""
    return ById(user_id)


def by_number(number: int) -> Foretelling:
    """The user of this number."""
    return ByNumber(number)


def by_login_name(name: str) -> Foretelling:
    """The user who signs in with this name, username or alias."""
    return ByLoginName(values.fold(name))


def by_external_id(external_id: str) -> Foretelling:
    """The user of this external id."""
    return ByExternalId(external_id)


def found_first(find: Finder, tenant: str, ways: tuple[Way, ...]) -> tuple[Foreseen, ...]:
    """What a finder can say beforehand that is to be looked up in these ways by a tenant and a user's id."""
    return find.needs(tenant, ways) if isinstance(find, Foretelling) else ()


class OfAUser:
    """A command or a question about one user: he, and in these ways what is beside him, is looked up beforehand."""

    __slots__ = ()

    WAYS: ClassVar[tuple[Way, ...]] = (HIMSELF,)

    find: Finder

    def needs(self, tenant: str) -> Iterable[Foreseen]:
        """Him, and what is beside him."""
        return found_first(self.find, tenant, self.WAYS)


def find_with(view: View, find: Finder, ways: tuple[Way, ...]) -> User:
    """The user, for whom all that is kept beside him is looked up together, as soon as his id is known.

    With most finders that is before the question runs, see `found_first`. Raises `Unloaded`; refuses with `Unknown`.
    """
    user = find(view)
    if not isinstance(find, Foretelling):
        own = (user.tenant, user.id)
        view.known.gather(Need(kind, columns, own) for kind, columns in ways)
    return user
