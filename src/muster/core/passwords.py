"""Passwords: what a good one is, and how the owner of a link sets his."""

from __future__ import annotations

from dataclasses import replace

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.frozen import frozen
from muster.core.links import PasswordLink, live_link
from muster.core.refusals import Fault, Invalid, Unknown, refuse
from muster.core.users import User

PASSWORD_LENGTHS = (8, 256)
"""Characters, at least and at most: identity providers that set passwords here make and allow them from 8 on, which is
also what NIST SP 800-63B asks for (section 5.1.1.2 of its revision 3)."""

_TELLING = 3


def check_password(password: str, username: str = "") -> None:
    """Refuse a password under 8 or over 256 characters, and one that holds the username, where that is known.

    A username of one or two characters is in passwords by chance, and is not looked for.
    """
    least, most = PASSWORD_LENGTHS
    values.text(password, "password", most)
    if len(password) < least or (len(username) >= _TELLING and username.casefold() in password.casefold()):
        refuse(Invalid("password", Fault.WEAK, least))


@frozen
class LinkOwner(Question[tuple[str, str]]):
    """Who a link belongs to: his tenant and username. The link is the credential; nobody else need be signed in."""

    digest: str

    def answer(self, view: View) -> tuple[str, str]:
        """The tenant's id and the username. Refuses with `Unknown` a void link."""
        link = live_link(view.known, self.digest, view.at)
        user = view.known.one(User, ("tenant", "id"), link.tenant, link.user)
        if user is None:
            refuse(Unknown("link"))
        return link.tenant, user.username


@frozen
class SetPassword(Command[None]):
    """Set the password of a link's owner, given its argon2id hash, and void all his links."""

    digest: str
    hashed: str

    def decide(self, case: Case) -> None:
        """Done. Refuses with `Unknown` a void link, and one of another tenant than the case's."""
        link = live_link(case.known, self.digest, case.at)
        user = case.known.one(User, ("tenant", "id"), case.tenant, link.user)
        if user is None or link.tenant != case.tenant:
            refuse(Unknown("link"))
        changed = replace(user, password=self.hashed, changed_at=case.at, version=user.version + 1)
        case.put(user, changed)
        for other in case.known.many(PasswordLink, ("tenant", "user"), case.tenant, user.id):
            if other.void_at is None:
                case.put(other, replace(other, void_at=case.at))
        case.record("user.password-set", "user", user.id, user.username, user, changed, ("version",))
