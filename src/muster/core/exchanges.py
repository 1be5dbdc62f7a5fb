"""What came over a connection and what was answered: a log for administrators, bounded, and no part of the trail.

Noted in memory and written down now and then, never by a request. Whoever notes something has blanked its secrets.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from muster.core.acts import Case, Command, Question, View
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.listing import Listing
from muster.core.needs import Need

MOST_NOTED = 2_000
MOST_TOGETHER = 100

PAGE = 100
PAGES = 10
"""Exchanges are forgotten a page at a time; of each connection 900 to 1,000 are kept."""

MOST_JOURNALS = 300
MOST_SHOWN = PAGE * PAGES
TEXT_BYTES = 4_096
"""Bytes that are kept of what was sent, and of what was answered; of details and of remarks too."""

LINE_BYTES = 512


@frozen
class Exchange(Entity):
    """One request and its answer. `connection` is the id of whatever came, `number` its place among that one's.

    `kind`, `subject`, `details` and `outcome` are in the words of whoever noted it: what was asked, of what, how
    exactly, and how that ended. Texts are cut where they are too long. `at` is UTC milliseconds; `request` is the id
    that the answer bore, `agent` what the client calls itself.
    """

    KEY = ("tenant", "connection", "number")
    MANY = (("tenant", "connection", "page"), ("tenant", "connection"))

    tenant: str
    connection: str
    number: int
    page: int
    at: int
    milliseconds: int
    kind: str
    subject: str
    details: str
    outcome: str
    request: str
    address: str | None
    agent: str
    sent: str
    answered: str
    remarks: str


@frozen
class Journal(Entity):
    """How many exchanges a connection has had, all told; `name` is what it was called then."""

    KEY = ("tenant", "connection")
    MANY = (("tenant",),)

    tenant: str
    connection: str
    name: str
    next: int
    changed_at: int


@frozen
class Noted:
    """An exchange that is not written down yet. Its bytes become text then, what is no UTF-8 replaced."""

    tenant: str
    connection: str
    name: str
    at: int
    milliseconds: int
    kind: str
    subject: str
    details: bytes
    outcome: str
    request: str
    address: str | None
    agent: str
    sent: bytes
    answered: bytes
    remarks: str


class Exchanges:
    """The exchanges that are not written down yet, the newest 2,000; which ones were lost says a remark."""

    def __init__(self) -> None:
        self._noted: deque[Noted] = deque()
        self._lost = 0

    def note(self, noted: Noted) -> None:
        """Something came and was answered."""
        if len(self._noted) >= MOST_NOTED:
            self._noted.popleft()
            self._lost += 1
        self._noted.append(noted)

    def take(self) -> tuple[str, tuple[Noted, ...]] | None:
        """Some exchanges of one tenant, oldest first, which are taken for written; None for none."""
        if not self._noted:
            return None
        tenant = self._noted[0].tenant
        taken = [one for one in self._noted if one.tenant == tenant][:MOST_TOGETHER]
        chosen = set(map(id, taken))
        self._noted = deque(one for one in self._noted if id(one) not in chosen)
        if self._lost:
            remark = f"{self._lost} requests before this one were too many to be kept"
            taken[0] = replace(taken[0], remarks="\n".join(filter(None, (remark, taken[0].remarks))))
            self._lost = 0
        return tenant, tuple(taken)


@frozen
class KeepExchanges(Command[None]):
    """Write down what came over connections. Only the system may."""

    permission = "applications:keep-exchanges"
    chore = True

    noted: tuple[Noted, ...]

    def needs(self, tenant: str) -> Iterable[Need]:
        """The journals."""
        return [
            Need(Journal, Journal.KEY, (tenant, connection)) for connection in {one.connection for one in self.noted}
        ]

    def decide(self, case: Case) -> None:
        """Done; what is too old by then is forgotten."""
        for connection in dict.fromkeys(one.connection for one in self.noted):
            _keep(case, connection, [one for one in self.noted if one.connection == connection])


def _keep(case: Case, connection: str, noted: list[Noted]) -> None:
    old = case.known.one(Journal, Journal.KEY, case.tenant, connection)
    if old is None:
        _make_room(case)
    first = 0 if old is None else old.next
    for number, one in enumerate(noted, first):
        if number % PAGE == 0 and number >= PAGE * PAGES:
            case.sweep(Exchange, ("tenant", "connection", "page"), case.tenant, connection, number // PAGE - PAGES)
        case.put(None, _exchange(one, number))
    journal = Journal(case.tenant, connection, noted[-1].name, first + len(noted), noted[-1].at)
    case.put(old, journal)


def _make_room(case: Case) -> None:
    journals = case.known.many(Journal, ("tenant",), case.tenant)
    if len(journals) >= MOST_JOURNALS:
        oldest = min(journals, key=lambda journal: journal.changed_at)
        case.sweep(Exchange, ("tenant", "connection"), case.tenant, oldest.connection)
        case.put(oldest, None)


def _exchange(noted: Noted, number: int) -> Exchange:
    return Exchange(
        noted.tenant,
        noted.connection,
        number,
        number // PAGE,
        noted.at,
        noted.milliseconds,
        cut(noted.kind.encode(errors="replace"), LINE_BYTES),
        cut(noted.subject.encode(errors="replace"), LINE_BYTES),
        cut(noted.details, TEXT_BYTES),
        cut(noted.outcome.encode(errors="replace"), LINE_BYTES),
        noted.request,
        noted.address,
        cut(noted.agent.encode(errors="replace"), LINE_BYTES),
        cut(noted.sent, TEXT_BYTES),
        cut(noted.answered, TEXT_BYTES),
        cut(noted.remarks.encode(errors="replace"), TEXT_BYTES),
    )


def cut(text: bytes, limit: int) -> str:
    """At most `limit` bytes of the text, in letters that a database can keep."""
    return text[:limit].decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


@frozen
class Journals(Question[tuple[Journal, ...]]):
    """What has a log in the tenant."""

    permission = "audit:view"

    def answer(self, view: View) -> tuple[Journal, ...]:
        """The journals, that with the newest exchange last."""
        found = view.known.many(Journal, ("tenant",), view.tenant)
        return tuple(sorted(found, key=lambda journal: (journal.changed_at, journal.connection)))


@frozen
class ExchangesOf(Question[tuple[Exchange, ...]]):
    """The newest exchanges of a connection, `limit` at most; with `after`, the first ones after that number."""

    permission = "audit:view"

    connection: str
    limit: int = MOST_SHOWN
    after: int | None = None

    def answer(self, view: View) -> tuple[Exchange, ...]:
        """The exchanges, oldest first; none of a connection that there is not."""
        limit = min(self.limit, MOST_SHOWN)
        listing = Listing(Exchange, view.tenant, limit, "number", (("connection", self.connection),))
        if self.after is not None:
            found = view.known.listing(replace(listing, place=(self.after,)))
            return found[:limit]
        return view.known.listing(replace(listing, descending=True))[:limit][::-1]
