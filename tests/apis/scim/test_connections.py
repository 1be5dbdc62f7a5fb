"""`muster scim connection`: tokens for identity providers, made, listed and revoked beside a running server."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest

from tests.apis.scim.caller import Caller, error
from tests.support.commands import command, told
from tests.support.live import LiveMuster
from tests.support.world import TestSources

FORGED = TestSources().fresh().secret().text
NOWHERE = "/Nothing"


def made(muster: LiveMuster, *words: str) -> dict[str, str]:
    found: dict[str, str] = told(muster, "scim", "connection", "add", *words)
    return found


def listed(muster: LiveMuster, *words: str) -> list[list[str]]:
    finished = command(muster, "scim", "connection", "list", *words)
    assert finished.returncode == 0, finished.stderr
    return [line.split(maxsplit=3) for line in finished.stdout.splitlines()]


def test_the_first_start_writes_a_lenient_one_down(muster: LiveMuster, admin: Caller) -> None:
    written = json.loads((muster.data / "bootstrap.json").read_text())["scim"]

    assert written == {"token": admin.token}
    assert next(row[1:3] for row in listed(muster)) == ["active", "lenient"]


def test_a_new_one_is_told_its_url_and_its_token_once(muster: LiveMuster, client: httpx.Client) -> None:
    found = made(muster, "--profile", "okta", "--name", "Okta of the north")

    assert found.keys() == {"connection", "url", "token"}
    assert found["url"].endswith("/scim/v2")
    assert error(Caller(client, found["token"]).get(NOWHERE)) == (404, None)
    assert error(Caller(client, FORGED).get(NOWHERE)) == (401, None)
    assert found["token"] not in command(muster, "scim", "connection", "list").stdout


def test_one_without_a_name_has_its_profile_s(muster: LiveMuster) -> None:
    names = [made(muster, "--profile", "onelogin")["connection"] for _ in range(2)]
    again = command(muster, "scim", "connection", "add", "--name", names[0].upper())

    assert names == ["onelogin", "onelogin 2"]
    assert (again.returncode, again.stdout) == (1, "")
    assert "Taken" in again.stderr


def test_a_revoked_one_is_no_credential_from_then_on(muster: LiveMuster, client: httpx.Client) -> None:
    found = made(muster, "--profile", "strict", "--name", "to be revoked")
    caller = Caller(client, found["token"])
    before = caller.get(NOWHERE).status_code
    revoked = command(muster, "scim", "connection", "revoke", "TO BE REVOKED")

    assert (before, revoked.returncode) == (404, 0)
    assert error(caller.get(NOWHERE)) == (401, None)
    assert error(caller.get("/Schemas")) == (401, None)
    assert [row[1] for row in listed(muster) if row[3].endswith("to be revoked")] == ["revoked"]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["add", "--profile", "azure"], 2),
        (["add", "--role", "Nobody"], 2),
        (["add", "--name", ""], 0),
        (["add", "--name", "x" * 256], 1),
        (["add", "--tenant", "none such"], 1),
        (["revoke", "none such"], 1),
        (["revoke"], 2),
    ],
)
def test_wrong_commands_are_refused(muster: LiveMuster, words: list[str], status: int) -> None:
    assert command(muster, "scim", "connection", *words).returncode == status


def test_each_tenant_has_its_own(muster: LiveMuster, client: httpx.Client) -> None:
    other = told(muster, "tenant", "add", "Connected elsewhere")
    first = Caller(client, other["scim"]["token"])
    found = made(muster, "--tenant", "connected elsewhere", "--profile", "entra")
    names = [row[3].split(maxsplit=2)[-1] for row in listed(muster, "--tenant", "Connected elsewhere")]

    assert error(first.get(NOWHERE)) == (404, None)
    assert error(replace(first, token=found["token"]).get(NOWHERE)) == (404, None)
    assert len(names) == 2
    assert (
        command(
            muster, "scim", "connection", "revoke", "first connection", "--tenant", "Connected elsewhere"
        ).returncode
        == 0
    )
    assert error(first.get(NOWHERE)) == (401, None)


def test_its_last_use_is_listed(muster: LiveMuster, client: httpx.Client) -> None:
    made(muster, "--name", "never seen")

    assert [row[3] for row in listed(muster) if row[3].endswith("never seen")] == ["never used never seen"]
