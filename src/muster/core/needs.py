"""What is to be loaded, as values: what a rule was found to lack, and what a request can name before it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from muster.core.asked import Asked
from muster.core.entity import Columns


class Need(NamedTuple):
    """Something to be loaded: the entities of a kind whose columns have these values."""

    kind: type[Any]
    columns: Columns
    values: tuple[Any, ...]

    @property
    def many(self) -> bool:
        """Whether it may find several."""
        return self.columns in self.kind.MANY


Key = tuple[type[Any], Columns, tuple[Any, ...]]
"""What a need is equal to; it takes a tenth of the time to make."""


class Way(NamedTuple):
    """How entities of a kind are looked up: by these columns."""

    kind: type[Any]
    columns: Columns


class Together(NamedTuple):
    """As many needs as there are ways, with the same values: what is kept of one user, say."""

    values: tuple[Any, ...]
    ways: tuple[Way, ...]


class Onward(NamedTuple):
    """A need, and what is to be loaded with each entity that it finds: in each of these ways what has, as the values of
    its columns, that entity's tenant and the value of this field.
    """

    need: Need
    field: str
    ways: tuple[Way, ...]


Foreseen = Need | Together | Onward
"""What a request can name before it runs."""


@dataclass(slots=True, frozen=True)
class Several:
    """Things to be loaded together."""

    needs: tuple[Need, ...]


Wanted = Need | Several | Asked
"""What can be lacking: one thing, several, or what a question in data finds."""
