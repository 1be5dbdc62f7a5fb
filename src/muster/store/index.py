"""The index of substrings: which users have a given text somewhere in their names, aliases or e-mail.

Writing it with every create would cost as much as the create. So a change of a user only notes, in the same
transaction, that he is pending; a chore of the writer brings the index up to date a few dozen users at a time; and a
search looks at what the index says and at whoever is pending. What it finds are candidates: the search compares again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement

from muster.core.known import Writes
from muster.core.users import ALIAS, ALIASES_OF, LoginName, User
from muster.core.values import fold

if TYPE_CHECKING:
    from muster.store.session import Session
    from muster.store.statements import Insert

SHORTEST = 3
"""Texts of fewer characters have no trigram, and are not in the index."""

TOGETHER = 64
"""Users a chore: a few milliseconds, in which nobody else is served."""

IDLE_SECONDS = 0.5


class Place(NamedTuple):
    """A user in the index, with all that is looked at there. Without a number he has no place in it any more.

    Of his aliases each ends a line.
    """

    tenant: str
    user: str
    number: int | None
    username_folded: str | None
    given_folded: str | None
    family_folded: str | None
    email_folded: str | None
    aliases: str = ""

    @property
    def words(self) -> str:
        """All of it in lines, so that no text is found across two of them."""
        named = (self.username_folded, self.given_folded, self.family_folded, self.email_folded)
        return "\n".join([word for word in named if word] + ([self.aliases] if self.aliases else []))


MOST_TENANTS = 20
"""Tenants a chore, for as long as it lasts nobody else writes in them."""

_SEARCHED = ("username", "given_name", "family_name", "email")
# From one tenant to the next along the key: DISTINCT would go through all who are pending, who may be very many.
_TENANTS = (
    "WITH RECURSIVE owners (tenant, place) AS (SELECT min(tenant), 1 FROM search_pending UNION ALL "
    "SELECT (SELECT min(p.tenant) FROM search_pending p WHERE p.tenant > owners.tenant), owners.place + 1 "
    f"FROM owners WHERE owners.tenant IS NOT NULL AND owners.place < {MOST_TENANTS}) "
    "SELECT tenant FROM owners WHERE tenant IS NOT NULL"
)
_PENDING = (
    'SELECT p.tenant, p."user", u.number, u.username_folded, u.given_folded, u.family_folded, u.email_folded '
    'FROM (SELECT tenant, "user" FROM search_pending WHERE tenant = {} LIMIT {}) p '
    'LEFT JOIN users u ON u.tenant = p.tenant AND u.id = p."user"'
)


class Index(Protocol):
    """What the two databases do differently about the index."""

    note: Insert
    """Notes users, by tenant and id, as pending, each once."""

    def candidates(self, mark: str) -> str:
        """A query for those of `:tenant` who may hold the text whose key is the parameter `mark`, but who is pending.

        That is their numbers, then what is looked at, as in `Place`.
        """

    def holds(self, text: ColumnElement[Any], part: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a text has a part, letter by letter."""

    def key(self, text: str) -> Any:
        """What `candidates` is given for a folded text of three characters or more."""

    async def place(self, session: Session, places: list[Place]) -> None:
        """Write these places, and note that their users are no longer pending."""

    async def place_new(self, session: Session, places: list[Place]) -> None:
        """As `place`, for many users who have never had a place yet."""


def not_pending(table: str) -> str:
    """SQL for who of this table's users is not pending: of whom it is, the table no longer says what he is.

    There is no need to know them all: where they are more than candidates may be, `most` and up, the search is refused.
    """
    some = 'SELECT "user" FROM search_pending WHERE tenant = :tenant LIMIT :most'
    return f'{table}."user" NOT IN ({some})'


def trigrams(text: str) -> list[int]:
    """Every three characters in a row, each as one number of 63 bits."""
    points = [ord(character) for character in text]
    return sorted({a << 42 | b << 21 | c for a, b, c in zip(points, points[1:], points[2:], strict=False)})


def looked_up(text: str) -> list[str]:
    """The trigrams of a text that are looked up: every other one and the last, which leave no character out.

    All of them would find hardly fewer candidates, at twice the work.
    """
    places = [*range(0, len(text) - SHORTEST, 2), len(text) - SHORTEST]
    return list(dict.fromkeys(text[at : at + SHORTEST] for at in places))


def place_of(user: User, aliases: Iterable[str] = ()) -> Place:
    """The place in the index of a user with these aliases."""
    folded = [None if word is None else fold(word) for word in (getattr(user, field) for field in _SEARCHED)]
    return Place._make((user.tenant, user.id, user.number, *folded, _lines(map(fold, aliases))))


def _lines(words: Iterable[str]) -> str:
    return "".join(f"{word}\n" for word in words)


def pending(writes: Mapping[type[Any], Writes]) -> list[tuple[str, str]]:
    """Tenant and id of the users whose place in the index is no longer right, each once."""
    found = dict.fromkeys(key for key, before, after in _changes(writes, User) if _is_moved(before, after))
    for _, before, after in _changes(writes, LoginName):
        for name in (before, after):
            # A username is the user's own field as well, and noticed there.
            if name is not None and name.kind == ALIAS:
                found[name.tenant, name.user] = None
    return list(found)


def _changes(writes: Mapping[type[Any], Writes], kind: type[Any]) -> Iterator[tuple[Any, Any, Any]]:
    if (written := writes.get(kind)) is not None:
        yield from ((key, written.before[key], after) for key, after in written.after.items())


def _is_moved(before: User | None, after: User | None) -> bool:
    return before is None or after is None or any(getattr(before, it) != getattr(after, it) for it in _SEARCHED)


async def index_some(session: Session) -> int:
    """Bring some of the pending users' places up to date; how many, or 0 where nobody else is pending.

    It runs inside a transaction of its own. A few users cost nearly as much as many do: the rest are left to come
    together.
    """
    tenants = [row[0] for row in await session.fetch(_TENANTS, [], long=False)]
    if not tenants:
        return 0
    # Held, so that nobody changes a user between the look at him and the word that he is no longer pending.
    await session.lock_heads(sorted(tenants))
    rows = await _pending(session, tenants)
    aliases = await _aliases(session, [(row[0], row[1]) for row in rows])
    places = [Place._make((*row, _lines(aliases.get((row[0], row[1]), ())))) for row in rows]
    await session.index.place(session, places)
    return len(places) if len(places) >= TOGETHER else 0


async def _pending(session: Session, tenants: list[str]) -> list[Any]:
    mark = session.statements[User].spelling.mark
    statement = _PENDING.format(mark(1), mark(2))
    rows: list[Any] = []
    for tenant in tenants:
        if len(rows) < TOGETHER:
            rows += await session.fetch(statement, [tenant, TOGETHER - len(rows)], long=False)
    return rows


async def _aliases(session: Session, users: list[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    # By position: `rows` knows the layouts, and is above what is written here.
    for tenant, folded, user, *_ in await session.rows(LoginName, ALIASES_OF, users) if users else ():
        found.setdefault((tenant, user), []).append(folded)
    return found
