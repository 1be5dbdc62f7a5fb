"""A page with a part that is written by a program: where it is, what it is written from, and its tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

APIS = Path(__file__).parents[1] / "docs" / "apis"

_BEGIN = "<!-- written by script/docs from {} -->"
_END = "<!-- the end of what script/docs writes -->"
_TAG = re.compile(r"\*\*([A-Z]+)\*\*")


class Mistaken(ValueError):
    """A file or a page that cannot be right, with all that is wrong about it."""


@dataclass(frozen=True)
class Page:
    """The page of an API. `write` makes the part between its marks, from the data and the page's tags of evidence."""

    name: str
    write: Callable[[bytes, frozenset[str]], str]

    @property
    def path(self) -> Path:
        return APIS / f"{self.name}.md"

    @property
    def data(self) -> Path:
        """What is kept by hand beside it."""
        return APIS / f"{self.name}.toml"

    def text(self) -> str:
        """The page as it is."""
        return self.path.read_text(encoding="utf-8")

    def written(self) -> str:
        """The page as it should be. Raises `Mistaken`."""
        text = self.text()
        part = self.write(self.data.read_bytes(), frozenset(_TAG.findall(text)))
        return replaced(text, self.data.name, part)


def replaced(text: str, source: str, part: str) -> str:
    """The text with this part between its marks. Raises `Mistaken` where they are not there once, and in order."""
    begin = _BEGIN.format(source)
    if text.count(begin) != 1 or text.count(_END) != 1 or text.index(begin) > text.index(_END):
        raise Mistaken(f"the page does not hold both marks once: {begin} and {_END}")
    before, rest = text.split(begin)
    return f"{before}{begin}\n\n{part.strip()}\n\n{_END}{rest.split(_END)[1]}"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heading, ["---"] * len(heading), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def nameless(call: str) -> str:
    """A call without the names of what stands in its path: two APIs' names for one place are one place."""
    return re.sub(r"\{[^}]*\}", "{}", call)


def unknown_tags(name: str, rests: Iterable[str], tags: frozenset[str]) -> Iterable[str]:
    """What is wrong with the evidence that something rests on."""
    found = tuple(rests)
    if not found:
        yield f"{name} rests on nothing"
    yield from (f"{name} rests on {tag}, which the page does not explain" for tag in found if tag not in tags)


def raise_if_any(mistakes: Iterable[str]) -> None:
    """Raises `Mistaken` with all of them."""
    found = "; ".join(mistakes)
    if found:
        raise Mistaken(found)
