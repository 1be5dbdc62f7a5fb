"""Letters: what stands in a mail that is owed, looked up when it is about to be sent."""

from __future__ import annotations

from muster.core.acts import Question, View
from muster.core.frozen import frozen
from muster.core.links import live_link
from muster.core.mails import Mail
from muster.core.refusals import Unknown, refuse
from muster.core.tenancy import Tenant
from muster.core.users import User


@frozen
class Letter:
    """A mail with the names in it. `expires_at` is when its link ends (UTC milliseconds); None where it has none."""

    mail: Mail
    tenant: str
    username: str
    expires_at: int | None


@frozen
class LetterOf(Question[Letter]):
    """What stands in a mail. `digest` is that of the link's secret, for a mail with a link. Only the system may ask."""

    permission = "mails:deliver"

    mail: str
    digest: str | None

    def answer(self, view: View) -> Letter:
        """The letter. Refuses with `Unknown` a mail or user that is gone, and a link that would no longer work."""
        mail = view.known.one(Mail, Mail.KEY, view.tenant, self.mail)
        if mail is None:
            refuse(Unknown("mail"))
        tenant = view.known.one(Tenant, Tenant.KEY, view.tenant)
        user = view.known.one(User, User.KEY, view.tenant, mail.user)
        if tenant is None or user is None:
            refuse(Unknown("user"))
        return Letter(mail, tenant.name, user.username, self._expiry(view, mail))

    def _expiry(self, view: View, mail: Mail) -> int | None:
        if self.digest is None:
            return None
        link = live_link(view.known, self.digest, view.at)
        if link.user != mail.user:
            refuse(Unknown("link"))
        return link.expires_at
