"""Attributes: what is known of users beside the directory's own fields, and which of it they must have."""

from __future__ import annotations

from collections.abc import Iterable

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.refusals import Fault, Invalid, Taken, refuse

PLAIN = "plain"
VALUE_LENGTH = 1024
MOST_ATTRIBUTES = 200


@frozen
class Attribute(Entity):
    """Something that can be known of a user. `field` names the directory's own field behind a system-defined one.

    `kind` is `plain`, or the channel that a value of it can be reached through.
    """

    MANY = (("tenant",),)
    STABLE = True

    id: str
    tenant: str
    name: str
    kind: str
    field: str | None
    mandatory: bool
    unique: bool


@frozen
class AttributeTemplate:
    """A system-defined attribute as an API names it, before a tenant has it."""

    name: str
    field: str
    mandatory: bool


@frozen
class AttributeValue(Entity):
    """What an attribute is for one user. `changed_at` is UTC milliseconds."""

    KEY = ("tenant", "user", "attribute")
    MANY = (("tenant", "user"), ("tenant", "attribute", "unique"))

    id: str
    tenant: str
    user: str
    attribute: str
    value: str
    unique: str | None
    changed_at: int


def attributes_of(view: View) -> tuple[Attribute, ...]:
    """All attributes of the tenant. Raises `Unloaded`."""
    return view.known.many(Attribute, ("tenant",), view.tenant)


def demand_mandatory(view: View, subject: object, given: Iterable[str]) -> None:
    """Refuse with `Invalid` a user who lacks what the tenant says every user must have.

    `subject` has the directory's fields, `given` are the ids of the other attributes that he has values of.
    """
    others = set(given)
    for attribute in attributes_of(view):
        if not attribute.mandatory:
            continue
        has = attribute.id in others if attribute.field is None else getattr(subject, attribute.field, None)
        if not has:
            refuse(Invalid(attribute.field or attribute.name, Fault.MISSING))


def valued(case: Case, user: str, wanted: tuple[tuple[str, str], ...]) -> tuple[AttributeValue, ...]:
    """New values for a user, given as pairs of an attribute's id and text.

    Refuses with `Invalid` an attribute that there is not or that is a field of the directory, one that is named twice
    and a text over 1024 characters; with `Taken` another user's value of a unique one.
    """
    known = {attribute.id: attribute for attribute in attributes_of(case) if attribute.field is None}
    if len({attribute for attribute, _ in wanted}) != len(wanted):
        refuse(Invalid("attributes", Fault.DUPLICATE))
    made = []
    for attribute_id, text in wanted:
        attribute = known.get(attribute_id)
        if attribute is None:
            refuse(Invalid("attributes", Fault.UNKNOWN))
        check = values.searched_line if attribute.unique else values.line
        check(text, attribute.name, VALUE_LENGTH)
        made.append(_value(case, user, attribute, text))
    return tuple(made)


def _value(case: Case, user: str, attribute: Attribute, text: str) -> AttributeValue:
    unique = values.fold(text) if attribute.unique else None
    if unique is not None:
        others = case.known.many(AttributeValue, ("tenant", "attribute", "unique"), case.tenant, attribute.id, unique)
        if any(other.user != user for other in others):
            refuse(Taken(attribute.name))
    return AttributeValue(case.fresh.id(), case.tenant, user, attribute.id, text, unique, case.at)


def system_defined(case: Case, template: AttributeTemplate) -> Attribute:
    """The attribute that a template describes, new."""
    return Attribute(case.fresh.id(), case.tenant, template.name, PLAIN, template.field, template.mandatory, False)


@frozen
class CreateAttribute(Command[Attribute]):
    """Make an attribute of the tenant's own. Refuses a name that another has, and more than 200 of them."""

    permission = "attributes:create"

    name: str
    kind: str = PLAIN
    mandatory: bool = False
    unique: bool = False

    def decide(self, case: Case) -> Attribute:
        """The new attribute."""
        values.login_name(self.name, "name")
        others = attributes_of(case)
        if any(values.fold(other.name) == values.fold(self.name) for other in others):
            refuse(Taken("name"))
        if len(others) >= MOST_ATTRIBUTES:
            refuse(Invalid("name", Fault.TOO_MANY, MOST_ATTRIBUTES))
        made = Attribute(case.fresh.id(), case.tenant, self.name, self.kind, None, self.mandatory, self.unique)
        case.put(None, made)
        recorded = ("name", "kind", "mandatory", "unique")
        case.record("attribute.created", "attribute", made.id, made.name, None, made, recorded)
        return made


@frozen
class Attributes(Question[tuple[Attribute, ...]]):
    """All attributes of the tenant."""

    permission = "attributes:view"

    def answer(self, view: View) -> tuple[Attribute, ...]:
        """The attributes, by id."""
        return tuple(sorted(attributes_of(view), key=lambda attribute: attribute.id))
