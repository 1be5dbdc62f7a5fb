"""What identity providers send and need, played from the files in `habits` against a live server on each database."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import httpx
import pytest

from muster.apis.scim.profiles import PROFILES
from tests.apis.scim.caller import MOUNT, Caller, connected
from tests.support.live import LiveMuster
from tests.support.recordings import Habit, habits, play

ALL = tuple(habits(Path(__file__).with_name("habits")))
PROVIDERS = {"Entra ID", "Okta", "OneLogin", "JumpCloud", "Ping", "Google Workspace", "authentik"}
"""Those of whom section 3 of the contract tells."""


@pytest.fixture(scope="module")
def connection(muster: LiveMuster, client: httpx.Client) -> Callable[[str], Caller]:
    """A connection of each profile."""
    return cache(lambda profile: connected(muster, client, profile, "--name", f"habits of {profile}"))


def check_plays(habit: Habit, url: str, caller: Caller) -> None:
    """Plays it with this connection."""
    play(habit, url, {"token": caller.token or "", "base": url + MOUNT})


@pytest.mark.parametrize("habit", [pytest.param(habit, id=habit.name) for habit in ALL])
def test_a_provider_with_this_habit_is_answered_as_it_needs(
    habit: Habit, muster: LiveMuster, connection: Callable[[str], Caller]
) -> None:
    check_plays(habit, muster.url, connection(habit.settings["profile"]))


def test_every_provider_has_a_file_and_every_file_a_profile() -> None:
    assert {habit.tag for habit in ALL} == PROVIDERS
    assert {habit.settings["profile"] for habit in ALL} <= set(PROFILES)
