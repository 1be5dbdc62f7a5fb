"""JSON schemas (2020-12) of an API's shapes, as its OpenAPI document holds them.

What a shape takes is wider than what its API accepts, since an API refuses with codes of its own; `told` adds to the
schema what is refused later and leaves decoding alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, get_args

from msgspec import NODEFAULT, Meta, Struct, UnsetType
from msgspec.json import schema_components
from msgspec.structs import fields

Schema = dict[str, Any]

PLACE = "#/components/schemas/"
_NEEDED = "x-needed"


def told(**keywords: Any) -> Meta:
    """Metadata whose keywords stand in the schema and are not checked by the decoder: `told(maxLength=64)`."""
    return Meta(extra_json_schema=keywords)


def needed(**keywords: Any) -> Meta:
    """As `told`, for a field of a body whose absence and null are refused, though its type knows them."""
    return told(**{_NEEDED: True}, **keywords)


def incoming(shapes: Sequence[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """The schemas of bodies, in order, and of all that they refer to, by name."""
    schemas, components = schema_components(shapes, ref_template=PLACE + "{name}")
    return list(schemas), {name: _as_taken(schema) for name, schema in components.items()}


def outgoing(shapes: Sequence[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """The schemas of answers: every field is there but those that can be unset."""
    schemas, components = schema_components(shapes, ref_template=PLACE + "{name}")
    structs = _structs(shapes)
    return list(schemas), {name: _as_given(schema, structs.get(name)) for name, schema in components.items()}


def parameters(struct: type[Struct]) -> list[tuple[str, Schema, bool]]:
    """A struct's fields as parameters, which are never null: name, schema, and whether it must be there."""
    _, components = incoming([struct])
    shape = components[struct.__name__]
    required = shape.get("required", ())
    return [(name, _without_null(one), name in required) for name, one in shape["properties"].items()]


def renamed(schema: Any, names: dict[str, str]) -> Any:
    """The schema with its references to these components made to others."""
    if isinstance(schema, list):
        return [renamed(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: renamed(value, names) for key, value in schema.items()}
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(PLACE)
        changed["$ref"] = PLACE + names.get(name, name)
    return changed


def _as_taken(schema: Schema) -> Schema:
    properties: dict[str, Schema] = schema.get("properties", {})
    must = [name for name, one in properties.items() if one.get(_NEEDED)]
    changed = {name: _without_null(one) if name in must else one for name, one in properties.items()}
    required = [*schema.get("required", ()), *must]
    return _struct_with(schema, changed, required)


def _as_given(schema: Schema, struct: type[Struct] | None) -> Schema:
    if struct is None:
        return schema
    properties = {name: _without(one, "default") for name, one in schema["properties"].items()}
    leaves_out = struct.__struct_config__.omit_defaults
    required = [
        field.encode_name
        for field in fields(struct)
        if not _can_be_unset(field.type) and not (leaves_out and _has_default(field))
    ]
    return _struct_with(schema, properties, required)


def _struct_with(schema: Schema, properties: dict[str, Schema], required: list[str]) -> Schema:
    changed = {**_without(schema, "required"), **({"properties": properties} if "properties" in schema else {})}
    return {**changed, "required": required} if required else changed


def _without_null(schema: Schema) -> Schema:
    rest = _without(schema, _NEEDED, "default")
    kinds = [kind for kind in rest.pop("anyOf", ()) if kind != {"type": "null"}]
    # Of two words on the same thing the one that was told holds.
    return {**kinds[0], **rest} if len(kinds) == 1 else {**rest, "anyOf": kinds} if kinds else rest


def _without(schema: Schema, *keys: str) -> Schema:
    return {key: value for key, value in schema.items() if key not in keys}


def _has_default(field: Any) -> bool:
    return field.default is not NODEFAULT or field.default_factory is not NODEFAULT


def _can_be_unset(kind: Any) -> bool:
    return kind is UnsetType or any(_can_be_unset(part) for part in get_args(kind))


def _structs(shapes: Iterable[Any]) -> dict[str, type[Struct]]:
    """The structs that the shapes are made of, by name. Raises `ValueError` for two of one name."""
    found: dict[str, type[Struct]] = {}
    waiting = list(shapes)
    while waiting:
        shape = waiting.pop()
        if not isinstance(shape, type) or not issubclass(shape, Struct):
            waiting += get_args(shape)
        elif shape.__name__ not in found:
            found[shape.__name__] = shape
            waiting += [field.type for field in fields(shape)]
        elif found[shape.__name__] is not shape:
            raise ValueError(f"two shapes are called {shape.__name__}")
    return found
