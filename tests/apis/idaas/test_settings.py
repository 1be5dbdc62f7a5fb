"""General settings and those of soft tokens: every one is kept, none may be what the vendor's file does not allow."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import msgspec
import pytest

from muster.apis.idaas.shapes_settings import EntrustSTAuthenticatorSettings, GeneralSettings
from muster.core.policies import Policies, Policy
from muster.core.subtenants import OwnTenant
from muster.core.tenants import Adopt
from tests.apis.beside import asked, done, founded
from tests.apis.idaas.caller import Caller, refusal
from tests.apis.idaas.contract import is_present, schema
from tests.apis.idaas.settings import DEFAULTS, GENERAL, OTHER, SOFT_TOKENS, Company, new, settings
from tests.apis.ledger import Ledger
from tests.support.commands import command, told
from tests.support.live import LiveMuster
from tests.support.world import change

SHAPES = {GENERAL: GeneralSettings, SOFT_TOKENS: EntrustSTAuthenticatorSettings}


@pytest.fixture(scope="module")
def company(kept_at: str, admin: Caller) -> Company:
    return new(kept_at, admin)


@pytest.fixture(scope="module")
def there(company: Company) -> Caller:
    return company.admin


@pytest.mark.parametrize("path", DEFAULTS)
def test_a_new_account_has_the_defaults(kept_at: str, admin: Caller, path: str) -> None:
    found = settings(new(kept_at, admin).admin, path)

    assert found == DEFAULTS[path]
    assert list(found) == list(DEFAULTS[path])


@pytest.mark.parametrize("adopted", [False, True])
def test_so_has_one_that_was_there_before_there_were_settings(kept_at: str, admin: Caller, adopted: bool) -> None:
    company = new(kept_at, admin)
    tenant, _ = asked(kept_at, OwnTenant(), company.name)
    kept = asked(kept_at, Policies(), company.name)
    for name, value in kept.items():
        done(kept_at, change(Policy(tenant.id, name, value), None), company.name)
    if adopted:
        done(kept_at, Adopt((), ()), company.name)

    assert {path: settings(company.admin, path) for path in DEFAULTS} == DEFAULTS


@pytest.mark.skipif(not is_present(), reason="the vendor's description is not beside this checkout")
@pytest.mark.parametrize("path", SHAPES)
def test_names_ranges_and_lists_are_the_vendors(path: str) -> None:
    """What his file leaves open is closed only where a number could not be kept."""
    theirs = schema(SHAPES[path].__name__)["properties"]
    ours = msgspec.json.schema(SHAPES[path])["$defs"][SHAPES[path].__name__]["properties"]

    assert list(ours) == list(theirs)
    for name, it in theirs.items():
        one = next(part for part in ours[name]["anyOf"] if part != {"type": "null"})
        for ends in ("minimum", "maximum"):
            assert (name, one.get(ends)) == (name, it.get(ends, one.get(ends)))
        if "enum" in it:
            assert (name, set(one["enum"])) == (name, set(it["enum"]))


@pytest.mark.parametrize("path", OTHER)
def test_every_setting_is_kept_at_once_and_one_by_one(kept_at: str, admin: Caller, ledger: Ledger, path: str) -> None:
    caller = new(kept_at, admin).admin
    expected = dict(DEFAULTS[path])
    for name, value in OTHER[path].items():
        answer = caller.put(path, json={name: value})
        expected[name] = value

        assert (answer.status_code, answer.content) == (200, b"")
        assert settings(caller, path) == expected

    events = ledger.rows("SELECT count(*) FROM events WHERE act = 'policy.set'")[0][0]
    assert caller.put(path, json=DEFAULTS[path]).status_code == 200
    assert settings(caller, path) == {
        name: OTHER[path][name] if value is None and name in OTHER[path] else value
        for name, value in DEFAULTS[path].items()
    }
    assert ledger.rows("SELECT count(*) FROM events WHERE act = 'policy.set'")[0][0] == events + 1


@pytest.mark.parametrize("path", DEFAULTS)
@pytest.mark.parametrize("as_sent", [lambda it: it, lambda it: dict.fromkeys(it), lambda _: {}, lambda _: {"x": 1}])
def test_an_answer_may_be_sent_back_and_null_leaves_all(there: Caller, ledger: Ledger, path: str, as_sent: Any) -> None:
    kept = settings(there, path)
    there.put(path, json=kept)
    before = ledger.footprint()

    answer = there.put(path, json=as_sent(kept))

    assert (answer.status_code, settings(there, path)) == (200, kept)
    assert ledger.footprint() == before


@pytest.mark.parametrize("name", ["appVerificationAndroidPackageName", "appVerificationIOSBundleId"])
def test_an_empty_text_clears(there: Caller, name: str) -> None:
    there.put(SOFT_TOKENS, json={name: "com.example"})
    there.put(SOFT_TOKENS, json={name: ""})

    assert settings(there, SOFT_TOKENS)[name] is None


def test_an_empty_list_of_activation_types_leaves_them(there: Caller) -> None:
    there.put(SOFT_TOKENS, json={"activationTypes": ["ONLINE", "CLASSIC", "ONLINE"]})
    there.put(SOFT_TOKENS, json={"activationTypes": []})

    assert settings(there, SOFT_TOKENS)["activationTypes"] == ["ONLINE", "CLASSIC"]


ORIGINS = [
    "https://example.com",
    "http://localhost:*",
    "https://a-b.example.com:8443",
    "http://127.0.0.1",
    "http://[::1]:80",
]


def test_origins_have_ids_of_their_own_and_an_empty_list_ends_them(there: Caller) -> None:
    there.put(GENERAL, json={"corsOrigins": [{"origin": origin} for origin in ORIGINS]})
    found = settings(there, GENERAL)["corsOrigins"]
    there.put(GENERAL, json={"corsOrigins": [*found[1:], {"id": "mine", "origin": "https://example.org"}]})
    again = settings(there, GENERAL)["corsOrigins"]
    there.put(GENERAL, json={"corsOrigins": []})

    assert [one["origin"] for one in found] == ORIGINS
    assert all(str(UUID(one["id"])) == one["id"] for one in (*found, *again))
    assert (again[:-1], len({one["id"] for one in (*found, *again)})) == (found[1:], len(ORIGINS) + 1)
    assert settings(there, GENERAL)["corsOrigins"] == []


def test_a_session_lives_as_long_as_is_said(kept_at: str, admin: Caller) -> None:
    pair = founded(kept_at, f"Settings {time.time_ns()}")
    first = admin.authenticate(*pair).json()
    admin.showing(first["authToken"]).put(GENERAL, json={"authenticationSessionLifetime": 60})
    second = admin.authenticate(*pair).json()

    assert [_seconds(one) for one in (first, second)] == [900, 60]


def _seconds(session: dict[str, str]) -> int:
    ends = [
        time.mktime(time.strptime(session[name], "%Y-%m-%dT%H:%M:%SZ")) for name in ("creationTime", "expirationTime")
    ]
    return int(ends[1] - ends[0])


def test_a_new_user_begins_with_the_token_that_is_said(kept_at: str, admin: Caller) -> None:
    caller = new(kept_at, admin).admin
    found = []
    for kind in ("NONE", "ENTRUST_SOFT_TOKEN", "GOOGLE_AUTHENTICATOR"):
        caller.put(GENERAL, json={"authenticatorActivationType": kind})
        found.append([token["type"] for token in caller.create()["tokens"]])

    assert found == [[], ["ENTRUST_SOFT_TOKEN"], ["GOOGLE_AUTHENTICATOR"]]


def test_those_of_another_account_are_its_own(kept_at: str, admin: Caller, there: Caller) -> None:
    other = new(kept_at, admin).admin
    there.put(GENERAL, json={"maxGridsPerUser": 9, "lockoutCount": 9})

    assert settings(other, GENERAL) == DEFAULTS[GENERAL]


def test_commands_show_and_set_what_the_api_does(muster: LiveMuster, admin: Caller, kept_at: str) -> None:
    company = new(kept_at, admin)
    for name, value in (
        ("maxGridsPerUser", "7"),
        ("lockoutMode", "USER"),
        ("scheme", "my-app"),
        ("activationTypes", '["ONLINE"]'),
        ("sso-only-keys", "allowed"),
    ):
        told(muster, "policy", "set", "--tenant", company.name, name, value)
    printed = command(muster, "policy", "list", "--tenant", company.name).stdout.splitlines()
    shown = dict(line.split(" ", 1) for line in printed)

    found = settings(company.admin, GENERAL) | settings(company.admin, SOFT_TOKENS)
    assert [found[name] for name in ("maxGridsPerUser", "lockoutMode", "scheme", "activationTypes")] == [
        7,
        "USER",
        "my-app",
        ["ONLINE"],
    ]
    assert set(shown) == {"sso-only-keys"} | {name for name, value in found.items() if value is not None}
    assert (shown["sso-only-keys"], shown["maxGridsPerUser"], shown["activationTypes"]) == (
        "allowed",
        "7",
        '["ONLINE"]',
    )
    assert asked(kept_at, Policies(), company.name)["idaas.scheme"] == '"my-app"'


REFUSED = [("maxGridsPerUser", "11"), ("pinRequired", "perhaps"), ("idaas.scheme", "x"), ("activationTypes", "[]")]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_command_sets_nothing_that_the_api_would_not(
    muster: LiveMuster, company: Company, ledger: Ledger, name: str, value: str
) -> None:
    before = ledger.footprint()

    finished = command(muster, "policy", "set", "--tenant", company.name, name, value)

    assert (finished.returncode, finished.stdout) == (1, "")
    assert "Traceback" not in finished.stderr
    assert ledger.footprint() == before


def test_permission_is_asked_first(muster: LiveMuster, admin: Caller, ledger: Ledger) -> None:
    made = told(muster, "application", "add", f"SIEM {time.time_ns()}", "--role", "SIEM Add-on")
    caller = admin.signed_in(made["applicationId"], made["sharedSecret"])
    before = ledger.footprint()

    answers = [caller.ask(method, path, json={}) for path in DEFAULTS for method in ("GET", "PUT")]

    assert [refusal(answer) for answer in answers] == [(403, "permission_denied")] * 4
    assert [it.json()["errorMessage"] for it in answers] == ["SETTINGS:VIEW required", "SETTINGS:EDIT required"] * 2
    assert ledger.footprint() == before
