"""Rolling rate limits, by whoever asks; kept in this process's memory and bounded there."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

MOST_CALLERS = 10_000


@dataclass(frozen=True, slots=True)
class Window:
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float


class RateLimit:
    """Some windows together. `clock` gives seconds that never go back.

    A request that is refused counts as well: who is over the limit is refused until the window clears.
    """

    def __init__(self, windows: tuple[Window, ...], clock: Callable[[], float]) -> None:
        self._windows = windows
        self._clock = clock
        self._longest = max((window.seconds for window in windows), default=0.0)
        self._most = max((window.requests for window in windows), default=0)
        self._callers: OrderedDict[str, deque[float]] = OrderedDict()

    def allows(self, caller: str) -> bool:
        """Count a request of the caller, and tell whether it is within all windows."""
        if not self._windows:
            return True
        now = self._clock()
        stamps = self._stamps(caller)
        while stamps and stamps[0] <= now - self._longest:
            stamps.popleft()
        within = all(self._fits(stamps, window, now) for window in self._windows)
        stamps.append(now)
        if len(stamps) > self._most + 1:
            stamps.popleft()
        return within

    def _stamps(self, caller: str) -> deque[float]:
        stamps = self._callers.get(caller)
        if stamps is None:
            stamps = self._callers[caller] = deque()
            if len(self._callers) > MOST_CALLERS:
                self._callers.popitem(last=False)
        else:
            self._callers.move_to_end(caller)
        return stamps

    @staticmethod
    def _fits(stamps: deque[float], window: Window, now: float) -> bool:
        if len(stamps) < window.requests:
            return True
        return stamps[-window.requests] <= now - window.seconds
