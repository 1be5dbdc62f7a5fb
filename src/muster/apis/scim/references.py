"""`bulkId` references in a bulk request (RFC 7644, section 3.7.2): found, and given the ids that were made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_PREFIX = "bulkId:"
# In a filter it is a text of its own: members[value eq "bulkId:jill"].
_QUOTED = re.compile(rf'(?<="){_PREFIX}(?P<name>[^"\\]+)(?=")')


def references(value: Any) -> Iterator[str]:
    """The bulkIds that a path or the data of an operation refers to."""
    found: list[str] = []

    def note(name: str) -> str:
        found.append(name)
        return name

    _replaced(value, note)
    yield from dict.fromkeys(found)


def resolved(value: Any, made: Mapping[str, str]) -> Any:
    """The same with the ids of what was made in place of the references to it."""
    return _replaced(value, made.__getitem__)


def _replaced(value: Any, becomes: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return _text(value, becomes)
    if isinstance(value, list):
        return [_replaced(one, becomes) for one in value]
    if isinstance(value, dict):
        return {_text(name, becomes): _replaced(one, becomes) for name, one in value.items()}
    return value


def _text(text: str, becomes: Callable[[str], str]) -> str:
    if _PREFIX not in text:
        return text
    if text.startswith(_PREFIX):
        return becomes(text.removeprefix(_PREFIX))
    if text.startswith("/"):
        return "/" + "/".join(_text(segment, becomes) for segment in text[1:].split("/"))
    return _QUOTED.sub(lambda it: becomes(it["name"]), text)
