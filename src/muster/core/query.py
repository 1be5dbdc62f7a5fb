"""A question about users as data: conditions, order, page.

`User`s match a `Search` as the plain Python here says; the store's SQL has to find the same ones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from muster.core.frozen import frozen
from muster.core.values import fold

if TYPE_CHECKING:
    from muster.core.users import User

SEARCHED = ("username", "given_name", "family_name", "email")
MOST_ROWS = 1000
MOST_OFFSET = 2**31 - 1


@frozen
class Equals:
    """Username, given name, family name or e-mail is this text; case and width make no difference."""

    text: str

    def holds(self, user: User) -> bool:
        """Whether the user meets the condition."""
        wanted = fold(self.text)
        return any(value is not None and fold(value) == wanted for value in (getattr(user, name) for name in SEARCHED))


Condition = Equals


@frozen
class Search:
    """The users of a tenant that meet all conditions, by number, from `offset` on, `limit` at most.

    `within` holds the paths of the units that the asker is restricted to; None is no restriction.
    """

    tenant: str = ""
    within: tuple[str, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    offset: int = 0
    limit: int = MOST_ROWS

    def bounded(self, tenant: str, within: tuple[str, ...] | None) -> Search:
        """The same question, asked in this tenant by somebody restricted to these units, its page within limits."""
        offset, limit = min(max(self.offset, 0), MOST_OFFSET), min(max(self.limit, 0), MOST_ROWS)
        return replace(self, tenant=tenant, within=within, offset=offset, limit=limit)


@frozen
class Page:
    """What a search found: one page of users, and how many there are in all."""

    users: tuple[User, ...]
    total: int
