"""A live API held against its own OpenAPI document: requests that are made from it, answers that are checked by it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.schemas import BaseSchema

Document = dict[str, Any]

MOST_SHOWN = 500
PLACE = "#/components/schemas/"

# Derived from the document alone, so that every run asks the same; every operation is asked about as often.
bounded: Callable[[Any], Any] = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def schema_of(document: Document) -> BaseSchema:
    """What schemathesis makes of a document, whose answers may hold nothing that it does not name."""
    config = schemathesis.Config.from_dict(
        {"generation": {"deterministic": True, "allow-extra-parameters": False}, "warnings": False}
    )
    return schemathesis.openapi.from_dict(closed(document), config=config)


def closed(document: Document) -> Document:
    """The document with no property allowed in an answer but those that it names."""
    copied: Document = json.loads(json.dumps(document))
    schemas = copied["components"]["schemas"]
    waiting = list(_references([operation["responses"] for _, _, operation in operations(copied)]))
    waiting += _references(copied["components"]["responses"])
    seen = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += _references(schemas[name])
            if "properties" in schemas[name]:
                schemas[name]["additionalProperties"] = False
    return copied


def departures(case: Case[Any], answer: Response) -> list[str]:
    """How the answer departs from the document: not at all, or so that a person sees what was asked."""
    try:
        case.validate_response(answer)
    except FailureGroup as found:
        asked = f"{answer.status_code} {answer.text[:MOST_SHOWN]}\n{case.as_curl_command()}"
        return [f"{one}\n{asked}" for one in found.exceptions]
    return []


def operations(document: Document) -> Iterator[tuple[str, str, Any]]:
    """Method, path and what is said of each operation."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _references(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref" and isinstance(value, str) and value.startswith(PLACE):
                yield value.removeprefix(PLACE)
            else:
                yield from _references(value)
