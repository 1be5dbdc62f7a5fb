"""Groups of the Administration API: each operation over the wire, and who is in them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.apis.idaas.caller import NO_USER, Caller, fields, refusal, unused
from tests.apis.idaas.places import NOBODY, good, group
from tests.apis.idaas.test_samples import UUID
from tests.apis.ledger import Ledger

NO_GROUP = (404, "group_not_found")
INVALID, MISSING, TAKEN = (400, "invalid_parameter"), (400, "missing_parameter"), (409, "value_already_exists")


def groups_of(caller: Caller, user: str) -> list[str]:
    return [one["id"] for one in caller.user(user)["groups"]]


def put_groups(caller: Caller, user: str, ids: Any) -> Any:
    return caller.put(f"/v1/userauthorizationgroup/{user}/groups", json=ids)


def test_a_group_is_made_shown_changed_and_removed(admin: Caller) -> None:
    name, external = unused("group"), unused("ext")

    made = group(admin, name=name, externalId=external, attribute="cn=stars")
    path = f"/v1/groups/{made['id']}"
    changed = good(admin.put(path, json={"name": f"{name} bravo", "externalId": "", "attribute": ""}))

    assert UUID.fullmatch(made["id"])
    assert made == {
        "id": made["id"],
        "name": name,
        "type": "MGMT_UI",
        "externalId": external,
        "attribute": "cn=stars",
        "created": made["created"],
        "lastModified": made["created"],
        "directoryDesynced": False,
    }
    assert (changed["name"], changed["externalId"], changed["attribute"]) == (f"{name} bravo", None, None)
    assert good(admin.get(path)) == changed
    assert good(admin.delete(path)) is None
    assert [refusal(answer) for answer in (admin.get(path), admin.delete(path), admin.put(path, json={}))] == [
        NO_GROUP
    ] * 3


@pytest.mark.parametrize("body", [{}, {"name": None}, {"externalId": None, "attribute": None}])
def test_what_is_absent_or_null_stays(admin: Caller, body: dict[str, Any]) -> None:
    made = group(admin, externalId=unused("ext"), attribute="x")

    assert good(admin.put(f"/v1/groups/{made['id']}", json=body)) == made


def test_a_group_is_found_by_its_external_id_or_its_name(admin: Caller) -> None:
    made = group(admin, externalId=unused("ext"))
    for called in (made["externalId"], made["name"], made["name"].upper()):
        assert good(admin.post("/v1/groups/externalid", json={"id": called})) == made
    absent: list[dict[str, Any]] = [{}, {"id": None}, {"id": ""}]
    for body, expected in (({"id": "nothing"}, NO_GROUP), *((body, MISSING) for body in absent)):
        assert refusal(admin.post("/v1/groups/externalid", json=body)) == expected


# A body for *Create a group*, the refusal and the field that it names.
WRONG: list[tuple[dict[str, Any], tuple[int, str], str]] = [
    ({}, MISSING, "name"),
    ({"name": ""}, MISSING, "name"),
    ({"name": None}, MISSING, "name"),
    ({"name": 7}, INVALID, "name"),
    ({"name": "x" * 256}, INVALID, "name"),
    ({"name": "a\nb"}, INVALID, "name"),
    ({"name": "ok", "externalId": "x" * 256}, INVALID, "externalId"),
    ({"name": "ok", "externalId": []}, INVALID, "externalId"),
    ({"name": "ok", "attribute": "x" * 1025}, INVALID, "attribute"),
]


@pytest.mark.parametrize(("body", "expected", "field"), WRONG)
def test_a_wrong_one_is_refused_and_nothing_is_written(
    admin: Caller, ledger: Ledger, body: dict[str, Any], expected: tuple[int, str], field: str
) -> None:
    before = ledger.footprint()

    answer = admin.post("/v1/groups", json=body)

    assert (refusal(answer), list(fields(answer))) == (expected, [field])
    assert ledger.footprint() == before


def test_a_name_and_an_external_id_are_one_groups(admin: Caller) -> None:
    first, second = group(admin, externalId=unused("ext")), group(admin)
    for body, field in (
        ({"name": first["name"].upper()}, "name"),
        ({"name": unused("group"), "externalId": first["externalId"]}, "externalId"),
    ):
        for answer in (admin.post("/v1/groups", json=body), admin.put(f"/v1/groups/{second['id']}", json=body)):
            assert (refusal(answer), list(fields(answer))) == (TAKEN, [field])


def test_all_groups_are_listed_by_name(admin: Caller) -> None:
    made = [group(admin)["id"] for _ in range(3)]
    found = good(admin.get("/v1/groups"))

    assert set(made) <= {one["id"] for one in found}
    assert [one["name"].lower() for one in found] == sorted(one["name"].lower() for one in found)


def test_a_users_groups_are_replaced(admin: Caller) -> None:
    user, (a, b) = admin.create()["id"], (group(admin)["id"] for _ in range(2))
    for wanted in ([a], [b, a], [b, b], []):
        assert good(put_groups(admin, user, wanted)) is None
        assert groups_of(admin, user) == sorted(set(wanted))


def test_a_user_shows_the_groups_that_he_is_in_whole(admin: Caller) -> None:
    made = group(admin, externalId=unused("ext"))
    created = admin.create(groups=[made["id"]])
    [shown] = created["groups"]

    assert shown == good(admin.get(f"/v1/groups/{made['id']}"))
    assert admin.user(created["id"]) == created
    assert good(admin.delete(f"/v1/groups/{made['id']}")) is None
    assert groups_of(admin, created["id"]) == []


@pytest.mark.parametrize("field", ["groups", "organizations", "oauthRoles"])
def test_a_user_with_an_unknown_one_is_refused(admin: Caller, ledger: Ledger, field: str) -> None:
    code = {"groups": "group", "organizations": "organization", "oauthRoles": "oauth_role"}[field]
    user, before = admin.create(), ledger.footprint()

    created = admin.post(
        "/v3/users", json={**user, "userId": unused(), "userAliases": [], "groups": [], field: [NOBODY]}
    )
    changed = admin.put(f"/v3/users/{user['id']}", json={"firstName": "Rebecca", field: [NOBODY]})

    for answer in (created, changed):
        assert (refusal(answer), list(fields(answer))) == ((404, f"{code}_not_found"), [field])
    assert ledger.footprint() == before


def test_an_update_of_a_user_replaces_or_leaves_his_groups(admin: Caller) -> None:
    a, b = (group(admin)["id"] for _ in range(2))
    user = admin.create(groups=[a])["id"]
    for body, expected in (
        ({"firstName": "Rebecca"}, [a]),
        ({"groups": None}, [a]),
        ({"groups": [b]}, [b]),
        ({"groups": []}, []),
    ):
        assert good(admin.put(f"/v3/users/{user}", json=body)) is None
        assert groups_of(admin, user) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([NOBODY], NO_GROUP),
        (["\x00"], NO_GROUP),
        ([7], INVALID),
        ([None], INVALID),
        ({}, INVALID),
        ({"groups": []}, INVALID),
        ("x", INVALID),
        ([f"{number}" for number in range(1001)], INVALID),
    ],
)
def test_wrong_groups_of_a_user_are_refused(
    admin: Caller, ledger: Ledger, body: Any, expected: tuple[int, str]
) -> None:
    user = admin.create(groups=[group(admin)["id"]])["id"]
    before = ledger.footprint()

    assert refusal(put_groups(admin, user, body)) == expected
    assert ledger.footprint() == before


def test_nobody_who_is_not_there_is_put_into_a_group(admin: Caller) -> None:
    assert refusal(put_groups(admin, NOBODY, [])) == NO_USER


def test_many_change_a_users_and_a_groups_members_at_once(admin: Caller) -> None:
    """Twelve users move between three groups from many connections: each ends where he was last put, nothing fails."""
    ids = [group(admin)["id"] for _ in range(3)]
    users = [admin.create()["id"] for _ in range(12)]

    def move(number: int) -> list[int]:
        steps = [ids[: 1 + (number + step) % 3] for step in range(6)]
        return [put_groups(admin, users[number], wanted).status_code for wanted in steps]

    with ThreadPoolExecutor(12) as pool:
        statuses = [status for one in pool.map(move, range(12)) for status in one]

    assert set(statuses) == {200}
    assert [groups_of(admin, user) for user in users] == [sorted(ids[: 1 + (number + 5) % 3]) for number in range(12)]
