"""PATCH over a resource in memory (RFC 7644, section 3.5.2): operations one after another, all or none.

The resource is plain JSON under its canonical names. What a client may write otherwise than the RFC says is the
connection's profile; what may change is the schema's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from muster.apis.scim.filters import Both, Compare, Filter, Path, Target, Unreadable, read_target
from muster.apis.scim.matching import Place, Unsupported, bound_element, matches, place_of, place_without_urn
from muster.apis.scim.normal import element, misfit, must_be_whole, value_of, with_one_primary
from muster.apis.scim.profiles import Habit, Profile
from muster.apis.scim.schema import IMMUTABLE, READ_ONLY, Attribute, Resource, Schema
from muster.core.frozen import frozen

ADD, REPLACE, REMOVE = "add", "replace", "remove"
MOST_OPERATIONS = 1000

AS_COMPARED = Profile("comparison", frozenset((Habit.TRUTH_AS_TEXT, Habit.NUMBER_AS_TEXT)))
"""What filters may say for a value, whoever writes them."""


@frozen
class Operation:
    """One operation of a PATCH, as it was sent. `value` is None for null and for none."""

    op: str
    path: str | None = None
    value: Any = None


def patched(
    kind: Resource, resource: Mapping[str, Any], operations: Iterable[Operation], profile: Profile
) -> dict[str, Any]:
    """The resource after all operations; what was given stays as it is. Raises `Misfit`."""
    found: dict[str, Any] = _copied(dict(resource))
    for operation in operations:
        _Patch(kind, found, profile).carry_out(operation)
    must_be_whole(kind, found)
    return found


def _copied(value: Any) -> Any:
    """JSON once more; `deepcopy`, which thinks of all that there might be, takes five times as long."""
    if isinstance(value, dict):
        return {name: _copied(inner) for name, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def sort_of(operation: Operation, profile: Profile) -> str:
    """`add`, `replace` or `remove`. Raises `Misfit` for anything else."""
    name = operation.op.casefold() if profile.forgives(Habit.OPERATION_IN_ANY_CASE) else operation.op
    if name not in (ADD, REPLACE, REMOVE):
        misfit("invalidSyntax", f"{operation.op[:100]!r} is no operation; add, replace and remove are")
    return name


def target_of(text: str) -> Target:
    """The place that a path names. Raises `Misfit`."""
    try:
        return read_target(text)
    except Unreadable as error:
        misfit("invalidPath", f"the path {text[:200]!r}: {error}")


class _Patch:
    """A resource that is being changed."""

    def __init__(self, kind: Resource, resource: dict[str, Any], profile: Profile) -> None:
        self._kind = kind
        self._resource = resource
        self._profile = profile

    def carry_out(self, operation: Operation) -> None:
        sort = sort_of(operation, self._profile)
        if operation.path:
            self._at(sort, target_of(operation.path), operation.value)
            return
        if sort == REMOVE:
            misfit("noTarget", "a remove needs a path")
        if not isinstance(operation.value, dict):
            misfit("invalidValue", "without a path the value is an object")
        for key, value in operation.value.items():
            self._keyed(sort, key, value)

    def _keyed(self, sort: str, key: str, value: Any) -> None:
        extension = self._kind.extension(key)
        if extension is not None:
            self._extended(sort, extension, value)
        elif key.casefold() == "schemas":
            return
        elif key.casefold() == self._kind.schema.urn.casefold():
            self._core(sort, value)
        elif any(mark in key for mark in ".:[") and not self._profile.forgives(Habit.PATH_AS_KEY):
            misfit("invalidPath", f"{key[:200]!r} is a path, and no attribute")
        else:
            self._at(sort, target_of(key), value)

    def _extended(self, sort: str, extension: Schema, value: Any) -> None:
        """An extension as a whole: its attributes, each by itself."""
        if sort == REMOVE or value is None:
            self._resource.pop(extension.urn, None)
            return
        if not isinstance(value, dict):
            misfit("invalidValue", f"{extension.urn} is an object")
        for name, one in value.items():
            self._at(sort, Target(Path(extension.urn, name)), one)

    def _core(self, sort: str, value: Any) -> None:
        """The attributes of the resource's own schema, below its URN."""
        if not isinstance(value, dict):
            misfit("invalidValue", f"{self._kind.schema.urn} is an object")
        for name, one in value.items():
            self._keyed(sort, name, one)

    def _at(self, sort: str, target: Target, value: Any) -> None:
        path = target.path
        if not path.attribute and path.schema is not None:
            extension = self._kind.extension(path.schema)
            if extension is not None:
                self._extended(sort, extension, value)
                return
            if path.schema.casefold() == self._kind.schema.urn.casefold():
                self._core(sort, value)
                return
        place = self._place(path)
        if place is None:
            if not self._profile.forgives(Habit.UNKNOWN_ATTRIBUTE):
                misfit("invalidPath", f"a {self._kind.name} has no attribute {path.attribute[:200]!r}")
            return
        if READ_ONLY in (place.attribute.mutability, place.leaf.mutability):
            if not self._profile.forgives(Habit.READ_ONLY_SENT_BACK):
                misfit("mutability", f"{place.attribute.name} is read-only")
            return
        if sort == REMOVE and place.attribute.required:
            misfit("mutability", f"{place.attribute.name} is required")
        self._in_holder(sort, place, target.filter, value)

    def _place(self, path: Path) -> Place | None:
        place = place_of(self._kind, path)
        if place is None and self._profile.forgives(Habit.EXTENSION_WITHOUT_URN):
            return place_without_urn(self._kind, path)
        return place

    def _in_holder(self, sort: str, place: Place, chosen: Filter | None, value: Any) -> None:
        holder = self._resource
        if place.extension is not None:
            holder = self._resource.setdefault(place.extension, {})
        if chosen is not None:
            self._selected(sort, holder, place, chosen, value)
        elif place.sub is not None:
            self._part(sort, holder, place.attribute, place.sub, value)
        else:
            self._whole(sort, holder, place.attribute, value)
        if holder.get(place.attribute.name) in (None, [], {}):
            holder.pop(place.attribute.name, None)
        if place.extension is not None and not holder:
            del self._resource[place.extension]

    def _whole(self, sort: str, holder: dict[str, Any], attribute: Attribute, value: Any) -> None:
        """An attribute with all its values."""
        name, old = attribute.name, holder.get(attribute.name)
        if sort == REMOVE and value is not None and attribute.multi and self._profile.forgives(Habit.REMOVE_BY_VALUE):
            gone = value_of(attribute, value, self._profile) or []
            holder[name] = [one for one in old or [] if not any(is_same(one, other) for other in gone)]
            return
        new = None if sort == REMOVE else value_of(attribute, value, self._profile)
        if attribute.mutability == IMMUTABLE and old is not None and new != old:
            misfit("mutability", f"{name} cannot change")
        if new is None:
            if sort != ADD or (not attribute.multi and self._profile.forgives(Habit.EMPTY_REMOVES)):
                holder.pop(name, None)
        elif sort == ADD and attribute.multi:
            self._append(holder, attribute, new)
        elif isinstance(new, dict) and isinstance(old, dict):
            holder[name] = _merged(old, new)
        else:
            holder[name] = new

    def _append(self, holder: dict[str, Any], attribute: Attribute, new: list[Any]) -> None:
        old = holder.get(attribute.name, [])
        added = [one for one in new if one not in old]
        holder[attribute.name] = self._with_primary(attribute, old, added)

    def _with_primary(self, attribute: Attribute, others: list[Any], ours: list[Any]) -> list[Any]:
        """Both lists in one; a primary value of ours takes that from another one (RFC 7644, section 3.5.2)."""
        if any(isinstance(one, dict) and one.get("primary") is True for one in ours):
            others = [
                {**one, "primary": False} if isinstance(one, dict) and one.get("primary") is True else one
                for one in others
            ]
        return with_one_primary(attribute, [*others, *ours], self._profile)

    def _part(self, sort: str, holder: dict[str, Any], attribute: Attribute, sub: Attribute, value: Any) -> None:
        """A sub-attribute; of an attribute with several values, of each of them."""
        new = None if sort == REMOVE else value_of(sub, value, self._profile)
        old = holder.get(attribute.name)
        if not attribute.multi:
            holder[attribute.name] = (
                _with_part(old or {}, sub, new) if new is None else _merged(old or {}, {sub.name: new})
            )
        elif old or new is not None:
            holder[attribute.name] = with_one_primary(
                attribute, [_with_part(one, sub, new) for one in old or [{}]], self._profile
            )

    def _selected(self, sort: str, holder: dict[str, Any], place: Place, chosen: Filter, value: Any) -> None:
        """Those values of an attribute that a filter selects."""
        attribute = place.attribute
        if not attribute.multi:
            misfit("invalidPath", f"{attribute.name} has one value, of which none can be selected")
        try:
            bound = bound_element(chosen, attribute)
        except Unsupported as error:
            misfit("invalidFilter", str(error))
        old: list[Any] = holder.get(attribute.name, [])
        places = [at for at, one in enumerate(old) if matches(bound, one if isinstance(one, dict) else {"value": one})]
        if sort == REMOVE:
            holder[attribute.name] = _removed(old, places, place.sub)
            return
        if not places and not self._profile.forgives(Habit.VALUE_PATH_CREATES):
            misfit("noTarget", f"no value of {attribute.name} is selected")
        ours = [self._changed(sort, place, old[at], value) for at in places]
        if not places:
            ours = [self._changed(ADD, place, self._implied(chosen, attribute), value)]
        kept = iter(ours)
        others = self._with_primary(attribute, [one for at, one in enumerate(old) if at not in places], [])
        self._lay(holder, attribute, old, places, others, list(kept))

    def _lay(
        self,
        holder: dict[str, Any],
        attribute: Attribute,
        old: list[Any],
        places: list[int],
        others: list[Any],
        ours: list[Any],
    ) -> None:
        """Others and ours, each where it was; what is new comes last."""
        together = self._with_primary(attribute, others, ours)
        rest, changed = iter(together[: len(others)]), iter(together[len(others) :])
        laid = [next(changed) if at in places else next(rest) for at in range(len(old))]
        holder[attribute.name] = [one for one in [*laid, *changed] if one not in (None, {})]

    def _changed(self, sort: str, place: Place, old: Any, value: Any) -> Any:
        if place.sub is not None:
            return _with_part(old, place.sub, value_of(place.sub, value, self._profile))
        new = element(place.attribute, value, self._profile)
        if isinstance(new, dict) and isinstance(old, dict) and sort == ADD:
            return {**old, **new}
        return new

    @staticmethod
    def _implied(chosen: Filter, attribute: Attribute) -> dict[str, Any]:
        """The value that a filter describes, as far as it says what something equals."""
        terms = chosen.filters if isinstance(chosen, Both) else (chosen,)
        found: dict[str, Any] = {}
        for term in terms:
            if isinstance(term, Compare) and term.operator == "eq" and (sub := attribute.sub(term.path.attribute)):
                found[sub.name] = value_of(sub, term.value, AS_COMPARED)
        return found


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Both; of another `value` what was said of the old one says nothing, as where it is."""
    is_other = "value" in new and "value" in old and new["value"] != old["value"]
    return new if is_other else {**old, **new}


def _with_part(old: Any, sub: Attribute, new: Any) -> dict[str, Any]:
    kept = {name: value for name, value in (old if isinstance(old, dict) else {}).items() if name != sub.name}
    return kept if new is None else {**kept, sub.name: new}


def _removed(old: list[Any], places: list[int], sub: Attribute | None) -> list[Any]:
    if sub is None:
        return [one for at, one in enumerate(old) if at not in places]
    parted = [_with_part(one, sub, None) if at in places else one for at, one in enumerate(old)]
    return [one for one in parted if one != {}]


def is_same(one: Any, other: Any) -> bool:
    """Whether two values of an attribute are the same one: by their `value`, where they have one."""
    if isinstance(one, dict) and isinstance(other, dict) and "value" in one and "value" in other:
        return bool(one["value"] == other["value"])
    return bool(one == other)
