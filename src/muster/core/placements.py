"""Which bodies of a kind each of some users is in, all looked up together: for whoever shows many users."""

from __future__ import annotations

from muster.core.frozen import frozen


@frozen
class Placements:
    """A question in data: the ids of the bodies, of this noun, that each of these users is in, by his id."""

    tenant: str
    noun: str
    users: tuple[str, ...]
