"""*Edit user*, *Change user role*, *Update container assignments* and *Delete user*: what they change, and what not."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from muster.core.drafts import CreateUser, UserDraft
from tests.apis.beside import done
from tests.apis.certcentral.caller import ABSENT, INVALID_KEY, Caller, named, refusal, unused
from tests.apis.ledger import Ledger

DENIED = (403, "access_denied|missing_permission")
TOO_FAR = (403, "access_denied|exceeds_own_access")
NO_USER = (404, "not_found|user")


def changed(answer: httpx.Response) -> bool:
    """Whether the answer is the one to a change: 204 without a body, a type or a length."""
    headers = {"content-type", "content-length", "etag"} & answer.headers.keys()
    return (answer.status_code, answer.content, headers) == (204, b"", set())


def edit(caller: Caller, number: int, **fields: Any) -> httpx.Response:
    """*Edit user* with an e-mail and these fields."""
    body = {"email": "jill@example.com", **fields}
    return caller.put(f"/user/{number}", json={name: value for name, value in body.items() if value is not ABSENT})


EDITS: list[dict[str, Any]] = [
    {"first_name": "Jo"},
    {"last_name": "V" * 128, "email": "j@example.com"},
    {"job_title": "S.T.A.R.S.", "telephone": "555"},
    {"is_saml_sso_only": True},
]


@pytest.mark.parametrize("fields", EDITS, ids=str)
def test_what_is_sent_is_changed_at_once(admin: Caller, fields: dict[str, Any]) -> None:
    number = admin.create()
    before = admin.info(number)

    answer = edit(admin, number, **fields)

    assert changed(answer)
    assert admin.info(number) == {**before, "email": "jill@example.com", **fields}


@pytest.mark.parametrize("value", [ABSENT, None, ""], ids=["absent", "null", "empty"])
def test_job_title_and_telephone_are_erased_when_they_are_absent(admin: Caller, value: Any) -> None:
    number = admin.create(job_title="Medic", telephone="555")

    edit(admin, number, job_title=value, telephone="556")
    first = admin.info(number)
    edit(admin, number, job_title="Pilot", telephone=value)
    second = admin.info(number)

    assert ("job_title" in first, first["telephone"]) == (False, "556")
    assert (second["job_title"], "telephone" in second) == ("Pilot", False)


@pytest.mark.parametrize("value", [ABSENT, None, ""], ids=["absent", "null", "empty"])
def test_other_fields_stay_when_they_are_absent(admin: Caller, value: Any) -> None:
    number = admin.create(is_saml_sso_only=True)
    before = admin.info(number)

    names = ("username", "first_name", "last_name", "is_saml_sso_only")
    answer = edit(admin, number, **dict.fromkeys(names, value), email=before["email"])

    assert changed(answer)
    assert admin.info(number) == before


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("true", True), ("True", True), (1, True), (False, False), ("false", False)]
)
def test_the_flag_for_single_sign_on_may_be_a_bool_or_a_string(admin: Caller, value: Any, expected: bool) -> None:
    number = admin.create(is_saml_sso_only=not expected)

    edit(admin, number, is_saml_sso_only=value)

    assert admin.info(number)["is_saml_sso_only"] is expected


def test_turning_single_sign_on_on_leaves_keys_as_they_are_and_lets_no_new_one_be_made(admin: Caller) -> None:
    number = admin.create()
    _, key = admin.issue_key(number)

    edit(admin, number, is_saml_sso_only="true")
    refused = admin.post(f"/key/user/{number}", json={"name": "another"})

    assert admin.with_key(key).get("/user/me").status_code == 200
    assert refusal(refused) == (400, "user_is_saml_sso_only")


def test_a_client_may_send_the_whole_user_back(admin: Caller, divisions: tuple[int, int]) -> None:
    number = admin.create(job_title="Medic", telephone="555", container_id_assignments=[divisions[0]])
    before = admin.info(number)
    foreign = {"id": 1, "status": "inactive", "access_roles": [{"id": 1}], "container": {"id": 1}}

    same = admin.put(f"/user/{number}", json=before)
    others = admin.put(f"/user/{number}", json={**before, **foreign, "container_id_assignments": []})
    renamed = admin.put(f"/user/{number}/", json={**before, "last_name": "Redfield"})

    assert [changed(answer) for answer in (same, others, renamed)] == [True] * 3
    assert admin.info(number) == {**before, "last_name": "Redfield"}


def test_what_changes_nothing_is_answered_alike_and_writes_nothing(admin: Caller, ledger: Ledger) -> None:
    number = admin.create()
    body = admin.info(number)
    before = ledger.footprint()

    answers = [
        admin.put(f"/user/{number}", json=body),
        admin.put(f"/user/{number}/role", json={"access_roles": [{"id": 5}]}),
        admin.put(f"/user/{number}/container-assignments", json={"container_id_assignments": []}),
    ]

    assert [changed(answer) for answer in answers] == [True] * 3
    assert ledger.footprint() == before


def test_a_rename_frees_the_old_name_at_once(admin: Caller) -> None:
    old, new = unused(), unused()
    number = admin.create(username=old)

    renamed = edit(admin, number, username=new)
    again = admin.create(username=old)
    taken = edit(admin, again, username=new.upper())

    assert changed(renamed)
    assert (admin.info(number)["username"], admin.info(again)["username"]) == (new, old)
    assert refusal(taken) == (400, "username_in_use")


def test_a_name_may_be_written_differently(admin: Caller) -> None:
    name = unused("jill")
    number = admin.create(username=name)

    answer = edit(admin, number, username=name.upper())

    assert changed(answer)
    assert admin.info(number)["username"] == name.upper()


WRONG: list[tuple[str, Any, str]] = [
    *(("email", value, "invalid_email|required") for value in (ABSENT, None, "", " ")),
    ("email", "jill", "invalid_email|malformed"),
    ("email", "jill@localhost", "invalid_email|malformed"),
    ("email", "a@" + "b" * 60 + ".c" * 97, "invalid_email|too_long"),
    ("email", "a@b.co\r\nBcc: c@d.ef", "invalid_email|characters"),
    ("email", 5, "invalid_email|type"),
    ("username", " ", "invalid_username|required"),
    ("username", "jill valentine", "invalid_username|characters"),
    ("username", "jíll", "invalid_username|characters"),
    ("username", "x" * 256, "invalid_username|too_long"),
    ("username", ["x"], "invalid_username|type"),
    ("first_name", "x" * 129, "invalid_first_name|too_long"),
    ("first_name", "\t", "invalid_first_name|required"),
    ("last_name", "a\x00b", "invalid_last_name|characters"),
    ("last_name", {}, "invalid_last_name|type"),
    ("job_title", "x" * 65, "invalid_job_title|too_long"),
    ("telephone", "5\n5", "invalid_telephone|characters"),
    ("telephone", 555, "invalid_telephone|type"),
    ("is_saml_sso_only", "maybe", "invalid_is_saml_sso_only|malformed"),
    ("is_saml_sso_only", [], "invalid_is_saml_sso_only|type"),
]


@pytest.mark.parametrize(("field", "value", "code"), WRONG, ids=named)
def test_a_wrong_value_is_refused_and_nothing_is_written(
    admin: Caller, ledger: Ledger, field: str, value: Any, code: str
) -> None:
    number = admin.create()
    before, kept = ledger.footprint(), admin.info(number)

    answer = edit(admin, number, **{field: value})

    assert refusal(answer) == (400, code)
    assert (ledger.footprint(), admin.info(number)) == (before, kept)


def test_the_pages_rules_are_for_what_changes(admin: Caller, kept_at: str) -> None:
    """A user whom another API named freely can be sent back, and changed in everything else."""
    name = f"jill valentine {unused()}"
    number = made_beside(kept_at, name)
    before = admin.info(number)

    answer = admin.put(f"/user/{number}", json={**before, "first_name": "Jo"})
    refused = admin.put(f"/user/{number}", json={**before, "username": name + "!"})

    assert changed(answer)
    assert (admin.info(number)["username"], admin.info(number)["first_name"]) == (name, "Jo")
    assert refusal(refused) == (400, "invalid_username|characters")


def made_beside(url: str, username: str) -> int:
    """A user with such a name, made through the core."""
    return done(url, CreateUser(UserDraft(username, "j" * 500, email="jill@example.com"))).number


ROLES: list[tuple[Any, set[int]]] = [
    ([{"id": 1}], {1}),
    ([{"id": "4"}], {4}),
    ([{"id": 2, "name": "x"}, {"id": 3}, {"id": 3}], {2, 3}),
]


@pytest.mark.parametrize(("roles", "expected"), ROLES, ids=str)
def test_roles_replace_the_earlier_ones(admin: Caller, roles: Any, expected: set[int]) -> None:
    number = admin.create(access_roles=[{"id": 4}, {"id": 5}])

    answer = admin.put(f"/user/{number}/role", json={"access_roles": roles})

    assert changed(answer)
    assert {role["id"] for role in admin.info(number)["access_roles"]} == expected


def test_roles_act_at_once_on_a_key_that_was_used(admin: Caller) -> None:
    caller = admin.colleague(1)
    path = f"/user/{caller.number}/role"

    before = caller.get("/user").status_code
    admin.put(path, json={"access_roles": [{"id": 5}]})
    lowered = caller.get("/user")
    admin.put(path, json={"access_roles": [{"id": 4}]})

    assert (before, refusal(lowered), caller.get("/user").status_code) == (200, DENIED, 200)


WRONG_ROLES: list[tuple[Any, str]] = [
    ({}, "invalid_access_roles|required"),
    ({"access_roles": None}, "invalid_access_roles|required"),
    ({"access_roles": []}, "invalid_access_roles|required"),
    ({"access_roles": [{"id": 0}]}, "invalid_access_roles|required"),
    ({"access_roles": [{"id": 6}]}, "invalid_access_role"),
    ({"access_roles": [{"id": 5}, {"id": 103}]}, "invalid_access_role"),
    ({"access_roles": [{"id": "x"}]}, "invalid_access_roles|malformed"),
    ({"access_roles": [5]}, "invalid_access_roles|type"),
    ({"access_roles": [{"id": number} for number in range(1, 102)]}, "invalid_access_roles|too_many"),
    ([], "invalid_body|type"),
]


@pytest.mark.parametrize(("body", "code"), WRONG_ROLES, ids=lambda value: str(value)[:40])
def test_wrong_roles_are_refused_and_nothing_is_written(admin: Caller, ledger: Ledger, body: Any, code: str) -> None:
    number = admin.create()
    before = ledger.footprint()

    answer = admin.put(f"/user/{number}/role", json=body)

    assert refusal(answer) == (400, code)
    assert ledger.footprint() == before


@pytest.mark.parametrize("written", [int, str])
def test_container_assignments_are_overwritten_and_none_is_no_restriction(
    admin: Caller, divisions: tuple[int, int], written: type[int] | type[str]
) -> None:
    number = admin.create(container_id_assignments=[divisions[0]])
    path = f"/user/{number}/container-assignments"
    found = []
    for ids in ([divisions[1]], list(divisions), []):
        answer = admin.put(path, json={"container_id_assignments": [written(one) for one in ids]})
        info = admin.info(number)
        found.append([one["id"] for one in info.get("container_assignments", [])])

        assert changed(answer)
        assert info["has_container_assignments"] is bool(ids)

    assert found == [[divisions[1]], list(divisions), []]


WRONG_CONTAINERS: list[tuple[Any, str]] = [
    ({}, "invalid_container_id_assignments|required"),
    ({"container_id_assignments": None}, "invalid_container_id_assignments|required"),
    ({"container_id_assignments": [0]}, "invalid_container"),
    ({"container_id_assignments": [""]}, "invalid_container"),
    ({"container_id_assignments": [999_999]}, "invalid_container"),
    ({"container_id_assignments": ["x"]}, "invalid_container_id_assignments|malformed"),
    ({"container_id_assignments": [{"id": 1}]}, "invalid_container_id_assignments|type"),
    ({"container_id_assignments": list(range(1, 1002))}, "invalid_container_id_assignments|too_many"),
]


@pytest.mark.parametrize(("body", "code"), WRONG_CONTAINERS, ids=lambda value: str(value)[:50])
def test_wrong_assignments_set_nobody_free(
    admin: Caller, ledger: Ledger, divisions: tuple[int, int], body: Any, code: str
) -> None:
    number = admin.create(container_id_assignments=[divisions[0]])
    before = ledger.footprint()

    answer = admin.put(f"/user/{number}/container-assignments", json=body)

    assert refusal(answer) == (400, code)
    assert ledger.footprint() == before


def test_a_restricted_administrator_sets_nobody_free(admin: Caller, divisions: tuple[int, int]) -> None:
    east, west = divisions
    caller = admin.colleague(1, container={"id": east}, container_id_assignments=[east])
    number = admin.create(container={"id": east}, container_id_assignments=[east])

    found = [
        refusal(caller.put(f"/user/{number}/container-assignments", json={"container_id_assignments": ids}))
        for ids in ([], [west], [east, west])
    ]
    same = caller.put(f"/user/{number}/container-assignments", json={"container_id_assignments": [east]})

    assert found == [TOO_FAR, (400, "invalid_container"), (400, "invalid_container")]
    assert changed(same)


def test_a_deleted_user_is_gone_with_his_keys_and_his_name_is_free(admin: Caller, ledger: Ledger) -> None:
    name = unused()
    number = admin.create(username=name)
    key, secret = admin.issue_key(number)
    admin.with_key(secret).get("/user/me")

    answer = admin.ask("DELETE", f"/user/{number}/")
    left = admin.with_key(secret).get("/user/me")
    again = admin.create(username=name)

    assert changed(answer)
    assert (left.status_code, left.content) == (403, INVALID_KEY)
    assert [refusal(admin.get(path)) for path in (f"/user/{number}", f"/key/{key}")] == [
        NO_USER,
        (404, "not_found|key"),
    ]
    assert refusal(admin.ask("DELETE", f"/user/{number}")) == NO_USER
    assert ledger.rows("SELECT count(*) FROM events WHERE act = 'user.deleted' AND subject_name = $1", name) == [(1,)]
    assert again > number


def test_nobody_deletes_himself_nor_who_holds_more(admin: Caller, ledger: Ledger) -> None:
    manager, other = admin.colleague(4), admin.create(access_roles=[{"id": 1}])
    before = ledger.footprint()

    found = [
        refusal(caller.ask("DELETE", f"/user/{number}")) for caller, number in ((admin, admin.number), (manager, other))
    ]

    assert found == [(400, "cannot_delete_self"), DENIED]
    assert ledger.footprint() == before


@pytest.mark.parametrize("body", [b"", b"{", b"<user/>", b'{"email":"a@b.co","email":"c@d.ef"}', b"[]", b"\xff"])
@pytest.mark.parametrize("path", ["/user/{}", "/user/{}/role", "/user/{}/container-assignments", "/key/{}"])
def test_a_body_that_cannot_be_read_is_refused(admin: Caller, ledger: Ledger, path: str, body: bytes) -> None:
    before = ledger.footprint()

    answer = admin.put(path.format(admin.number), content=body)

    assert refusal(answer)[0] in (400, 406)
    assert ledger.footprint() == before
