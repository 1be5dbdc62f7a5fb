"""How a user changes: his names, his roles, the units that he is restricted to, and the mail that he is sent again.

Whoever changes a user holds all that the user holds, through the credential that he shows: he could otherwise take
the account over by its e-mail. That counts for himself too, who may act through a narrowed key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.drafts import MOST_ROLES, MOST_SCOPE, SEARCHED_LINES, bounded, must_be_free, welcome
from muster.core.entity import KEPT, Kept
from muster.core.frozen import frozen
from muster.core.links import PasswordLink, is_live
from muster.core.refusals import BeyondAuthority, Fault, Invalid, Obstacle, Unsuited, refuse
from muster.core.roles import ADMINISTER, Role, find_role, union
from muster.core.units import find_units
from muster.core.users import RECORDED, SERVICE, USERNAME, Finder, LoginName, User, must_manage, roles_of


@frozen
class UserEdit:
    """What shall be different about a user; None erases."""

    username: str | Kept = KEPT
    given_name: str | Kept | None = KEPT
    family_name: str | Kept | None = KEPT
    email: str | Kept | None = KEPT
    phone: str | Kept | None = KEPT
    job_title: str | Kept | None = KEPT
    sso_only: bool | Kept = KEPT


Editor = Callable[[User], UserEdit]
"""What shall be different, given who the user is now; it may refuse. So an API's rules bind what it changes alone."""

_FIELDS = tuple(field.name for field in fields(UserEdit))
_LIMITS = dict(SEARCHED_LINES)


def must_edit(case: Case, user: User) -> None:
    """As `must_manage`, for the actor's own user as well."""
    must_manage(case, user)
    case.actor.must_hold(union(roles_of(case.known, user)), "user")


@frozen
class EditUser(Command[User]):
    """Change a user's names, address and how he signs in. Of a service nothing but the e-mail is changed.

    Refuses one whom the actor does not see or may not manage, wrong values, and a username that somebody has.
    """

    permission = "users:edit"

    find: Finder
    edit: Editor

    def decide(self, case: Case) -> User:
        """The user as he stands then; unchanged if nothing is different."""
        user = self.find(case)
        must_edit(case, user)
        given = _given(user, self.edit(user))
        for field, value in given.items():
            _check(field, value)
        changed = replace(user, **given)
        if changed.username != user.username:
            _rename(case, user, changed.username)
        changed = _kept(case, user, changed, "user.edited")
        if (changed.email, changed.sso_only) != (user.email, user.sso_only):
            _invite_anew(case, changed)
        return changed


def _given(user: User, edit: UserEdit) -> dict[str, Any]:
    given = {field: getattr(edit, field) for field in _FIELDS}
    changeable = ("email",) if user.kind == SERVICE else _FIELDS
    return {field: given[field] for field in changeable if given[field] is not KEPT}


def _check(field: str, value: str | bool | None) -> None:
    if not isinstance(value, str):
        return
    if field == "username":
        values.login_name(value)
    elif field in _LIMITS:
        values.searched_line(value, field, _LIMITS[field])
    else:
        values.line(value, field)


def _rename(case: Case, user: User, username: str) -> None:
    """Move the login name; the old one is free at once. Refuses with `Taken` one that anybody has, as an alias too."""
    own = case.known.one(LoginName, LoginName.KEY, case.tenant, values.fold(user.username))
    if own is None:
        raise AssertionError(f"user {user.id} is kept without his login name")
    if values.fold(username) == own.folded:
        case.put(own, replace(own, value=username))
        return
    must_be_free(case, username, "username")
    case.put(own, None)
    case.put(None, LoginName(case.tenant, values.fold(username), user.id, user.id, USERNAME, username))


def _kept(case: Case, user: User, changed: User, act: str) -> User:
    """Keep and record another state of a user, as his next version; nothing if it is the same."""
    if changed == user:
        return user
    changed = replace(changed, version=user.version + 1, changed_at=case.at)
    case.put(user, changed)
    case.record(act, "user", user.id, user.username, user, changed, RECORDED)
    return changed


def _invite_anew(case: Case, user: User) -> None:
    # A link is for whom it was mailed to: it does not outlive the address, nor that he signs in with a password.
    if _void_links(case, user) and user.email is not None:
        welcome(case, user, user.email)


def _void_links(case: Case, user: User) -> bool:
    """Void what links the user has; whether there was one that still worked."""
    links = case.known.many(PasswordLink, ("tenant", "user"), case.tenant, user.id)
    live = [link for link in links if is_live(link, case.at)]
    for link in live:
        case.put(link, replace(link, void_at=case.at))
    return bool(live)


@frozen
class SetRoles(Command[User]):
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
        return _kept(case, user, _holding(user, [*others, *granted]), "user.roles-set")


def _holding(user: User, roles: list[Role]) -> User:
    administrator = any(ADMINISTER in role.permissions for role in roles)
    return replace(user, roles=tuple(sorted(role.id for role in roles)), administrator=administrator)


@frozen
class SetScope(Command[User]):
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
        return _kept(case, user, replace(user, scope=scope), "user.scope-set")


@frozen
class InviteAgain(Command[None]):
    """Send a user the mail again that he got when he was made, and void the links in the earlier ones.

    Refuses with `Unsuited` a service and one who has set a password; who only signs in elsewhere never needs one.
    """

    permission = "users:create"

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
