"""IP rules through the wire: what each scope allows, at once and on every node, by the address that can be believed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.apis.certcentral.accounts import new_account, root_of, subaccount
from tests.apis.certcentral.caller import Caller, payload, refusal
from tests.apis.ledger import Ledger
from tests.support.live import LiveMuster, running_muster

FORBIDDEN = (403, "access_denied|ip_address_not_allowed")
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def behind_proxy(kept_at: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Connections to a second node over the same database, which believes a proxy on this machine."""
    data, settings = tmp_path_factory.mktemp("proxied") / "var", {"MUSTER_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"}
    with (
        running_muster(data, database_url=kept_at, settings=settings) as muster,
        httpx.Client(base_url=muster.url, timeout=30, trust_env=False) as client,
    ):
        client.headers.clear()
        yield client


@pytest.fixture
def account(admin: Caller) -> Caller:
    """The administrator of an account of the test's own."""
    return new_account(admin)


@pytest.fixture
def rules(account: Caller) -> str:
    """Where its rules are."""
    return f"/container/{root_of(account)}/ip/rules"


def add(caller: Caller, rules: str, first: str, last: str | None = None, **scope: Any) -> int:
    answer = caller.post(rules, json={"ip_address": first, "ip_address_end": last or first, **scope})
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


def elsewhere(caller: Caller, client: httpx.Client) -> Caller:
    """The same caller on another node."""
    return Caller(client, caller.key, caller.number)


def status_from(caller: Caller, forwarded: str | None) -> int:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    answer = caller.get("/user/me", headers=headers)
    assert answer.status_code == 200 or refusal(answer) == FORBIDDEN
    return answer.status_code


def test_the_rules_are_listed_as_recorded(account: Caller, rules: str) -> None:
    key, _ = account.issue_key(account.number)
    user = account.create()
    numbers = [
        add(account, rules, HERE, "127.0.0.255", description="this machine"),
        add(account, rules, "192.0.2.0", "192.0.2.5", user_id=str(user)),
        add(account, rules, "2001:db8::", "2001:DB8::ffff", api_key_id=key),
    ]

    found = account.get(rules).json()["ip_rules"]
    details = account.get("/account").json()
    common = {"account_id": str(details["id"]), "container_id": details["root_container_id"]}

    assert [rule.pop("date_created")[-6:] for rule in found] == ["+00:00"] * 3
    assert list(found[0]) == [
        "id",
        "account_id",
        "container_id",
        "user_id",
        "ip_address",
        "ip_address_end",
        "description",
    ]
    assert found == [
        common
        | {"id": numbers[0], "user_id": 0, "ip_address": HERE, "ip_address_end": "127.0.0.255"}
        | {"description": "this machine"},
        common | {"id": numbers[1], "user_id": user, "ip_address": "192.0.2.0", "ip_address_end": "192.0.2.5"},
        common
        | {"id": numbers[2], "user_id": 0, "api_key_id": key}
        | {"ip_address": "2001:db8::", "ip_address_end": "2001:db8::ffff"},
    ]


def test_without_a_rule_the_list_is_empty(account: Caller, rules: str) -> None:
    assert account.get(rules).content == b'{"ip_rules":[]}'


def test_a_users_rule_binds_his_keys_and_a_keys_rule_that_key_at_once(account: Caller, rules: str) -> None:
    user = account.create(access_roles=[{"id": 1}])
    (first, first_key), (_, second_key) = account.issue_key(user), account.issue_key(user)
    keys = [account.with_key(key) for key in (first_key, second_key, account.key)]

    def statuses() -> list[int]:
        return [status_from(key, None) for key in keys]

    found = [statuses()]
    by_key = add(account, rules, "192.0.2.1", api_key_id=first)
    found.append(statuses())
    by_user = add(account, rules, "192.0.2.1", user_id=user)
    found.append(statuses())
    for number in (by_user, by_key):
        account.ask("DELETE", f"{rules}/{number}")
        found.append(statuses())

    assert found == [[200] * 3, [403, 200, 200], [403, 403, 200], [403, 200, 200], [200] * 3]


def test_a_forbidden_request_does_nothing_whatever_it_asks(account: Caller, rules: str, ledger: Ledger) -> None:
    user = account.create(access_roles=[{"id": 1}])
    key, secret = account.issue_key(user)
    bound = account.with_key(secret)
    assert bound.get("/user").status_code == 200
    add(account, rules, "192.0.2.1", api_key_id=key)
    before = ledger.footprint()

    answers = [
        bound.post("/user", json=payload()),
        bound.get("/user"),
        bound.get("/user/me"),
        bound.get("/no/such/route"),
        bound.put("/user"),
        bound.put(f"/key/{key}/status", json={"status": "revoked"}),
        bound.get(rules),
        bound.post("/user", content=b"{"),
    ]

    assert [refusal(answer) for answer in answers] == [FORBIDDEN] * len(answers)
    assert ledger.footprint() == before


def test_a_header_is_believed_from_a_trusted_proxy_alone(
    account: Caller, rules: str, behind_proxy: httpx.Client
) -> None:
    proxied = elsewhere(account, behind_proxy)
    user = account.create()
    _, secret = account.issue_key(user)
    direct, behind = account.with_key(secret), proxied.with_key(secret)
    add(account, rules, "192.0.2.0", "192.0.2.9", user_id=user)

    assert [status_from(direct, claim) for claim in (None, "192.0.2.5", "192.0.2.5, 192.0.2.6")] == [403] * 3
    assert [
        status_from(behind, claim)
        for claim in (
            "192.0.2.5",
            "198.51.100.1, 192.0.2.5",
            "192.0.2.5, 10.1.2.3",
            "192.0.2.5, 198.51.100.1",
            "192.0.2.10",
            "192.0.2.5, nonsense",
            None,
        )
    ] == [200, 200, 200, 403, 403, 403, 403]


def test_ipv6_is_compared_as_it_lies(account: Caller, rules: str, behind_proxy: httpx.Client) -> None:
    user = account.create()
    behind = elsewhere(account, behind_proxy).with_key(account.issue_key(user)[1])
    add(account, rules, "2001:db8::1:0", "2001:db8::1:ffff", user_id=user)
    add(account, rules, "::ffff:192.0.2.7", "192.0.2.7", user_id=user)
    claims = [
        "2001:db8::1:0",
        "2001:0DB8:0::1:00ff",
        "::ffff:192.0.2.7",
        "192.0.2.7",
        "2001:db8::2:0",
        "2001:db8::ffff",
        "::1",
        "192.0.2.8",
    ]

    assert [status_from(behind, claim) for claim in claims] == [200] * 4 + [403] * 4


def test_another_node_obeys_a_rule_and_its_end_at_once(account: Caller, rules: str, behind_proxy: httpx.Client) -> None:
    behind = elsewhere(account, behind_proxy)
    found = [status_from(behind, "198.51.100.1")]
    own = add(account, rules, HERE)
    found.append(status_from(behind, "198.51.100.1"))
    also = add(account, rules, "198.51.100.1")
    found += [status_from(behind, "198.51.100.1"), status_from(behind, "198.51.100.2")]
    for number in (also, own):
        account.ask("DELETE", f"{rules}/{number}")
        found.append(status_from(behind, "198.51.100.1"))

    assert found == [200, 403, 200, 403, 403, 200]


def test_a_rule_that_would_shut_out_its_maker_is_refused(account: Caller, rules: str, ledger: Ledger) -> None:
    user, key = account.number, account.issue_key(account.number)[0]
    before = ledger.footprint()
    scopes: list[dict[str, Any]] = [{}, {"user_id": user}]

    found = [refusal(account.post(rules, json={"ip_address": "192.0.2.1", **scope})) for scope in scopes]

    assert found == [(400, "ip_rule_excludes_caller")] * 2
    assert ledger.footprint() == before
    add(account, rules, "192.0.2.1", api_key_id=key)


def test_the_rule_that_admits_its_remover_stays_while_there_are_others(
    account: Caller, rules: str, ledger: Ledger
) -> None:
    own, other = add(account, rules, HERE), add(account, rules, "192.0.2.1")
    before = ledger.footprint()

    kept = account.ask("DELETE", f"{rules}/{own}")

    assert (refusal(kept), ledger.footprint()) == ((400, "ip_rule_excludes_caller"), before)
    assert [account.ask("DELETE", f"{rules}/{number}").status_code for number in (other, own)] == [204, 204]


@pytest.mark.parametrize("word", ["rule", "rules"])
def test_a_rule_is_deleted_by_either_path_once(account: Caller, rules: str, word: str) -> None:
    number = add(account, rules, HERE)
    path = f"{rules.removesuffix('rules')}{word}/{number}"

    first, second = account.ask("DELETE", path), account.ask("DELETE", path)

    assert (first.status_code, first.content, refusal(second)) == (204, b"", (404, "not_found|ip_rule"))


def test_one_account_knows_nothing_of_anothers_rules(admin: Caller, account: Caller, rules: str) -> None:
    number = add(account, rules, HERE)
    other = new_account(admin)
    own = f"/container/{root_of(other)}/ip/rules"

    foreign = other.ask("DELETE", f"{own}/{number}")
    unknown = other.ask("DELETE", f"{own}/999999")

    assert refusal(foreign) == (404, "not_found|ip_rule")
    assert foreign.content == unknown.content
    assert other.get(own).json() == {"ip_rules": []}


WRONG: list[tuple[Any, str]] = [
    ([], "invalid_body|type"),
    ({}, "invalid_ip_address|required"),
    ({"ip_address": ""}, "invalid_ip_address|required"),
    ({"ip_address": 5}, "invalid_ip_address|type"),
    ({"ip_address": "127.0.0.0/8"}, "invalid_ip_address|malformed"),
    ({"ip_address": "127.0.0.256"}, "invalid_ip_address|malformed"),
    ({"ip_address": "127.1"}, "invalid_ip_address|malformed"),
    ({"ip_address": "fe80::1%eth0"}, "invalid_ip_address|malformed"),
    ({"ip_address": "\u0661\u0662\u0667.0.0.1"}, "invalid_ip_address|malformed"),
    ({"ip_address": "1" * 65}, "invalid_ip_address|too_long"),
    ({"ip_address": "127.0.0.1\u0000"}, "invalid_ip_address|characters"),
    ({"ip_address": "127.0.0.2", "ip_address_end": "127.0.0.1"}, "invalid_ip_address_end|malformed"),
    ({"ip_address": "127.0.0.1", "ip_address_end": "::1"}, "invalid_ip_address_end|malformed"),
    ({"ip_address": HERE, "description": "x" * 256}, "invalid_description|too_long"),
    ({"ip_address": HERE, "description": "a\u0000b"}, "invalid_description|characters"),
    ({"ip_address": HERE, "user_id": 999_999}, "invalid_user_id|unknown"),
    ({"ip_address": HERE, "user_id": "me"}, "invalid_user_id|malformed"),
    ({"ip_address": HERE, "api_key_id": 999_999}, "invalid_api_key_id|unknown"),
    ({"ip_address": HERE, "api_key_id": [1]}, "invalid_api_key_id|type"),
    ({"ip_address": HERE, "user_id": 1, "api_key_id": 1}, "invalid_api_key_id|duplicate"),
]


@pytest.fixture(scope="module")
def common(admin: Caller) -> tuple[Caller, int]:
    """An account that no test of this module changes, and its root."""
    caller = new_account(admin)
    return caller, root_of(caller)


@pytest.mark.parametrize(("body", "code"), WRONG, ids=lambda value: str(value)[:60])
def test_a_bad_rule_is_refused_and_nothing_is_written(
    common: tuple[Caller, int], ledger: Ledger, body: Any, code: str
) -> None:
    caller, root = common
    before = ledger.footprint()

    answer = caller.post(f"/container/{root}/ip/rules", json=body)

    assert refusal(answer) == (400, code)
    assert ledger.footprint() == before


@pytest.mark.parametrize("zero", [0, "0", "", None])
def test_zero_values_are_no_scope(account: Caller, rules: str, zero: Any) -> None:
    add(account, rules, HERE, user_id=zero, api_key_id=zero, description="" if zero is None else None)

    [rule] = account.get(rules).json()["ip_rules"]

    assert (rule["user_id"], rule.keys() & {"api_key_id", "description"}) == (0, set())


def test_without_an_end_a_rule_is_about_one_address(account: Caller, rules: str) -> None:
    account.post(rules, json={"ip_address": f" {HERE} "})

    assert account.get(rules).json()["ip_rules"][0]["ip_address_end"] == HERE


@pytest.mark.parametrize("number", ["0", "999999", "x", "-1", "%00", "9" * 40])
def test_a_container_that_is_not_there_is_not_found(common: tuple[Caller, int], ledger: Ledger, number: str) -> None:
    caller, root = common
    before = ledger.footprint()

    answers = [
        caller.get(f"/container/{number}/ip/rules"),
        caller.post(f"/container/{number}/ip/rules", json={"ip_address": HERE}),
        caller.ask("DELETE", f"/container/{number}/ip/rule/1"),
    ]
    unknown_rule = caller.ask("DELETE", f"/container/{root}/ip/rule/{number}")

    assert [refusal(answer) for answer in answers] == [(404, "not_found|container")] * 3
    assert refusal(unknown_rule) == (404, "not_found|ip_rule")
    assert ledger.footprint() == before


def test_rules_are_the_root_containers(admin: Caller, divisions: tuple[int, int], ledger: Ledger) -> None:
    before = ledger.footprint()
    answers = [
        admin.get(f"/container/{divisions[0]}/ip/rules"),
        admin.post(f"/container/{divisions[0]}/ip/rules", json={"ip_address": HERE}),
    ]

    assert [refusal(answer) for answer in answers] == [(400, "invalid_container")] * 2
    assert ledger.footprint() == before


def command(muster: LiveMuster, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs `muster …` beside the running server."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    settings = {"MUSTER_DATA": str(muster.data), "MUSTER_DATABASE_URL": muster.database_url or ""}
    arguments = [sys.executable, "-m", "muster", *words]
    return subprocess.run(arguments, env={**inherited, **settings}, capture_output=True, text=True, check=False)


def test_whoever_runs_the_machine_finds_and_deletes_a_rule_that_shuts_everybody_out(
    muster: LiveMuster, account: Caller, rules: str, behind_proxy: httpx.Client
) -> None:
    there = elsewhere(account, behind_proxy)
    headers = {"X-Forwarded-For": "198.51.100.9"}
    body = {"ip_address": "198.51.100.9", "description": "gone\x1b[2J".replace("\x1b", "")}
    number = there.post(rules, json=body, headers=headers).json()["id"]
    tenant = str(there.get("/account", headers=headers).json()["id"])

    listed = command(muster, "address-rule", "list", "--tenant", tenant)
    shut_out = status_from(account, None)
    deleted = command(muster, "address-rule", "delete", str(number), "--tenant", tenant)
    again = command(muster, "address-rule", "delete", str(number), "--tenant", tenant)

    assert listed.stdout.splitlines() == [f"{number} 198.51.100.9-198.51.100.9 everybody gone[2J"]
    assert (shut_out, deleted.returncode, deleted.stderr) == (403, 0, "")
    assert (again.returncode, "Traceback" in again.stderr) == (1, False)
    assert status_from(account, None) == 200


def test_a_command_says_which_when_several_tenants_have_one_name(
    muster: LiveMuster, admin: Caller, tmp_path: Path
) -> None:
    names = [subaccount(organization={"name": f"Twins {tmp_path.name}"}) for _ in range(2)]
    numbers = [str(admin.post("/account", json=body).json()["id"]) for body in names]

    finished = command(muster, "address-rule", "list", "--tenant", f"twins {tmp_path.name}")

    assert (finished.returncode, finished.stdout) == (1, "")
    assert all(number in finished.stderr for number in numbers)
