"""Locks through this wire: what of a user's is locked, until when, and what the general settings have to say."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from muster.core.editing import EditUser, UserEdit
from muster.core.finders import by_id
from tests.apis.beside import done
from tests.apis.idaas.caller import Caller, User, refusal
from tests.apis.idaas.places import condition, good
from tests.apis.idaas.settings import GENERAL, Company, new
from tests.apis.idaas.tokens import APP, SOFT, give

PATH, MULTIPLE = "/v4/userspaged", "/v3/users/multiple"
LOCKED = [condition("locked", "EQUALS", "true")]
STATUSES = "authenticatorLockoutStatus"
LISTS = ("lockedAuthenticatorTypes", "lockedAuthenticators")
LONGEST = 2_147_483_647
PATIENCE = 20
"""Seconds after which a lock of one second has ended on any machine."""


@pytest.fixture
def company(kept_at: str, admin: Caller) -> Company:
    """A tenant of its own, whose new users have no authenticator."""
    made = new(kept_at, admin)
    made.admin.put(GENERAL, json={"authenticatorActivationType": "NONE"})
    return made


@pytest.fixture
def caller(company: Company) -> Caller:
    return company.admin


def says(caller: Caller, **settings: Any) -> None:
    assert caller.put(GENERAL, json=settings).status_code == 200


def equipped(company: Company, kept_at: str) -> User:
    """A user with a password and two kinds of tokens."""
    caller = company.admin
    user = caller.create()
    for kind in (APP, SOFT, SOFT):
        give(caller, user["id"], kind)
    done(kept_at, EditUser(by_id(user["id"]), lambda _: UserEdit(password="a hash")), company.name)
    return caller.user(user["id"])


def locked(caller: Caller, **search: Any) -> list[User]:
    """Who is found among the locked."""
    found: list[User] = good(caller.post(PATH, json={"searchByAttributes": LOCKED, **search}))["results"]
    return found


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def until_unlocked(caller: Caller, user: User) -> User:
    """The user when his lock has ended by itself."""
    end = time.monotonic() + PATIENCE
    while (found := caller.user(user["id"]))["locked"]:
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.mark.parametrize("mode", ["AUTHENTICATOR", "USER"])
@pytest.mark.parametrize("seconds", [0, 3600])
def test_a_lock_is_of_all_that_the_user_has_in_either_mode(
    company: Company, kept_at: str, seconds: int, mode: str
) -> None:
    caller = company.admin
    says(caller, lockoutLifetime=seconds, lockoutCount=7, lockoutMode=mode)
    before = equipped(company, kept_at)
    found = caller.updated(before["id"], lock=True)
    since, until = found[STATUSES][0]["lockoutDate"], found["lockoutExpiry"]
    after = caller.updated(before["id"], lock=False)

    assert [found["locked"], *(found[name] for name in LISTS)] == [
        True,
        ["PASSWORD", "TOKEN"],
        ["PASSWORD", "ENTRUST_SOFT_TOKEN", "GOOGLE_AUTHENTICATOR"],
    ]
    assert found[STATUSES] == [
        {
            "type": kind,
            "locked": True,
            "lockoutDate": since,
            "lockoutExpiryDate": until,
            "remainingAuthenticationAttempts": 0,
            "name": None,
        }
        for kind in ("PASSWORD", "TOKEN")
    ]
    assert since == found["lastModified"]
    assert until is None if seconds == 0 else moment(until) - moment(since) == timedelta(seconds=seconds)
    free = {"locked": False, "lockoutDate": None, "lockoutExpiryDate": None, "remainingAuthenticationAttempts": 7}
    for user in (before, after):
        assert [user["locked"], user["lockoutExpiry"], *(user[name] for name in LISTS)] == [False, None, [], []]
        assert user[STATUSES] == [{"type": kind, **free, "name": None} for kind in ("PASSWORD", "TOKEN")]


def test_who_has_no_authenticator_is_locked_all_the_same(caller: Caller) -> None:
    user = caller.create(lock=True)
    listed = locked(caller, attributes=[STATUSES])

    assert [user["locked"], user[STATUSES], *(user[name] for name in LISTS)] == [True, [], [], []]
    assert [(one["id"], one[STATUSES]) for one in listed] == [(user["id"], [])]


def test_a_page_shows_of_a_lock_what_its_user_does(company: Company, kept_at: str) -> None:
    caller = company.admin
    says(caller, lockoutLifetime=LONGEST)
    user = caller.updated(equipped(company, kept_at)["id"], lock=True)
    equipped(company, kept_at)
    for attributes in ([], [STATUSES], ["tokens"]):
        [found] = locked(caller, attributes=attributes)

        assert found == {name: user[name] for name in found}
        assert (STATUSES in found, "tokens" in found) == (STATUSES in attributes, "tokens" in attributes)
    everybody = good(caller.post(PATH, json={"attributes": [STATUSES]}))["results"]
    assert [[one["locked"] for one in it[STATUSES]] for it in everybody[-2:]] == [[True, True], [False, False]]


def test_a_lock_ends_by_itself_for_every_reader_at_once(caller: Caller) -> None:
    says(caller, lockoutLifetime=LONGEST)
    user = caller.create(lock=True)
    during = caller.user(user["id"]), [one["id"] for one in locked(caller)]
    says(caller, lockoutLifetime=1)
    after = until_unlocked(caller, user)

    assert (during[0]["locked"], during[1]) == (True, [user["id"]])
    assert moment(user["lockoutExpiry"]) - moment(user["userCreationTime"]) == timedelta(seconds=LONGEST)
    assert [after["locked"], after["lockoutExpiry"]] == [False, None]
    assert locked(caller) == []
    assert good(caller.named(user["userId"])) == after
    # Nothing was done to him for that, and a longer lifetime does not lock him again.
    assert after["lastModified"] == user["lastModified"]
    says(caller, lockoutLifetime=0)
    assert (caller.user(user["id"])["locked"], locked(caller)) == (False, [])
    assert caller.updated(user["id"], lock=True)["locked"]


def test_an_ended_lock_does_not_hold_who_is_enabled_again_and_a_standing_one_does(caller: Caller) -> None:
    says(caller, lockoutLifetime=LONGEST)
    user = caller.create(lock=True)
    states = []
    for seconds in (LONGEST, 1):
        says(caller, lockoutLifetime=seconds)
        if seconds == 1:
            until_unlocked(caller, user)
        for state in ("INACTIVE", "ACTIVE"):
            caller.put(f"/v1/users/{user['id']}/state", json={"state": state})
            found = caller.user(user["id"])
            states.append((found["state"], found["locked"]))

    assert states == [("INACTIVE", True), ("ACTIVE", True), ("INACTIVE", False), ("ACTIVE", False)]


@pytest.mark.parametrize("seconds", [0, 3600])
def test_a_lock_that_is_set_again_begins_anew_where_it_would_end(caller: Caller, seconds: int) -> None:
    says(caller, lockoutLifetime=seconds)
    user = caller.create(lock=True)
    give(caller, user["id"], APP)
    first = caller.user(user["id"])
    time.sleep(0.005)
    [result] = good(caller.put(MULTIPLE, json={"users": [{"id": user["id"], "parms": {"lock": True}}]}))
    second = caller.user(user["id"])

    assert result["success"]
    if seconds == 0:
        assert second == first
    else:
        assert second["lockoutExpiry"] > first["lockoutExpiry"]
        assert second[STATUSES][0]["lockoutDate"] == second["lastModified"] > first["lastModified"]


def test_unlocking_and_locking_again_is_a_lock_of_another_moment(caller: Caller) -> None:
    says(caller, lockoutLifetime=3600)
    user = caller.create(lock=True)
    time.sleep(0.005)
    assert caller.put(f"/v1/users/{user['id']}/unlock").status_code == 200
    between = caller.user(user["id"])
    again = caller.updated(user["id"], lock=True)

    assert (between["locked"], between["lockoutExpiry"]) == (False, None)
    assert again["lockoutExpiry"] > user["lockoutExpiry"]


def test_the_trail_says_who_was_locked_and_unlocked(caller: Caller) -> None:
    says(caller, lockoutLifetime=3600)
    user = caller.create(userId="wesker")
    caller.updated(user["id"], lock=True)
    caller.updated(user["id"], lock=True)
    caller.put(f"/v1/users/{user['id']}/unlock")
    since = [condition("eventTime", "GREATER_THAN", "2020-01-01T00:00:00"), condition("entityName", "EQUALS", "wesker")]
    order = {"name": "eventTime", "ascending": True}
    search = {"searchByAttributes": since, "orderByAttribute": order}
    events = good(caller.post("/v2/reports/auditeventspaged", json=search))["results"]
    told = [
        [(it["name"], it["oldValue"], it["newValue"]) for it in event["auditDetails"]["modifiedEntityAttributes"]]
        for event in events
        if event["eventType"] == "UserEditedEvent"
    ]

    steps = [("false", "true"), ("true", "true"), ("true", "false")]
    assert told == [[("locked", *step)] for step in steps]


def test_a_locks_lifetime_is_the_accounts_own(kept_at: str, admin: Caller, caller: Caller) -> None:
    other = new(kept_at, admin).admin
    says(caller, lockoutLifetime=1)
    ours, theirs = (it.create(lock=True) for it in (caller, other))
    until_unlocked(caller, ours)

    assert other.user(theirs["id"])["locked"]
    assert refusal(caller.get(f"/v3/users/{theirs['id']}")) == (404, "user_not_found")
