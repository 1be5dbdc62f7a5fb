"""*Delete a user*: he and all that is his are gone for both APIs, and some cannot be."""

from __future__ import annotations

import pytest

from tests.apis.certcentral.caller import INVALID_KEY, first_caller
from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.certcentral.caller import refusal as refusal_there
from tests.apis.idaas.caller import NO_USER, Caller, User, custom, payload, refusal, unused, user_in
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

GONE_THERE = (404, "not_found|user")


def number_of(other_api: CertCentral, name: str) -> int:
    """The number under which the other API knows a user."""
    [found] = other_api.get("/user", params={"filters[search]": name}).json()["users"]
    number: int = found["id"]
    return number


def full(admin: Caller) -> User:
    name = unused("Krauser")
    return admin.create(userId=name, userAliases=custom(f"{name}.a", f"{name}.b"), externalId=name)


def test_a_user_is_deleted_with_an_empty_answer_and_nobody_finds_him(admin: Caller, other_api: CertCentral) -> None:
    user = full(admin)
    number = number_of(other_api, user["userId"])

    answer = admin.delete(f"/v3/users/{user['id']}")

    found = [
        admin.delete(f"/v3/users/{user['id']}"),
        admin.get(f"/v3/users/{user['id']}"),
        admin.named(user["userId"]),
        admin.named(f"{user['userId']}.a"),
        admin.external(user["externalId"]),
    ]
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    assert [refusal(one) for one in found] == [NO_USER] * 5
    assert refusal_there(other_api.get(f"/user/{number}")) == GONE_THERE
    assert other_api.get("/user", params={"filters[search]": user["userId"]}).json()["users"] == []


def test_his_names_are_free_again_and_the_next_one_of_that_name_is_another(
    admin: Caller, other_api: CertCentral
) -> None:
    user = full(admin)
    number = number_of(other_api, user["userId"])
    admin.delete(f"/v3/users/{user['id']}")

    again = admin.create(
        userId=f"{user['userId']}.B",
        userAliases=custom(user["userId"], f"{user['userId']}.A"),
        externalId=user["userId"],
    )

    assert again["id"] != user["id"]
    assert number_of(other_api, again["userId"]) > number
    assert refusal(admin.get(f"/v3/users/{user['id']}")) == NO_USER
    assert {token["serialNumber"] for token in again["tokens"]}.isdisjoint(
        token["serialNumber"] for token in user["tokens"]
    )


def test_the_number_of_the_newest_is_not_given_to_the_next(admin: Caller, other_api: CertCentral) -> None:
    numbers = []
    for _ in range(3):
        user = admin.create()
        numbers.append(number_of(other_api, user["userId"]))
        admin.delete(f"/v3/users/{user['id']}")

    assert numbers == sorted(set(numbers))


def test_his_key_is_dead_at_once(admin: Caller, other_api: CertCentral) -> None:
    number = other_api.create(access_roles=[{"id": 4}])
    key, secret = other_api.issue_key(number)
    holder = other_api.with_key(secret, number)
    alive = holder.get("/user/me")
    user = user_in(admin.named(alive.json()["username"]))

    admin.delete(f"/v3/users/{user['id']}")

    answers = [holder.get("/user/me"), holder.get("/user"), holder.get("/nothing")]
    assert alive.status_code == 200
    assert [(answer.status_code, answer.content) for answer in answers] == [(403, INVALID_KEY)] * 3
    assert refusal_there(other_api.put(f"/key/{key}/status", json={"status": "active"})) == (404, "not_found|key")


TABLES = ("login_names", "api_keys", "password_links", "authenticators", "attribute_values", "user_roles", "user_units")


def test_nothing_of_him_is_left_but_what_the_trail_tells(admin: Caller, other_api: CertCentral, ledger: Ledger) -> None:
    user = full(admin)
    other_api.issue_key(number_of(other_api, user["userId"]))
    kept = [ledger.rows(f'SELECT count(*) FROM {table} WHERE "user" = $1', user["id"])[0][0] for table in TABLES]

    admin.delete(f"/v3/users/{user['id']}")

    left = [ledger.rows(f'SELECT count(*) FROM {table} WHERE "user" = $1', user["id"])[0][0] for table in TABLES]
    acts = ledger.rows("SELECT act, channel, actor_kind FROM events WHERE subject = $1 ORDER BY sequence", user["id"])
    assert (kept, left) == ([3, 1, 1, 1, 0, 0, 0], [0] * len(TABLES))
    assert acts == [("user.created", "idaas", "application"), ("user.deleted", "idaas", "application")]


def test_the_last_administrator_stays(muster: LiveMuster, admin: Caller, ledger: Ledger) -> None:
    made = told(muster, "tenant", "add", unused("Umbrella"))
    there = admin.signed_in(*made["idaas"].values())
    through_the_other = first_caller(admin.client, made["certcentral"]["api_key"])
    administrator = user_in(there.named("administrator"))
    before = ledger.footprint()

    alone = there.delete(f"/v3/users/{administrator['id']}")
    unchanged = ledger.footprint() == before
    through_the_other.create(access_roles=[{"id": 1}])
    beside_another = there.delete(f"/v3/users/{administrator['id']}")
    heir, [role, *_] = there.create(), there.get("/v1/roles").json()
    assert there.put(f"/v1/users/{heir['id']}/roles/{role['id']}").status_code == 200
    then = there.delete(f"/v3/users/{administrator['id']}")
    last = there.delete(f"/v3/users/{heir['id']}")

    assert (refusal(alone), unchanged) == ((400, "last_administrator"), True)
    assert refusal(beside_another) == (400, "last_administrator")
    assert then.status_code == 200
    assert refusal(last) == (400, "last_administrator")
    assert (through_the_other.get("/user/me").status_code, there.named(heir["userId"]).status_code) == (403, 200)


@pytest.mark.parametrize("body", [b"", b"{}", b"not JSON", b"<x/>"])
def test_a_body_makes_no_difference(admin: Caller, body: bytes) -> None:
    user = admin.create()

    answer = admin.ask("DELETE", f"/v3/users/{user['id']}", content=body)

    assert (answer.status_code, answer.content) == (200, b"")


def test_two_who_delete_the_same_user_delete_him_once(admin: Caller, ledger: Ledger) -> None:
    user = admin.create()
    count = "SELECT count(*) FROM events WHERE act = 'user.deleted' AND subject = $1"

    answers = [admin.delete(f"/v3/users/{user['id']}") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 404]
    assert ledger.rows(count, user["id"]) == [(1,)]
    assert admin.post("/v3/users", json=payload(userId=user["userId"])).status_code == 200
