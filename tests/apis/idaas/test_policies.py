"""What the tenant's settings decide about a new user: the token that he begins with, and the mail that he is owed."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest

from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.idaas.caller import ABSENT, Caller, user_in
from tests.apis.idaas.test_samples import SERIAL
from tests.apis.ledger import Ledger
from tests.support.commands import command, told
from tests.support.live import LiveMuster


@pytest.fixture(scope="module")
def company(muster: LiveMuster) -> str:
    """A tenant of its own, by its name."""
    return f"Policies {time.time_ns()}"


@pytest.fixture(scope="module")
def there(muster: LiveMuster, admin: Caller, company: str) -> Caller:
    made = told(muster, "tenant", "add", company)["idaas"]
    return admin.signed_in(made["applicationId"], made["sharedSecret"])


def test_a_new_user_has_a_soft_token_while_the_policy_says_so(
    muster: LiveMuster, there: Caller, company: str, admin: Caller
) -> None:
    kept = there.create()
    found = []
    for value in ("NONE", "ENTRUST_SOFT_TOKEN"):
        told(muster, "policy", "set", "--tenant", company, "authenticatorActivationType", value)
        found.append([token["type"] for token in there.create()["tokens"]])

    assert found == [[], ["ENTRUST_SOFT_TOKEN"]]
    assert there.user(kept["id"])["tokens"] == kept["tokens"]
    assert [token["type"] for token in admin.create()["tokens"]] == ["ENTRUST_SOFT_TOKEN"]


def test_tokens_are_told_apart_by_serial_numbers_that_count_nothing(admin: Caller) -> None:
    serials = [admin.create()["tokens"][0]["serialNumber"] for _ in range(20)]
    steps = {int(b.replace("-", "")) - int(a.replace("-", "")) for a, b in pairwise(serials)}

    assert all(SERIAL.fullmatch(serial) for serial in serials)
    assert (len(set(serials)), 1 in steps) == (20, False)


def test_the_seed_of_a_token_is_kept_sealed(admin: Caller, ledger: Ledger) -> None:
    sealed = [
        bytes(ledger.rows("SELECT sealed FROM authenticators WHERE id = $1", admin.create()["tokens"][0]["id"])[0][0])
        for _ in range(2)
    ]

    assert sealed[0] != sealed[1]
    assert [len(one) for one in sealed] == [12 + 47 + 16] * 2
    assert not any(one.isascii() for one in sealed)


def test_one_who_is_made_through_the_other_api_has_none(admin: Caller, other_api: CertCentral) -> None:
    name = other_api.info(other_api.create())["username"]

    assert user_in(admin.named(name))["tokens"] == []


WRONG = [
    ("authenticatorActivationType", "GRID"),
    ("authenticationSessionLifetime", "59"),
    ("no such policy", "1"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_value_that_a_policy_may_not_have_is_refused(
    muster: LiveMuster, there: Caller, company: str, ledger: Ledger, name: str, value: str
) -> None:
    before = ledger.footprint()

    finished = command(muster, "policy", "set", "--tenant", company, "--", name, value)

    assert (finished.returncode, finished.stdout) == (1, "")
    assert "Traceback" not in finished.stderr
    assert ledger.footprint() == before


MAILS = [
    ({}, 1),
    ({"emailVerification": None, "verificationRequired": None}, 1),
    ({"emailVerification": True, "verificationRequired": True}, 1),
    ({"emailVerification": False}, 0),
    ({"verificationRequired": False}, 0),
    ({"registrationRequired": False}, 1),
    ({"state": "INACTIVE"}, 1),
]


@pytest.mark.parametrize(("changes", "count"), MAILS, ids=str)
def test_a_new_user_is_owed_a_mail_unless_it_is_not_wanted(
    admin: Caller, ledger: Ledger, changes: dict[str, Any], count: int
) -> None:
    created = admin.create(**changes)

    assert ledger.rows('SELECT recipient FROM mails WHERE "user" = $1', created["id"]) == [(created["email"],)] * count


def test_absent_is_not_false(admin: Caller) -> None:
    created = admin.create(registrationRequired=ABSENT, verificationRequired=ABSENT)

    assert (created["registrationRequired"], created["verificationRequired"]) == (True, True)
