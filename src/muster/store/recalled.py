"""Answers to searches that are asked again: whoever looks at a page twice is told the same while nothing has changed.

An answer holds for one state of its tenant, which the sequence of its newest event names: nothing changes without one.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, TypeGuard

from muster.core.known import Known
from muster.core.needs import Wanted
from muster.core.placements import Placements
from muster.core.query import Page, Search

MOST_USERS = 5_000
"""How many users the kept answers may be about, all told: some 5 MB."""

Recallable = Search | Placements
"""Questions whose answers nothing but what has an event changes."""


class Recalled:
    """What one process was told; what it has forgotten costs time, and nothing else."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Recallable, tuple[int, Any, int]] = OrderedDict()
        self._users = 0

    def supply(self, known: Known, question: Wanted) -> bool:
        """Have the answer be known, if it is kept for the tenant as its head says that it is; whether it is."""
        if not _is_recallable(question):
            return False
        kept, head = self._answers.get(question), known.heads.get(question.tenant)
        if kept is None or head is None or kept[0] != head.sequence:
            return False
        self._answers.move_to_end(question)
        known.supply_answer(question, kept[1])
        return True

    def keep(self, known: Known, question: Wanted, answer: Any) -> None:
        """Keep an answer that was found after the heads that are known were read: so it is not older than they."""
        head = known.heads.get(question.tenant) if _is_recallable(question) else None
        if head is None or not _is_recallable(question):
            return
        self._forget(question)
        users = 1 + len(answer.users if isinstance(answer, Page) else answer)
        if users <= MOST_USERS:
            self._answers[question] = (head.sequence, answer, users)
            self._users += users
        while self._users > MOST_USERS:
            self._forget(next(iter(self._answers)))

    def _forget(self, question: Recallable) -> None:
        _, _, users = self._answers.pop(question, (0, None, 0))
        self._users -= users


def _is_recallable(question: Wanted) -> TypeGuard[Recallable]:
    return isinstance(question, Search | Placements)
