"""A user with all that belongs to him, and the creating that demands what the tenant demands."""

from __future__ import annotations

from collections.abc import Iterable

from muster.core.acts import Case, Command, Question, View
from muster.core.attributes import Attribute, AttributeValue, attributes_of, demand_mandatory, values_of
from muster.core.authenticators import Authenticator, first_authenticator, serial_needed
from muster.core.belonging import NOWHERE, Belonging, belonging, new_belonging
from muster.core.drafts import UserDraft, create, needed_by
from muster.core.finders import HIMSELF, Finder, OfAUser, find_with
from muster.core.frozen import frozen
from muster.core.lockouts import Lock, Lockout, lock_of
from muster.core.memberships import Membership
from muster.core.needs import Need, Way
from muster.core.policies import lockout
from muster.core.ports import Fresh
from muster.core.users import ALIASES_OF, OF_A_USER, LoginName, User


@frozen
class Detail:
    """A user with his aliases, authenticators, attribute values and what he is in.

    `attributes` are all of the tenant's. `lock` is what holds him now, if he is locked, and `lockout` what the tenant
    says about locks.
    """

    user: User
    aliases: tuple[LoginName, ...]
    authenticators: tuple[Authenticator, ...]
    values: tuple[AttributeValue, ...]
    attributes: tuple[Attribute, ...]
    lockout: Lockout
    lock: Lock | None
    belonging: Belonging = NOWHERE


@frozen
class EnrolUser(Command[Detail]):
    """Make a user who has what the tenant's attributes demand, and begins with the authenticator of its policy."""

    permission = "users:create"

    draft: UserDraft

    def needs(self, tenant: str) -> Iterable[Need]:
        """What must be nobody's yet, which is all that is not usually cached."""
        return needed_by(tenant, self.draft)

    def foreseen(self, tenant: str, fresh: Fresh) -> Iterable[Need]:
        """The serial number that the authenticator is tried with."""
        yield serial_needed(tenant, fresh.id())

    def decide(self, case: Case) -> Detail:
        """The new user, whole. Refuses as `CreateUser`, and with `Invalid` what is mandatory and absent."""
        draft = self.draft
        # The first of the ids, as is foreseen.
        authenticator_id = case.fresh.id()
        demand_mandatory(case, draft, (attribute for attribute, _ in draft.attributes))
        user = create(case, draft)
        authenticators = first_authenticator(case, user.id, user.username, authenticator_id)
        aliases = tuple(name for name in case.added(LoginName) if name.alias_of == user.id) if draft.aliases else ()
        values = tuple(case.added(AttributeValue)) if draft.attributes else ()
        says = lockout(case)
        lock = lock_of(user, says, case.at)
        within = new_belonging(case, user) if draft.places else NOWHERE
        return Detail(user, aliases, authenticators, values, attributes_of(case), says, lock, within)


_WHOLE = (
    HIMSELF,
    Way(LoginName, ALIASES_OF),
    *(Way(kind, OF_A_USER) for kind in (Authenticator, AttributeValue, Membership)),
)


@frozen
class UserDetail(OfAUser, Question[Detail]):
    """A user, whole."""

    permission = "users:view"
    WAYS = _WHOLE

    find: Finder

    def answer(self, view: View) -> Detail:
        """The user. Refuses with `Unknown` one whom the actor does not see."""
        user = find_with(view, self.find, _WHOLE)
        known, own = view.known, (user.tenant, user.id)
        says = lockout(view)
        return Detail(
            user,
            known.many(LoginName, ALIASES_OF, *own),
            known.many(Authenticator, OF_A_USER, *own),
            values_of(view, user.id),
            attributes_of(view),
            says,
            lock_of(user, says, view.at),
            belonging(view, user),
        )
