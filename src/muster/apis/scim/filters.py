"""Filters and paths as text (RFC 7644, sections 3.4.2.2 and 3.5.2), read into data: a recursive descent, bounded.

Names are left as they were written; `bound` in `matching` finds what they mean.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from muster.core.frozen import frozen

MOST_CHARACTERS = 8192
DEEPEST = 24
"""How deep parentheses, value paths and `not` may stand inside one another."""

MOST_TERMS = 200
MOST_PATHS = 500
"""How many paths are remembered as they were read: clients name the same few all the time."""

OPERATORS = frozenset(("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"))

Value = str | bool | int | float | None


class Unreadable(Exception):
    """A filter or a path that cannot be read; says where and why."""


@frozen
class Path:
    """An attribute, by the URN of its schema if one was written, and a sub-attribute of it."""

    schema: str | None
    attribute: str
    sub: str | None = None


@frozen
class Compare:
    """The attribute compares so with the value; None is JSON's null."""

    path: Path
    operator: str
    value: Value


@frozen
class Present:
    """The attribute has a value."""

    path: Path


@frozen
class Element:
    """One value of the attribute meets the whole filter, whose paths are about its sub-attributes."""

    path: Path
    filter: Filter


@frozen
class Both:
    """All hold."""

    filters: tuple[Filter, ...]


@frozen
class Either:
    """At least one holds."""

    filters: tuple[Filter, ...]


@frozen
class Negated:
    """It does not hold."""

    filter: Filter


Filter = Compare | Present | Element | Both | Either | Negated


@frozen
class Target:
    """Where a PATCH goes: an attribute, those of its values that a filter selects, and a sub-attribute of them."""

    path: Path
    filter: Filter | None = None


_decode = msgspec.json.Decoder().decode
_TOKEN = re.compile(r'\s*(?:(?P<mark>[()\[\]])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()\[\]"]+))', re.DOTALL)
# One comparison with a text in which nothing is escaped, as nearly all filters are.
_PLAIN = re.compile(r'\s*([^\s()\[\]"]+)\s+([^\s()\[\]"]+)\s*"([^"\\\x00-\x1f\ud800-\udfff]*)"\s*')
_NAME = re.compile(r"[$A-Za-z][\w$-]*", re.ASCII)
_URN = re.compile(r"urn:[\w.:%+-]+", re.ASCII | re.IGNORECASE)


def read_filter(text: str) -> Filter:
    """The filter that a text says. Raises `Unreadable`, also for one over 8192 characters, 24 deep or 200 terms."""
    plain = _PLAIN.fullmatch(text) if len(text) <= MOST_CHARACTERS else None
    if plain is not None and (operator := plain[2].casefold()) in OPERATORS:
        return Compare(read_path(plain[1]), operator, plain[3])
    return read_at_length(text)


def read_at_length(text: str) -> Filter:
    """As `read_filter`, of any filter."""
    reader = _Reader(text)
    found = reader.either(0)
    reader.end()
    return found


def read_target(text: str) -> Target:
    """The place that a PATCH's path names. Raises `Unreadable`."""
    reader = _Reader(text)
    path = read_path(reader.word("a path"))
    chosen = None
    if reader.takes("["):
        chosen = reader.either(1)
        reader.expect("]")
        if reader.here is not None:
            path = Path(path.schema, path.attribute, _after(reader.word("a sub-attribute")))
    reader.end()
    return Target(path, chosen)


@lru_cache(maxsize=MOST_PATHS)
def read_path(text: str) -> Path:
    """The attribute that a text names: `name`, `name.sub`, or either after a schema's URN and a colon.

    The URN by itself is a path without an attribute. Raises `Unreadable`.
    """
    schema = None
    if text[:4].casefold() == "urn:":
        schema, text = _split(text)
        if not text:
            return Path(schema, "")
    attribute, dot, sub = text.partition(".")
    for name in (attribute, sub) if dot else (attribute,):
        if not _NAME.fullmatch(name):
            raise Unreadable(f"{name[:100]!r} is no name of an attribute")
    return Path(schema, attribute, sub if dot else None)


def _split(text: str) -> tuple[str, str]:
    # A schema's URN ends with a version and a name; what follows that is the attribute.
    if not _URN.match(text):
        raise Unreadable(f"{text[:100]!r} is no path")
    found = re.fullmatch(r"(?P<urn>.*?:\d+\.\d+(?::[A-Za-z]\w*)?)(?::(?P<rest>.+))?", text, re.ASCII)
    if found is None:
        urn, _, rest = text.rpartition(":")
        return urn, rest
    return found["urn"], found["rest"] or ""


def _after(word: str) -> str:
    if not word.startswith(".") or not _NAME.fullmatch(word[1:]):
        raise Unreadable(f"{word[:100]!r} where a sub-attribute was expected")
    return word[1:]


class _Reader:
    """The tokens of a text, and what they say."""

    def __init__(self, text: str) -> None:
        if len(text) > MOST_CHARACTERS:
            raise Unreadable(f"over {MOST_CHARACTERS} characters")
        self._text = text.rstrip()
        self._at = 0
        self._terms = 0
        self.here: re.Match[str] | None = None
        self._mark: str | None = None
        self._quoted: str | None = None
        self._word: str | None = None
        self._next()

    def _next(self) -> None:
        if self._at >= len(self._text):
            self.here, self._mark, self._quoted, self._word = None, None, None, None
            return
        self.here = _TOKEN.match(self._text, self._at)
        if self.here is None:
            raise Unreadable(f"cannot be read from character {self._at + 1} on")
        self._at = self.here.end()
        self._mark, self._quoted, self._word = self.here.groups()

    def takes(self, mark: str) -> bool:
        """Whether this mark comes next, which is then behind."""
        if self._mark != mark:
            return False
        self._next()
        return True

    def expect(self, mark: str) -> None:
        if not self.takes(mark):
            raise Unreadable(f"{mark!r} is missing")

    def word(self, what: str) -> str:
        word = self._word
        if word is None:
            raise Unreadable(f"{what} is missing")
        self._next()
        return word

    def end(self) -> None:
        if self.here is not None:
            raise Unreadable(f"{self.here[0].strip()[:100]!r} was not expected")

    def _says(self, word: str) -> bool:
        return self._word is not None and self._word.casefold() == word

    def either(self, depth: int) -> Filter:
        """Terms with `or` between them."""
        found = [self._both(depth)]
        while self._says("or"):
            self._next()
            found.append(self._both(depth))
        return found[0] if len(found) == 1 else Either(tuple(found))

    def _both(self, depth: int) -> Filter:
        found = [self._term(depth)]
        while self._says("and"):
            self._next()
            found.append(self._term(depth))
        return found[0] if len(found) == 1 else Both(tuple(found))

    def _term(self, depth: int) -> Filter:
        self._terms += 1
        if depth > DEEPEST or self._terms > MOST_TERMS:
            raise Unreadable(f"more than {DEEPEST} deep, or more than {MOST_TERMS} terms")
        if self.takes("("):
            return self._closed(self.either(depth + 1))
        word = self.word("an attribute")
        if word.casefold() == "not" and self.takes("("):
            return Negated(self._closed(self.either(depth + 1)))
        path = read_path(word)
        return self._element(path, depth) if self.takes("[") else self._compared(path)

    def _closed(self, found: Filter) -> Filter:
        self.expect(")")
        return found

    def _element(self, path: Path, depth: int) -> Filter:
        inner = self.either(depth + 1)
        self.expect("]")
        if self._word is not None and self._word.startswith("."):
            # What Entra ID writes: of the value that is selected, the sub-attribute compares so.
            inner = Both((inner, self._compared(Path(None, _after(self.word("a sub-attribute"))))))
        return Element(path, inner)

    def _compared(self, path: Path) -> Filter:
        operator = self.word("an operator").casefold()
        if operator == "pr":
            return Present(path)
        if operator not in OPERATORS:
            raise Unreadable(f"{operator[:100]!r} is no operator")
        return Compare(path, operator, self._value())

    def _value(self) -> Value:
        quoted, written = self._quoted, self._quoted or self._word
        if written is None:
            raise Unreadable("a value is missing")
        self._next()
        try:
            value = _decode(quoted or written.casefold())
        except msgspec.DecodeError:
            raise Unreadable(f"{written[:100]!r} is no value; texts stand in double quotes") from None
        if not isinstance(value, str | bool | int | float | None):
            raise Unreadable(f"{written[:100]!r} is no value")
        return value
