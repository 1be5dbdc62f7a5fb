"""*Add service user* and what may be done with one, whether a username is free, and the mail that is sent again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.apis.certcentral.caller import ABSENT, Caller, named, payload, refusal, unused
from tests.apis.ledger import Ledger

GOOD = {"is_api_only": True, "email": "robot@example.com", "api_name": "robot"}


def body(**fields: Any) -> dict[str, Any]:
    """A good body for *Add service user* with these fields in place of it."""
    return {name: value for name, value in {**GOOD, **fields}.items() if value is not ABSENT}


def service(caller: Caller, **fields: Any) -> Caller:
    """A new service user, with its key."""
    answer = caller.post("/user", json=body(**fields))
    assert answer.status_code == 201, answer.text
    return caller.with_key(answer.json()["api_key"], answer.json()["id"])


def test_a_service_user_is_shown_with_its_key_once_and_acts_at_once(admin: Caller) -> None:
    answer = admin.post("/user", json=body())
    made = answer.json()
    found = admin.with_key(made["api_key"]).get("/user/me").json()

    assert (answer.status_code, list(made)) == (201, ["id", "api_key"])
    assert (len(made["api_key"]), made["api_key"].isalnum()) == (47, True)
    assert (found["id"], found["email"], found["first_name"]) == (made["id"], "robot@example.com", "Service")
    assert re.fullmatch(r"[0-9]{10}[0-9a-f]{10}", found["username"])
    assert re.fullmatch(r"User(-[0-9]+)?", found["last_name"])
    assert (found["type"], found["status"], found["is_saml_sso_only"]) == ("standard", "active", False)
    assert "api_key" not in admin.info(made["id"])


def test_it_holds_the_roles_of_its_maker(admin: Caller) -> None:
    maker = admin.create(access_roles=[{"id": 1}, {"id": 3}])
    caller = admin.with_key(admin.issue_key(maker)[1], maker)

    found = service(caller)

    assert [role["id"] for role in admin.info(found.number)["access_roles"]] == [1, 3]
    assert found.post("/user", json=payload()).status_code == 201


def test_it_is_listed_among_the_service_users(admin: Caller) -> None:
    number = service(admin).number
    person = admin.create()

    listed = [user["id"] for user in admin.get("/user/api-only", params={"limit": 1000}).json()["users"]]

    assert (number in listed, person in listed) == (True, False)


@pytest.mark.parametrize("flag", [True, "true", "True", 1, "1"])
@pytest.mark.parametrize("role", [ABSENT, None, 0, "", 100, "103"], ids=named)
def test_clients_write_it_in_several_ways(admin: Caller, flag: Any, role: Any) -> None:
    fields = {"is_api_only": flag, "restricted_to_role_id": role, "container_id_assignments": None, "first_name": "x"}

    found = service(admin, **fields)
    [key] = admin.get("/key", params={"user_id": found.number}).json()["api_keys"]

    assert admin.info(found.number)["first_name"] == "Service"
    assert (key["name"], key["restricted_to_role_id"]) == ("robot", int(role) if role and role is not ABSENT else 0)


@pytest.mark.parametrize("flag", [False, "false", None, "", 0])
def test_what_is_no_service_user_is_a_user(admin: Caller, flag: Any) -> None:
    answer = admin.post("/user", json=payload(is_api_only=flag, api_name="ignored"))

    assert (answer.status_code, list(answer.json())) == (201, ["id"])


@pytest.mark.parametrize("name", ["container_id_assignments", " container_id_assignments"])
def test_its_containers_restrict_it_as_the_page_writes_them_too(
    admin: Caller, divisions: tuple[int, int], name: str
) -> None:
    found = admin.info(service(admin, **{name: [str(divisions[1])]}).number)

    assert [one["id"] for one in found["container_assignments"]] == [divisions[1]]


def test_without_containers_it_is_restricted_as_its_maker_is(admin: Caller, divisions: tuple[int, int]) -> None:
    east, west = divisions
    maker = admin.colleague(1, container={"id": east}, container_id_assignments=[east])

    found = admin.info(service(maker).number)
    refused = maker.post("/user", json=body(container_id_assignments=[west]))

    assert [one["id"] for one in found["container_assignments"]] == [east]
    assert refusal(refused) == (400, "invalid_container")


def test_it_is_sent_no_mail(admin: Caller, ledger: Ledger) -> None:
    address = f"{unused()}@example.com"

    service(admin, email=address)

    assert ledger.rows("SELECT count(*) FROM mails WHERE recipient = $1", address) == [(0,)]


WRONG: list[tuple[str, Any, str]] = [
    *(("email", value, "invalid_email|required") for value in (ABSENT, None, "")),
    *(("api_name", value, "invalid_api_name|required") for value in (ABSENT, None, "", " ")),
    ("email", "robot", "invalid_email|malformed"),
    ("api_name", "x" * 256, "invalid_api_name|too_long"),
    ("api_name", "a\x00", "invalid_api_name|characters"),
    ("api_name", 5, "invalid_api_name|type"),
    ("restricted_to_role_id", 99, "invalid_access_role"),
    ("restricted_to_role_id", 1, "invalid_access_role"),
    ("restricted_to_role_id", "x", "invalid_restricted_to_role_id|malformed"),
    ("container_id_assignments", [999_999], "invalid_container"),
    ("container_id_assignments", [{}], "invalid_container_id_assignments|type"),
    ("is_api_only", "perhaps", "invalid_is_api_only|malformed"),
    ("is_api_only", [True], "invalid_is_api_only|type"),
]


@pytest.mark.parametrize(("field", "value", "code"), WRONG, ids=named)
def test_a_wrong_service_user_is_refused_and_nothing_is_written(
    admin: Caller, ledger: Ledger, field: str, value: Any, code: str
) -> None:
    before = ledger.footprint()

    answer = admin.post("/user", json=body(**{field: value}))

    assert refusal(answer) == (400, code)
    assert ledger.footprint() == before


def test_of_a_service_user_nothing_but_the_email_is_changed(admin: Caller) -> None:
    number = service(admin).number
    before = admin.info(number)
    others = {"username": unused(), "first_name": "x", "last_name": "y", "job_title": "z", "is_saml_sso_only": True}

    answer = admin.put(f"/user/{number}", json={**before, **others, "email": "other@example.com"})
    without = admin.put(f"/user/{number}", json=others)

    assert (answer.status_code, answer.content) == (204, b"")
    assert refusal(without) == (400, "invalid_email|required")
    assert admin.info(number) == {**before, "email": "other@example.com"}


def test_a_deleted_service_users_key_works_no_more(admin: Caller) -> None:
    robot = service(admin)

    answer = admin.ask("DELETE", f"/user/{robot.number}")

    assert (answer.status_code, robot.get("/user/me").status_code) == (204, 403)


def available(caller: Caller, name: str) -> Any:
    answer = caller.raw("GET", f"/user/availability/{name}")
    return answer.json() if answer.status_code == 200 else refusal(answer)


def test_a_username_is_available_until_somebody_has_it(admin: Caller) -> None:
    name = unused("a@b.example")
    free = available(admin, name)
    number = admin.create(username=name)

    written = [name, name.upper(), name.replace("@", "%40"), name + "/", name + "?x=y"]
    taken = [available(admin, one) for one in written]
    admin.ask("DELETE", f"/user/{number}")

    assert (free, taken) == ({"available": True}, [{"available": False}] * 5)
    assert available(admin, name) == {"available": True}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("jill%20valentine", "invalid_username|characters"),
        ("%00", "invalid_username|characters"),
        ("j%C3%ADll", "invalid_username|characters"),
        ("%FF", "invalid_username|characters"),
        ("a%2Fb", "invalid_username|characters"),
        ("%20", "invalid_username|required"),
        ("x" * 256, "invalid_username|too_long"),
    ],
)
def test_what_can_be_no_username_is_refused(admin: Caller, name: str, code: str) -> None:
    assert available(admin, name) == (400, code)


MAILS = 'SELECT m.kind, m.recipient FROM mails m JOIN users u ON u.id = m."user" WHERE u.username = $1'
LINKS = 'SELECT l.void_at IS NULL FROM password_links l JOIN users u ON u.id = l."user" WHERE u.username = $1'


def test_the_mail_is_sent_again_with_another_link(admin: Caller, ledger: Ledger) -> None:
    name, address = unused(), f"{unused()}@example.com"
    number = admin.create(username=name, email=address)

    answers = [admin.get(f"/user/{number}/resend-create-email{slash}") for slash in ("", "/")]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert ledger.rows(MAILS, name) == [("set-password", address)] * 3
    assert sorted(bool(live) for (live,) in ledger.rows(LINKS, name)) == [False, False, True]


def test_who_signs_in_elsewhere_is_told_so_again(admin: Caller, ledger: Ledger) -> None:
    name, address = unused(), f"{unused()}@example.com"
    number = admin.create(username=name, email=address, is_saml_sso_only=True)

    answer = admin.get(f"/user/{number}/resend-create-email")

    assert answer.status_code == 204
    assert ledger.rows(MAILS, name) == [("sign-in", address)] * 2


def test_who_waits_for_no_mail_is_sent_none(admin: Caller, ledger: Ledger) -> None:
    """A service user, and the first administrator, who began with a password."""
    robot = service(admin)
    before = ledger.footprint()

    found = [refusal(admin.get(f"/user/{number}/resend-create-email")) for number in (robot.number, admin.number)]

    assert found == [(400, "user_is_api_only"), (400, "user_is_registered")]
    assert ledger.footprint() == before
