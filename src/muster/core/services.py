"""Services: users that are no persons. One acts through keys alone, and is named by the directory."""

from __future__ import annotations

from dataclasses import replace

from muster.core import values
from muster.core.acts import Case, Command
from muster.core.drafts import UserDraft, add, check_texts, chosen_home, chosen_scope, drafted
from muster.core.frozen import frozen
from muster.core.keys import IssuedKey, issue
from muster.core.known import Known
from muster.core.policies import Policy
from muster.core.refusals import Unknown, refuse
from muster.core.roles import ADMINISTER, union
from muster.core.users import SERVICE, LoginName, User, roles_of

GIVEN_NAME, FAMILY_NAME = "Service", "User"

_MADE = "services-made"
"""How many a tenant has ever made; kept beside its policies, among which it is not listed and cannot be set."""


@frozen
class ServiceUser:
    """A service user that was just made, with the key that it acts through."""

    user: User
    key: IssuedKey


@frozen
class CreateServiceUser(Command[ServiceUser]):
    """Make a service user with the roles of whoever makes it, and a key of this name. Only administrators may.

    `scope` are the units that it is restricted to, the creator's if there are none; `role` narrows its key.
    """

    permission = "users:create"

    email: str
    key_name: str
    role: tuple[str, int] | None = None
    scope: tuple[int, ...] = ()

    def decide(self, case: Case) -> ServiceUser:
        """The service user. Refuses as making a user and a key does, and an actor that is no user."""
        case.actor.must(ADMINISTER)
        creator = case.known.one(User, User.KEY, case.tenant, case.actor.id)
        if creator is None:
            refuse(Unknown("user"))
        roles = roles_of(case.known, creator)
        case.actor.must_hold(union(roles), "role")
        key_name = values.login_name(self.key_name, "name")
        draft = UserDraft(_username(case), GIVEN_NAME, _family_name(case), self.email, scope=self.scope)
        check_texts(draft)
        user = drafted(case, draft, roles, chosen_home(case, draft), chosen_scope(case, draft))
        user = replace(user, kind=SERVICE)
        add(case, user)
        return ServiceUser(user, issue(case, user, key_name, self.role))


def _username(case: Case) -> str:
    # Ten hexadecimal digits from the random end of an id, behind the time in seconds; drawn anew if it is taken.
    while True:
        name = f"{case.at // 1000}{case.fresh.id()[-10:]}"
        if case.known.one(LoginName, LoginName.KEY, case.tenant, name) is None:
            return name


def _family_name(case: Case) -> str:
    kept = _made(case.known, case.tenant)
    count = 1 if kept is None else int(kept.value) + 1
    case.put(kept, Policy(case.tenant, _MADE, str(count)))
    return FAMILY_NAME if count == 1 else f"{FAMILY_NAME}-{count}"


def _made(known: Known, tenant: str) -> Policy | None:
    return next((policy for policy in known.many(Policy, ("tenant",), tenant) if policy.name == _MADE), None)
