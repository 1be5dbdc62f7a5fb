"""The index of substrings: which users have a given text somewhere in their names, aliases or e-mail.

Writing it with every create would cost as much as the create. So a change of a user only notes, in the same
transaction, that he is pending; a chore of the writer brings the index up to date a few dozen users at a time; and a
search looks at what the index says and at whoever is pending. What it finds are candidates: the search compares again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from muster.core.known import Writes
from muster.core.users import ALIAS, LoginName, User
from muster.core.values import fold

if TYPE_CHECKING:
    from muster.store.session import Session

SHORTEST = 3
"""Texts of fewer characters have no trigram, and are not in the index."""

TOGETHER = 64
"""Users a chore: a few milliseconds, in which nobody else is served."""

IDLE_SECONDS = 0.5

Place = tuple[str, str, str]
"""A user in the index: his tenant, his id and his words; without words he has no place in it any more."""

ALIASES = ("tenant", "user")
_SEARCHED = ("username", "given_name", "family_name", "email")
_TENANTS = "SELECT DISTINCT tenant FROM search_pending LIMIT 20"
_PENDING = (
    'SELECT p.tenant, p."user", u.username_folded, u.given_folded, u.family_folded, u.email_folded '
    'FROM search_pending p LEFT JOIN users u ON u.tenant = p.tenant AND u.id = p."user" '
    f"WHERE p.tenant IN (SELECT tenant FROM ({_TENANTS}) t) LIMIT {TOGETHER}"
)


class Index(Protocol):
    """What the two databases do differently about the index."""

    note: str
    """A statement that notes a user, tenant and id, as pending, once."""

    def candidates(self, mark: str) -> str:
        """A query for the ids of the users of `:tenant` that may hold the text whose key is the parameter `mark`."""

    def key(self, text: str) -> Any:
        """What `candidates` is given for a folded text of three characters or more."""

    async def place(self, session: Session, places: list[Place]) -> None:
        """Write these places, and note that their users are no longer pending."""

    async def place_new(self, session: Session, places: list[Place]) -> None:
        """As `place`, for many users who have never had a place yet."""


def trigrams(text: str) -> list[int]:
    """Every three characters in a row, each as one number of 63 bits."""
    points = [ord(character) for character in text]
    return sorted({a << 42 | b << 21 | c for a, b, c in zip(points, points[1:], points[2:], strict=False)})


def place_of(user: User, aliases: Iterable[str] = ()) -> Place:
    """The place in the index of a user with these aliases."""
    words = (*(getattr(user, field) for field in _SEARCHED), *aliases)
    return user.tenant, user.id, _lines(fold(word) for word in words if word)


def _lines(words: Iterable[str | None]) -> str:
    # In lines, so that no text is found across two of them.
    return "\n".join(word for word in words if word)


def pending(writes: Mapping[type[Any], Writes]) -> list[tuple[str, str]]:
    """Tenant and id of the users whose place in the index is no longer right, each once."""
    found = dict.fromkeys(key for key, before, after in _changes(writes, User) if _is_moved(before, after))
    for _, before, after in _changes(writes, LoginName):
        # A username is the user's own field as well, and noticed there.
        found |= {(name.tenant, name.user): None for name in (before, after) if name is not None and name.kind == ALIAS}
    return list(found)


def _changes(writes: Mapping[type[Any], Writes], kind: type[Any]) -> Iterator[tuple[Any, Any, Any]]:
    if (written := writes.get(kind)) is not None:
        yield from ((key, written.before[key], after) for key, after in written.after.items())


def _is_moved(before: User | None, after: User | None) -> bool:
    return before is None or after is None or any(getattr(before, it) != getattr(after, it) for it in _SEARCHED)


async def index_some(session: Session) -> int:
    """Bring some of the pending users' places up to date; how many. It runs inside a transaction of its own."""
    tenants = [row[0] for row in await session.fetch(_TENANTS, [], long=False)]
    if not tenants:
        return 0
    # Held, so that nobody changes a user between the look at him and the word that he is no longer pending.
    await session.lock_heads(sorted(tenants))
    rows = await session.fetch(_PENDING, [], long=False)
    aliases = await _aliases(session, [(row[0], row[1]) for row in rows])
    places = [(row[0], row[1], _lines((*tuple(row)[2:], *aliases.get((row[0], row[1]), ())))) for row in rows]
    await session.index.place(session, places)
    return len(places)


async def _aliases(session: Session, users: list[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    # By position: `rows` knows the layouts, and is above what is written here.
    for tenant, folded, user, _, kind, _ in await session.rows(LoginName, ALIASES, users) if users else ():
        if kind == ALIAS:
            found.setdefault((tenant, user), []).append(folded)
    return found
