"""Attributes: what is known of users beside the directory's own fields, and which of it they must have."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.clashes import Clash
from muster.core.entity import KEPT, Entity, Kept
from muster.core.frozen import frozen
from muster.core.refusals import Fault, Invalid, Taken, Unknown, refuse

PLAIN = "plain"
KINDS = (PLAIN, "email", "sms", "voice", "wechat", "whatsapp")
VALUE_LENGTH = 1024
MOST_ATTRIBUTES = 200
FOLDED_BYTES = 200
"""How long a folded value may be in UTF-8 to be kept as it is; of a longer one its digest is."""

MOST_COMPARED = 100_000
"""How many users may have a value of an attribute when it becomes unique: all of them are looked at, then and there."""

ALWAYS = ("username",)
"""Fields of the directory that every user has, whatever anybody says: they stay mandatory."""

RECORDED = ("name", "kind", "mandatory", "unique")


@frozen
class Attribute(Entity):
    """Something that can be known of a user. `field` names the directory's own field behind a system-defined one.

    `kind` is `plain`, or the channel that its values can be reached through: one of `KINDS`.
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
    """What an attribute is for one user. `changed_at` is UTC milliseconds.

    `folded` is what it is compared by, see `folded_value`; two users have the same one unless the attribute is unique.
    """

    KEY = ("tenant", "user", "attribute")
    MANY = (("tenant", "user"), ("tenant", "attribute", "folded"))

    id: str
    tenant: str
    user: str
    attribute: str
    value: str
    folded: str
    changed_at: int


@frozen
class GoneAttribute(Entity):
    """An attribute that was deleted and may still have values, which are of nobody's concern any more."""

    KEY = ("tenant", "id")

    tenant: str
    id: str


def folded_value(text: str) -> str:
    """A value as it is compared with others: folded, and short enough for an index.

    >>> folded_value("STRASSE 1") == folded_value("Straße 1")
    True
    """
    folded = values.fold(text)
    if len(folded.encode()) <= FOLDED_BYTES:
        return folded
    # No value holds a line end, so that no short one can pass for a long one's digest.
    return "\n" + hashlib.sha256(folded.encode()).hexdigest()


def attributes_of(view: View) -> tuple[Attribute, ...]:
    """All attributes of the tenant. Raises `Unloaded`."""
    return view.known.many(Attribute, ("tenant",), view.tenant)


def values_of(view: View, user: str) -> tuple[AttributeValue, ...]:
    """The user's values of the attributes that there are. Raises `Unloaded`."""
    held = view.known.many(AttributeValue, ("tenant", "user"), view.tenant, user)
    if not held:
        return ()
    own = {attribute.id for attribute in attributes_of(view)}
    return tuple(value for value in held if value.attribute in own)


def demand_mandatory(view: View, subject: object, given: Iterable[str]) -> None:
    """Refuse with `Invalid` a user who lacks what the tenant says every user must have.

    `subject` has the directory's fields, `given` are the ids of the other attributes that he has values of.
    """
    others = set(given)
    for attribute in view.known.derived(view.tenant, "mandatory", lambda: _mandatory(view)):
        has = attribute.id in others if attribute.field is None else getattr(subject, attribute.field, None)
        if not has:
            refuse(Invalid(attribute.field or attribute.name, Fault.MISSING))


def _mandatory(view: View) -> tuple[Attribute, ...]:
    return tuple(attribute for attribute in attributes_of(view) if attribute.mandatory)


def valued(case: Case, user: str, wanted: tuple[tuple[str, str], ...]) -> tuple[AttributeValue, ...]:
    """New values for a user, given as pairs of an attribute's id and text.

    Refuses with `Invalid` an attribute that there is not or that is a field of the directory, one that is named twice
    and a text over 1024 characters; with `Taken` another user's value of a unique one.
    """
    if not wanted:
        return ()
    known = {attribute.id: attribute for attribute in attributes_of(case) if attribute.field is None}
    if len({attribute for attribute, _ in wanted}) != len(wanted):
        refuse(Invalid("attributes", Fault.DUPLICATE))
    made = []
    for attribute_id, text in wanted:
        attribute = known.get(attribute_id)
        if attribute is None:
            refuse(Invalid("attributes", Fault.UNKNOWN))
        values.line(text, attribute.name, VALUE_LENGTH)
        made.append(_value(case, user, attribute, text))
    return tuple(made)


def _value(case: Case, user: str, attribute: Attribute, text: str) -> AttributeValue:
    folded = folded_value(text)
    if attribute.unique:
        others = case.known.many(AttributeValue, ("tenant", "attribute", "folded"), case.tenant, attribute.id, folded)
        if any(other.user != user for other in others):
            refuse(Taken(attribute.name))
    return AttributeValue(case.fresh.id(), case.tenant, user, attribute.id, text, folded, case.at)


def system_defined(case: Case, template: AttributeTemplate) -> Attribute:
    """The attribute that a template describes, new."""
    return Attribute(case.fresh.id(), case.tenant, template.name, PLAIN, template.field, template.mandatory, False)


def check(case: Case, attribute: Attribute) -> None:
    """Refuse with `Invalid` a wrong name or kind, with `Taken` the name of another attribute."""
    values.login_name(attribute.name, "name")
    if attribute.kind not in KINDS:
        refuse(Invalid("kind", Fault.MALFORMED))
    name = values.fold(attribute.name)
    if any(values.fold(other.name) == name for other in attributes_of(case) if other.id != attribute.id):
        refuse(Taken("name"))


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
        made = Attribute(case.fresh.id(), case.tenant, self.name, self.kind, None, self.mandatory, self.unique)
        check(case, made)
        if len(attributes_of(case)) >= MOST_ATTRIBUTES:
            refuse(Invalid("name", Fault.TOO_MANY, MOST_ATTRIBUTES))
        case.put(None, made)
        case.record("attribute.created", "attribute", made.id, made.name, None, made, RECORDED)
        return made


def find_attribute(view: View, attribute_id: str) -> Attribute:
    """The attribute of this id. Refuses with `Unknown`."""
    found = next((attribute for attribute in attributes_of(view) if attribute.id == attribute_id), None)
    if found is None:
        refuse(Unknown("attribute"))
    return found


@frozen
class EditAttribute(Command[Attribute]):
    """Change an attribute. Of a system-defined one only whether it is mandatory, and of the username not even that.

    What becomes mandatory binds every change from then on; users who lack it stay as they are. Refuses a name that
    another has, and to make an attribute unique of which two users have the same value, or over 100,000 users one.
    """

    permission = "attributes:edit"

    attribute: str
    name: str | Kept = KEPT
    kind: str | Kept = KEPT
    mandatory: bool | Kept = KEPT
    unique: bool | Kept = KEPT

    def decide(self, case: Case) -> Attribute:
        """The attribute as it stands then."""
        old = find_attribute(case, self.attribute)
        given = {field: getattr(self, field) for field in RECORDED if getattr(self, field) is not KEPT}
        new = replace(old, **given)
        if new == old:
            return old
        _must_be_changeable(old, new)
        check(case, new)
        if new.unique and not old.unique:
            _must_be_distinct(case, new)
        case.put(old, new)
        case.record("attribute.edited", "attribute", new.id, old.name, old, new, RECORDED)
        return new


def _must_be_changeable(old: Attribute, new: Attribute) -> None:
    if old.field is None:
        return
    fixed = RECORDED if old.field in ALWAYS else tuple(field for field in RECORDED if field != "mandatory")
    for field in fixed:
        if getattr(new, field) != getattr(old, field):
            refuse(Invalid(field, Fault.FIXED))


def _must_be_distinct(case: Case, attribute: Attribute) -> None:
    """Refuse with `Taken` where two users have the same value, with `Invalid` where too many have one to be told."""
    clash = case.known.clash(Clash(case.tenant, attribute.id, MOST_COMPARED))
    if clash is None:
        refuse(Invalid("unique", Fault.TOO_MANY, MOST_COMPARED))
    # What others in the same batch have put is not committed yet, and looked at one by one.
    put = {value.folded for value in case.known.touched(AttributeValue) if value.attribute == attribute.id}
    columns = ("tenant", "attribute", "folded")
    same = (case.known.many(AttributeValue, columns, case.tenant, attribute.id, folded) for folded in sorted(put))
    if clash or any(len(found) > 1 for found in same):
        refuse(Taken(attribute.name))


@frozen
class DeleteAttribute(Command[None]):
    """Delete an attribute of the tenant's own, with all its values. Refuses a system-defined one.

    However many values there are, they are nobody's any more at once; the store clears them away afterwards.
    """

    permission = "attributes:delete"

    attribute: str

    def decide(self, case: Case) -> None:
        """Done."""
        gone = find_attribute(case, self.attribute)
        if gone.field is not None:
            refuse(Invalid("attribute", Fault.FIXED))
        case.put(gone, None)
        case.put(None, GoneAttribute(case.tenant, gone.id))
        case.record("attribute.deleted", "attribute", gone.id, gone.name, gone, None, RECORDED)


@frozen
class AttributeById(Question[Attribute]):
    """The attribute of this id."""

    permission = "attributes:view"

    attribute: str

    def answer(self, view: View) -> Attribute:
        """The attribute. Refuses with `Unknown`."""
        return find_attribute(view, self.attribute)


@frozen
class Attributes(Question[tuple[Attribute, ...]]):
    """All attributes of the tenant."""

    permission = "attributes:view"

    def answer(self, view: View) -> tuple[Attribute, ...]:
        """The attributes, by id."""
        return tuple(sorted(attributes_of(view), key=lambda attribute: attribute.id))
