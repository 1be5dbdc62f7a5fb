"""Containers through the wire: all the calls, what they show, what they refuse, and what a restricted caller sees."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.certcentral.accounts import new_account, root_of
from tests.apis.certcentral.caller import ABSENT, Caller, payload, refusal, unused
from tests.apis.ledger import Ledger

UNKNOWN = (404, "not_found|container")
DENIED = (403, "access_denied|missing_permission")
TOO_FAR = (403, "access_denied|exceeds_own_access")
ROLES = [(1, "Administrator"), (2, "Limited User"), (3, "Finance Manager"), (4, "Manager"), (5, "Standard User")]
NUMBERS = ["0", "999999", "x", "-1", "1.5", "9" * 40, "%00", "%F0%9F%94%91"]


def child(caller: Caller, parent: int, **changes: Any) -> int:
    """A new container below another, which is good but for these changes."""
    body = {"name": unused("Unit"), "template_id": 5, **changes}
    answer = caller.post(f"/container/{parent}/children", json={k: v for k, v in body.items() if v is not ABSENT})
    assert answer.status_code == 201, answer.text
    assert list(answer.json()) == ["id"]
    number: int = answer.json()["id"]
    return number


def info(caller: Caller, number: int) -> dict[str, Any]:
    answer = caller.get(f"/container/{number}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(caller: Caller, path: str) -> list[int]:
    answer = caller.get(path)
    assert (answer.status_code, list(answer.json())) == (200, ["containers"])
    return [one["id"] for one in answer.json()["containers"]]


@pytest.fixture(scope="module")
def place(admin: Caller, root: int) -> int:
    """A container for the tests of this file."""
    return child(admin, root)


def test_a_container_is_made_and_shown(admin: Caller, root: int) -> None:
    number = child(admin, root, name="East Side", description="  by the river", template_id="6")
    found = info(admin, number)

    assert list(found) == [
        "id",
        "public_id",
        "name",
        "description",
        "parent_id",
        "template_id",
        "ekey",
        "has_logo",
        "is_active",
    ]
    assert (found["id"], found["name"], found["description"]) == (number, "East Side", "  by the river")
    assert (found["parent_id"], found["template_id"], found["has_logo"], found["is_active"]) == (root, 6, False, True)
    assert (len(found["public_id"]), len(found["ekey"])) == (32, 28)
    assert (found["public_id"] + found["ekey"]).isalnum()


def test_the_containers_of_an_account_are_listed_and_those_below_one(admin: Caller) -> None:
    caller = new_account(admin)
    top = root_of(caller)
    north, south = child(caller, top), child(caller, top)
    oslo = child(caller, north, template_id=6)
    listed = caller.get("/container").json()["containers"]

    assert [(one["id"], one["parent_id"]) for one in listed] == [(top, 0), (north, top), (south, top), (oslo, north)]
    assert [one["template_id"] for one in listed] == [5, 5, 5, 6]
    assert listed == [info(caller, number) for number in (top, north, south, oslo)]
    assert ids(caller, f"/container/{top}/children") == [north, south]
    assert ids(caller, f"/container/{north}/children/") == [oslo]
    assert ids(caller, f"/container/{oslo}/children") == []
    assert ids(caller, "/container?offset=1&limit=2") == [north, south]
    assert ids(caller, "/container?limit=0&offset=") == [top, north, south, oslo]
    assert ids(caller, f"/container/{top}/children?offset=1") == [south]
    assert caller.get(f"/container/{oslo}/parent").json() == info(caller, north)
    assert refusal(caller.get(f"/container/{top}/parent")) == UNKNOWN
    assert refusal(caller.get("/container?limit=x")) == (400, "invalid_limit|malformed")


def test_roles_and_templates_are_told(admin: Caller, place: int) -> None:
    roles = [{"id": number, "name": name} for number, name in ROLES]
    department = {"id": 5, "name": "Department", "date_created": "2014-08-05T20:11:28+00:00"}
    unit = {"id": 6, "name": "Business Unit", "date_created": "2015-09-08T20:34:55+00:00"}

    assert admin.get(f"/container/{place}/role").json() == {"access_roles": roles}
    assert admin.get(f"/container/{place}/template").json() == {"container_templates": [department, unit]}
    assert admin.get(f"/container/{place}/template/6").json() == {**unit, "access_roles": roles}
    assert admin.get(f"/container/{place}/template/5").json() == {**department, "access_roles": roles}
    for number in ("7", *NUMBERS):
        assert refusal(admin.get(f"/container/{place}/template/{number}")) == (404, "not_found|template")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ABSENT}, "invalid_name|required"),
    ({"name": None}, "invalid_name|required"),
    ({"name": " "}, "invalid_name|required"),
    ({"name": 5}, "invalid_name|type"),
    ({"name": "x" * 256}, "invalid_name|too_long"),
    ({"name": "a\x00b"}, "invalid_name|characters"),
    ({"description": "x" * 1025}, "invalid_description|too_long"),
    ({"description": "a\nb"}, "invalid_description|characters"),
    ({"template_id": ABSENT}, "invalid_template_id|required"),
    ({"template_id": 0}, "invalid_template_id|required"),
    ({"template_id": 7}, "invalid_template_id|unknown"),
    ({"template_id": "department"}, "invalid_template_id|malformed"),
    ({"user": "jill"}, "invalid_user|type"),
    ({"user": {}}, "invalid_username|required"),
    ({"user": payload(email="nowhere")}, "invalid_email|malformed"),
    ({"user": payload(access_roles=[{"id": 9}])}, "invalid_access_role"),
    ({"user": payload(container_id_assignments=[999999])}, "invalid_container"),
]


@pytest.mark.parametrize(("changes", "code"), WRONG, ids=[f"{place} {code}" for place, (_, code) in enumerate(WRONG)])
def test_a_bad_container_is_refused_and_nothing_is_written(
    admin: Caller, place: int, ledger: Ledger, changes: dict[str, Any], code: str
) -> None:
    body = {"name": "x", "template_id": 5, **changes}
    before = ledger.footprint()
    answer = admin.post(f"/container/{place}/children", json={k: v for k, v in body.items() if v is not ABSENT})

    assert (400, code) == refusal(answer)
    assert before == ledger.footprint()


def test_a_first_user_comes_with_a_container(admin: Caller, place: int, ledger: Ledger) -> None:
    user = payload(access_roles=[{"id": 1}])
    number = child(admin, place, user=user)
    [found] = admin.get("/user", params={"filters[search]": user["username"]}).json()["users"]
    [(mails,)] = ledger.rows("SELECT count(*) FROM mails WHERE recipient = $1", user["email"])

    assert found["container"]["id"] == number
    assert [unit["id"] for unit in found["container_assignments"]] == [number]
    assert info(admin, number)["user_id_assignments"] == [str(found["id"])]
    assert mails == 1


def test_without_its_first_user_a_container_is_not_made(admin: Caller, place: int, ledger: Ledger) -> None:
    user = payload()
    admin.create(username=user["username"])
    before = ledger.footprint()
    answer = admin.post(f"/container/{place}/children", json={"name": "x", "template_id": 5, "user": user})

    assert refusal(answer) == (400, "username_in_use")
    assert ledger.footprint() == before


def test_what_is_given_of_a_container_is_changed_and_the_rest_stays(admin: Caller, place: int) -> None:
    number = child(admin, place, name="East", description="cold")
    first = info(admin, number)
    edits: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, {}),
        ({"name": None, "description": None, "ekey": None}, {}),
        ({"name": "", "ekey": ""}, {}),
        ({"name": "West"}, {"name": "West"}),
        ({"description": "warm"}, {"description": "warm"}),
        ({"ekey": "abc"}, {"ekey": "abc"}),
        (first, first),
    ]
    expected = dict(first)
    for body, changed in edits:
        answer = admin.put(f"/container/{number}", json=body)
        expected |= changed

        assert (answer.status_code, answer.content) == (204, b"")
        assert info(admin, number) == expected

    admin.put(f"/container/{number}", json={"description": ""})

    assert "description" not in info(admin, number)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": " "}, "invalid_name|required"),
        ({"name": "x" * 256}, "invalid_name|too_long"),
        ({"description": 5}, "invalid_description|type"),
        ({"ekey": "x" * 65}, "invalid_ekey|too_long"),
        ({"ekey": "a\nb"}, "invalid_ekey|characters"),
        ([], "invalid_body|type"),
    ],
    ids=str,
)
def test_a_bad_edit_is_refused(admin: Caller, place: int, ledger: Ledger, body: Any, code: str) -> None:
    before = ledger.footprint()

    assert refusal(admin.put(f"/container/{place}", json=body)) == (400, code)
    assert ledger.footprint() == before


@pytest.mark.parametrize("activate", ["activate", "active"])
def test_a_container_is_switched_with_all_below_it(admin: Caller, place: int, activate: str) -> None:
    north = child(admin, place)
    oslo = child(admin, north)
    native = admin.create(container={"id": oslo})
    off = admin.put(f"/container/{north}/deactivate")
    there = {
        "states": [info(admin, number)["is_active"] for number in (place, north, oslo)],
        "listed": [one["is_active"] for one in admin.get(f"/container/{north}/children").json()["containers"]],
        "home": admin.info(native)["container"]["is_active"],
        "user": admin.info(native)["status"],
        "create": refusal(admin.post("/user", json=payload(container={"id": oslo}))),
        "child": refusal(admin.post(f"/container/{oslo}/children", json={"name": "x", "template_id": 5})),
    }
    on = admin.put(f"/container/{north}/{activate}", json={})

    assert [(answer.status_code, answer.content) for answer in (off, on)] == [(204, b"")] * 2
    assert there == {
        "states": [True, False, False],
        "listed": [False],
        "home": False,
        "user": "active",
        "create": (400, "invalid_container|inactive"),
        "child": (400, "invalid_container|inactive"),
    }
    assert [info(admin, number)["is_active"] for number in (place, north, oslo)] == [True] * 3


def test_the_users_of_a_container_are_overwritten(admin: Caller, place: int) -> None:
    number = child(admin, place)
    one, two, three = (admin.create() for _ in range(3))
    assigned: list[Any] = []
    for body in ([one, str(two)], [str(three), two, two], [one, 0], []):
        answer = admin.put(f"/container/{number}/user-assignments", json={"user_id_assignments": body})
        assigned.append(info(admin, number).get("user_id_assignments"))

        assert (answer.status_code, answer.content) == (204, b"")

    assert assigned == [[str(one), str(two)], [str(two), str(three)], [str(one)], None]
    assert admin.info(two)["has_container_assignments"] is False


def test_a_user_is_restricted_by_the_container_as_by_his_own_assignments(admin: Caller, place: int) -> None:
    north, south = child(admin, place), child(admin, place)
    user = admin.create(container_id_assignments=[north])
    admin.put(f"/container/{south}/user-assignments", json={"user_id_assignments": [user]})
    both = admin.info(user)
    admin.put(f"/container/{north}/user-assignments", json={"user_id_assignments": []})
    one = admin.info(user)

    assert [unit["id"] for unit in both["container_assignments"]] == [north, south]
    assert [unit["id"] for unit in one["container_visibility"]] == [south]


LISTS: list[tuple[str, Any, str]] = [
    ("user-assignments", {}, "invalid_user_id_assignments|required"),
    ("user-assignments", {"user_id_assignments": None}, "invalid_user_id_assignments|required"),
    ("user-assignments", {"user_id_assignments": 5}, "invalid_user_id_assignments|type"),
    ("user-assignments", {"user_id_assignments": ["x"]}, "invalid_user_id_assignments|malformed"),
    ("user-assignments", {"user_id_assignments": [999999]}, "invalid_user"),
    ("user-assignments", {"user_id_assignments": [-1]}, "invalid_user"),
    ("user-assignments", {"user_id_assignments": list(range(1, 1002))}, "invalid_user_id_assignments|too_many"),
    ("organization-assignments", {}, "invalid_organization_id_assignments|required"),
    (
        "organization-assignments",
        {"organization_id_assignments": ["x"]},
        "invalid_organization_id_assignments|malformed",
    ),
    (
        "organization-assignments",
        {"organization_id_assignments": list(range(1, 1002))},
        "invalid_organization_id_assignments|too_many",
    ),
    ("allowed-domain-names", {}, "invalid_allowed_domain_names|required"),
    ("allowed-domain-names", {"allowed_domain_names": [5]}, "invalid_allowed_domain_names|type"),
    ("allowed-domain-names", {"allowed_domain_names": [""]}, "invalid_allowed_domain_names|malformed"),
    ("allowed-domain-names", {"allowed_domain_names": ["a b"]}, "invalid_allowed_domain_names|malformed"),
    ("allowed-domain-names", {"allowed_domain_names": ["x" * 254]}, "invalid_allowed_domain_names|too_long"),
    ("allowed-domain-names", {"allowed_domain_names": ["a.b"] * 201}, "invalid_allowed_domain_names|too_many"),
]


@pytest.mark.parametrize(("call", "body", "code"), LISTS, ids=lambda value: str(value)[:50])
def test_a_bad_list_is_refused(admin: Caller, place: int, ledger: Ledger, call: str, body: Any, code: str) -> None:
    before = ledger.footprint()

    assert refusal(admin.put(f"/container/{place}/{call}", json=body)) == (400, code)
    assert ledger.footprint() == before


def test_organizations_and_domain_names_are_kept_and_shown_back(admin: Caller, place: int) -> None:
    number = child(admin, place)
    answers = [
        admin.put(f"/container/{number}/organization-assignments", json={"organization_id_assignments": ["12", 7, 12]}),
        admin.put(f"/container/{number}/allowed-domain-names", json={"allowed_domain_names": ["*.a.example", "b.c"]}),
    ]
    found = info(admin, number)
    admin.put(f"/container/{number}/organization-assignments", json={"organization_id_assignments": []})
    admin.put(f"/container/{number}/allowed-domain-names", json={"allowed_domain_names": []})
    cleared = info(admin, number)

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert found["allowed_domain_names"] == ["*.a.example", "b.c"]
    assert found["organization_assignments"] == [
        {"id": 12, "status": "active", "is_active": "1"},
        {"id": 7, "status": "active", "is_active": "1"},
    ]
    assert cleared.keys() == found.keys() - {"allowed_domain_names", "organization_assignments"}


CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/container/{}", None),
    ("PUT", "/container/{}", {"name": "x"}),
    ("GET", "/container/{}/role", None),
    ("GET", "/container/{}/children", None),
    ("POST", "/container/{}/children", {"name": "x", "template_id": 5}),
    ("GET", "/container/{}/parent", None),
    ("GET", "/container/{}/template", None),
    ("GET", "/container/{}/template/5", None),
    ("PUT", "/container/{}/activate", None),
    ("PUT", "/container/{}/active", None),
    ("PUT", "/container/{}/deactivate", None),
    ("PUT", "/container/{}/user-assignments", {"user_id_assignments": []}),
    ("PUT", "/container/{}/organization-assignments", {"organization_id_assignments": [1]}),
    ("PUT", "/container/{}/allowed-domain-names", {"allowed_domain_names": ["a.b"]}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=lambda value: str(value)[:50])
def test_what_a_caller_does_not_see_is_not_there_for_him(
    admin: Caller, root: int, place: int, ledger: Ledger, method: str, path: str, body: Any
) -> None:
    east = child(admin, place)
    restricted = admin.colleague(1, container={"id": east}, container_id_assignments=[east])
    stranger = new_account(admin)
    before = ledger.footprint()
    answers = [restricted.ask(method, path.format(number), json=body) for number in (root, place, 999999)]
    answers += [admin.ask(method, path.format(number), json=body) for number in NUMBERS]
    answers.append(stranger.ask(method, path.format(east), json=body))

    assert {refusal(answer) for answer in answers} == {UNKNOWN}
    assert len({answer.content for answer in answers}) == 1
    assert ledger.footprint() == before


READS = {("GET", path) for _, path, _ in CALLS}
OPEN = {("GET", path) for path in ("/container/{}/role", "/container/{}/template", "/container/{}/template/5")}


@pytest.mark.parametrize(("role", "allowed"), [(1, None), (2, OPEN), (3, OPEN), (4, READS), (5, READS)])
def test_each_role_may_what_its_permissions_say(
    admin: Caller, place: int, role: int, allowed: set[tuple[str, str]] | None
) -> None:
    number = child(admin, place)
    caller = admin.colleague(role)
    answers = {(method, path): caller.ask(method, path.format(number), json=body) for method, path, body in CALLS}
    refused = {call for call, answer in answers.items() if not answer.is_success}

    assert refused == (set() if allowed is None else answers.keys() - allowed)
    assert {refusal(answers[call]) for call in refused} <= {DENIED}
    assert (caller.get("/container").status_code == 200) == (role in (1, 4, 5))


@pytest.mark.parametrize(("key_role", "allowed"), [(100, OPEN), (101, OPEN), (102, READS), (103, OPEN)])
def test_each_key_role_leaves_an_administrator_what_it_names(
    admin: Caller, place: int, key_role: int, allowed: set[tuple[str, str]]
) -> None:
    number = child(admin, place)
    caller = admin.with_key(admin.issue_key(admin.number, key_role)[1])
    answers = {(method, path): caller.ask(method, path.format(number), json=body) for method, path, body in CALLS}

    assert {call for call, answer in answers.items() if answer.is_success} == {
        call for call in answers if call in allowed
    }


def test_a_restricted_administrator_does_in_his_part_what_an_administrator_does(admin: Caller, place: int) -> None:
    east = child(admin, place)
    caller = admin.colleague(1, container={"id": east}, container_id_assignments=[east])
    below = child(caller, east, user=payload())
    [native] = info(caller, below)["user_id_assignments"]
    caller.put(f"/container/{below}/user-assignments", json={"user_id_assignments": [native]})
    freed = caller.put(f"/container/{below}/user-assignments", json={"user_id_assignments": []})
    hidden = caller.put(f"/container/{below}/user-assignments", json={"user_id_assignments": [admin.number]})

    assert ids(caller, "/container") == [east, below]
    assert refusal(freed) == TOO_FAR
    assert refusal(hidden) == (400, "invalid_user")
    assert caller.put(f"/container/{east}/deactivate").status_code == 204
    assert [info(caller, number)["is_active"] for number in (east, below)] == [False, False]
