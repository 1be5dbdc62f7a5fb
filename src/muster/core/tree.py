"""The tenant's tree: how units are made, changed and switched, and what somebody sees of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.branches import MOST_UNITS, Assigned, Branch, topmost
from muster.core.drafts import UserDraft, create, needed_by
from muster.core.events import named_differences
from muster.core.frozen import frozen
from muster.core.needs import Need
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.units import Unit, find_unit, in_effect, must_be_active

MOST_LEVELS = 20
MOST_EXTRAS = 100
NAME_LENGTH = values.LOGIN_NAME_LENGTH
RECORDED = ("number", "name", "description", "path", "active")

Extras = tuple[tuple[str, str | None], ...]
"""What is to be kept under which name; None removes it."""


@frozen
class UnitView:
    """A unit, active or not as holds for it, and the numbers of the users restricted to it whom the actor sees."""

    unit: Unit
    assigned: tuple[int, ...]


@frozen
class Units(Question[tuple[UnitView, ...]]):
    """The units that the actor sees, by number: from `offset` on, `limit` at most.

    Where more than 10,000 users are restricted to the units of the answer, all of them are left out of it.
    """

    permission = "units:view"

    offset: int = 0
    limit: int | None = None

    def answer(self, view: View) -> tuple[UnitView, ...]:
        """The units."""
        return _look(view, Branch(view.tenant, topmost(view.actor.within), offset=self.offset, limit=self.limit))


@frozen
class Children(Question[tuple[UnitView, ...]]):
    """The units right below the unit of this number. As `Units`."""

    permission = "units:view"

    number: int
    offset: int = 0
    limit: int | None = None

    def answer(self, view: View) -> tuple[UnitView, ...]:
        """The units. Refuses with `Unknown` a parent outside the actor's scope."""
        parent = find_unit(view, self.number)
        return _look(view, Branch(view.tenant, parent=parent.id, offset=self.offset, limit=self.limit))


@frozen
class UnitByNumber(Question[UnitView]):
    """The unit of this number, or with `parent` the one above it."""

    permission = "units:view"

    number: int
    parent: bool = False

    def answer(self, view: View) -> UnitView:
        """The unit. Refuses with `Unknown` one outside the actor's scope; so it does what is above the root."""
        unit = find_unit(view, self.number)
        if self.parent:
            unit = find_unit(view, unit.above[-1] if unit.above else 0)
        return _views(view, (unit,), Branch(view.tenant, unit=unit.id))[0]


def _look(view: View, branch: Branch) -> tuple[UnitView, ...]:
    return _views(view, view.known.branch(branch), branch)


def _views(view: View, units: tuple[Unit, ...], branch: Branch) -> tuple[UnitView, ...]:
    pairs = view.known.assigned(Assigned(branch, topmost(view.actor.within)))
    numbers: dict[str, list[int]] = {}
    for unit, user in pairs or ():
        numbers.setdefault(unit, []).append(user)
    return tuple(UnitView(unit, tuple(numbers.get(unit.id, ()))) for unit in in_effect(view.known, *units))


@frozen
class CreateUnit(Command[Unit]):
    """Make a unit below the one of this number, and with it perhaps its first user, or neither.

    He is at home there; without a scope of his own he is restricted to it. Refuses an unknown or inactive parent, more
    than 20 levels or 10,000 units, wrong values, and a user whom the actor may not make.
    """

    permission = "units:create"

    parent: int
    name: str
    description: str | None = None
    extras: tuple[tuple[str, str], ...] = ()
    user: UserDraft | None = None

    def needs(self, tenant: str) -> Iterable[Need]:
        """The first user's login names."""
        return () if self.user is None else needed_by(tenant, self.user)

    def decide(self, case: Case) -> Unit:
        """The new unit."""
        if self.user is not None:
            case.actor.must("users:create")
        parent = find_unit(case, self.parent)
        must_be_active(case.known, parent, "parent")
        _must_have_room(case, parent)
        number = case.number()
        unit = Unit(
            id=case.fresh.id(),
            tenant=case.tenant,
            number=number,
            parent=parent.id,
            path=f"{parent.path}{number}/",
            name=_name(self.name),
            active=True,
            created_at=case.at,
            description=values.optional_line(self.description, "description"),
            extras=_merged((), self.extras),
        )
        case.put(None, unit)
        _record(case, "unit.created", None, unit)
        if self.user is not None:
            create(case, self.user, unit)
        return unit


def _must_have_room(case: Case, parent: Unit) -> None:
    if len(parent.above) + 1 >= MOST_LEVELS:
        refuse(Invalid("parent", Fault.TOO_MANY, MOST_LEVELS))
    # What this batch makes beside it is not counted, and may go over by as much.
    if case.known.branch(Branch(case.tenant, offset=MOST_UNITS - 1, limit=1)):
        refuse(Invalid("parent", Fault.TOO_MANY, MOST_UNITS))


@frozen
class EditUnit(Command[Unit]):
    """Change what a unit is called and described by, and what an API keeps with it; None leaves as it is.

    An empty `description` erases it. Refuses a unit outside the actor's scope, and wrong values.
    """

    permission = "units:edit"

    number: int
    name: str | None = None
    description: str | None = None
    extras: Extras = ()

    def decide(self, case: Case) -> Unit:
        """The unit as it stands then."""
        unit = find_unit(case, self.number)
        changed = replace(
            unit,
            name=unit.name if self.name is None else _name(self.name),
            description=self._description(unit),
            extras=_merged(unit.extras, self.extras),
        )
        if changed != unit:
            case.put(unit, changed)
            _record(case, "unit.edited", unit, changed)
        return changed

    def _description(self, unit: Unit) -> str | None:
        if self.description is None:
            return unit.description
        return values.line(self.description, "description") or None


@frozen
class SwitchUnit(Command[Unit]):
    """Make a unit, with all below it, active or inactive, whatever was said of any of them before.

    In a unit that is not active nobody is newly made and no unit begins; who is at home there stays as he is. Said
    twice it is kept twice, since what lies below may have been switched meanwhile.
    """

    permission = "units:edit"

    number: int
    active: bool

    def decide(self, case: Case) -> Unit:
        """The unit as it stands then. Refuses one outside the actor's scope."""
        unit = find_unit(case, self.number)
        [before] = in_effect(case.known, unit)
        # The sequence of the event below: later words have higher ones, whichever node they are said on.
        changed = replace(unit, active=self.active, switched=case.known.head(case.tenant).sequence + 1)
        case.put(unit, changed)
        _record(case, "unit.activated" if self.active else "unit.deactivated", before, changed)
        return changed


def _name(name: str) -> str:
    if not name.strip():
        refuse(Invalid("name", Fault.MISSING))
    return values.line(name, "name", NAME_LENGTH)


def _merged(kept: tuple[tuple[str, str], ...], wanted: Extras) -> tuple[tuple[str, str], ...]:
    for name, value in wanted:
        values.line(name, "extras")
        values.text(value or "", "extras", values.EXTRA_LENGTH)
    merged = {**dict(kept), **dict(wanted)}
    if len(merged) > MOST_EXTRAS:
        refuse(Invalid("extras", Fault.TOO_MANY, MOST_EXTRAS))
    return tuple(sorted((name, value) for name, value in merged.items() if value is not None))


def _record(case: Case, act: str, old: Unit | None, new: Unit) -> None:
    more = named_differences(old.extras if old is not None else (), new.extras)
    case.record(act, "unit", new.id, new.name, old, new, RECORDED, more)
