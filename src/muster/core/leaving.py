"""How a user ends: he, his names, keys, links and authenticators go together; the trail keeps what he was."""

from __future__ import annotations

from muster.core.acts import Case, Command
from muster.core.addresses import AddressRule
from muster.core.administrators import must_leave_successor
from muster.core.attributes import AttributeValue
from muster.core.authenticators import Authenticator
from muster.core.belonging import leave_all
from muster.core.entity import Entity
from muster.core.finders import HIMSELF, Finder, OfAUser
from muster.core.frozen import frozen
from muster.core.keys import ApiKey
from muster.core.links import PasswordLink
from muster.core.memberships import Membership
from muster.core.needs import Way
from muster.core.refusals import OwnAccount, refuse
from muster.core.users import OF_A_USER, RECORDED, LoginName, must_manage

BELONGINGS: tuple[type[Entity], ...] = (
    LoginName,
    ApiKey,
    PasswordLink,
    Authenticator,
    AttributeValue,
    AddressRule,
)
"""What is found by its user, and is nothing without him."""


@frozen
class DeleteUser(OfAUser, Command[None]):
    """Delete a user for good. His number and his id are never given again.

    Refuses one whom the actor does not see or may not manage, the actor himself, and an administrator who leaves
    nobody who can do as much.
    """

    permission = "users:delete"
    WAYS = (HIMSELF, *(Way(kind, OF_A_USER) for kind in (*BELONGINGS, Membership)))

    find: Finder

    def decide(self, case: Case) -> None:
        """Done."""
        user = self.find(case)
        if user.id == case.actor.id:
            refuse(OwnAccount())
        must_manage(case, user)
        must_leave_successor(case, user)
        for kind in BELONGINGS:
            for belonging in case.known.many(kind, OF_A_USER, case.tenant, user.id):
                case.put(belonging, None)
        leave_all(case, user)
        case.put(user, None)
        case.record("user.deleted", "user", user.id, user.username, user, None, RECORDED)
