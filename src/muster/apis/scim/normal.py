"""What a client sent, under canonical names and in the types of the schemas (RFC 7643, section 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from muster.apis.scim.matching import TRUTHS, Unsupported, instant_in
from muster.apis.scim.profiles import Habit, Profile
from muster.apis.scim.schema import (
    BINARY,
    BOOLEAN,
    COMPLEX,
    DATE_TIME,
    DECIMAL,
    INTEGER,
    READ_ONLY,
    STRING,
    Attribute,
    Resource,
    subs_of,
)
from muster.core.refusals import Fault, Invalid, Refused

MOST_VALUES = 500
"""How many values one attribute of a resource may have; a group's members are no values in this sense."""

MOST_CHARACTERS = 65_536
"""How long one text may be, photos and certificates included."""

_OLD = "urn:scim:schemas:"

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?")
"""RFC 4648, section 4; the padding may be left out (RFC 7643, section 2.3.6)."""


class Misfit(Refused):
    """What was sent does not fit: the `scimType` of RFC 7644, section 3.12, and what is wrong.

    A refusal, since what does not fit may only show over a user as he stands in the midst of a batch.
    """

    def __init__(self, kind: str, says: str) -> None:
        super().__init__(Invalid("resource", Fault.MALFORMED))
        self.kind = kind
        self.says = says

    def __str__(self) -> str:
        return f"{self.kind}: {self.says}"


def misfit(kind: str, says: str) -> NoReturn:
    """Raise `Misfit`."""
    raise Misfit(kind, says)


def normal(kind: Resource, given: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """The resource that a body describes. What is read-only is passed over. Raises `Misfit`.

    `schemas` of the answer are those that have something to say.
    """
    _check_schemas(kind, given, profile)
    found: dict[str, Any] = {}
    for name, value in given.items():
        attribute = kind.exact.get(name)
        if attribute is not None:
            # As nearly all clients write nearly all of them; what follows comes to the same.
            if attribute.mutability != READ_ONLY:
                _put(found, name, value_of(attribute, value, profile))
            continue
        extension = kind.extension(name)
        if extension is not None:
            members = _members(extension.by_name, value, extension.urn, profile)
            _put(found, extension.urn, {**found.get(extension.urn, {}), **members})
        elif name.casefold() == kind.schema.urn.casefold() and isinstance(value, dict):
            found |= _members(kind.top, value, "", profile)
        elif name.casefold() != "schemas":
            _put_named(found, kind, name, value, profile)
    return found


def _put_named(found: dict[str, Any], kind: Resource, name: str, value: Any, profile: Profile) -> None:
    extension = kind.extension_with(name) if profile.forgives(Habit.EXTENSION_WITHOUT_URN) else None
    if extension is None:
        _put(found, *_named(kind.top, name, value, "", profile))
    else:
        member = _members(extension.by_name, {name: value}, extension.urn, profile)
        _put(found, extension.urn, {**member, **found.get(extension.urn, {})})


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    if value not in (None, [], {}):
        found[name] = value


def _check_schemas(kind: Resource, given: Mapping[str, Any], profile: Profile) -> None:
    first, schemas = next(iter(given.items()), ("", None))
    if first == "schemas" and schemas == [kind.schema.urn]:
        # As nearly all clients write it.
        return
    schemas = next((value for name, value in given.items() if name.casefold() == "schemas"), None)
    if schemas is None:
        if not profile.forgives(Habit.NO_SCHEMAS):
            misfit("invalidValue", "schemas is required")
        return
    if not isinstance(schemas, list) or not all(isinstance(urn, str) for urn in schemas):
        misfit("invalidValue", "schemas is a list of URNs")
    for urn in schemas:
        known = urn.casefold() == kind.schema.urn.casefold() or kind.extension(urn) is not None
        old = urn.startswith(_OLD) and profile.forgives(Habit.OLD_SCHEMA)
        if not known and not old and not profile.forgives(Habit.UNKNOWN_SCHEMA):
            misfit("invalidValue", f"{urn[:200]!r} is no schema of a {kind.name}")


def _named(names: Mapping[str, Attribute], name: str, value: Any, within: str, profile: Profile) -> tuple[str, Any]:
    attribute = names.get(name.casefold())
    if attribute is None:
        if profile.forgives(Habit.UNKNOWN_ATTRIBUTE):
            return name, None
        misfit("invalidSyntax", f"there is no attribute {within}{name[:200]!r}")
    if attribute.mutability == READ_ONLY:
        return attribute.name, None
    return attribute.name, value_of(attribute, value, profile)


def _members(names: Mapping[str, Attribute], value: Any, within: str, profile: Profile) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        misfit("invalidValue", f"{within} is an object")
    found: dict[str, Any] = {}
    for name, one in value.items():
        attribute = names.get(name.casefold())
        if attribute is not None and attribute.mutability != READ_ONLY:
            _put(found, attribute.name, value_of(attribute, one, profile))
        else:
            _put(found, *_named(names, name, one, f"{within}: ", profile))
    return found


def value_of(attribute: Attribute, value: Any, profile: Profile) -> Any:
    """The attribute's value as it is kept; None for null and for no values. Raises `Misfit`."""
    if value is None:
        return None
    if attribute.multi:
        return _values(attribute, value, profile)
    if attribute.type == STRING and isinstance(value, str) and len(value) <= MOST_CHARACTERS:
        return value
    if isinstance(value, list):
        if len(value) != 1 or not profile.forgives(Habit.SEVERAL_FOR_ONE):
            misfit("invalidValue", f"{attribute.name} has one value")
        value = value[0]
    return element(attribute, value, profile)


def _values(attribute: Attribute, value: Any, profile: Profile) -> list[Any] | None:
    if not isinstance(value, list):
        if not profile.forgives(Habit.ONE_FOR_SEVERAL):
            misfit("invalidValue", f"{attribute.name} is a list")
        value = [value]
    if len(value) > MOST_VALUES:
        misfit("tooMany", f"{attribute.name} has at most {MOST_VALUES} values")
    found = [kept for one in value if (kept := element(attribute, one, profile)) not in (None, {})]
    return with_one_primary(attribute, found, profile) or None


def with_one_primary(attribute: Attribute, values: list[Any], profile: Profile) -> list[Any]:
    """The values, of which at most one is primary. Raises `Misfit` where several are, and that is not forgiven."""
    if len(values) < 2:
        return values
    primaries = [place for place, one in enumerate(values) if isinstance(one, dict) and one.get("primary") is True]
    if len(primaries) < 2:
        return values
    if not profile.forgives(Habit.SEVERAL_PRIMARIES):
        misfit("invalidValue", f"{attribute.name} has more than one primary value")
    return [{**one, "primary": False} if place in primaries[:-1] else one for place, one in enumerate(values)]


def element(attribute: Attribute, value: Any, profile: Profile) -> Any:
    """One value of an attribute as it is kept. Raises `Misfit`."""
    if value is None:
        return None
    if attribute.type == COMPLEX:
        return _complex(attribute, value, profile)
    return _simple(attribute, value, profile)


def _complex(attribute: Attribute, value: Any, profile: Profile) -> dict[str, Any] | None:
    if value == "" and profile.forgives(Habit.EMPTY_REMOVES):
        return None
    if not isinstance(value, dict):
        if attribute.sub("value") is None or isinstance(value, list) or not profile.forgives(Habit.BARE_VALUE):
            misfit("invalidValue", f"{attribute.name} is an object")
        value = {"value": value}
    return _members(subs_of(attribute), value, attribute.name, profile)


def _simple(attribute: Attribute, value: Any, profile: Profile) -> Any:
    if attribute.type == STRING and isinstance(value, str) and len(value) <= MOST_CHARACTERS:
        return value
    if attribute.type == BOOLEAN:
        return _truth(attribute, value, profile)
    if attribute.type in (INTEGER, DECIMAL):
        if isinstance(value, bool) or not isinstance(value, int | float):
            misfit("invalidValue", f"{attribute.name} is a number")
        return value
    if not isinstance(value, str):
        if not isinstance(value, int | float) or not profile.forgives(Habit.NUMBER_AS_TEXT):
            misfit("invalidValue", f"{attribute.name} is a text")
        value = str(value).lower() if isinstance(value, bool) else str(value)
    if len(value) > MOST_CHARACTERS:
        misfit("invalidValue", f"{attribute.name} has at most {MOST_CHARACTERS} characters")
    if attribute.type == DATE_TIME:
        _must_be_instant(attribute, value)
    if attribute.type == BINARY and not _BASE64.fullmatch(value) and not profile.forgives(Habit.ANY_TEXT_AS_BINARY):
        misfit("invalidValue", f"{attribute.name} is base64, without line ends")
    return value


def _truth(attribute: Attribute, value: Any, profile: Profile) -> bool:
    if isinstance(value, str) and profile.forgives(Habit.TRUTH_AS_TEXT):
        value = TRUTHS.get(value.casefold())
    if not isinstance(value, bool):
        misfit("invalidValue", f"{attribute.name} is true or false")
    return value


def _must_be_instant(attribute: Attribute, value: str) -> None:
    try:
        instant_in(value)
    except Unsupported:
        misfit("invalidValue", f"{attribute.name} is a date and time")


def must_be_whole(kind: Resource, resource: Mapping[str, Any]) -> None:
    """Raise `Misfit` for a resource without what its schema requires."""
    for extension, attribute in kind.demanded:
        holder = resource if extension is None else resource.get(extension.urn, {})
        if holder.get(attribute.name) in (None, "", []):
            misfit("invalidValue", f"{attribute.name} is required")
