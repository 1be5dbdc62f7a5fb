"""How values and entities are declared: frozen for whoever reads or checks the code, plain and quick when it runs."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frozen(cls: type[T]) -> type[T]:
    """A dataclass with slots, equality and a hash, whose fields the type checker lets nobody set.

    A dataclass that is frozen at run time as well takes nine times as long to make, ten times in every create.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
