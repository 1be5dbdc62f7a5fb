"""A question about an attribute's values as data: whether two users have the same one."""

from __future__ import annotations

from muster.core.frozen import frozen


@frozen
class Clash:
    """Whether two users of a tenant have the same value of an attribute. Asked of what is committed.

    It is told only where no more than `most` users have one.
    """

    tenant: str
    attribute: str
    most: int
