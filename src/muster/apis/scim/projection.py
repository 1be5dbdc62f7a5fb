"""Which attributes of a resource are returned (RFC 7644, sections 3.4.2.5 and 3.9; RFC 7643, section 7: `returned`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from muster.apis.scim.filters import Unreadable, read_path
from muster.apis.scim.matching import place_of
from muster.apis.scim.normal import misfit
from muster.apis.scim.schema import ALWAYS, NEVER, REQUEST, Attribute, Resource
from muster.core.frozen import frozen

MOST_NAMES = 200
"""How many attributes a client may name."""

Names = dict[str | None, dict[str, frozenset[str] | None]]
"""By extension (None is the resource itself), by attribute: the sub-attributes that are named; None is all of it."""


@frozen
class Projection:
    """What a client wants of resources of a kind. `wanted` is None where it named nothing that it wants."""

    kind: Resource
    wanted: Names | None = None
    unwanted: Names | None = None

    def shows(self, attribute: str, extension: str | None = None) -> bool:
        """Whether anything of an attribute (its canonical name) would be returned: what is not need not be read."""
        holder = self.kind.top if extension is None else _attributes(self.kind, extension)
        return self._shown(holder[attribute.casefold()], extension)

    def _shown(self, attribute: Attribute, extension: str | None) -> bool:
        if attribute.returned in (ALWAYS, NEVER):
            return attribute.returned == ALWAYS
        if self.wanted is not None:
            named = attribute.name in self.wanted.get(extension, ())
        else:
            named = attribute.returned != REQUEST
        return named and not _is_whole(self.unwanted, extension, attribute.name)

    def of(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """What of the resource, under canonical names, is returned."""
        if self.wanted is None and self.unwanted is None and self.kind.reserved.isdisjoint(resource):
            return dict(resource)
        found = self._holder(resource, self.kind.top, None)
        for extension in self.kind.extensions:
            held = resource.get(extension.urn)
            shown = self._holder(held, extension.by_name, extension.urn) if held else {}
            if shown:
                found[extension.urn] = shown
        return found

    def _holder(
        self, holder: Mapping[str, Any], attributes: Mapping[str, Attribute], extension: str | None
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in holder.items():
            attribute = attributes.get(name.casefold())
            if attribute is not None and self._shown(attribute, extension):
                shown = self._parts(attribute, extension, value)
                if shown not in (None, {}, []):
                    found[name] = shown
        return found

    def _parts(self, attribute: Attribute, extension: str | None, value: Any) -> Any:
        """The value with those of its sub-attributes that are returned."""
        if not attribute.subs:
            return value
        wanted = _named(self.wanted, extension, attribute.name)
        unwanted = _named(self.unwanted, extension, attribute.name) or frozenset()
        shown = {sub.name for sub in attribute.subs if _is_part_shown(sub, wanted, unwanted)}
        if isinstance(value, list):
            parts = [_only(one, shown) for one in value]
            return [one for one in parts if one != {}]
        return _only(value, shown)


def _is_part_shown(sub: Attribute, wanted: frozenset[str] | None, unwanted: frozenset[str]) -> bool:
    if sub.returned in (ALWAYS, NEVER):
        return sub.returned == ALWAYS
    named = sub.name in wanted if wanted is not None else sub.returned != REQUEST
    return named and sub.name not in unwanted


def _only(value: Any, names: set[str]) -> Any:
    return {name: one for name, one in value.items() if name in names} if isinstance(value, dict) else value


def _attributes(kind: Resource, extension: str) -> Mapping[str, Attribute]:
    found = kind.extension(extension)
    return {} if found is None else found.by_name


def _named(names: Names | None, extension: str | None, attribute: str) -> frozenset[str] | None:
    return None if names is None else names.get(extension, {}).get(attribute)


def _is_whole(names: Names | None, extension: str | None, attribute: str) -> bool:
    held = {} if names is None else names.get(extension, {})
    return attribute in held and held[attribute] is None


def projection(kind: Resource, attributes: Iterable[str] | None, excluded: Iterable[str] | None) -> Projection:
    """What the two parameters say. Raises `Misfit` for over 200 names, and for what can be no name.

    A name that the kind of resource does not have says nothing. The RFC has clients send one of the two; of both, what
    is named in the first is returned less what is named in the second.
    """
    return Projection(kind, _names(kind, attributes), _names(kind, excluded))


def _names(kind: Resource, given: Iterable[str] | None) -> Names | None:
    if given is None:
        return None
    found: Names = {}
    written = [name for name in map(str.strip, given) if name]
    if len(written) > MOST_NAMES:
        misfit("invalidValue", f"at most {MOST_NAMES} attributes can be named")
    for name in written:
        _add(found, kind, name)
    # Without any name the parameter is as good as absent.
    return found if written else None


def _add(found: Names, kind: Resource, name: str) -> None:
    try:
        path = read_path(name)
    except Unreadable as error:
        misfit("invalidValue", f"attributes: {error}")
    if not path.attribute:
        _add_schema(found, kind, path.schema or "")
        return
    place = place_of(kind, path)
    if place is None:
        return
    held = found.setdefault(place.extension, {})
    others = held.get(place.attribute.name, frozenset())
    if place.sub is None or others is None:
        held[place.attribute.name] = None
    else:
        held[place.attribute.name] = others | {place.sub.name}


def _add_schema(found: Names, kind: Resource, urn: str) -> None:
    """All attributes of a schema, which was named by its URN alone."""
    if urn.casefold() == kind.schema.urn.casefold():
        found.setdefault(None, {}).update(dict.fromkeys(one.name for one in kind.schema.attributes))
    elif (extension := kind.extension(urn)) is not None:
        found[extension.urn] = dict.fromkeys(one.name for one in extension.attributes)
