"""Finding the route of a path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from muster.web.routes import Route

Methods = dict[str, tuple[Route, tuple[str, ...]]]
"""The routes at a place by method, each with the names in its path."""

_NONE: Methods = {}


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    named: _Node | None = None
    routes: Methods = field(default_factory=dict)
    is_absent: bool = False


class Router:
    """Finds the route of a path by its segments; a trailing slash makes no difference.

    `absent` are paths that name nothing, nor does anything below them, although a route's names would take them in.
    """

    def __init__(self, routes: Iterable[Route], absent: Iterable[str] = ()) -> None:
        self._root = _Node()
        for route in routes:
            self._add(route)
        for path in absent:
            node = self._root
            for segment in path.strip("/").split("/"):
                node = node.literals.setdefault(segment, _Node())
            node.is_absent = True

    def _add(self, route: Route) -> None:
        node, names = self._root, []
        for segment in route.path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.named = node.named or _Node()
                node = node.named
            else:
                node = node.literals.setdefault(segment, _Node())
        node.routes[route.method] = (route, tuple(names))

    def find(self, path: str) -> tuple[Methods, list[str]]:
        """The routes at a raw path by method, with the decoded values of the names; no routes if there are none."""
        segments = path.strip("/").split("/")
        values: list[str] = []
        node = _descend(self._root, segments, 0, values)
        return (node.routes if node is not None else _NONE), values


def _descend(node: _Node, segments: list[str], at: int, values: list[str]) -> _Node | None:
    if at == len(segments):
        return node if node.routes else None
    literal = node.literals.get(segments[at])
    if literal is not None:
        if literal.is_absent:
            return None
        found = _descend(literal, segments, at + 1, values)
        if found is not None:
            return found
    if node.named is None or not segments[at]:
        return None
    values.append(unquote(segments[at]))
    found = _descend(node.named, segments, at + 1, values)
    if found is None:
        values.pop()
    return found
