"""Recorded requests with the answers that are expected to them: the files in `habits`, read and compared.

The first line of a file is the tag of the evidence that it rests on, where that stands in the contract (4.2 is the
second line of its section 4), and what the habit is. Then come exchanges, as curl prints them: what is sent behind `>`,
what must come back behind `<`. A bare mark separates head and body; the lines of a body are one, without the blanks
that they begin with (those of CSV are lines). Words before them, as `limits: on`, say which server or connection the
file is for; `100 times:` before an exchange repeats it.

`${name}` stands for what is known, as whoever plays the file says, the `md5` of the answer's own body, and what was
caught before. `${name:unused}` is a new name, `${name:int}`, `text`, `time` and `any` catch what an answer holds there,
and without a name they only let it pass. The status, each header that is named, and the body must be exactly as they
are written; `(none)` is a header that must not be there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import md5
from http.client import HTTPConnection, HTTPMessage
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

_KINDS = {
    "int": r"\d+",
    "text": r'[^"]*',
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\+00:00|\.\d{3}Z)",
    "any": ".*?",
}
_PLACE = re.compile(r"\$\{(?P<name>\w*)(?::(?P<kind>\w+))?\}")
_TITLE = re.compile(r"(?P<tag>[A-Za-z ]+), contract (?P<line>\d(?:\.\d)?)[^:]*: .+\.")
_TIMES = re.compile(r"(\d+) times:")
_SETTING = re.compile(r"(\w+): (\w+)")
_numbers = count(1)

Values = dict[str, str]


@dataclass(frozen=True)
class Message:
    """A request or an answer: its first line, its headers in order, its body's lines."""

    first: str
    headers: tuple[tuple[str, str], ...]
    body: tuple[str, ...]

    @property
    def text(self) -> str:
        """The body as it goes over the wire."""
        if ("content-type", "text/csv") in self.headers:
            return "".join(f"{line}\r\n" for line in self.body)
        return self.body[0] + "".join(line.lstrip() for line in self.body[1:]) if self.body else ""


@dataclass(frozen=True)
class Exchange:
    """A request and the answer that must come, so many times over."""

    request: Message
    answer: Message
    times: int


@dataclass(frozen=True)
class Habit:
    """One file."""

    name: str
    tag: str
    line: str
    settings: dict[str, str]
    exchanges: tuple[Exchange, ...]


def habits(folder: Path) -> Iterator[Habit]:
    """All of a folder, by name."""
    for path in sorted(folder.glob("*.http")):
        yield read(path.stem, path.read_text())


def read(name: str, text: str) -> Habit:
    """A file as it is to be played. Raises `ValueError` where it is written in another form."""
    title, *blocks = text.strip().split("\n\n")
    found = _TITLE.fullmatch(title)
    if found is None:
        raise ValueError(f"{name} does not begin with its evidence")
    settings, times, requests, exchanges = dict[str, str](), 1, [], []
    for block in blocks:
        repeated, setting = _TIMES.fullmatch(block), _SETTING.fullmatch(block)
        if setting is not None:
            settings[setting[1]] = setting[2]
        elif repeated is not None:
            times = int(repeated[1])
        elif block.startswith("> "):
            requests.append(_message(name, block, ">"))
        else:
            exchanges.append(Exchange(requests.pop(), _message(name, block, "<"), times))
            times = 1
    if requests or not exchanges:
        raise ValueError(f"{name} has a request without an answer")
    return Habit(name, found["tag"], found["line"], settings, tuple(exchanges))


def _message(name: str, block: str, sign: str) -> Message:
    lines = block.split("\n")
    if any(line != sign and not line.startswith(f"{sign} ") for line in lines):
        raise ValueError(f"{name} has a line that begins otherwise: {block}")
    first, *rest = [line[2:] for line in lines]
    head, body = (rest[: rest.index("")], rest[rest.index("") + 1 :]) if "" in rest else (rest, [])
    headers = [line.partition(":") for line in head]
    return Message(first, tuple((key, value.strip()) for key, _, value in headers), tuple(body))


def play(habit: Habit, url: str, values: Values) -> None:
    """Sends what the file sends and compares what comes. Raises `AssertionError` where that is something else."""
    for number, exchange in enumerate(habit.exchanges, 1):
        for _ in range(exchange.times):
            _exchange(f"{habit.name}, exchange {number}", exchange, url, values)


def _exchange(where: str, exchange: Exchange, url: str, values: Values) -> None:
    status, headers, body = _send(url, exchange.request, values)
    expected = exchange.answer
    verify_matches(f"{where}, {body[:200]}", expected.first, str(status), values, {})
    answered = {**values, "md5": md5(body.encode()).hexdigest()}
    for name, value in expected.headers:
        verify_matches(f"{where}, {name}", value, headers.get(name, "(none)"), answered, values)
    verify_matches(where, expected.text, body, answered, values)


def _send(url: str, request: Message, values: Values) -> tuple[int, HTTPMessage, str]:
    """One request that holds the headers of the file, and but for Host and Content-Length no other."""
    method, target = _known(request.first, values).split(" ", 1)
    body = _known(request.text, values).encode()
    connection = HTTPConnection(urlsplit(url).hostname or "", urlsplit(url).port, timeout=30)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, _known(value, values))
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def _known(text: str, values: Values) -> str:
    def value(place: re.Match[str]) -> str:
        if place["kind"] == "unused":
            values[place["name"]] = f"{place['name']}.{os.getpid()}.recorded.{next(_numbers)}"
        return values[place["name"]]

    return _PLACE.sub(value, text)


def verify_matches(where: str, expected: str, found: str, known: Values, caught: Values) -> None:
    """That what was found is as expected; what it holds at the named places is `caught`."""
    pattern = "".join(_parts(expected, lambda name: known[name]))
    match = re.fullmatch(pattern, found, re.DOTALL)
    assert match is not None, f"{where}: expected\n{expected}\nand found\n{found}"
    caught.update(match.groupdict())


def _parts(expected: str, value: Callable[[str], str]) -> Iterator[str]:
    at = 0
    for place in _PLACE.finditer(expected):
        yield re.escape(expected[at : place.start()])
        name, kind = place["name"], place["kind"]
        if kind is None:
            yield re.escape(value(name))
        else:
            yield f"(?P<{name}>{_KINDS[kind]})" if name else f"(?:{_KINDS[kind]})"
        at = place.end()
    yield re.escape(expected[at:])
