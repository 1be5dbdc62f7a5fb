"""What the values of searches may be, whichever list they are for."""

from __future__ import annotations

from typing import Any

import pytest

from muster.apis.idaas.paging import moment, one_of, text, truth
from muster.core.refusals import Fault, Invalid, Refused

AT = 1_533_406_530_000

# A way to read a value, the value, and what it says or why it is refused.
VALUES: list[tuple[Any, str, object]] = [
    (moment, "2018-08-04T18:15:30", AT),
    (moment, "2018-08-04T18:15:30Z", AT),
    (moment, "2018-08-04T18:15:30.000+0000", AT),
    (moment, "2018-08-04T20:15:30+02:00", AT),
    (moment, "2018-08-04T18:15:30.250", AT + 250),
    (moment, "yesterday", Fault.MALFORMED),
    (moment, "", Fault.MALFORMED),
    (truth, "true", True),
    (truth, "FALSE", False),
    (truth, "yes", Fault.MALFORMED),
    (one_of("A", "B"), "B", "B"),
    (one_of("A", "B"), "b", Fault.MALFORMED),
    (text, "x" * 255, "x" * 255),
    (text, "x" * 256, Fault.TOO_LONG),
    (text, "\x00", Fault.CHARACTERS),
]


@pytest.mark.parametrize(("read", "value", "expected"), VALUES)
def test_a_value_is_read_or_refused_by_the_attributes_name(read: Any, value: str, expected: object) -> None:
    if not isinstance(expected, Fault):
        assert read(value, "attribute") == expected
        return
    with pytest.raises(Refused) as refused:
        read(value, "attribute")

    refusal = refused.value.refusal
    assert isinstance(refusal, Invalid)
    assert (refusal.field, refusal.fault) == ("attribute", expected)
