"""Many users who are to join a body, looked up together: what their entities would tell, without loading them."""

from __future__ import annotations

from muster.core.frozen import frozen


@frozen
class Arrivals:
    """Whether these users, by id, can join a body, of what is committed. `noun` is the body's."""

    tenant: str
    noun: str
    body: str
    users: tuple[str, ...]


@frozen
class Arrived:
    """Those of the users whom there is; those of them who are in the body; and in how many of its kind each is."""

    there: frozenset[str]
    inside: frozenset[str]
    bodies: dict[str, int]
