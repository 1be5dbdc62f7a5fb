"""The types of resources, made of the schema table: for the document that describes the API, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET, Struct, UnsetType, defstruct

from muster.apis.scim.schema import BOOLEAN, COMPLEX, DECIMAL, INTEGER, Attribute, Resource

_TYPES: dict[str, Any] = {BOOLEAN: bool, INTEGER: int, DECIMAL: float}


def shape_of(kind: Resource) -> type[Struct]:
    """The type of a resource with its extensions; what its schema does not require may be absent."""
    extensions = [
        (extension.urn, _struct(extension.name, extension.attributes), False) for extension in kind.extensions
    ]
    own = [(attribute.name, _type(kind.name, attribute), attribute.required) for attribute in kind.top.values()]
    return _defined(kind.name, [*own, *extensions])


def _struct(name: str, attributes: Iterable[Attribute]) -> type[Struct]:
    return _defined(name, [(one.name, _type(name, one), one.required) for one in attributes])


def _type(within: str, attribute: Attribute) -> Any:
    if attribute.type == COMPLEX:
        one: Any = _struct(f"{within}{attribute.name[0].upper()}{attribute.name[1:]}", attribute.subs)
    else:
        one = _TYPES.get(attribute.type, str)
    return list[one] if attribute.multi else one


def _defined(name: str, found: list[tuple[str, Any, bool]]) -> type[Struct]:
    names = {f"field_{at}": written for at, (written, _, _) in enumerate(found)}
    fields = [
        (field, kind if must else kind | UnsetType, *(() if must else (UNSET,)))
        for field, (_, kind, must) in zip(names, found, strict=True)
    ]
    return defstruct(name, fields, rename=names, kw_only=True)
