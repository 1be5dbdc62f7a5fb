"""Finding the route of a path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from muster.web.routes import Route

Methods = dict[str, tuple[Route, tuple[str, ...]]]
"""The routes at a place by method, each with the names in its path."""


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
        return _descend(self._root, path.strip("/").split("/"))


def _descend(node: _Node, segments: list[str]) -> tuple[Methods, list[str]]:
    values: list[str] = []
    for at, segment in enumerate(segments):
        literal, named = node.literals.get(segment), node.named
        if literal is not None:
            if literal.is_absent:
                break
            if named is None:
                node = literal
                continue
            found, below = _descend(literal, segments[at + 1 :])
            if found:
                return found, values + below
        if named is None or not segment:
            break
        values.append(unquote(segment) if "%" in segment else segment)
        node = named
    else:
        if node.routes:
            return node.routes, values
    return {}, []
