"""A user with all that belongs to him, and the creating that demands what the tenant demands."""

from __future__ import annotations

from collections.abc import Iterable

from muster.core.acts import Case, Command, Question, View
from muster.core.attributes import Attribute, AttributeValue, attributes_of, demand_mandatory, values_of
from muster.core.authenticators import Authenticator, first_authenticator
from muster.core.belonging import NOWHERE, Belonging, belonging, new_belonging
from muster.core.drafts import UserDraft, create, login_names_needed
from muster.core.frozen import frozen
from muster.core.known import Need
from muster.core.users import Finder, LoginName, User


@frozen
class Detail:
    """A user with his login names, authenticators, attribute values and what he is in.

    `attributes` are all of the tenant's.
    """

    user: User
    names: tuple[LoginName, ...]
    authenticators: tuple[Authenticator, ...]
    values: tuple[AttributeValue, ...]
    attributes: tuple[Attribute, ...]
    belonging: Belonging = NOWHERE


@frozen
class EnrolUser(Command[Detail]):
    """Make a user who has what the tenant's attributes demand, and begins with the authenticator of its policy."""

    permission = "users:create"

    draft: UserDraft

    def needs(self, tenant: str) -> Iterable[Need]:
        """The login names, which are all that is not usually cached."""
        return login_names_needed(tenant, self.draft)

    def decide(self, case: Case) -> Detail:
        """The new user, whole. Refuses as `CreateUser`, and with `Invalid` what is mandatory and absent."""
        draft = self.draft
        demand_mandatory(case, draft, (attribute for attribute, _ in draft.attributes))
        user = create(case, draft)
        authenticators = first_authenticator(case, user.id, user.username)
        names = tuple(name for name in case.added(LoginName) if name.user == user.id)
        values = tuple(case.added(AttributeValue))
        return Detail(user, names, authenticators, values, attributes_of(case), new_belonging(case, user))


@frozen
class UserDetail(Question[Detail]):
    """A user, whole."""

    permission = "users:view"

    find: Finder

    def answer(self, view: View) -> Detail:
        """The user. Refuses with `Unknown` one whom the actor does not see."""
        user = self.find(view)
        known, own = view.known, (user.tenant, user.id)
        return Detail(
            user,
            known.many(LoginName, ("tenant", "user"), *own),
            known.many(Authenticator, ("tenant", "user"), *own),
            values_of(view, user.id),
            attributes_of(view),
            belonging(view, user),
        )
