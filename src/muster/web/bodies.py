"""Bodies: strict JSON in (RFC 8259; one meaning or none), exact JSON out."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from muster.web.answers import Hindered, Problem, WrongShape

T = TypeVar("T")

_read = msgspec.json.Decoder().decode
_written = msgspec.json.Encoder().encode

DEEPEST = 32
"""How many arrays and objects may stand inside one another."""

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
# A string may lack its end and is still one token: looked for again from each quote in it, it would take hours.
_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def decoder(shape: type[T]) -> Callable[[bytes], T]:
    """A function that makes a body into the shape.

    Raises `Hindered` with `MALFORMED` for what is no JSON, names a key twice or is too deep, `WrongShape` for JSON of
    another type.
    """
    typed = msgspec.json.Decoder(shape)

    def decode(body: bytes) -> T:
        check(body)
        try:
            return typed.decode(body)
        except msgspec.ValidationError as error:
            raise _wrong_shape(error) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Hindered(Problem.MALFORMED, str(error)) from None

    return decode


def check(body: bytes) -> None:
    """Refuse what different readers would read differently: a key named twice, NaN, what is too deep or no UTF-8."""
    if body.removeprefix(BOM_UTF8).lstrip()[:1] == b"<":
        raise Hindered(Problem.NOT_ACCEPTABLE, "XML")
    if body.count(b"{") + body.count(b"[") > DEEPEST and _depth(body) > DEEPEST:
        raise Hindered(Problem.MALFORMED, f"nested more than {DEEPEST} deep")
    if _is_plain(body):
        return
    try:
        _strict.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise Hindered(Problem.MALFORMED, str(error)) from None


def _is_plain(body: bytes) -> bool:
    """Whether it is JSON that names no key twice, as is quickly seen of all that has no escapes: half of the time.

    Each string then has two quotes, and those of a key that was named before are not there when it is written again.
    """
    if b"\\" in body:
        return False
    try:
        return _written(_read(body)).count(b'"') == body.count(b'"')
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key is named twice")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_strict = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def _depth(body: bytes) -> int:
    depth = deepest = 0
    for token in _NESTING.findall(body):
        if token in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in b"]}":
            depth -= 1
    return deepest


def _wrong_shape(error: msgspec.ValidationError) -> WrongShape:
    found = _PLACE.match(str(error))
    path = (found["path"] if found else None) or ""
    what = found["what"] if found else str(error)
    return WrongShape(re.sub(r"\[\.*\d*\]", "", path), what)
