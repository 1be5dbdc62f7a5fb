"""Lists that are walked through: a page that is asked for to steps, places to what a cursor holds, dates to spans."""

from __future__ import annotations

from collections.abc import Callable

from muster.apis.idaas.paging import Asked, text
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.walks import Key, Place, Steps


def steps(asked: Asked) -> Steps:
    """Where the page begins, and how long it is."""
    if asked.place is None:
        return Steps(None, asked.backwards, asked.limit)
    key, tie, past = asked.place
    return Steps(Place(key, tie, bool(past)), asked.backwards, asked.limit)


def span(operator: str, at: int) -> tuple[int | None, int | None]:
    """From which millisecond on and before which one times compare so with this one."""
    match operator:
        case "GREATER_THAN":
            return at + 1, None
        case "GREATER_THAN_OR_EQUAL":
            return at, None
        case "LESS_THAN":
            return None, at
        case _:
            return None, at + 1


def place(found: Place | None) -> tuple[Key, Key, int] | None:
    """What a cursor holds of a place."""
    return None if found is None else (found.key, found.tie, int(found.past))


def up_to(limit: int) -> Callable[[str, str], str]:
    """Any text of at most so many characters."""

    def parse(value: str, name: str) -> str:
        return text(value, name) if len(value) <= limit else refuse(Invalid(name, Fault.TOO_LONG, limit))

    return parse
