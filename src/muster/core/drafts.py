"""Users as somebody wants them, and how they come to be: the one place where a user is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from muster.core import values
from muster.core.acts import Case, Command
from muster.core.attributes import valued
from muster.core.events import Change
from muster.core.frozen import frozen
from muster.core.links import made as made_link
from muster.core.mails import SET_PASSWORD, SIGN_IN, Mail
from muster.core.memberships import Places, place
from muster.core.needs import Need
from muster.core.refusals import Fault, Invalid, Taken, Unknown, refuse
from muster.core.roles import ADMINISTER, Role, find_role
from muster.core.tenancy import Tenant
from muster.core.units import Unit, find_unit, find_units, must_be_active
from muster.core.users import ALIAS, EXTERNAL_ID, PERSON, RECORDED, USERNAME, LoginName, User

T = TypeVar("T")

MOST_ROLES = 100
MOST_SCOPE = 1000
MOST_EXTRAS = 1000
MOST_ALIASES = 10
SEARCHED_LINES = (
    ("given_name", values.TEXT_LENGTH),
    ("family_name", values.TEXT_LENGTH),
    ("email", values.EMAIL_LENGTH),
)


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
    places: Places = ()


@frozen
class CreateUser(Command[User]):
    """Make a user. Refuses wrong values, a taken name, unknown roles and units, and whatever reaches too far."""

    permission = "users:create"

    draft: UserDraft

    def needs(self, tenant: str) -> Iterable[Need]:
        """What must be nobody's yet, which is all that is not usually cached."""
        return needed_by(tenant, self.draft)

    def decide(self, case: Case) -> User:
        """The new user."""
        return create(case, self.draft)


def create(case: Case, draft: UserDraft, first_of: Unit | None = None) -> User:
    """Keep a new user with his names and attributes, and owe him his mail. Refuses as `CreateUser` says.

    The first user of a unit that is being made is at home in it, and without a scope of his own restricted to it.
    """
    check_texts(draft)
    roles = tuple([find_role(case, *role, "roles") for role in bounded(draft.roles, "roles", MOST_ROLES)])
    for role in roles:
        case.actor.must_hold(role.permissions, "role")
    home = chosen_home(case, draft) if first_of is None else first_of.id
    scope = chosen_scope(case, draft) if first_of is None or draft.scope else (first_of.id,)
    user = drafted(case, draft, roles, home, scope)
    must_be_free(case, user.username, "username")
    aliases = _aliases(case, user, draft.aliases)
    if user.external_id is not None and case.known.many(User, EXTERNAL_ID, case.tenant, user.external_id):
        refuse(Taken("external_id"))
    attributes = valued(case, user.id, draft.attributes)
    for entity in (*aliases, *attributes):
        case.put(None, entity)
    more = [Change("aliases", None, alias.value) for alias in aliases]
    more += [Change(f"attribute {value.attribute}", None, value.value) for value in attributes]
    add(case, user, *more, *[Change(name, None, text) for name, text in draft.extras])
    place(case, user, draft.places)
    if draft.notify and user.email is not None:
        welcome(case, user, user.email)
    return user


def folded_aliases(username: str, wanted: tuple[str, ...]) -> list[str]:
    """The folded forms of what shall be a user's aliases beside his username.

    Refuses with `Invalid` more than ten, the same twice and what can be no name, with `Taken` the username itself.
    """
    if len(wanted) > MOST_ALIASES:
        refuse(Invalid("aliases", Fault.TOO_MANY, MOST_ALIASES))
    folded = [values.fold(values.login_name(alias, "aliases")) for alias in wanted]
    if len(set(folded)) != len(folded):
        refuse(Invalid("aliases", Fault.DUPLICATE))
    if values.fold(username) in folded:
        refuse(Taken("aliases"))
    return folded


def _aliases(case: Case, user: User, wanted: tuple[str, ...]) -> tuple[LoginName, ...]:
    if not wanted:
        return ()
    folded = folded_aliases(user.username, wanted)
    for alias in wanted:
        must_be_free(case, alias, "aliases")
    return tuple(
        LoginName(case.tenant, name, user.id, case.fresh.id(), ALIAS, alias, user.number)
        for name, alias in zip(folded, wanted, strict=True)
    )


def must_be_free(case: Case, name: str, field: str) -> None:
    """Refuse with `Taken` a login name that somebody in the tenant has."""
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
    check_extras(draft.extras)


def check_extras(extras: tuple[tuple[str, str], ...]) -> None:
    """Refuse with `Invalid` extras of which there are too many, and one that is too long or cannot be kept."""
    for pair in bounded(extras, "extras", MOST_EXTRAS):
        for extra in pair:
            values.text(extra, "extras", values.EXTRA_LENGTH)


def bounded(items: tuple[T, ...], field: str, most: int) -> tuple[T, ...]:
    """The items, each once. Refuses with `Invalid` more than the limit."""
    if len(items) > most:
        refuse(Invalid(field, Fault.TOO_MANY, most))
    return tuple(dict.fromkeys(items)) if len(items) > 1 else items


def chosen_home(case: Case, draft: UserDraft) -> str:
    """The id of the unit that a draft's user is at home in.

    Refuses with `Invalid` one outside the actor's scope, and one that is not active.
    """
    if draft.home is None:
        return case.known.derived(case.tenant, ("default home", case.actor.home), lambda: _default_home(case))
    unit = find_unit(case, draft.home, "home")
    must_be_active(case.known, unit, "home")
    return unit.id


def _default_home(case: Case) -> str:
    home = case.actor.home
    if not home:
        tenant = case.known.one(Tenant, Tenant.KEY, case.tenant)
        if tenant is None:
            refuse(Unknown("tenant"))
        home = tenant.root
    unit = case.known.one(Unit, Unit.KEY, case.tenant, home)
    if unit is None:
        refuse(Invalid("home", Fault.UNKNOWN))
    must_be_active(case.known, unit, "home")
    return unit.id


def chosen_scope(case: Case, draft: UserDraft) -> tuple[str, ...]:
    """The ids of the units that a draft's user is restricted to. Refuses with `Invalid` one outside the actor's."""
    if draft.scope:
        numbers = bounded(draft.scope, "scope", MOST_SCOPE)
        return tuple(unit.id for unit in find_units(case, numbers, "scope"))
    return () if case.actor.scope is None else tuple(unit.id for unit in case.actor.scope)


def drafted(case: Case, draft: UserDraft, roles: tuple[Role, ...], home: str, scope: tuple[str, ...]) -> User:
    """The user that a draft describes, new, with these roles, this home and this scope (ids of units)."""
    at, last_login_at, version = case.at, None, 1
    # In the order of the fields: naming each of so many takes five times as long.
    return User(
        case.fresh.id(),
        case.tenant,
        case.number(),
        PERSON,
        draft.username,
        draft.given_name,
        draft.family_name,
        draft.email,
        draft.phone,
        draft.job_title,
        home,
        draft.active,
        draft.sso_only,
        any([ADMINISTER in role.permissions for role in roles]),  # noqa: C419  (half the time)
        draft.password,
        at,
        at,
        last_login_at,
        version,
        tuple(sorted([role.id for role in roles])),
        tuple(sorted(scope)),
        draft.extras,
        draft.mobile,
        draft.locale,
        draft.external_id,
        draft.principal_name,
        draft.security_id,
        at if draft.locked else None,
    )


def add(case: Case, user: User, *more: Change) -> None:
    """Keep a new user under a login name that was found free, and record it with what else came with him."""
    folded = values.fold(user.username)
    case.put(None, LoginName(case.tenant, folded, user.id, user.id, USERNAME, user.username, user.number))
    case.put(None, user)
    case.record("user.created", "user", user.id, user.username, None, user, RECORDED, more)


def needed_by(tenant: str, draft: UserDraft) -> Iterable[Need]:
    """What must be nobody's yet for a draft: its login names, and what another directory calls him."""
    for name in (draft.username, *draft.aliases[:MOST_ALIASES]):
        yield Need(LoginName, LoginName.KEY, (tenant, values.fold(name)))
    if draft.external_id is not None:
        yield Need(User, EXTERNAL_ID, (tenant, draft.external_id))


def welcome(case: Case, user: User, email: str) -> None:
    """Owe the user the mail that a new one gets: a link to set a password, or word that he may sign in."""
    mail_id = case.fresh.id()
    sealed = None
    if not user.sso_only:
        link, secret = made_link(case, user.id)
        sealed = case.fresh.seal(secret, mail_id)
        case.put(None, link)
    kind = SIGN_IN if user.sso_only else SET_PASSWORD
    case.put(None, Mail(mail_id, case.tenant, kind, user.id, email, sealed, case.at, case.at))
