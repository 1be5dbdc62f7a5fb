"""The message that a PATCH sends (RFC 7644, section 3.5.2): its operations, as they were written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from muster.apis.scim.filters import Unreadable, read_path
from muster.apis.scim.matching import place_of
from muster.apis.scim.normal import misfit
from muster.apis.scim.patch import MOST_OPERATIONS, Operation
from muster.apis.scim.profiles import Habit
from muster.apis.scim.requests import body_of, profile_of
from muster.apis.scim.schema import WRITE_ONLY, Resource
from muster.apis.scim.shapes import PATCH_OP
from muster.web.routes import Call

_NEEDS_VALUE = ("add", "replace")


def operations_of(call: Call) -> tuple[Operation, ...]:
    """The operations that the body holds, whose keys may be in any case. Raises `Hindered` and `Misfit`."""
    body = {name.casefold(): value for name, value in body_of(call).items()}
    schemas = body.get("schemas")
    if schemas != [PATCH_OP] and not (schemas is None and profile_of(call).forgives(Habit.NO_SCHEMAS)):
        misfit("invalidValue", f"schemas is {PATCH_OP}")
    return read_operations(body.get("operations"))


def read_operations(given: Any) -> tuple[Operation, ...]:
    """The operations of a message. Raises `Misfit`."""
    if not isinstance(given, list) or not given:
        misfit("invalidSyntax", "Operations is a list of at least one operation")
    if len(given) > MOST_OPERATIONS:
        misfit("invalidSyntax", f"there are at most {MOST_OPERATIONS} operations in a request")
    return tuple(map(_operation, given))


def _operation(given: Any) -> Operation:
    if not isinstance(given, dict):
        misfit("invalidSyntax", "an operation is an object")
    named = {name.casefold(): value for name, value in given.items()}
    op, path = named.get("op"), named.get("path")
    if not isinstance(op, str) or not (path is None or isinstance(path, str)):
        misfit("invalidSyntax", "op and path are texts")
    if op.casefold() in _NEEDS_VALUE and "value" not in named:
        misfit("invalidValue", f"an operation {op.casefold()} has a value")
    return Operation(op, path, named.get("value"))


def secrets_of(kind: Resource, operations: Iterable[Operation]) -> Iterator[str]:
    """The texts that operations give to what is never shown, as a password."""
    for operation in operations:
        whole = operation.value if isinstance(operation.value, dict) and not operation.path else {}
        pairs = [(operation.path, operation.value)] if operation.path else [*whole.items()]
        for name, value in [*pairs, *(inner for _, it in pairs if isinstance(it, dict) for inner in it.items())]:
            if isinstance(value, str) and _is_secret(kind, name):
                yield value


def _is_secret(kind: Resource, name: str) -> bool:
    try:
        place = place_of(kind, read_path(name))
    except Unreadable:
        return False
    return place is not None and place.attribute.mutability == WRITE_ONLY
