"""Bulk requests over the wire: what becomes of each operation, references, bounds, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from muster.apis.scim.schema import ENTERPRISE, GROUP, USER
from tests.apis.ledger import Ledger
from tests.apis.scim.caller import Caller, connected, error
from tests.apis.scim.people import PATCH_OP, added, payload, shown, unused
from tests.apis.scim.teams import Json, adding, body, changed, group, listed, members, them, users
from tests.support.live import LiveMuster

REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
NOBODY = "01890000-0000-7000-8000-000000000000"


def message(*operations: Json, **more: Any) -> Json:
    return {"schemas": [REQUEST], "Operations": list(operations), **more}


def bulk(caller: Caller, *operations: Json, **more: Any) -> list[Json]:
    """What became of these operations."""
    told = shown(caller.post("/Bulk", message(*operations, **more)))
    assert told["schemas"] == [RESPONSE]
    found: list[Json] = told["Operations"]
    return found


def statuses(results: list[Json]) -> list[str]:
    return [one["status"] for one in results]


def posting(path: str, bulk_id: str, data: Json) -> Json:
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": data}


def user(bulk_id: str, **changes: Any) -> Json:
    return posting("/Users", bulk_id, payload(**changes))


def team(bulk_id: str, *members_: str, **changes: Any) -> Json:
    return posting("/Groups", bulk_id, body(members=them(*members_), **changes))


def patching(path: str, *operations: Json, **more: Any) -> Json:
    data = {"schemas": [PATCH_OP], "Operations": list(operations)}
    return {"method": "PATCH", "path": path, "data": data, **more}


def deleting(path: str, **more: Any) -> Json:
    return {"method": "DELETE", "path": path, **more}


def id_in(result: Json) -> str:
    found: str = result["location"].rpartition("/")[2]
    return found


def test_each_operation_is_what_it_would_be_by_itself(admin: Caller) -> None:
    old, gone = added(admin), added(admin)
    there = group(admin)
    name = unused()
    results = bulk(
        admin,
        user("ada", userName=name),
        {"method": "PUT", "path": f"/Users/{old['id']}", "data": payload(userName=old["userName"], title="Guide")},
        patching(f"/Groups/{there['id']}", adding(old["id"])),
        deleting(f"/Users/{gone['id']}"),
        team("stars", old["id"]),
        deleting(f"/Users/{NOBODY}", bulkId="unasked"),
    )
    ada = shown(admin.get(f"/Users/{id_in(results[0])}"))

    assert statuses(results) == ["201", "200", "200", "204", "201", "404"]
    assert results[0] == {
        "method": "POST",
        "bulkId": "ada",
        "location": ada["meta"]["location"],
        "version": ada["meta"]["version"],
        "status": "201",
    }
    assert (ada["userName"], shown(admin.get(f"/Users/{old['id']}"))["title"]) == (name, "Guide")
    assert members(admin, there["id"]) == members(admin, id_in(results[4])) == {old["id"]}
    assert admin.get(f"/Users/{gone['id']}").status_code == 404
    assert (results[5]["bulkId"], results[5]["location"]) == (
        "unasked",
        f"{admin.client.base_url}/scim/v2/Users/{NOBODY}",
    )
    assert results[5]["response"]["status"] == "404"


def test_references_are_the_ids_of_what_is_made_wherever_they_stand(admin: Caller) -> None:
    results = bulk(
        admin,
        team("stars", "bulkId:ada", "bulkId:leon"),
        user("ada", **{"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": "bulkId:leon"}}}),
        patching("/Groups/bulkId:stars", {"op": "remove", "path": 'members[value eq "bulkId:leon"]'}),
        patching("/Groups/bulkId:stars", adding("bulkId:jill")),
        user("leon"),
        user("jill"),
        deleting("/Users/bulkId:jill"),
    )
    ids = {one["bulkId"]: id_in(one) for one in results if "bulkId" in one}

    assert statuses(results) == ["201", "201", "200", "200", "201", "201", "204"]
    assert members(admin, ids["stars"]) == {ids["ada"]}
    assert shown(admin.get(f"/Users/{ids['ada']}"))[ENTERPRISE]["manager"]["value"] == ids["leon"]
    assert results[2]["location"] == results[0]["location"]


def test_a_circle_and_what_refers_to_it_is_refused_and_the_rest_is_done(admin: Caller) -> None:
    def managed(bulk_id: str, by: str) -> Json:
        return user(bulk_id, **{"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": f"bulkId:{by}"}}})

    results = bulk(admin, managed("a", "b"), managed("b", "a"), managed("c", "c"), team("d", "bulkId:a"), user("e"))

    assert statuses(results) == ["409", "409", "409", "409", "201"]
    assert all("location" not in one for one in results[:4])


def test_what_refers_to_nothing_that_was_made_is_refused(admin: Caller) -> None:
    taken = added(admin)["userName"]
    results = bulk(
        admin,
        user("a", userName=taken),
        team("b", "bulkId:a"),
        patching("/Groups/bulkId:b", adding(NOBODY)),
        team("c", "bulkId:nothing"),
    )

    assert statuses(results) == ["409", "409", "409", "400"]
    assert "bulkId:a" in results[1]["response"]["detail"]
    assert results[3]["response"]["scimType"] == "invalidValue"


def test_operations_are_done_in_their_order(admin: Caller) -> None:
    first, second = unused("order"), unused("order")
    results = bulk(
        admin,
        team("a", displayName=first),
        deleting("/Groups/bulkId:a"),
        team("b", displayName=first),
        team("c", displayName=first.upper()),
        patching("/Groups/bulkId:b", {"op": "replace", "path": "displayName", "value": second}),
        team("d", displayName=first),
        patching("/Groups/bulkId:d", {"op": "replace", "value": {"displayName": second}}),
        deleting("/Groups/bulkId:b"),
        patching("/Groups/bulkId:d", {"op": "replace", "value": {"displayName": second}}),
    )

    assert statuses(results) == ["201", "204", "201", "409", "200", "201", "409", "204", "200"]


def test_names_move_along_a_chain(admin: Caller) -> None:
    teams = [group(admin) for _ in range(20)]
    names = [one["displayName"] for one in teams]
    wanted = [*names[1:], unused("chain")]
    moves = [
        patching(f"/Groups/{one['id']}", {"op": "replace", "path": "displayName", "value": name})
        for one, name in zip(teams, wanted, strict=True)
    ]

    assert statuses(bulk(admin, *moves)) == [*["409"] * 19, "200"]
    assert statuses(bulk(admin, *reversed(moves))) == ["200"] * 20
    assert [shown(admin.get(f"/Groups/{one['id']}"))["displayName"] for one in teams] == wanted


def test_many_are_done_at_once_and_told_in_their_order(admin: Caller) -> None:
    names = [unused("crowd") for _ in range(300)]
    results = bulk(admin, *(user(str(at), userName=name) for at, name in enumerate(names)))
    ids = [id_in(one) for one in results]
    joined = bulk(admin, team("all", *ids), *(deleting(f"/Users/{one}") for one in ids[:100]))

    assert [one["bulkId"] for one in results] == [str(at) for at in range(300)]
    assert [shown(admin.get(f"/Users/{ids[at]}"))["userName"] for at in (150, 299)] == [names[150], names[299]]
    assert statuses(joined) == ["201"] + ["204"] * 100
    assert members(admin, id_in(joined[0])) == set(ids[100:])


def test_too_many_errors_end_it(admin: Caller) -> None:
    name = unused()
    bad = deleting(f"/Users/{NOBODY}")
    for most, expected in ((1, ["404"]), (2, ["404", "201", "404"]), (3, ["404", "201", "404", "404"])):
        results = bulk(admin, bad, user("a", userName=f"{most}.{name}"), bad, bad, user("b"), failOnErrors=most)

        assert (most, statuses(results)) == (most, expected)
    assert statuses(bulk(admin, bad, bad, user("a"))) == ["404", "404", "201"]


def test_a_version_guards_an_operation(admin: Caller) -> None:
    there, [member] = group(admin), users(admin, 1)
    where, old = f"/Groups/{there['id']}", there["meta"]["version"]
    changed(admin, there["id"], adding(member))
    results = bulk(admin, patching(where, adding(member), version=old), deleting(where, version=old), deleting(where))

    assert statuses(results) == ["412", "412", "204"]


# What is wrong with an operation, and its status.
WRONG: list[tuple[Json, str]] = [
    ({"method": "POST", "path": "/Users", "data": {"schemas": [USER], "userName": "x"}}, "400"),
    ({"method": "GET", "path": "/Users"}, "405"),
    ({"method": "POST", "path": f"/Users/{NOBODY}", "bulkId": "x", "data": {}}, "405"),
    ({"method": "POST", "path": "/Users/.search", "bulkId": "x", "data": {}}, "405"),
    ({"method": "POST", "path": "/Bulk", "bulkId": "x", "data": {}}, "404"),
    ({"method": "DELETE", "path": "/Nothing/1"}, "404"),
    ({"method": "DELETE", "path": ""}, "404"),
    ({"method": "PATCH", "path": f"/Users/{NOBODY}"}, "400"),
    ({"method": "POST", "path": "/Users", "bulkId": "x", "data": {"schemas": [USER]}}, "400"),
    ({"method": "POST", "path": "/Groups", "bulkId": "x", "data": {"schemas": [GROUP], "displayName": "\x00"}}, "400"),
]


@pytest.mark.parametrize(("operation", "status"), WRONG)
def test_a_wrong_operation_is_answered_and_the_next_one_done(admin: Caller, operation: Json, status: str) -> None:
    results = bulk(admin, operation, user("good"))

    assert statuses(results) == [status, "201"]
    assert results[0]["response"]["status"] == status


# What is wrong with a request as a whole, its status and `scimType`.
UNREADABLE: list[tuple[Any, tuple[int, str | None]]] = [
    ({"schemas": [REQUEST]}, (400, "invalidSyntax")),
    ({"schemas": [REQUEST], "Operations": []}, (400, "invalidSyntax")),
    ({"schemas": [REQUEST], "Operations": {"method": "DELETE", "path": "/"}}, (400, "invalidSyntax")),
    ({"schemas": [REQUEST], "Operations": [1]}, (400, "invalidSyntax")),
    ({"schemas": [REQUEST], "Operations": [{"method": "DELETE"}]}, (400, "invalidSyntax")),
    ({"schemas": [REQUEST], "Operations": [{"method": 1, "path": "/"}]}, (400, "invalidSyntax")),
    (message(user("a"), user("a")), (400, "invalidValue")),
    (message(user("a"), failOnErrors=0), (400, "invalidValue")),
    (message(user("a"), failOnErrors="1"), (400, "invalidSyntax")),
    ({"schemas": "x", "Operations": [deleting("/Users/1")]}, (400, "invalidSyntax")),
    (b"[", (400, "invalidSyntax")),
    (b"[]", (400, "invalidSyntax")),
    (message(*[deleting("/Users/1")] * 1001), (413, None)),
    (json.dumps(message(user("a", title="x" * (1 << 20)))).encode(), (413, None)),
]


@pytest.mark.parametrize(("sent", "expected"), UNREADABLE)
def test_a_wrong_request_does_nothing(
    admin: Caller, ledger: Ledger, sent: Any, expected: tuple[int, str | None]
) -> None:
    before = ledger.footprint()

    assert error(admin.post("/Bulk", sent, content_type="application/scim+json")) == expected
    assert ledger.footprint() == before


def test_the_bounds_are_those_that_are_published(admin: Caller) -> None:
    told = shown(admin.get("/ServiceProviderConfig"))["bulk"]
    most = [deleting("/Users/1")] * told["maxOperations"]

    assert told == {"supported": True, "maxOperations": 1000, "maxPayloadSize": 1 << 20}
    assert set(statuses(bulk(admin, *most))) == {"404"}


def test_a_strict_client_says_what_it_sends(muster: LiveMuster, client: httpx.Client) -> None:
    strict = connected(muster, client, "strict", "--name", unused("strict"))
    operations = [deleting("/Users/1")]

    assert error(strict.post("/Bulk", {"schemas": [], "Operations": operations})) == (400, "invalidValue")
    assert error(strict.post("/Bulk", json.dumps(message(*operations)).encode())) == (415, None)


def test_names_are_found_in_any_case(admin: Caller) -> None:
    told = shown(
        admin.post(
            "/Bulk", {"SCHEMAS": [REQUEST], "operations": [{"Method": "delete", "PATH": "Users/1", "bulkid": "x"}]}
        )
    )

    assert [(one["method"], one["status"], one["bulkId"]) for one in told["Operations"]] == [("DELETE", "404", "x")]


def test_who_may_not_do_something_is_told_so_of_each(muster: LiveMuster, client: httpx.Client, admin: Caller) -> None:
    viewer = connected(muster, client, "lenient", "--name", unused("viewer"), "--role", "Auditor")
    there = group(admin)
    name = unused()
    results = bulk(viewer, user("a", userName=name), deleting(f"/Groups/{there['id']}"))

    assert statuses(results) == ["403", "403"]
    assert error(Caller(client, "nothing").post("/Bulk", message(user("a")))) == (401, None)
    assert listed(admin, filter=f'id eq "{there["id"]}"')["totalResults"] == 1
