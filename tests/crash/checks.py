"""What must be true after any crash; each check returns its findings as lines of text, none if all is well."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import httpx

from muster.core.events import FIRST_LINK, Event, link_after
from muster.store.rows import LAYOUTS
from tests.crash.creates import RememberedCreates
from tests.crash.databases import Row, rows

MOST_ASKED = 40
"""Of how many users the server is asked over HTTP; all are looked up in the tables."""


def findings(url: str, client: httpx.Client, creates: RememberedCreates) -> list[str]:
    """All that is wrong with a database, and with what a server over it answers, after these creates."""
    users = rows(url, "users")
    return [
        *creates.wrong,
        *_acknowledged(users, creates),
        *_whole(url, users),
        *_numbered(url, users),
        *_chained(url),
        *_answered(client, creates),
    ]


def _acknowledged(users: list[Row], creates: RememberedCreates) -> Iterator[str]:
    kept = {user["username"]: user["number"] for user in users}
    for username, number in creates.acknowledged.items():
        if kept.get(username) != number:
            yield f"{username} was acknowledged as {number} and is {kept.get(username)}"
    for username in creates.refused & kept.keys():
        yield f"{username} was refused as not written and is there"
    if len(set(creates.acknowledged.values())) != len(creates.acknowledged):
        yield "two acknowledged users have one number"


def _whole(url: str, users: list[Row]) -> Iterator[str]:
    """Every user has his login name, roles, event, and with an e-mail his link and mail; and the other way round."""
    ids = {user["id"] for user in users}
    names = rows(url, "login_names")
    created = [event for event in rows(url, "events") if event["act"] == "user.created"]
    yield from _one_each("login name", ids, (name["user"] for name in names))
    yield from _one_each("event", ids, (event["subject"] for event in created))
    granted = {(event["subject"], role) for event in created for role in _granted(event)}
    differing = granted ^ {(row["user"], row["role"]) for row in rows(url, "user_roles")}
    yield from (f"user {user} was made with other roles than he has" for user, _ in differing)
    with_mail = {user["id"] for user in users if user["email"] is not None}
    yield from _one_each("mail", with_mail, (row["user"] for row in rows(url, "mails")))
    yield from _one_each("password link", with_mail, (row["user"] for row in rows(url, "password_links")))
    spelled = {(user["id"], user["username"]) for user in users}
    if spelled != {(name["user"], name["value"]) for name in names}:
        yield "users and login names differ in spelling"


def _granted(event: Row) -> list[str]:
    return [new for field, _, new in json.loads(event["changes"]) if field == "roles"]


def _one_each(what: str, ids: set[str], owners: Iterable[str]) -> Iterator[str]:
    counted = Counter(owners)
    for user in sorted(ids ^ counted.keys()):
        yield f"user {user} has no {what}" if user in ids else f"{what} belongs to nobody: {user}"
    yield from (f"user {user} has more than one {what}: {number}" for user, number in counted.items() if number > 1)


def _numbered(url: str, users: list[Row]) -> Iterator[str]:
    """Head rows agree with what is there."""
    things = [*users, *rows(url, "units"), *rows(url, "api_keys")]
    for head in rows(url, "heads"):
        own = [thing["number"] for thing in things if thing["tenant"] == head["id"]]
        if len(set(own)) != len(own):
            yield f"tenant {head['id']} has a number twice"
        if own and head["next_number"] <= max(own):
            yield f"tenant {head['id']} would give number {head['next_number']} again"
        counted = sum(user["tenant"] == head["id"] for user in users)
        if head["users"] != counted:
            yield f"tenant {head['id']} counts {head['users']} users and has {counted}"


def _chained(url: str) -> Iterator[str]:
    """The events of each tenant are numbered without a gap, each with the link that follows from the one before."""
    layout = LAYOUTS[Event]
    ends = {head["id"]: (head["sequence"], bytes(head["link"])) for head in rows(url, "heads")}
    reached: dict[str, tuple[int, bytes]] = dict.fromkeys(ends, (0, FIRST_LINK))
    for row in sorted(rows(url, "events"), key=lambda row: (row["tenant"], row["sequence"])):
        event = layout.entity([row[name] for name in layout.fields])
        sequence, link = reached.get(event.tenant, (0, FIRST_LINK))
        if event.sequence != sequence + 1 or bytes(event.link) != link_after(link, event):
            yield f"event {event.sequence} of {event.tenant} does not follow from event {sequence}"
        reached[event.tenant] = (event.sequence, bytes(event.link))
    yield from (
        f"the head of {tenant} is not at its newest event" for tenant in ends if ends[tenant] != reached[tenant]
    )


def _answered(client: httpx.Client, creates: RememberedCreates) -> Iterator[str]:
    """The key still works, and the newest acknowledged users are found by number and by login name."""
    for username, number in list(creates.acknowledged.items())[-MOST_ASKED:]:
        by_number = client.get(f"/services/v2/user/{number}")
        if by_number.status_code != httpx.codes.OK or by_number.json()["username"] != username:
            yield f"user {number} is answered as {by_number.status_code} {by_number.text[:200]}"
        by_name = client.get("/services/v2/user", params={"filters[search]": username})
        if [user["id"] for user in _users(by_name)] != [number]:
            yield f"a search for {username} is answered as {by_name.status_code} {by_name.text[:200]}"


def _users(response: httpx.Response) -> list[Any]:
    users: list[Any] = response.json().get("users", [])
    return users
