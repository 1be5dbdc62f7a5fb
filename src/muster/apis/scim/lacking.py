"""A filter over resources of several kinds, as it is over those of one: what the kind lacks has no value (RFC 7644,
section 3.4.2.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import assert_never

from muster.apis.scim.filters import Both, Compare, Either, Element, Filter, Negated, Path, Present

Has = Callable[[Path], bool]
"""Whether a kind has the attribute that a path names."""


def over(found: Filter, has: Has) -> Filter | bool:
    """What is left of a filter over a kind; a truth value where that is the same for all of its resources."""
    match found:
        case Compare(path, sign, value):
            return found if has(path) else _of_nothing(sign, is_null=value is None)
        case Present(path) | Element(path):
            return has(path) and found
        case Both(filters):
            return _joined(Both, [over(one, has) for one in filters], decisive=False)
        case Either(filters):
            return _joined(Either, [over(one, has) for one in filters], decisive=True)
        case Negated(inner):
            left = over(inner, has)
            return not left if isinstance(left, bool) else Negated(left)
        case _:
            assert_never(found)


def _of_nothing(sign: str, *, is_null: bool) -> bool:
    """How a comparison turns out where there is no value."""
    return sign in ("eq", "ne") and is_null is (sign == "eq")


def _joined(
    join: Callable[[tuple[Filter, ...]], Filter], parts: list[Filter | bool], *, decisive: bool
) -> Filter | bool:
    left = tuple(part for part in parts if not isinstance(part, bool))
    if decisive in [part for part in parts if isinstance(part, bool)]:
        return decisive
    if len(left) < 2:
        return left[0] if left else not decisive
    return join(left)


def paths(found: Filter) -> Iterator[Path]:
    """The attributes that a filter names; of a filter on their values the sub-attributes are not among them."""
    match found:
        case Compare(path) | Present(path) | Element(path):
            yield path
        case Both(filters) | Either(filters):
            for one in filters:
                yield from paths(one)
        case Negated(inner):
            yield from paths(inner)
