"""Functions that are spelled out for one kind of entity: going through its fields one by one takes twice as long.

What is spelled out is made of the names of an entity's own fields, and of nothing that anybody sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Convert = Callable[[Any], Any]


def row_of(fields: Iterable[str], encoders: Mapping[str, Convert], more: Iterable[tuple[str, Convert]]) -> Convert:
    """A function that gives an entity's fields as a tuple, encoded where there is an encoder, and then what is made of
    further fields, each with what makes it, where they have a value.

    >>> row_of(["real", "imag"], {"imag": int}, [("real", str)])(2 + 3j)
    (2.0, 3, '2.0')
    """
    names: dict[str, Any] = {f"encode_{field}": encode for field, encode in encoders.items()}
    parts = [f"encode_{field}(it.{field})" if field in encoders else f"it.{field}" for field in fields]
    for field, make in more:
        names[f"make_{field}"] = make
        parts.append(f"None if it.{field} is None else make_{field}(it.{field})")
    return _evaluated(f"lambda it: ({', '.join(parts)},)", names)


def _evaluated(text: str, names: dict[str, Any]) -> Convert:
    function: Convert = eval(text, names)  # noqa: S307  (see the caption)
    return function
