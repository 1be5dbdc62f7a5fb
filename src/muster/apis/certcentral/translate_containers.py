"""Containers in both directions, shape to command and unit to shape, beside what `translate` says of any of them."""

from __future__ import annotations

import re

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from muster.apis.certcentral import shapes
from muster.apis.certcentral.translate import (
    DOMAINS,
    EKEY,
    ORGANIZATIONS,
    TEMPLATE,
    container,
    draft,
    number,
    required,
)
from muster.core import values
from muster.core.assignments import AssignUsers
from muster.core.refusals import Fault, Invalid, Unknown, refuse
from muster.core.tree import NAME_LENGTH, CreateUnit, EditUnit, UnitView
from muster.core.units import Unit

TEMPLATES = {
    shapes.DEPARTMENT: shapes.Template(shapes.DEPARTMENT, "Department", "2014-08-05T20:11:28+00:00"),
    shapes.BUSINESS_UNIT: shapes.Template(shapes.BUSINESS_UNIT, "Business Unit", "2015-09-08T20:34:55+00:00"),
}
"""The templates that were seen on the wire: every container may have children of either."""

_DOMAIN = re.compile(shapes.DOMAIN_CHARACTERS, re.ASCII)
_encode = msgspec.json.Encoder().encode
_numbers = msgspec.json.Decoder(list[int])
_texts = msgspec.json.Decoder(list[str])


def full(view: UnitView) -> shapes.Container:
    """A unit as *Container info* and the lists show it."""
    unit, extras = view.unit, dict(view.unit.extras)
    organizations = _numbers.decode(extras.get(ORGANIZATIONS, "[]"))
    return replace(
        container(unit),
        description=unit.description or UNSET,
        allowed_domain_names=_texts.decode(extras.get(DOMAINS, "[]")) or UNSET,
        organization_assignments=[shapes.OrganizationAssignment(it) for it in organizations] or UNSET,
        user_id_assignments=[str(user) for user in view.assigned] or UNSET,
    )


def outline(unit: Unit) -> shapes.ContainerOutline:
    """A unit as *Container permissions* shows it."""
    return shapes.ContainerOutline(unit.number, unit.above[-1] if unit.above else 0, unit.name, unit.active)


def template(wanted: int) -> shapes.Template:
    """A template. Refuses with `Unknown` one that there is not."""
    found = TEMPLATES.get(wanted)
    if found is None:
        refuse(Unknown("template"))
    return found


def new_child(parent: int, shape: shapes.NewContainer) -> CreateUnit:
    """The unit that *Create container* asks for, and its first user. Refuses with `Invalid` what cannot be."""
    chosen = number(shape.template_id, "template")
    if chosen is None:
        refuse(Invalid("template", Fault.MISSING))
    if chosen not in TEMPLATES:
        refuse(Invalid("template", Fault.UNKNOWN))
    return CreateUnit(
        parent,
        required(shape.name, "name", NAME_LENGTH),
        shape.description or None,
        ((TEMPLATE, str(chosen)),),
        None if shape.user is None else draft(shape.user),
    )


def edited(unit: int, shape: shapes.ContainerEdit) -> EditUnit:
    """What *Edit a container* asks for. What is absent stays; an empty description erases it."""
    ekey = values.line(shape.ekey, "ekey", shapes.DETAIL_LENGTH) if shape.ekey else None
    return EditUnit(unit, shape.name or None, shape.description, ((EKEY, ekey),) if ekey else ())


def assigned_users(unit: int, shape: shapes.UserAssignments) -> AssignUsers:
    """What *Update user assignments* asks for: the list must be there, though it may be empty."""
    return AssignUsers(unit, _ids(shape.user_id_assignments, "users"))


def assigned_organizations(unit: int, shape: shapes.OrganizationAssignments) -> EditUnit:
    """What *Update organization assignments* asks for. There are no organizations here, so any id may be given."""
    ids = _ids(shape.organization_id_assignments, "organization_id_assignments")
    if len(ids) > shapes.MOST_ORGANIZATIONS:
        refuse(Invalid("organization_id_assignments", Fault.TOO_MANY, shapes.MOST_ORGANIZATIONS))
    return EditUnit(unit, extras=((ORGANIZATIONS, _encode(ids).decode() if ids else None),))


def allowed_domains(unit: int, shape: shapes.AllowedDomainNames) -> EditUnit:
    """The domain names that are to be kept with a container, as they are sent."""
    names = shape.allowed_domain_names
    if names is None:
        refuse(Invalid("allowed_domain_names", Fault.MISSING))
    if len(names) > shapes.MOST_DOMAINS:
        refuse(Invalid("allowed_domain_names", Fault.TOO_MANY, shapes.MOST_DOMAINS))
    for name in names:
        if not _DOMAIN.fullmatch(values.line(name, "allowed_domain_names", shapes.DOMAIN_LENGTH)):
            refuse(Invalid("allowed_domain_names", Fault.MALFORMED))
    return EditUnit(unit, extras=((DOMAINS, _encode(list(dict.fromkeys(names))).decode() if names else None),))


def _ids(ids: list[shapes.Id] | None, field: str) -> tuple[int, ...]:
    if ids is None:
        refuse(Invalid(field, Fault.MISSING))
    numbers = dict.fromkeys(number(it, field) for it in ids)
    return tuple(it for it in numbers if it is not None)
