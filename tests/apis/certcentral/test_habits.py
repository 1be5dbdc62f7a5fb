"""What working clients send and need, played from the files in `habits` against a live server on each database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.apis.certcentral.accounts import new_account, root_of
from tests.apis.certcentral.caller import Caller, first_caller
from tests.apis.certcentral.test_page import tags
from tests.support.live import LiveMuster, running_muster
from tests.support.recordings import Habit, habits, play, read, verify_matches

ALL = tuple(habits(Path(__file__).with_name("habits")))
LIMITED = {"limits": "on"}
LINES_OF_SECTION_4 = {f"4.{number}" for number in range(1, 10)}


def named(habits: Iterable[Habit]) -> list[Any]:
    return [pytest.param(habit, id=habit.name) for habit in habits]


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveMuster]:
    """A Muster with the rate limits on."""
    data = tmp_path_factory.mktemp("habits") / "var"
    with running_muster(data, settings={"MUSTER_RATE_LIMITS": "on"}) as muster:
        yield muster


def check_plays(habit: Habit, url: str, admin: Caller) -> None:
    """Plays it in an account of its own, with a key that was not used before."""
    owner = new_account(admin)
    numbers = {"me": owner.number, "root": root_of(owner), "account": owner.info(owner.number)["account_id"]}

    play(habit, url, {"key": owner.issue_key(owner.number)[1], **{name: str(one) for name, one in numbers.items()}})


@pytest.mark.parametrize("habit", named(habit for habit in ALL if habit.settings != LIMITED))
def test_a_client_with_this_habit_is_answered_as_it_needs(habit: Habit, muster: LiveMuster, admin: Caller) -> None:
    check_plays(habit, muster.url, admin)


@pytest.mark.parametrize("habit", named(habit for habit in ALL if habit.settings == LIMITED))
def test_a_client_that_asks_too_often_is_answered_as_it_is_told(habit: Habit, limited: LiveMuster) -> None:
    with httpx.Client(base_url=limited.url, timeout=30, trust_env=False) as client:
        check_plays(habit, limited.url, first_caller(client, limited.bootstrap.api_key))


def test_every_line_of_what_clients_send_and_need_has_a_file() -> None:
    assert {habit.line for habit in ALL} >= LINES_OF_SECTION_4


@pytest.mark.parametrize("habit", named(ALL))
def test_a_file_rests_on_evidence_that_the_page_names(habit: Habit) -> None:
    assert habit.tag in tags()


RECORDED = """\
CLI, contract 4.2: something.

limits: on

3 times:

> POST /user?a=${b:unused} now
> Accept: */*
>
> {"a":
>   1}

< 201
< content-type: application/json

"""


def test_a_file_is_read_as_it_is_written() -> None:
    habit = read("sample", RECORDED)
    [exchange] = habit.exchanges

    assert (habit.tag, habit.line, habit.settings, exchange.times) == ("CLI", "4.2", LIMITED, 3)
    assert (exchange.request.first, exchange.request.headers) == ("POST /user?a=${b:unused} now", (("Accept", "*/*"),))
    assert (exchange.request.text, exchange.answer.first, exchange.answer.text) == ('{"a":1}', "201", "")


@pytest.mark.parametrize(
    "text",
    [
        RECORDED.replace("CLI, contract 4.2: ", ""),
        RECORDED.replace("< 201", "201"),
        RECORDED[: RECORDED.index("< 201")],
        RECORDED.replace("> Accept", "Accept"),
    ],
)
def test_a_file_in_another_form_is_no_recording(text: str) -> None:
    with pytest.raises(ValueError, match="sample"):
        read("sample", text)


def test_what_is_named_is_caught_and_what_is_known_must_be_the_same() -> None:
    caught: dict[str, str] = {}

    verify_matches("here", '{"id":${id:int},"a":"${me}"}', '{"id":17,"a":"1.5"}', {"me": "1.5"}, caught)

    assert caught == {"id": "17"}


@pytest.mark.parametrize("found", ['{"id":17}', '{"id":"5"}', '{"id":5} ', '{"id":5', ""])
def test_what_is_otherwise_than_expected_is_no_match(found: str) -> None:
    with pytest.raises(AssertionError):
        verify_matches("here", '{"id":${n}}', found, {"n": "5"}, {})
