"""The wall between tenants, through this wire: what is another tenant's is as unknown as what there never was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.idaas.caller import NO_USER, Caller, User, custom, payload, refusal, unused, user_in
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

NOTHING = "2c422a2f-e8ae-4af8-8b03-e1ce0ddde0b0"


@pytest.fixture(scope="module")
def neighbour(muster: LiveMuster, admin: Caller) -> Caller:
    """The first application of a second tenant, which is made while the server runs."""
    made = told(muster, "tenant", "add", unused("Umbrella"))["idaas"]
    return admin.signed_in(made["applicationId"], made["sharedSecret"])


@pytest.fixture(scope="module")
def theirs(admin: Caller) -> User:
    """A user of the first tenant."""
    name = unused("Wesker")
    return admin.create(userId=name, userAliases=custom(f"{name}.a"), externalId=name, mobile="+1")


PROBES: list[tuple[str, str, str, Any]] = [
    ("id", "GET", "/v3/users/{}", None),
    ("id", "HEAD", "/v3/users/{}", None),
    ("id", "DELETE", "/v3/users/{}", None),
    ("userId", "POST", "/v3/users/userid", "{}"),
    ("userId", "POST", "/v3/users/userid", "{}.a"),
    ("externalId", "POST", "/v3/users/externalid", "{}"),
]


@pytest.mark.parametrize(("field", "method", "path", "name"), PROBES, ids=str)
def test_what_is_foreign_is_answered_as_what_is_unknown(
    neighbour: Caller, theirs: User, ledger: Ledger, field: str, method: str, path: str, name: Any
) -> None:
    before = ledger.footprint()

    foreign, unknown = (
        neighbour.ask(method, path.format(value), json=None if name is None else {"userId": name.format(value)})
        for value in (theirs[field], NOTHING)
    )

    assert foreign.status_code == 404
    assert method == "HEAD" or refusal(foreign) == NO_USER
    assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
    assert ledger.footprint() == before


def test_the_same_names_live_on_both_sides_and_each_finds_its_own(
    admin: Caller, neighbour: Caller, theirs: User
) -> None:
    wanted = {
        "userId": theirs["userId"],
        "userAliases": custom(f"{theirs['userId']}.a"),
        "externalId": theirs["userId"],
    }

    created = neighbour.create(**wanted)
    again = neighbour.post("/v3/users", json=payload(**wanted))

    found = [
        neighbour.named(theirs["userId"]),
        neighbour.named(f"{theirs['userId']}.a"),
        neighbour.external(theirs["userId"]),
    ]
    assert [user_in(answer) for answer in found] == [created] * 3
    assert refusal(again) == (409, "user_already_exists")
    assert created["id"] != theirs["id"]
    assert neighbour.delete(f"/v3/users/{created['id']}").status_code == 200
    assert admin.user(theirs["id"]) == theirs


def test_an_application_acts_in_its_own_tenant_whatever_it_asks(admin: Caller, neighbour: Caller) -> None:
    created = neighbour.create()

    assert refusal(admin.get(f"/v3/users/{created['id']}")) == NO_USER
    assert user_in(neighbour.named("administrator"))["id"] != user_in(admin.named("administrator"))["id"]
