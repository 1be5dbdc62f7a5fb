"""Questions in data: each kind that the core can ask has somebody who answers it."""

from typing import get_args

from muster.core.needs import Need, Several, Wanted
from muster.store.answers import ANSWERS


def test_every_kind_of_question_has_somebody_who_answers_it() -> None:
    assert set(ANSWERS) == set(get_args(Wanted)) - {Need, Several}
