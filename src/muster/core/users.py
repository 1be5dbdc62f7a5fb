"""Users: persons and services that can hold access; how they are made, found and looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.attributes import valued
from muster.core.entity import Entity
from muster.core.events import Change
from muster.core.frozen import frozen
from muster.core.known import Known, Need
from muster.core.links import PasswordLink
from muster.core.mails import SET_PASSWORD, SIGN_IN, Mail
from muster.core.query import Page, Search
from muster.core.refusals import BeyondAuthority, Fault, Invalid, Taken, Unknown, refuse
from muster.core.roles import ADMINISTER, Role, find_role, union
from muster.core.tenancy import Tenant
from muster.core.units import Unit, find_unit

T = TypeVar("T")

PERSON = "person"
MOST_ROLES = 100
MOST_SCOPE = 1000
MOST_EXTRAS = 1000
SEARCHED_LINES = (
    ("given_name", values.TEXT_LENGTH),
    ("family_name", values.TEXT_LENGTH),
    ("email", values.EMAIL_LENGTH),
)
USERNAME = "username"
ALIAS = "alias"
EXTERNAL_ID = ("tenant", "external_id")
MOST_ALIASES = 10


@frozen
class User(Entity):
    """A person or a service. `scope` holds the ids of the units that it is restricted to; empty is no restriction.

    `roles` and `scope` are sorted.

    `password` is an argon2id hash. `extras` holds what only one API knows, under names that begin with its own.
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
    locked: bool = False

    @property
    def tallies(self) -> tuple[int, int]:
        """What it adds to its tenant's tallies: users and active administrators."""
        return 1, int(self.active and self.administrator)


@frozen
class LoginName(Entity):
    """A name that a user signs in with: the username or an alias. No two in a tenant fold to the same."""

    KEY = ("tenant", "folded")
    MANY = (("tenant", "user"),)

    tenant: str
    folded: str
    user: str
    id: str
    kind: str
    value: str


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
    "locked",
    "sso_only",
    "roles",
    "scope",
)


@frozen
class UserView:
    """A user with what an API shows beside him. `visible` holds the topmost units that he sees."""

    user: User
    tenant: Tenant
    home: Unit
    roles: tuple[Role, ...]
    scope: tuple[Unit, ...]
    visible: tuple[Unit, ...]


def roles_of(known: Known, user: User) -> tuple[Role, ...]:
    """The user's roles of all catalogues. Raises `Unloaded`."""
    found = (known.one(Role, ("tenant", "id"), user.tenant, role) for role in user.roles)
    return tuple(role for role in found if role is not None)


def scope_of(known: Known, user: User) -> tuple[Unit, ...]:
    """The units that the user is restricted to. Raises `Unloaded`."""
    found = (known.one(Unit, ("tenant", "id"), user.tenant, unit) for unit in user.scope)
    return tuple(unit for unit in found if unit is not None)


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
    return _seen(view, view.known.one(User, ("tenant", "number"), view.tenant, number), "user")


Finder = Callable[[View], User]
"""How a user is named: a function that finds him, or refuses with `Unknown`."""


def by_number(number: int) -> Finder:
    """The user of this number."""
    return lambda view: find_user(view, number)


def by_id(user_id: str) -> Finder:
    """The user of this id."""
    return lambda view: find_user_by_id(view, user_id)


def by_login_name(name: str) -> Finder:
    """The user who signs in with this name, username or alias."""

    def find(view: View) -> User:
        found = view.known.one(LoginName, LoginName.KEY, view.tenant, values.fold(name))
        if found is None:
            refuse(Unknown("user"))
        return find_user_by_id(view, found.user)

    return find


def by_external_id(external_id: str) -> Finder:
    """The user of this external id."""

    def find(view: View) -> User:
        found = view.known.many(User, EXTERNAL_ID, view.tenant, external_id)
        return _seen(view, found[0] if found else None, "user")

    return find


def find_user_by_id(view: View, user_id: str, noun: str = "user") -> User:
    """The user of this id. Refuses with `Unknown`, of the noun given, if there is none that the actor sees."""
    return _seen(view, view.known.one(User, ("tenant", "id"), view.tenant, user_id), noun)


def _seen(view: View, user: User | None, noun: str) -> User:
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


@frozen
class UserDraft:
    """A user as somebody wants him. Units are named by number, roles by catalogue and number.

    Without a `home` he gets the creator's (the root where that is no user), without a `scope` the creator's; `notify`
    sends him the mail that lets him set a password, or tells an SSO-only user that he may sign in.
    """

    username: str
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    job_title: str | None = None
    locale: str | None = None
    external_id: str | None = None
    principal_name: str | None = None
    security_id: str | None = None
    aliases: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    home: int | None = None
    scope: tuple[int, ...] = ()
    roles: tuple[tuple[str, int], ...] = ()
    active: bool = True
    locked: bool = False
    sso_only: bool = False
    notify: bool = True
    password: str | None = None
    extras: tuple[tuple[str, str], ...] = ()


@frozen
class CreateUser(Command[User]):
    """Make a user. Refuses wrong values, a taken name, unknown roles and units, and whatever reaches too far."""

    permission = "users:create"

    draft: UserDraft

    def needs(self, tenant: str) -> Iterable[Need]:
        """The login names, which are all that is not usually cached."""
        return login_names_needed(tenant, self.draft)

    def decide(self, case: Case) -> User:
        """The new user."""
        return create(case, self.draft)


def create(case: Case, draft: UserDraft) -> User:
    """Keep a new user with his names and attributes, and owe him his mail. Refuses as `CreateUser` says."""
    check_texts(draft)
    roles = tuple(find_role(case, *role, "roles") for role in _bounded(draft.roles, "roles", MOST_ROLES))
    for role in roles:
        case.actor.must_hold(role.permissions, "role")
    user = drafted(case, draft, roles, _home(case, draft), _scope(case, draft))
    _must_be_free(case, user.username, "username")
    aliases = _aliases(case, user, draft.aliases)
    if user.external_id is not None and case.known.many(User, EXTERNAL_ID, case.tenant, user.external_id):
        refuse(Taken("external_id"))
    attributes = valued(case, user.id, draft.attributes)
    for entity in (*aliases, *attributes):
        case.put(None, entity)
    more = [Change("aliases", None, alias.value) for alias in aliases]
    add(case, user, *more, *(Change(f"attribute {value.attribute}", None, value.value) for value in attributes))
    if draft.notify and user.email is not None:
        welcome(case, user, user.email)
    return user


def _aliases(case: Case, user: User, wanted: tuple[str, ...]) -> tuple[LoginName, ...]:
    if len(wanted) > MOST_ALIASES:
        refuse(Invalid("aliases", Fault.TOO_MANY, MOST_ALIASES))
    folded = [values.fold(values.login_name(alias, "aliases")) for alias in wanted]
    if len(set(folded)) != len(folded):
        refuse(Invalid("aliases", Fault.DUPLICATE))
    if values.fold(user.username) in folded:
        refuse(Taken("aliases"))
    for alias in wanted:
        _must_be_free(case, alias, "aliases")
    return tuple(
        LoginName(case.tenant, name, user.id, case.fresh.id(), ALIAS, alias)
        for name, alias in zip(folded, wanted, strict=True)
    )


def _must_be_free(case: Case, name: str, field: str) -> None:
    if case.known.one(LoginName, LoginName.KEY, case.tenant, values.fold(name)) is not None:
        refuse(Taken(field))


def check_texts(draft: UserDraft) -> None:
    """Refuse with `Invalid` a draft with a text that is too long or cannot be kept."""
    values.login_name(draft.username)
    for field, limit in SEARCHED_LINES:
        value = getattr(draft, field)
        if value is not None:
            values.searched_line(value, field, limit)
    for field in ("phone", "mobile", "job_title", "locale", "principal_name", "security_id"):
        values.optional_line(getattr(draft, field), field)
    if draft.external_id is not None:
        values.searched_line(draft.external_id, "external_id")
    for pair in _bounded(draft.extras, "extras", MOST_EXTRAS):
        for extra in pair:
            values.text(extra, "extras", values.EXTRA_LENGTH)


def _bounded(items: tuple[T, ...], field: str, most: int) -> tuple[T, ...]:
    """The items, each once. Refuses with `Invalid` more than the limit."""
    if len(items) > most:
        refuse(Invalid(field, Fault.TOO_MANY, most))
    return tuple(dict.fromkeys(items))


def _home(case: Case, draft: UserDraft) -> str:
    if draft.home is not None:
        return find_unit(case, draft.home, "home").id
    if case.actor.home:
        return case.actor.home
    tenant = case.known.one(Tenant, Tenant.KEY, case.tenant)
    if tenant is None:
        refuse(Unknown("tenant"))
    return tenant.root


def _scope(case: Case, draft: UserDraft) -> tuple[str, ...]:
    if draft.scope:
        numbers = _bounded(draft.scope, "scope", MOST_SCOPE)
        return tuple(find_unit(case, number, "scope").id for number in numbers)
    return () if case.actor.scope is None else tuple(unit.id for unit in case.actor.scope)


def drafted(case: Case, draft: UserDraft, roles: tuple[Role, ...], home: str, scope: tuple[str, ...]) -> User:
    """The user that a draft describes, new, with these roles, this home and this scope (ids of units)."""
    return User(
        id=case.fresh.id(),
        tenant=case.tenant,
        number=case.number(),
        kind=PERSON,
        username=draft.username,
        given_name=draft.given_name,
        family_name=draft.family_name,
        email=draft.email,
        phone=draft.phone,
        job_title=draft.job_title,
        home=home,
        active=draft.active,
        sso_only=draft.sso_only,
        administrator=any(ADMINISTER in role.permissions for role in roles),
        password=draft.password,
        created_at=case.at,
        changed_at=case.at,
        last_login_at=None,
        version=1,
        roles=tuple(sorted(role.id for role in roles)),
        scope=tuple(sorted(scope)),
        extras=draft.extras,
        mobile=draft.mobile,
        locale=draft.locale,
        external_id=draft.external_id,
        principal_name=draft.principal_name,
        security_id=draft.security_id,
        locked=draft.locked,
    )


def add(case: Case, user: User, *more: Change) -> None:
    """Keep a new user under a login name that was found free, and record it with what else came with him."""
    case.put(None, LoginName(case.tenant, values.fold(user.username), user.id, user.id, USERNAME, user.username))
    case.put(None, user)
    case.record("user.created", "user", user.id, user.username, None, user, RECORDED, more)


def login_names_needed(tenant: str, draft: UserDraft) -> Iterable[Need]:
    """The login names that must be free for a draft."""
    for name in (draft.username, *draft.aliases[:MOST_ALIASES]):
        yield Need(LoginName, LoginName.KEY, (tenant, values.fold(name)))


def welcome(case: Case, user: User, email: str) -> None:
    """Owe the user the mail that a new one gets: a link to set a password, or word that he may sign in."""
    mail_id = case.fresh.id()
    sealed = None
    if not user.sso_only:
        secret = case.fresh.secret()
        sealed = case.fresh.seal(secret.text, mail_id)
        case.put(None, PasswordLink.made(case, user.id, secret.digest))
    kind = SIGN_IN if user.sso_only else SET_PASSWORD
    case.put(None, Mail(mail_id, case.tenant, kind, user.id, email, sealed, case.at, case.at))


def look(view: View, user: User) -> UserView:
    """The user with his tenant, home, roles and units. Raises `Unloaded`."""
    known = view.known
    tenant = known.one(Tenant, Tenant.KEY, user.tenant)
    home = known.one(Unit, Unit.KEY, user.tenant, user.home)
    root = None if tenant is None else known.one(Unit, Unit.KEY, user.tenant, tenant.root)
    if tenant is None or home is None or root is None:
        raise AssertionError(f"user {user.id} is kept without his tenant or home")
    scope = scope_of(known, user)
    return UserView(user, tenant, home, roles_of(known, user), scope, scope or (root,))


@frozen
class UserByNumber(Question[UserView]):
    """The user of this number, as far as the actor sees him."""

    permission = "users:view"

    number: int

    def needs(self, tenant: str) -> Iterable[Need]:
        """The user, which is all that is not usually cached."""
        yield Need(User, ("tenant", "number"), (tenant, self.number))

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
    """The users that meet a search, as far as the actor sees them: his tenant and scope are put in here."""

    permission = "users:view"

    search: Search

    def answer(self, view: View) -> tuple[tuple[UserView, ...], Page]:
        """One page."""
        page = view.known.page(self.search.bounded(view.tenant, view.actor.within))
        return tuple(look(view, user) for user in page.users), page
