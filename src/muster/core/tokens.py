"""Tokens: how a user is given one, how it is found, and what can be done with it.

Whoever does something with a user's token must be able to manage the user: a token is a way to become him.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.authenticators import ACTIVE, INACTIVE, RECORDED, Authenticator, added, recorded_name, serial_needed
from muster.core.entity import KEPT, Kept
from muster.core.finders import HIMSELF, Finder, OfAUser
from muster.core.frozen import frozen
from muster.core.needs import Need, Way
from muster.core.ports import Fresh
from muster.core.refusals import Fault, Invalid, Unknown, WrongState, refuse
from muster.core.token_query import TokenSearch
from muster.core.users import OF_A_USER, User, find_user_by_id, must_manage
from muster.core.walks import Stretch

LABEL_LENGTH = 100


@frozen
class TokenView:
    """A token and the user who has it."""

    token: Authenticator
    user: User


TokenFinder = Callable[[View], TokenView]
"""How a token is named: a function that finds it, or refuses with `Unknown`."""


def token_by_id(token: str) -> TokenFinder:
    """The token of this id."""
    return lambda view: _seen(view, view.known.one(Authenticator, Authenticator.KEY, view.tenant, token))


def token_by_serial(serial: str) -> TokenFinder:
    """The token of this serial number, in ten digits."""
    return lambda view: _seen(view, view.known.one(Authenticator, ("tenant", "serial"), view.tenant, serial))


def _seen(view: View, token: Authenticator | None) -> TokenView:
    if token is None:
        refuse(Unknown("token"))
    return TokenView(token, find_user_by_id(view, token.user, "token"))


def _managed(case: Case, find: TokenFinder) -> TokenView:
    found = find(case)
    must_manage(case, found.user)
    return found


@frozen
class CreateToken(OfAUser, Command[TokenView]):
    """Give a user one more token; with a `seed` that he has already it is active at once."""

    permission = "tokens:create"
    WAYS = (HIMSELF, Way(Authenticator, OF_A_USER))

    find: Finder
    kind: str
    seed: bytes | None = None

    def foreseen(self, tenant: str, fresh: Fresh) -> Iterable[Need]:
        """The serial number that is tried first."""
        yield serial_needed(tenant, fresh.id())

    def decide(self, case: Case) -> TokenView:
        """The token. Refuses a user who is not seen or may not be managed, and what `authenticators.added` does."""
        user = self.find(case)
        must_manage(case, user)
        return TokenView(added(case, user.id, user.username, self.kind, self.seed), user)


@frozen
class TokenDetail(Question[TokenView]):
    """One token."""

    permission = "tokens:view"

    find: TokenFinder

    def answer(self, view: View) -> TokenView:
        """The token. Refuses with `Unknown` one whose user the actor does not see."""
        return self.find(view)


@frozen
class Tokens(Question[Stretch[TokenView]]):
    """The tokens that a search finds, as far as the actor sees their users: his tenant and scope are put in here."""

    permission = "tokens:view"

    search: TokenSearch

    def answer(self, view: View) -> Stretch[TokenView]:
        """One page."""
        found = view.known.tokens(self.search.bounded(view.tenant, view.actor.within))
        owners = dict.fromkeys(token.user for token in found.rows)
        users = {user.id: user for user in view.known.each(User, User.KEY, ((view.tenant, owner) for owner in owners))}
        # What is found and who has it are read one after the other: a user may be gone in between.
        rows = tuple(TokenView(token, users[token.user]) for token in found.rows if token.user in users)
        return Stretch(rows, found.before, found.after)


@frozen
class EditToken(Command[None]):
    """Change what an administrator says of a token: its label, of 100 characters at most; None takes it away."""

    permission = "tokens:edit"

    find: TokenFinder
    label: str | Kept | None = KEPT

    def decide(self, case: Case) -> None:
        """Done; what would change nothing leaves no event."""
        found = _managed(case, self.find)
        if not isinstance(self.label, Kept):
            label = values.optional_line(self.label, "label", LABEL_LENGTH)
            _change(case, found, replace(found.token, label=label), "authenticator.edited")


@frozen
class SwitchToken(Command[None]):
    """Make an active token inactive, or an inactive one active."""

    permission = "tokens:edit"

    find: TokenFinder
    state: str

    def decide(self, case: Case) -> None:
        """Done; one that is in that state stays so. Refuses with `WrongState` a token that is neither."""
        if self.state not in (ACTIVE, INACTIVE):
            refuse(Invalid("state", Fault.MALFORMED))
        found = _managed(case, self.find)
        if found.token.state not in (ACTIVE, INACTIVE):
            refuse(WrongState("token", found.token.state))
        act = "authenticator.enabled" if self.state == ACTIVE else "authenticator.disabled"
        _change(case, found, replace(found.token, state=self.state), act)


def _change(case: Case, found: TokenView, changed: Authenticator, act: str) -> None:
    token = found.token
    if changed != token:
        case.put(token, changed)
        name = recorded_name(found.user.username, token)
        case.record(act, "authenticator", token.id, name, token, changed, RECORDED)


@frozen
class DeleteToken(Command[None]):
    """Delete a token for good, whatever its state."""

    permission = "tokens:delete"

    find: TokenFinder

    def decide(self, case: Case) -> None:
        """Done."""
        found = _managed(case, self.find)
        token = found.token
        case.put(token, None)
        name = recorded_name(found.user.username, token)
        case.record("authenticator.deleted", "authenticator", token.id, name, token, None, RECORDED)
