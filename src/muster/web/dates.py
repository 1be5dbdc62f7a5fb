"""Times as text, as far as every API writes them alike."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()

# Every answer holds several times, and formatting numbers takes three times as long.
_MINUTES = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(DAY // 60))
_SECONDS = tuple(f"{number:02}" for number in range(60))
_MILLISECONDS = tuple(f"{number:03}" for number in range(1000))


def second(at: int) -> str:
    """UTC in whole seconds, without a zone: `2026-01-31T12:00:00`. `at` is seconds since 1970, to the year 9999."""
    day, rest = divmod(at, DAY)
    return f"{_day(day)}T{_MINUTES[rest // 60]}:{_SECONDS[rest % 60]}"


def millisecond(at: int) -> str:
    """UTC in milliseconds, without a zone: `2026-01-31T12:00:00.000`. `at` is milliseconds since 1970."""
    return f"{second(at // 1000)}.{_MILLISECONDS[at % 1000]}"


@lru_cache(maxsize=4096)
def _day(day: int) -> str:
    return date.fromordinal(_EPOCH + day).isoformat()
