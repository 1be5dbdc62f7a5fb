"""The vendor's own description of the API, held against every answer: where it lies beside the checkout.

It is nobody's to publish, so it is no file of the project. It knows no `nullable`, while the vendor's samples do: null
is allowed for every property here. Properties that it does not name are not allowed.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator

FILE = Path(__file__).parents[4] / "shared" / "contracts" / "idaas-administration-5.46.openapi.json"
BASE = "/api/web"

KNOWN_DIFFERENCES = {
    405: "method_not_allowed",
    413: "request_too_large",
    415: "unsupported_media_type",
    503: "service_unavailable",
}
"""Statuses that the file declares nowhere, each with its only code; their form is that of all errors."""

UNKNOWN_ROUTE = (404, "resource_not_found")
"""What is answered where the file has no operation, to whoever shows a credential; nobody else is told even that."""


class Departed(AssertionError):
    """An answer that the file does not allow."""


def is_present() -> bool:
    """Whether the file is there to be held against anything."""
    return FILE.is_file()


def nullable(schema: Any) -> Any:
    """The schema with null allowed for every property, and no property but those that it names."""
    if isinstance(schema, list):
        return [nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    properties = schema.get("properties")
    changed = {key: nullable(value) for key, value in schema.items() if key != "properties"}
    if isinstance(properties, dict):
        changed["properties"] = {name: {"anyOf": [{"type": "null"}, nullable(one)]} for name, one in properties.items()}
        changed.setdefault("additionalProperties", False)
    return changed


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


@cache
def _components() -> dict[str, Any]:
    return {"schemas": {name: nullable(one) for name, one in _document()["components"]["schemas"].items()}}


def operation(method: str, path: str) -> dict[str, Any] | None:
    """The file's operation at a path below the mount, whose parts may be anything where the file has a name."""
    parts = path.split("?")[0].rstrip("/").split("/")
    for template, methods in _document()["paths"].items():
        names = template.removeprefix(BASE).split("/")
        if len(names) == len(parts) and all(map(_fits, names, parts)) and method.lower() in methods:
            found: dict[str, Any] = methods[method.lower()]
            return found
    return None


def schema(name: str) -> dict[str, Any]:
    """The file's schema of this name, as it stands there."""
    found: dict[str, Any] = _document()["components"]["schemas"][name]
    return found


def _fits(name: str, part: str) -> bool:
    return name == part or (name.startswith("{") and part != "")


def check(method: str, path: str, answer: httpx.Response) -> None:
    """Raises `Departed` where the file does not allow the answer; silent where there is no file."""
    if not is_present() or method == "HEAD":
        return
    if answer.status_code in KNOWN_DIFFERENCES:
        _conforms({"$ref": "#/components/schemas/ErrorInfo"}, answer)
        return
    found = operation(method, path)
    if found is None:
        _conforms({"$ref": "#/components/schemas/ErrorInfo"}, answer)
        if answer.status_code != 401 and (answer.status_code, answer.json()["errorCode"]) != UNKNOWN_ROUTE:
            raise Departed(f"{method} {path} is no operation, and was answered {answer.status_code}")
        return
    declared = found["responses"].get(str(answer.status_code))
    if declared is None:
        raise Departed(f"{method} {path} was answered {answer.status_code}, which the file does not know")
    if "content" in declared:
        _conforms(declared["content"]["application/json"]["schema"], answer)
    elif answer.content:
        raise Departed(f"{method} {path} was answered with a body, where the file has none")


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": _components()})


def _conforms(schema: dict[str, Any], answer: httpx.Response) -> None:
    if answer.headers["content-type"] != "application/json":
        raise Departed(f"an answer of {answer.headers['content-type']}")
    errors = [
        f"{error.json_path}: {error.message}" for error in _validator(json.dumps(schema)).iter_errors(answer.json())
    ]
    if errors:
        raise Departed("; ".join(errors))
