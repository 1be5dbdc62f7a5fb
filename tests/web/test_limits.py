"""Rolling windows over a clock that the test moves."""

import pytest

from muster.web.limits import MOST_CALLERS, RateLimit, Window


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def asked(limit: RateLimit, clock: Clock, moments: list[float], caller: str = "a") -> list[bool]:
    """What a caller is told who asks at these moments."""
    answers = []
    for moment in moments:
        clock.now = 1000.0 + moment
        answers.append(limit.allows(caller))
    return answers


TWO_IN_TEN = (Window(2, 10),)
BURST_AND_LONG = (Window(2, 1), Window(3, 10))
CASES = [
    ((), [0.0] * 50, [True] * 50),
    (TWO_IN_TEN, [0, 0, 0], [True, True, False]),
    (TWO_IN_TEN, [0, 9.9, 9.99], [True, True, False]),
    (TWO_IN_TEN, [0, 5, 10, 15], [True, True, True, True]),
    (TWO_IN_TEN, [0, 5, 9, 10.5], [True, True, False, False]),
    (TWO_IN_TEN, [0, 0, 9, 18, 19], [True, True, False, True, True]),
    (TWO_IN_TEN, [0, 1, 2, 3, 4, 14], [True, True, False, False, False, True]),
    (BURST_AND_LONG, [0, 0.1, 0.2, 1.3, 2.5], [True, True, False, False, False]),
    (BURST_AND_LONG, [0, 2, 4, 6, 10, 14], [True, True, True, False, False, True]),
    (BURST_AND_LONG, [0, 5, 10, 15, 20], [True, True, True, True, True]),
]


@pytest.mark.parametrize(("windows", "moments", "expected"), CASES)
def test_requests_are_allowed_as_far_as_every_window_allows(
    windows: tuple[Window, ...], moments: list[float], expected: list[bool]
) -> None:
    clock = Clock()

    answers = asked(RateLimit(windows, clock), clock, moments)

    assert answers == expected


def test_one_caller_does_not_use_up_what_another_has() -> None:
    clock = Clock()
    limit = RateLimit(TWO_IN_TEN, clock)

    first, second = asked(limit, clock, [0, 0, 0], "a"), asked(limit, clock, [0, 0, 0], "b")

    assert first == second == [True, True, False]


def test_whoever_asked_longest_ago_is_forgotten_when_there_are_too_many() -> None:
    clock = Clock()
    limit = RateLimit((Window(1, 1_000_000),), clock)
    asked(limit, clock, [0], "first")
    asked(limit, clock, [0], "second")
    asked(limit, clock, [0], "first")
    for number in range(MOST_CALLERS - 1):
        asked(limit, clock, [0], f"caller {number}")

    remembered, forgotten = asked(limit, clock, [0], "first"), asked(limit, clock, [0], "second")

    assert (remembered, forgotten) == ([False], [True])


def test_what_is_remembered_of_a_caller_is_bounded() -> None:
    clock = Clock()
    limit = RateLimit(BURST_AND_LONG, clock)

    asked(limit, clock, [number / 1000 for number in range(5000)])

    assert [len(stamps) for stamps in limit._callers.values()] == [4]
