"""The wall between tenants, through the wire: what is another tenant's is as unknown as what there never was."""

from typing import Any

import httpx
import pytest

from tests.apis.certcentral.caller import Caller, first_caller, payload, refusal, unused
from tests.apis.ledger import Ledger
from tests.support.commands import command, told
from tests.support.live import LiveMuster

NEVER = 987_654


@pytest.fixture(scope="module")
def neighbour(muster: LiveMuster, client: httpx.Client) -> Caller:
    """The administrator of a second tenant, which is made while the server runs."""
    return first_caller(client, told(muster, "tenant", "add", "Umbrella")["certcentral"]["api_key"])


@pytest.fixture(scope="module")
def theirs(admin: Caller, divisions: tuple[int, int]) -> dict[str, int]:
    """Numbers that the first tenant has and the second has not."""
    for _ in range(20):
        admin.create()
    key, _ = admin.issue_key(admin.number)
    return {"user": admin.create(), "key": key, "container": divisions[0]}


def test_a_second_tenant_works_at_once_beside_the_first(admin: Caller, neighbour: Caller) -> None:
    mine, other = admin.info(admin.number), neighbour.info(neighbour.number)

    assert mine["account_id"] != other["account_id"]
    assert mine["container"]["public_id"] != other["container"]["public_id"]
    assert other["container"]["name"] == "Umbrella"


def test_a_tenants_name_is_given_once(muster: LiveMuster, neighbour: Caller, ledger: Ledger) -> None:
    before = ledger.footprint()

    finished = command(muster, "tenant", "add", "UMBRELLA")

    assert (finished.returncode, finished.stdout) == (1, "")
    assert "refused" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert ledger.footprint() == before


PROBES: list[tuple[str, str, str, Any]] = [
    ("user", "GET", "/user/{}", None),
    ("user", "HEAD", "/user/{}", None),
    ("user", "POST", "/key/user/{}", {"name": "k"}),
    ("key", "PUT", "/key/{}/status", {"status": "revoked"}),
    ("key", "PUT", "/key/{}/status", {"status": "active"}),
    ("container", "GET", "/container/{}/role", None),
]


@pytest.mark.parametrize(("kind", "method", "path", "body"), PROBES, ids=str)
def test_what_is_foreign_is_answered_as_what_is_unknown(
    neighbour: Caller, theirs: dict[str, int], ledger: Ledger, kind: str, method: str, path: str, body: Any
) -> None:
    before = ledger.footprint()

    foreign = neighbour.ask(method, path.format(theirs[kind]), json=body)
    unknown = neighbour.ask(method, path.format(NEVER), json=body)

    assert foreign.status_code == 404
    assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
    assert ledger.footprint() == before


@pytest.mark.parametrize("field", ["container", "container_id_assignments"])
def test_a_foreign_container_is_refused_as_an_unknown_one(
    neighbour: Caller, theirs: dict[str, int], ledger: Ledger, field: str
) -> None:
    wrapped: dict[str, Any] = {"container": lambda number: {"id": number}, "container_id_assignments": lambda n: [n]}
    before = ledger.footprint()

    foreign, unknown = (
        neighbour.post("/user", json=payload(**{field: wrapped[field](number)}))
        for number in (theirs["container"], NEVER)
    )

    assert refusal(foreign) == (400, "invalid_container")
    assert foreign.content == unknown.content
    assert ledger.footprint() == before


def test_a_search_and_a_list_hold_nobody_from_the_other_side(
    admin: Caller, neighbour: Caller, theirs: dict[str, int]
) -> None:
    stranger = admin.info(theirs["user"])

    searched = [
        neighbour.get("/user", params={"filters[search]": stranger[field]}).json() for field in ("username", "email")
    ]
    listed = neighbour.get("/user").json()

    assert [found["users"] for found in searched] == [[], []]
    assert [found["page"]["total"] for found in searched] == [0, 0]
    assert listed["page"]["total"] == len(listed["users"])
    assert {user["account_id"] for user in listed["users"]} == {neighbour.info(neighbour.number)["account_id"]}


def test_both_tenants_may_have_the_same_username(admin: Caller, neighbour: Caller) -> None:
    body = payload(username=unused("Albert.Wesker"))

    answers = [caller.post("/user", json=body) for caller in (admin, neighbour, admin, neighbour)]

    assert [answer.status_code for answer in answers] == [201, 201, 400, 400]
    for caller, answer in ((admin, answers[0]), (neighbour, answers[1])):
        found = caller.get("/user", params={"filters[search]": body["username"]}).json()["users"]
        assert [user["id"] for user in found] == [answer.json()["id"]]


def test_the_numbers_of_one_tenant_tell_nothing_of_how_busy_the_other_is(admin: Caller, neighbour: Caller) -> None:
    first = neighbour.create()
    for _ in range(5):
        admin.create()

    assert neighbour.create() == first + 1


def test_a_revoked_key_of_one_tenant_leaves_the_same_number_in_the_other_alone(
    admin: Caller, neighbour: Caller
) -> None:
    number, key = neighbour.issue_key(neighbour.number)
    mine = admin.put(f"/key/{number}/status", json={"status": "revoked"})

    answer = neighbour.with_key(key).get("/user/me")

    assert mine.status_code in (204, 404)
    assert answer.status_code == 200
