"""How a user changes: what is known of him, his roles, the units that he is restricted to, the mail that he is sent.

Whoever changes a user holds all that the user holds, through the credential that he shows: he could otherwise take
the account over by its e-mail. That counts for himself too, who may act through a narrowed key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.administrators import must_leave_successor
from muster.core.attributes import AttributeValue, demand_mandatory
from muster.core.drafts import MOST_ROLES, MOST_SCOPE, SEARCHED_LINES, bounded, welcome
from muster.core.entity import KEPT, Kept
from muster.core.events import Change, named_differences
from muster.core.finders import HIMSELF, Finder, OfAUser, found_first
from muster.core.frozen import frozen
from muster.core.links import PasswordLink, is_live
from muster.core.lockouts import locked_from
from muster.core.memberships import Places, place
from muster.core.needs import Foreseen, Way
from muster.core.policies import lockout
from muster.core.refusals import BeyondAuthority, Fault, Invalid, Obstacle, OwnAccount, Taken, Unsuited, refuse
from muster.core.revising import (
    NOTHING,
    Revision,
    Texts,
    attributes_after,
    renamed,
    revalued,
    with_extras,
)
from muster.core.roles import ADMINISTER, Role, find_role, union
from muster.core.units import find_units
from muster.core.users import EXTERNAL_ID, OF_A_USER, RECORDED, SERVICE, LoginName, User, must_manage, roles_of


@frozen
class UserEdit:
    """What shall be different about a user; None erases.

    `aliases` are all that he shall have; of `attributes` (by id), `extras` and `places` what is not named stays.
    `invite` sends him the mail that a new user gets, unless he has set a password. `password` is an argon2id hash.
    """

    username: str | Kept = KEPT
    given_name: str | Kept | None = KEPT
    family_name: str | Kept | None = KEPT
    email: str | Kept | None = KEPT
    phone: str | Kept | None = KEPT
    mobile: str | Kept | None = KEPT
    job_title: str | Kept | None = KEPT
    locale: str | Kept | None = KEPT
    external_id: str | Kept | None = KEPT
    principal_name: str | Kept | None = KEPT
    security_id: str | Kept | None = KEPT
    active: bool | Kept = KEPT
    locked: bool | Kept = KEPT
    sso_only: bool | Kept = KEPT
    password: str | Kept = KEPT
    aliases: tuple[str, ...] | Kept = KEPT
    attributes: Texts = ()
    extras: Texts = ()
    places: Places = ()
    invite: bool = False


Editor = Callable[[User], UserEdit]
"""What shall be different, given who the user is now; it may refuse. So an API's rules bind what it changes alone."""

_FIELDS = tuple(field.name for field in fields(UserEdit) if field.name in User.__slots__ and field.name != "extras")
_OF_A_SERVICE = ("username", "given_name", "family_name", "sso_only", "password")
"""What the directory gives a service, and nobody changes."""
_LIMITS = dict(SEARCHED_LINES) | {"external_id": values.TEXT_LENGTH}


_SAID_ANEW = (HIMSELF, Way(LoginName, OF_A_USER), Way(AttributeValue, OF_A_USER))


def must_edit(case: Case, user: User) -> None:
    """As `must_manage`, for the actor's own user as well."""
    must_manage(case, user)
    case.actor.must_hold(union(roles_of(case.known, user)), "user")


@frozen
class EditUser(OfAUser, Command[User]):
    """Change a user: his names, how he is reached, whether he may sign in, and what else is known of him, at once.

    Refuses one whom the actor does not see or may not manage, wrong values, a name, external id or unique value that
    somebody has, another name of a service, that the actor disables or locks himself, and that an administrator is
    disabled who leaves nobody who can do as much. A `demanding` change refuses what is mandatory and would then be
    absent, unless it only enables, disables, locks or unlocks.
    """

    permission = "users:edit"

    find: Finder
    edit: Editor
    demanding: bool = False

    def needs(self, tenant: str) -> Iterable[Foreseen]:
        """The user; what is mandatory as well, and his names, where all of him is said anew."""
        return found_first(self.find, tenant, _SAID_ANEW if self.demanding else self.WAYS)

    def decide(self, case: Case) -> User:
        """The user as he stands then; unchanged if nothing is different."""
        user = self.find(case)
        must_edit(case, user)
        edit = self.edit(user)
        changed = _edited(case, user, edit)
        revision = renamed(case, user, changed.username, edit.aliases) + revalued(case, user, edit.attributes)
        if self.demanding and (revision.puts or replace(changed, active=user.active, locked_at=user.locked_at) != user):
            demand_mandatory(case, changed, attributes_after(case, user, revision))
        if changed.password != user.password:
            revision += Revision(changes=(Change("password", None, "set"),))
        changed = kept(case, user, changed, "user.edited", revision)
        if changed is not user:
            _invite_anew(case, user, changed, asked=edit.invite)
        place(case, changed, edit.places)
        return changed


def _edited(case: Case, user: User, edit: UserEdit) -> User:
    given = {field: getattr(edit, field) for field in _FIELDS}
    given = {field: value for field, value in given.items() if value is not KEPT and value != getattr(user, field)}
    if user.kind == SERVICE and not given.keys().isdisjoint(_OF_A_SERVICE):
        refuse(Unsuited(Obstacle.SERVICE))
    for field, value in given.items():
        _check(field, value)
    external = given.get("external_id")
    if external is not None and case.known.many(User, EXTERNAL_ID, case.tenant, external):
        refuse(Taken("external_id"))
    changed: User = replace(user, **given, extras=with_extras(user, edit.extras))
    if edit.locked is not KEPT:
        changed = replace(changed, locked_at=locked_from(user, lockout(case), case.at, locked=edit.locked))
    locks = changed.locked_at not in (None, user.locked_at)
    if user.id == case.actor.id and (user.active > changed.active or locks):
        refuse(OwnAccount())
    if not changed.active:
        must_leave_successor(case, user)
    return changed


def _check(field: str, value: str | bool | None) -> None:
    if not isinstance(value, str):
        return
    if field == "username":
        values.login_name(value)
    elif field in _LIMITS:
        values.searched_line(value, field, _LIMITS[field])
    else:
        values.line(value, field)


def kept(case: Case, user: User, changed: User, act: str, revision: Revision = NOTHING) -> User:
    """Keep and record another state of a user and of what is his, as his next version; nothing if it is the same."""
    if changed == user and not revision.puts:
        return user
    changed = replace(changed, version=user.version + 1, changed_at=case.at)
    for old, new in ((user, changed), *revision.puts):
        case.put(old, new)
    more = revision.changes + named_differences(user.extras, changed.extras)
    case.record(act, "user", user.id, user.username, user, changed, RECORDED, more)
    return changed


def _invite_anew(case: Case, user: User, changed: User, *, asked: bool) -> None:
    # A link is for whom it was mailed to: it does not outlive the address, nor that he signs in with a password; who
    # is given one needs no link.
    moved = (changed.email, changed.sso_only) != (user.email, user.sso_only)
    has_set_one = changed.password != user.password
    invited = asked and user.kind != SERVICE and (changed.password is None or changed.sso_only)
    if not moved and not invited and not has_set_one:
        return
    had_one = _void_links(case, changed) and not has_set_one
    if (had_one or invited) and changed.email is not None:
        welcome(case, changed, changed.email)


def _void_links(case: Case, user: User) -> bool:
    """Void what links the user has; whether there was one that still worked."""
    links = case.known.many(PasswordLink, OF_A_USER, case.tenant, user.id)
    live = [link for link in links if is_live(link, case.at)]
    for link in live:
        case.put(link, replace(link, void_at=case.at))
    return bool(live)


@frozen
class SetRoles(OfAUser, Command[User]):
    """Give a user these roles of a catalogue, by number, and no others of it; his roles of other catalogues stay.

    Refuses as `EditUser`, and a role that gives what the actor lacks.
    """

    permission = "users:edit"

    find: Finder
    catalogue: str
    numbers: tuple[int, ...]

    def decide(self, case: Case) -> User:
        """The user as he stands then."""
        user = self.find(case)
        must_edit(case, user)
        wanted = bounded(self.numbers, "roles", MOST_ROLES)
        granted = [find_role(case, self.catalogue, number, "roles") for number in wanted]
        for role in granted:
            case.actor.must_hold(role.permissions, "role")
        others = [role for role in roles_of(case.known, user) if role.catalogue != self.catalogue]
        return kept(case, user, holding(user, [*others, *granted]), "user.roles-set")


def holding(user: User, roles: list[Role]) -> User:
    administrator = any(ADMINISTER in role.permissions for role in roles)
    return replace(user, roles=tuple(sorted(role.id for role in roles)), administrator=administrator)


@frozen
class SetScope(OfAUser, Command[User]):
    """Restrict a user to these units, by number; to none of them is no restriction.

    Refuses as `EditUser`, and what reaches further than the actor himself.
    """

    permission = "units:assign"

    find: Finder
    numbers: tuple[int, ...]

    def decide(self, case: Case) -> User:
        """The user as he stands then."""
        user = self.find(case)
        must_edit(case, user)
        wanted = bounded(self.numbers, "scope", MOST_SCOPE)
        units = find_units(case, wanted, "scope")
        if not case.actor.covers(units):
            refuse(BeyondAuthority("scope"))
        scope = tuple(sorted(unit.id for unit in units))
        return kept(case, user, replace(user, scope=scope), "user.scope-set")


@frozen
class InviteAgain(OfAUser, Command[None]):
    """Send a user the mail again that he got when he was made, and void the links in the earlier ones.

    Refuses with `Unsuited` a service and one who has set a password; who only signs in elsewhere never needs one.
    """

    permission = "users:create"
    WAYS = (HIMSELF, Way(PasswordLink, OF_A_USER))

    find: Finder

    def decide(self, case: Case) -> None:
        """Done."""
        user = self.find(case)
        must_edit(case, user)
        if user.kind == SERVICE:
            refuse(Unsuited(Obstacle.SERVICE))
        if user.password is not None and not user.sso_only:
            refuse(Unsuited(Obstacle.ENROLLED))
        if user.email is None:
            refuse(Invalid("email", Fault.MISSING))
        _void_links(case, user)
        welcome(case, user, user.email)
        case.record("user.invited", "user", user.id, user.username, None, None, ())


@frozen
class IsNameFree(Question[bool]):
    """Whether a new user of the tenant could sign in with this name. For whoever may see or make users."""

    name: str

    def answer(self, view: View) -> bool:
        """Whether nobody has it. Refuses with `Invalid` what can be no name."""
        if not view.actor.may("users:create"):
            view.actor.must("users:view")
        values.login_name(self.name)
        return view.known.one(LoginName, LoginName.KEY, view.tenant, values.fold(self.name)) is None
