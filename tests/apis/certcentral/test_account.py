"""The account: its details, subaccounts with their first user, and who may ask for any of it."""

from typing import Any

import pytest

from tests.apis.certcentral.accounts import new_account, owner, root_of, saml_entity, subaccount
from tests.apis.certcentral.caller import ABSENT, Caller, first_caller, payload, refusal, unused
from tests.apis.ledger import Ledger

DENIED = (403, "access_denied|missing_permission")
TOO_FAR = (403, "access_denied|exceeds_own_access")

RECORDED_KEYS = [
    "id",
    "primary_organization_id",
    "primary_organization_name",
    "primary_organization_country",
    "make_renewal_calls",
    "express_install_enabled",
    "display_rep",
    "rep_photo_id",
    "balance_negative_limit",
    "root_container_id",
    "cert_transparency",
    "cert_central_type",
    "billing_account_id",
    "billing_account_name",
    "language_id",
    "migrated",
    "has_auth_key",
    "client_mgr_photo_id",
    "ent_support_plan",
    "default_country",
]


def test_the_details_have_the_recorded_keys_and_the_accounts_own_values(admin: Caller, root: int) -> None:
    found = admin.get("/account").json()
    me = admin.info(admin.number)

    assert list(found) == RECORDED_KEYS
    assert (found["id"], found["root_container_id"]) == (me["account_id"], root)
    assert found["billing_account_name"] == me["container"]["name"]


READ, ADD, SAML, SET_SAML, RULES, ADD_RULE, END_RULE, APPROVERS = (
    "read",
    "add",
    "saml",
    "set saml",
    "rules",
    "add rule",
    "end rule",
    "approvers",
)
ALL = {READ, ADD, SAML, SET_SAML, RULES, ADD_RULE, END_RULE, APPROVERS}


def attempts(caller: Caller, account: int, root: int) -> dict[str, Any]:
    """Each of the calls, made by this caller; the rule that he adds admits everybody, and goes again."""
    everywhere = {"ip_address": "0.0.0.0", "ip_address_end": "255.255.255.255"}
    added = caller.post(f"/container/{root}/ip/rules", json=everywhere)
    number = added.json()["id"] if added.is_success else 999_999
    return {
        READ: caller.get("/account"),
        ADD: caller.post("/account", json=subaccount()),
        SAML: caller.get("/account/saml-entity"),
        SET_SAML: caller.put(f"/account/saml-entity/{account}", json=saml_entity()),
        RULES: caller.get(f"/container/{root}/ip/rules"),
        ADD_RULE: added,
        END_RULE: caller.ask("DELETE", f"/container/{root}/ip/rule/{number}"),
        APPROVERS: caller.get("/organization/potential-approvers"),
    }


@pytest.fixture(scope="module")
def own(admin: Caller) -> tuple[Caller, int, int]:
    """An account of this module's own: its administrator, its id and its root."""
    caller = new_account(admin)
    return caller, caller.get("/account").json()["id"], root_of(caller)


ACCESS_ROLES: list[tuple[int, set[str]]] = [
    (1, ALL),
    (2, set()),
    (3, {READ, SAML}),
    (4, {READ, SAML, APPROVERS}),
    (5, set()),
]


@pytest.mark.parametrize(("role", "allowed"), ACCESS_ROLES)
def test_an_access_role_allows_its_calls_and_no_other(
    own: tuple[Caller, int, int], role: int, allowed: set[str]
) -> None:
    answers = attempts(own[0].colleague(role), *own[1:])

    assert {name for name, answer in answers.items() if answer.is_success} == allowed
    assert {refusal(answer) for name, answer in answers.items() if name not in allowed} <= {DENIED}


KEY_ROLES: list[tuple[int, set[str]]] = [
    (100, set()),
    (101, set()),
    (102, {READ, SAML, RULES, APPROVERS}),
    (103, {APPROVERS}),
]


@pytest.mark.parametrize(("role", "allowed"), KEY_ROLES)
def test_a_key_role_takes_from_an_administrator_all_but_its_calls(
    own: tuple[Caller, int, int], role: int, allowed: set[str]
) -> None:
    caller, account, root = own
    answers = attempts(caller.with_key(caller.issue_key(caller.number, role)[1]), account, root)

    assert {name for name, answer in answers.items() if answer.is_success} == allowed
    assert {refusal(answer) for name, answer in answers.items() if name not in allowed} <= {DENIED}


def test_a_restricted_administrator_changes_nothing_of_the_whole_account(
    admin: Caller, root: int, divisions: tuple[int, int], ledger: Ledger
) -> None:
    account = admin.info(admin.number)["account_id"]
    restricted = admin.colleague(1, container={"id": divisions[0]}, container_id_assignments=[divisions[0]])
    before = ledger.footprint()
    rule = {"ip_address": "0.0.0.0", "ip_address_end": "255.255.255.255"}
    found = [
        refusal(restricted.post("/account", json=subaccount())),
        refusal(restricted.put(f"/account/saml-entity/{account}", json=saml_entity())),
        refusal(restricted.post(f"/container/{root}/ip/rules", json=rule)),
        refusal(restricted.post(f"/container/{divisions[0]}/ip/rules", json=rule)),
    ]

    assert found == [TOO_FAR, TOO_FAR, (404, "not_found|container"), (400, "invalid_container")]
    assert ledger.footprint() == before


def test_a_subaccount_answers_with_its_id_alone_and_owes_its_user_a_mail(admin: Caller, ledger: Ledger) -> None:
    body = subaccount(account_type="enterprise")

    answer = admin.post("/account", json=body)
    mails = ledger.rows(
        "SELECT t.number, t.name, u.username, m.kind, m.sealed IS NOT NULL FROM mails m "
        'JOIN users u ON u.id = m."user" JOIN tenants t ON t.id = u.tenant WHERE m.recipient = $1',
        body["user"]["email"],
    )

    assert (answer.status_code, list(answer.json())) == (201, ["id"])
    assert [(*found[:4], bool(found[4])) for found in mails] == [
        (answer.json()["id"], body["organization"]["name"], body["user"]["username"], "set-password", True)
    ]


def test_a_managed_subaccount_answers_with_a_key_that_works_at_once(admin: Caller) -> None:
    body = subaccount()
    made = admin.post("/account", json=body).json()

    caller = first_caller(admin.client, made["api_key"])
    me = caller.info(caller.number)

    assert list(made) == ["id", "api_key"]
    assert (me["account_id"], me["username"]) == (made["id"], body["user"]["username"])
    assert me["access_roles"] == [{"id": 1, "name": "Administrator"}]
    assert caller.get("/account").json()["billing_account_name"] == body["organization"]["name"]
    assert caller.create() > 0


def test_a_subaccount_is_walled_off_like_any_other(admin: Caller) -> None:
    body = subaccount()
    caller = first_caller(admin.client, admin.post("/account", json=body).json()["api_key"])
    for _ in range(5):
        admin.create()
    mine = admin.create()

    theirs = caller.get("/user").json()

    assert [user["username"] for user in theirs["users"]] == [body["user"]["username"]]
    assert admin.get("/user", params={"filters[search]": body["user"]["email"]}).json()["users"] == []
    assert refusal(caller.get(f"/user/{mine}")) == (404, "not_found|user")
    assert caller.post("/user", json=payload(username=admin.info(mine)["username"])).status_code == 201


NAMES: list[tuple[dict[str, Any], str]] = [
    ({"organization": {"name": "Example Company, LLC"}, "child_name": "ours"}, "Example Company, LLC"),
    ({"organization": ABSENT, "child_name": "ours"}, "ours"),
    ({"organization": {"name": ""}, "child_name": ""}, "first@example.com"),
    ({"organization": {"name": " "}, "child_name": " "}, "first@example.com"),
    ({"organization": None, "child_name": None}, "first@example.com"),
]


@pytest.mark.parametrize(("changes", "expected"), NAMES, ids=range(len(NAMES)))
def test_a_subaccount_is_called_as_its_organization_or_else_as_its_parent_calls_it(
    admin: Caller, changes: dict[str, Any], expected: str
) -> None:
    made = admin.post("/account", json=subaccount(user=owner(email="first@example.com"), **changes)).json()

    found = first_caller(admin.client, made["api_key"]).get("/account").json()

    assert found["primary_organization_name"] == expected


@pytest.mark.parametrize("username", [ABSENT, "", None], ids=["absent", "empty", "null"])
def test_without_a_username_the_first_user_signs_in_with_his_e_mail(admin: Caller, username: object) -> None:
    body = subaccount(user=owner(username=username, email="o'neil@example.com"))

    caller = first_caller(admin.client, admin.post("/account", json=body).json()["api_key"])

    assert caller.info(caller.number)["username"] == "o'neil@example.com"


def test_the_whole_body_of_the_vendors_page_is_understood(admin: Caller) -> None:
    body = {
        "account_type": "retail",
        "allowed_grandchildren": ["retail", "enterprise", "reseller"],
        "account_manager_user_id": str(admin.number),
        "user": owner(job_title="Statistician", telephone="111-222-333-4444", disable_renewal_notifications=True),
        "organization": {"name": "Example Company, LLC", "address": "123 Fake Street", "zip": "93090", "country": "US"},
    }

    assert [admin.post("/account", json=body).status_code for _ in range(2)] == [201, 201]


WRONG: list[tuple[Any, tuple[int, str]]] = [
    ([], (400, "invalid_body|type")),
    ({}, (400, "invalid_user|required")),
    ({"user": None}, (400, "invalid_user|required")),
    ({"user": []}, (400, "invalid_user|type")),
    ({"user": {}}, (400, "invalid_email|required")),
    ({"user": owner(email="alice")}, (400, "invalid_email|malformed")),
    ({"user": owner(first_name="")}, (400, "invalid_first_name|required")),
    ({"user": owner(last_name="x" * 129)}, (400, "invalid_last_name|too_long")),
    ({"user": owner(username="a b")}, (400, "invalid_username|characters")),
    ({"user": owner(telephone="5" * 65)}, (400, "invalid_telephone|too_long")),
    ({"user": owner(job_title=7)}, (400, "invalid_user|type")),
    ({"account_type": "platinum"}, (400, "invalid_account_type|unknown")),
    ({"account_type": 5}, (400, "invalid_account_type|type")),
    ({"organization": "Hive"}, (400, "invalid_organization|type")),
    ({"organization": {"name": "x" * 256}}, (400, "invalid_organization_name|too_long")),
    ({"organization": {"name": "a\u0000b"}}, (400, "invalid_organization_name|characters")),
    ({"child_name": "x" * 65}, (400, "invalid_child_name|too_long")),
    ({"account_manager_user_id": 999_999}, (400, "invalid_account_manager_user_id|unknown")),
    ({"account_manager_user_id": "boss"}, (400, "invalid_account_manager_user_id|malformed")),
    ({"account_manager_user_id": -1}, (400, "invalid_account_manager_user_id|unknown")),
]


@pytest.mark.parametrize(("changes", "expected"), WRONG, ids=[code for _, (_, code) in WRONG])
def test_a_bad_subaccount_is_refused_and_nothing_is_written(
    admin: Caller, ledger: Ledger, changes: Any, expected: tuple[int, str]
) -> None:
    if isinstance(changes, dict):
        changes = subaccount(**changes) if changes else {}
    before = ledger.footprint()

    answer = admin.post("/account", json=changes)

    assert refusal(answer) == expected
    assert ledger.footprint() == before


def test_who_could_approve_has_a_job_title_and_a_telephone(admin: Caller) -> None:
    caller = new_account(admin)
    name = unused()
    number = caller.create(username=name, email=f"{name}@example.com", job_title="Chief", telephone="555")
    for changes in ({"job_title": "Chief"}, {"telephone": "555"}, {"job_title": "", "telephone": ""}):
        caller.create(**changes)

    answer = caller.get("/organization/potential-approvers")

    assert answer.json() == {
        "users": [
            {
                "user_id": str(number),
                "name": "Jill Valentine",
                "first_name": "Jill",
                "last_name": "Valentine",
                "job_title": "Chief",
                "telephone": "555",
                "email": f"{name}@example.com",
            }
        ],
        "contacts": [],
    }


def test_a_restricted_manager_sees_the_approvers_of_his_scope_alone(admin: Caller, divisions: tuple[int, int]) -> None:
    east, west = divisions
    titled = {"job_title": "Chief", "telephone": "555"}
    inside = admin.create(container={"id": east}, **titled)
    admin.create(container={"id": west}, container_id_assignments=[west], **titled)
    manager = admin.colleague(4, container={"id": east}, container_id_assignments=[east])

    found = [user["user_id"] for user in manager.get("/organization/potential-approvers").json()["users"]]

    assert str(inside) in found
    assert all(manager.info(int(number))["container"]["id"] == east for number in found)
