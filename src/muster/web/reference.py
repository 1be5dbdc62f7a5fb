"""The reference for people: an OpenAPI document as one page of HTML, without a script and without a foreign host.

Every text of the document goes through `html.escape`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape
from typing import Any

import msgspec

from muster.web.answers import Answer, Headers

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2330; --soft: #566073; --paper: #fff; --line: #d4d9e2; --accent: #1f4fb4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf2; --soft: #a9b2c3; --paper: #14181f; --line: #39414f;
  --accent: #9dbcff; } }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
a { color: var(--accent); }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
h3, h4 { margin: 1.2rem 0 .3rem; }
code, summary { font-family: ui-monospace, "Cascadia Mono", Menlo, monospace; font-size: .92em;
  overflow-wrap: anywhere; }
details { margin: .5rem 0; padding: .4rem .8rem; border: 1px solid var(--line); border-radius: .4rem; }
summary { cursor: pointer; }
summary b { display: inline-block; min-width: 4.5em; }
summary span, .soft { color: var(--soft); font-family: system-ui, sans-serif; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
"""

_POLICY = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
_HEADERS: Headers = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", f"{_POLICY}frame-ancestors 'none'; base-uri 'none'; form-action 'none'".encode()),
    (b"referrer-policy", b"no-referrer"),
)
_WORDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "maxItems": "at most {} of them",
    "minItems": "at least {} of them",
    "pattern": "matches {}",
    "format": "as {}",
    "const": "always {}",
}

Json = Mapping[str, Any]


def page(document: Json) -> Answer:
    """The page of a document."""
    info, components = document["info"], document["components"]
    content = "".join(
        [
            _head(info, document["servers"][0]["url"]),
            _section("Credentials", _rows(_schemes(components["securitySchemes"]))),
            *_operations(document["paths"]),
            _section("Errors", _rows(_errors(components["responses"]))),
            _section("Shapes", "".join(_shape(name, one) for name, one in components["schemas"].items())),
        ]
    )
    return Answer(200, _whole(info["title"], content).encode(), _HEADERS)


def _head(info: Json, place: str) -> str:
    return (
        f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>"
        f"<p>Version {escape(info['version'])}, {escape(info['license']['name'])}. Below <code>{escape(place)}</code>. "
        '<a href="openapi.json">The same as an OpenAPI document</a>.</p>'
    )


def _whole(title: str, content: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>{content}</body></html>\n"
    )


def _section(title: str, content: str) -> str:
    return f"<h2>{escape(title)}</h2>{content}\n"


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    """A table of cells that are HTML already; nothing where there are none."""
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return f"<table>{''.join(lines)}</table>" if lines else ""


def _schemes(schemes: Json) -> Iterable[tuple[str, ...]]:
    for name, scheme in schemes.items():
        place = f"<code>{escape(scheme.get('name', 'Authorization'))}</code>"
        yield escape(name), place, escape(scheme.get("description", ""))


def _errors(responses: Json) -> Iterable[tuple[str, ...]]:
    for status, response in responses.items():
        [content] = response["content"].values()
        for kind, example in content["examples"].items():
            yield f"{status} {escape(kind)}", f"<code>{escape(_json(example['value']))}</code>"


def _operations(paths: Json) -> Iterable[str]:
    tags: dict[str, list[str]] = {}
    for path, methods in paths.items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).append(_operation(method.upper(), path, operation))
    return (_section(tag.replace("_", " ").capitalize(), "".join(found)) for tag, found in tags.items())


def _operation(method: str, path: str, operation: Json) -> str:
    parts = [
        f'<details id="{escape(operation["operationId"])}">',
        f"<summary><b>{method}</b> {escape(path)} <span>{escape(operation['summary'])}</span></summary>",
        f"<p>{escape(operation.get('description', ''))}</p><p class=soft>{_wants(operation['security'])}</p>",
        _titled("Parameters", _rows(_parameter(one) for one in operation["parameters"])),
    ]
    if "requestBody" in operation:
        parts.append(_titled("Body", _contents(operation["requestBody"]["content"])))
    parts.append(_titled("Answers", _rows(_answers(operation["responses"]))))
    return "".join(parts) + "</details>\n"


def _titled(title: str, content: str) -> str:
    return f"<h4>{title}</h4>{content}" if content else ""


def _wants(security: list[Json]) -> str:
    if not security:
        return "Open: no credential."
    permissions = sorted({name for one in security for names in one.values() for name in names})
    wanted = ", ".join(f"<code>{escape(name)}</code>" for name in permissions)
    return f"Permission: {wanted}" if wanted else "Any credential."


def _parameter(parameter: Json) -> tuple[str, ...]:
    place = parameter["in"] + (", required" if parameter["required"] else "")
    told = " ".join(part for part in (_kind(parameter["schema"]), escape(parameter.get("description", ""))) if part)
    return f"<code>{escape(parameter['name'])}</code>", place, told


def _answers(responses: Json) -> Iterable[tuple[str, ...]]:
    for status, response in responses.items():
        if "$ref" in response:
            yield status, "error"
        else:
            yield status, _contents(response.get("content", {})) or "no body"


def _contents(content: Json) -> str:
    return "; ".join(f"{escape(kind)}: {_kind(one['schema'])}" for kind, one in content.items())


def _shape(name: str, schema: Json) -> str:
    required = schema.get("required", ())
    rows = _rows(
        (f"<code>{escape(field)}</code>", "required" if field in required else "", _kind(one))
        for field, one in schema.get("properties", {}).items()
    )
    told = escape(schema.get("description", "").replace("*", ""))
    return f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{told}</p>{rows or _kind(schema)}'


def _kind(schema: Json) -> str:
    """A schema in words, with links to the shapes that it refers to."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        kind = " or ".join(_kind(one) for one in schema["anyOf"])
    elif "enum" in schema:
        kind = " or ".join(f"<code>{escape(_json(one))}</code>" for one in schema["enum"])
    elif schema.get("type") == "array":
        kind = f"list of {_kind(schema.get('items', {}))}"
    else:
        kind = escape(str(schema.get("type", "anything")))
    limits = [words.format(f"{schema[key]}") for key, words in _WORDS.items() if key in schema]
    return ", ".join([kind, *map(escape, limits)])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
