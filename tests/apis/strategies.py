"""Values for the fields of any API's create: good ones, and those that have broken servers before."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Fields = dict[str, st.SearchStrategy[Any]]

ABSENT = object()
"""Stands for a field that is left out."""

printable = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
lines = st.text(printable, min_size=1, max_size=64).filter(lambda text: text.strip() != "")
words = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=40)
emails = st.builds("{}@{}.example".format, words, st.text(string.ascii_lowercase, min_size=1, max_size=60))

NASTY: tuple[Any, ...] = (
    *(0, -0.0, 1.0, 5.0, -1, 2**31, 2**53, 2**63, 2**64, 10**30, 1e308, True),
    *("", " ", "\x00", "a\x00b", "\n", "\u2028", "\ud800", "\udfff\ud83d", "\ufdfa" * 128, "x" * 129, "x" * 300),
    *("5", "05", "-5", "5.0", "１", "administrator", "a@b", "@", "true", "NULL", "../..", "%00"),  # noqa: RUF001
    *({}, [], {"id": {}}, [{"id": None}], [{"id": 5}], [{}], [None], [[]], [1], ["1"]),
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
anything = st.sampled_from(NASTY) | st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=8
)


def perhaps(values: st.SearchStrategy[Any], *others: Any) -> st.SearchStrategy[Any]:
    """These values, or none: the field may be left out, and be null or one of the others."""
    return values | st.sampled_from([ABSENT, None, *others])


@st.composite
def bodies(draw: st.DrawFn, fields: Fields, name: str, unused: Callable[[str], str]) -> tuple[dict[str, Any], bool]:
    """A body, and whether it must be taken: half of them are good, the others differ from that in a few fields.

    `name` is the field that must be unlike all others', which `unused` makes it.
    """
    body = draw(st.fixed_dictionaries(fields))
    body[name] = unused(body[name])
    broken = draw(st.just([]) | st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=3, unique=True))
    for field in broken:
        body[field] = draw(anything | st.just(ABSENT))
    unknown = draw(
        st.dictionaries(st.text(string.ascii_letters, min_size=1).filter(lambda k: k not in fields), scalars)
    )
    kept = {name: value for name, value in {**unknown, **body}.items() if value is not ABSENT}
    return kept, not broken
