"""Times as text."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from muster.web.dates import millisecond, second

YEAR_1, YEAR_9999 = -62_135_596_800, 253_402_300_799


@given(st.integers(YEAR_1, YEAR_9999))
def test_a_second_is_written_as_the_library_writes_it(at: int) -> None:
    assert second(at) == datetime.fromtimestamp(at, UTC).isoformat().removesuffix("+00:00")


@given(st.integers(YEAR_1, YEAR_9999), st.integers(0, 999))
def test_a_millisecond_is_written_as_the_library_writes_it(at: int, milliseconds: int) -> None:
    moment = datetime.fromtimestamp(at, UTC).replace(microsecond=1000 * milliseconds)

    assert millisecond(1000 * at + milliseconds) == moment.isoformat(timespec="milliseconds").removesuffix("+00:00")
