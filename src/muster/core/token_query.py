"""A question about tokens as data: conditions, order, a place to begin; and its plain meaning in Python.

A store's SQL has to find what `tokens_of` says. What narrows the walk down, so that an index leads along those rows
alone, is decided here, since the bound on how many rows are looked at counts no others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, assert_never

from muster.core.frozen import frozen
from muster.core.query import Compare
from muster.core.values import fold
from muster.core.walks import Key, Mark, Steps, Stretch, walk
from muster.core.words import Word

if TYPE_CHECKING:
    from muster.core.authenticators import Authenticator

LAST_CHARACTER = "\U0010ffff"


class TokenField(Word):
    """What tokens can be ordered by; the serial number settles ties."""

    SERIAL = "serial"
    STATE = "state"
    CREATED_AT = "created_at"
    LAST_USED_AT = "last_used_at"


@frozen
class SerialIs:
    """The serial number compares so with the text."""

    compare: Compare
    text: str


@frozen
class StateIs:
    """The token is in this state."""

    state: str


@frozen
class KindIs:
    """The token is of this kind."""

    kind: str


@frozen
class LabelHolds:
    """The label holds the text; case and width make no difference."""

    text: str


@frozen
class During:
    """The time lies between: `since` is the first millisecond that counts, `before` the first that does not."""

    field: TokenField
    since: int | None = None
    before: int | None = None


@frozen
class OwnerIn:
    """The token's user is a member of the group of this id."""

    group: str


TokenCondition = SerialIs | StateIs | KindIs | LabelHolds | During | OwnerIn


@frozen
class TokenSearch:
    """The tokens of a tenant that meet all conditions, in order; those without what they are ordered by are left out.

    `within` holds the paths of the units that the asker is restricted to; None is no restriction.
    """

    tenant: str = ""
    within: tuple[str, ...] | None = None
    conditions: tuple[TokenCondition, ...] = ()
    order: TokenField = TokenField.SERIAL
    descending: bool = False
    steps: Steps = Steps()

    def bounded(self, tenant: str, within: tuple[str, ...] | None) -> TokenSearch:
        """The same question, asked in this tenant by somebody restricted to these units, its page within limits."""
        return TokenSearch(tenant, within, self.conditions, self.order, self.descending, self.steps.bounded())


@frozen
class Narrowing:
    """The rows that an index leads along: those with this serial number, state or kind, and a range of sort keys.

    `low` is the least key that counts, `beyond` the least that does not.
    """

    serial: str | None = None
    state: str | None = None
    kind: str | None = None
    low: Key | None = None
    beyond: Key | None = None


def narrowing(search: TokenSearch) -> Narrowing:
    """What of the search an index serves. Of two conditions of a kind one does, unless they are one range together."""
    for condition in search.conditions:
        if isinstance(condition, SerialIs) and condition.compare is Compare.EQUALS:
            return Narrowing(serial=condition.text)
    low, beyond = _range(search)
    by_serial = search.order is TokenField.SERIAL
    if by_serial or search.order is TokenField.STATE:
        for condition in search.conditions:
            if isinstance(condition, StateIs):
                return Narrowing(state=condition.state, low=low, beyond=beyond)
    if by_serial:
        for condition in search.conditions:
            if isinstance(condition, KindIs):
                return Narrowing(kind=condition.kind, low=low, beyond=beyond)
    return Narrowing(low=low, beyond=beyond)


def _range(search: TokenSearch) -> tuple[Key | None, Key | None]:
    low: Key | None = None
    beyond: Key | None = None
    if search.order is TokenField.SERIAL:
        for condition in search.conditions:
            if isinstance(condition, SerialIs) and condition.compare is Compare.STARTS:
                return condition.text, condition.text + LAST_CHARACTER
        return None, None
    ranges = [it for it in search.conditions if isinstance(it, During) and it.field is search.order]
    low = max((it.since for it in ranges if it.since is not None), default=None)
    beyond = min((it.before for it in ranges if it.before is not None), default=None)
    return low, beyond


def mark_of(search: TokenSearch, token: Authenticator) -> Mark:
    """Where the token stands in the search's order."""
    return getattr(token, search.order.value), token.serial


def tokens_of(
    search: TokenSearch,
    tokens: Iterable[Authenticator],
    groups: dict[str, frozenset[str]],
    seen: frozenset[str] | None = None,
) -> Stretch[Authenticator]:
    """What the search finds among the tenant's tokens.

    `groups` are those of each user; `seen` are the users whom the asker sees, None for all.
    """
    narrow = narrowing(search)
    led_along = [token for token in tokens if _is_led_along(narrow, search, token)]

    def meets_all(token: Authenticator) -> bool:
        own = groups.get(token.user, frozenset())
        is_seen = seen is None or token.user in seen
        return is_seen and all(meets(condition, token, own) for condition in search.conditions)

    return walk(led_along, search.steps, lambda it: mark_of(search, it), meets_all, descending=search.descending)


def _is_led_along(narrow: Narrowing, search: TokenSearch, token: Authenticator) -> bool:
    key = getattr(token, search.order.value)
    return (
        key is not None
        and (narrow.serial is None or token.serial == narrow.serial)
        and (narrow.state is None or token.state == narrow.state)
        and (narrow.kind is None or token.kind == narrow.kind)
        and (narrow.low is None or key >= narrow.low)
        and (narrow.beyond is None or key < narrow.beyond)
    )


def meets(condition: TokenCondition, token: Authenticator, groups: frozenset[str]) -> bool:
    """Whether the token, whose user is in these groups, meets the condition."""
    match condition:
        case SerialIs(Compare.EQUALS, text):
            return token.serial == text
        case SerialIs(Compare.STARTS, text):
            return token.serial.startswith(text)
        case SerialIs(Compare.ENDS, text):
            return token.serial.endswith(text)
        case SerialIs(_, text):
            return text in token.serial
        case StateIs(state):
            return token.state == state
        case KindIs(kind):
            return token.kind == kind
        case LabelHolds(text):
            return token.label is not None and fold(text) in fold(token.label)
        case During(field, since, before):
            at = getattr(token, field.value)
            return at is not None and (since is None or at >= since) and (before is None or at < before)
        case OwnerIn(group):
            return group in groups
        case _:
            assert_never(condition)
