"""Times as text, as far as every API writes them alike."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


def second(at: int) -> str:
    """UTC in whole seconds, without a zone: `2026-01-31T12:00:00`. `at` is seconds since 1970, to the year 9999."""
    # The library's way takes three times as long, several times an answer.
    day, rest = divmod(at, DAY)
    return f"{_day(day)}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


@lru_cache(maxsize=4096)
def _day(day: int) -> str:
    return date.fromordinal(_EPOCH + day).isoformat()
