"""Users: persons and services that can hold access; how they are made, found and looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from muster.core.acts import Question, View
from muster.core.attributes import folded_value
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.known import Known
from muster.core.needs import Foreseen, Together, Way
from muster.core.query import Condition, Holds, HomeBelow, Page, Search
from muster.core.refusals import BeyondAuthority, Unknown, refuse
from muster.core.roles import Role, find_role, union
from muster.core.tenancy import Tenant
from muster.core.units import Unit, find_unit, in_effect

PERSON = "person"
SERVICE = "service"
USERNAME = "username"
ALIAS = "alias"
EXTERNAL_ID = ("tenant", "external_id")
_TRUTHS = ("true", "false")
_FOUND_BY = "*"


@frozen
class User(Entity):
    """A person or a service. `scope` holds the ids of the units that it is restricted to; empty is no restriction.

    `roles` and `scope` are sorted.

    `password` is an argon2id hash. `locked_at` is when he was locked, which may have ended by itself since, see
    `lockouts`. `extras` holds what only one API knows, under names that begin with its own; by the
    lines of one whose name ends with an asterisk he can be found.
    """

    UNIQUE = (("tenant", "number"),)
    MANY = (EXTERNAL_ID,)
    AUTHORITY = ("active", "roles", "scope", "home", "username")
    COUNTED = True

    id: str
    tenant: str
    number: int
    kind: str
    username: str
    given_name: str | None
    family_name: str | None
    email: str | None
    phone: str | None
    job_title: str | None
    home: str
    active: bool
    sso_only: bool
    administrator: bool
    password: str | None
    created_at: int
    changed_at: int
    last_login_at: int | None
    version: int
    roles: tuple[str, ...]
    scope: tuple[str, ...]
    extras: tuple[tuple[str, str], ...]
    mobile: str | None = None
    locale: str | None = None
    external_id: str | None = None
    principal_name: str | None = None
    security_id: str | None = None
    locked_at: int | None = None

    @property
    def tallies(self) -> tuple[int, int]:
        """What it adds to its tenant's tallies: users and active administrators."""
        return 1, int(self.active and self.administrator)

    @property
    def marks(self) -> tuple[str, ...]:
        """What of his extras he can be found by, see `mark`: those that are true or false, and lines; each once."""
        found: list[str] = []
        for name, text in self.extras:
            if name.endswith(_FOUND_BY):
                found += [mark(name, line) for line in text.split("\n")]
            elif text in _TRUTHS:
                found.append(mark(name, text))
        return tuple(dict.fromkeys(found)) if found else ()


def mark(name: str, text: str) -> str:
    """What a user is found by who has this text as an extra, or as a line of one, in any case and width."""
    return f"{name}={folded_value(text)}"


@frozen
class LoginName(Entity):
    """A name that a user signs in with: the username or an alias. No two in a tenant fold to the same.

    `number` is the user's.
    """

    KEY = ("tenant", "folded")
    MANY = (("tenant", "user"), ("tenant", "alias_of"))

    tenant: str
    folded: str
    user: str
    id: str
    kind: str
    value: str
    number: int

    @property
    def alias_of(self) -> str | None:
        """The id of the user whose alias it is; None for a username."""
        return self.user if self.kind == ALIAS else None


ALIASES_OF = ("tenant", "alias_of")
OF_A_USER = ("tenant", "user")
"""By what is found that belongs to a user."""

RECORDED = (
    "number",
    "username",
    "given_name",
    "family_name",
    "email",
    "phone",
    "mobile",
    "job_title",
    "locale",
    "external_id",
    "principal_name",
    "security_id",
    "home",
    "active",
    "locked_at",
    "sso_only",
    "roles",
    "scope",
)


@dataclass(slots=True, eq=False)
class Standing:
    """Where users stand who have home, roles and scope in common. `visible` holds the topmost units that they see.

    As long as nobody's authority changes it is one object for all of them, so that what is made of it may be kept.
    """

    tenant: Tenant
    home: Unit
    roles: tuple[Role, ...]
    scope: tuple[Unit, ...]
    visible: tuple[Unit, ...]


@frozen
class UserView:
    """A user with what an API shows beside him."""

    user: User
    standing: Standing


def roles_of(known: Known, user: User) -> tuple[Role, ...]:
    """The user's roles of all catalogues. Raises `Unloaded`."""
    return tuple(known.each(Role, Role.KEY, ((user.tenant, role) for role in user.roles)))


def scope_of(known: Known, user: User) -> tuple[Unit, ...]:
    """The units that the user is restricted to. Raises `Unloaded`."""
    return tuple(known.each(Unit, Unit.KEY, ((user.tenant, unit) for unit in user.scope)))


def is_visible(view: View, user: User) -> bool:
    """Whether the actor sees the user: his home, or all that he is restricted to, lies in the actor's scope."""
    actor = view.actor
    if actor.scope is None or user.id == actor.id:
        return True
    home = view.known.one(Unit, ("tenant", "id"), user.tenant, user.home)
    if home is not None and actor.sees(home):
        return True
    return actor.covers(scope_of(view.known, user))


def find_user(view: View, number: int) -> User:
    """The user of this number. Refuses with `Unknown` if there is none that the actor sees."""
    return seen(view, view.known.one(User, ("tenant", "number"), view.tenant, number))


def find_user_by_id(view: View, user_id: str, noun: str = "user") -> User:
    """The user of this id. Refuses with `Unknown`, of the noun given, if there is none that the actor sees."""
    return seen(view, view.known.one(User, ("tenant", "id"), view.tenant, user_id), noun)


def seen(view: View, user: User | None, noun: str = "user") -> User:
    """The user, if there is one and the actor sees him. Refuses with `Unknown`, of the noun given."""
    if user is None or not is_visible(view, user):
        refuse(Unknown(noun))
    return user


def must_manage(view: View, user: User) -> None:
    """Refuse with `BeyondAuthority` unless the user holds no permission, and sees no unit, that the actor does not."""
    if user.id == view.actor.id:
        return
    view.actor.must_hold(union(roles_of(view.known, user)), "user")
    if not view.actor.covers(scope_of(view.known, user)):
        refuse(BeyondAuthority("user"))


def look(view: View, user: User) -> UserView:
    """The user with his tenant, home, roles and units. Raises `Unloaded`."""
    known = view.known
    return UserView(user, known.derived(user.tenant, _place(user), lambda: _standing(known, user)))


def _place(user: User) -> tuple[object, ...]:
    return "standing", user.home, user.roles, user.scope


def _standing(known: Known, user: User) -> Standing:
    tenant = known.one(Tenant, Tenant.KEY, user.tenant)
    home = known.one(Unit, Unit.KEY, user.tenant, user.home)
    root = None if tenant is None else known.one(Unit, Unit.KEY, user.tenant, tenant.root)
    if tenant is None or home is None or root is None:
        raise AssertionError(f"user {user.id} is kept without his tenant or home")
    scope = scope_of(known, user)
    home, *visible = in_effect(known, home, *(scope or (root,)))
    return Standing(tenant, home, roles_of(known, user), scope, tuple(visible))


_BY_NUMBER = (Way(User, ("tenant", "number")),)


@frozen
class UserByNumber(Question[UserView]):
    """The user of this number, as far as the actor sees him."""

    permission = "users:view"

    number: int

    def needs(self, tenant: str) -> Iterable[Foreseen]:
        """The user, which is all that is not usually cached."""
        return (Together((tenant, self.number), _BY_NUMBER),)

    def answer(self, view: View) -> UserView:
        """The user. Refuses with `Unknown`."""
        return look(view, find_user(view, self.number))


@frozen
class Myself(Question[UserView]):
    """The actor's own user; everybody may ask this."""

    def answer(self, view: View) -> UserView:
        """The user. Refuses with `Unknown` an actor that is no user."""
        return look(view, find_user_by_id(view, view.actor.id))


@frozen
class Users(Question[tuple[tuple[UserView, ...], Page]]):
    """The users that meet a search, as far as the actor sees them: his tenant and scope are put in here.

    `unit` narrows to those at home in the unit of this number or below it, `role` to those who hold one, named by
    catalogue and number.
    """

    permission = "users:view"

    search: Search
    unit: int | None = None
    role: tuple[str, int] | None = None

    def searches(self, tenant: str) -> Iterable[Search]:
        """The search, where it is for nothing else as well."""
        return (self.search.bounded(tenant, None),) if self.unit is None and self.role is None else ()

    def answer(self, view: View) -> tuple[tuple[UserView, ...], Page]:
        """One page. Refuses with `Invalid` an unknown unit or role."""
        further: list[Condition] = []
        if self.unit is not None:
            unit = find_unit(view, self.unit, "home")
            # Everybody is at home below the root.
            further += [HomeBelow(unit.path)] if unit.parent is not None else []
        if self.role is not None:
            further.append(Holds(find_role(view, *self.role, "roles").id))
        search = self.search.bounded(view.tenant, view.actor.within)
        page = view.known.page(search if not further else replace(search, conditions=(*search.conditions, *further)))
        strangers = [user for user in page.users if not view.known.is_derived(user.tenant, _place(user))]
        if strangers:
            _look_up_together(view.known, strangers)
        return tuple(look(view, user) for user in page.users), page


def _look_up_together(known: Known, users: list[User]) -> None:
    """Have what is shown beside these users looked up at once, rather than user by user. Raises `Unloaded`."""
    wanted = dict.fromkeys((user.tenant, unit) for user in users for unit in (user.home, *user.scope))
    units = known.each(Unit, Unit.KEY, wanted)
    known.each(Unit, ("tenant", "number"), dict.fromkeys((it.tenant, number) for it in units for number in it.above))
    known.each(Role, Role.KEY, dict.fromkeys((user.tenant, role) for user in users for role in user.roles))
