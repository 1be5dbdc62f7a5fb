"""Versions: an act that was meant for one that has passed is refused."""

from muster.core.refusals import Outdated, refuse

Versions = frozenset[int] | None
"""The versions of which one must still stand; None where any will do."""


def must_stand(noun: str, version: int, versions: Versions) -> None:
    """Refuse with `Outdated`, of the noun given, a version that is none of these."""
    if versions is not None and version not in versions:
        refuse(Outdated(noun))
