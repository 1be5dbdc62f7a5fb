"""Lists of addresses: named ranges, which bind whatever refers to one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_network

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.addresses import Ranges, admits, packed, spelled
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.programs import Application, applications_of
from muster.core.refusals import Fault, Full, InUse, Invalid, ShutsOut, Taken, Unknown, refuse

MOST_LISTS = 200
MOST_RANGES = 1000


@frozen
class AddressList(Entity):
    """Ranges of addresses, packed, ends included, under a name."""

    MANY = (("tenant",),)
    STABLE = True

    id: str
    tenant: str
    name: str
    ranges: Ranges
    created_at: int

    @property
    def spans(self) -> tuple[str, ...]:
        """The ranges as people write them."""
        return tuple(f"{spelled(first)}-{spelled(last)}" for first, last in self.ranges)


RECORDED = ("name", "spans")


def range_in(text: str) -> tuple[str, str]:
    """The ends, packed, of what is written as one address, as `first-last`, or as a network with its prefix.

    Refuses with `Invalid` anything else.

    >>> range_in("192.0.2.0/30"), range_in("192.0.2.7")
    (('c0000200', 'c0000203'), ('c0000207', 'c0000207'))
    """
    try:
        first, last = _ends(text.strip())
    except ValueError:
        refuse(Invalid("ranges", Fault.MALFORMED))
    if len(first) != len(last) or last < first:
        refuse(Invalid("ranges", Fault.MALFORMED))
    return first, last


def _ends(text: str) -> tuple[str, str]:
    if "%" in text:
        # A zone names an interface of one machine, which says nothing on another.
        raise ValueError(text)
    if "/" in text:
        network = ip_network(text)
        return packed(str(network[0])), packed(str(network[-1]))
    first, _, last = text.partition("-")
    return packed(first.strip()), packed((last or first).strip())


@frozen
class AddAddressList(Command[AddressList]):
    """Make a list of these ranges, each as `range_in` reads it. Refuses a name that a list has, and no range at all."""

    permission = "network:edit"

    name: str
    ranges: tuple[str, ...]

    def decide(self, case: Case) -> AddressList:
        """The new list."""
        kept = _lists(case)
        values.login_name(self.name, "name")
        if any(values.fold(other.name) == values.fold(self.name) for other in kept):
            refuse(Taken("name"))
        if len(kept) >= MOST_LISTS:
            refuse(Full("address-list", MOST_LISTS))
        made = AddressList(case.fresh.id(), case.tenant, self.name, _ranges(self.ranges), case.at)
        case.put(None, made)
        case.record("address-list.added", "address-list", made.id, made.name, None, made, RECORDED)
        return made


@frozen
class SetAddressList(Command[AddressList]):
    """Put other ranges into a list, at once for all that refer to it.

    Refuses with `ShutsOut` what would not admit the actor's own application from where it asks.
    """

    permission = "network:edit"

    address_list: str
    ranges: tuple[str, ...]

    def decide(self, case: Case) -> AddressList:
        """The list as it stands then."""
        kept = find_list(case, self.address_list)
        changed = replace(kept, ranges=_ranges(self.ranges))
        must_still_admit(case, _bound(case, kept), changed.ranges)
        if changed != kept:
            case.put(kept, changed)
            case.record("address-list.set", "address-list", kept.id, kept.name, kept, changed, RECORDED)
        return changed


@frozen
class RemoveAddressList(Command[None]):
    """Remove a list. Refuses one that something refers to, which would be bound by nothing then."""

    permission = "network:edit"

    address_list: str

    def decide(self, case: Case) -> None:
        """Done."""
        kept = find_list(case, self.address_list)
        if _bound(case, kept):
            refuse(InUse("address-list"))
        case.put(kept, None)
        case.record("address-list.removed", "address-list", kept.id, kept.name, kept, None, RECORDED)


@frozen
class AddressLists(Question[tuple[AddressList, ...]]):
    """All lists of the tenant."""

    permission = "network:view"

    def answer(self, view: View) -> tuple[AddressList, ...]:
        """The lists, by id."""
        return tuple(sorted(_lists(view), key=lambda it: it.id))


def find_list(view: View, list_id: str) -> AddressList:
    """The list of this id. Refuses with `Unknown` if the tenant has none."""
    kept = view.known.one(AddressList, AddressList.KEY, view.tenant, list_id)
    if kept is None:
        refuse(Unknown("address-list"))
    return kept


def must_still_admit(case: Case, applications: Iterable[Application], ranges: Ranges) -> None:
    """Refuse with `ShutsOut` ranges for these applications if the actor is one of them, and asks from elsewhere."""
    actor = case.actor
    if any(it.id == actor.id for it in applications) and not admits((ranges,), actor.address):
        refuse(ShutsOut())


def _bound(view: View, kept: AddressList) -> tuple[Application, ...]:
    return tuple(it for it in applications_of(view) if it.address_list == kept.id)


def _lists(view: View) -> tuple[AddressList, ...]:
    return view.known.many(AddressList, ("tenant",), view.tenant)


def _ranges(texts: tuple[str, ...]) -> Ranges:
    if not texts:
        refuse(Invalid("ranges", Fault.MISSING))
    if len(texts) > MOST_RANGES:
        refuse(Invalid("ranges", Fault.TOO_MANY, MOST_RANGES))
    return tuple(sorted({range_in(text) for text in texts}))
