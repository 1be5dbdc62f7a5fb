"""Groups over the wire: made, shown, replaced, changed and deleted, what is refused, and the same groups elsewhere."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from muster.apis.scim.schema import GROUP
from tests.apis.idaas.caller import Caller as IdaasCaller
from tests.apis.ledger import Ledger
from tests.apis.scim.caller import MEDIA_TYPE, Caller, connected, error
from tests.apis.scim.people import added, made, shown, unused
from tests.apis.scim.teams import adding, body, changed, group, members, removing, them, users
from tests.support.commands import command, told
from tests.support.live import LiveMuster

NOBODY = "01890000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def strict(muster: LiveMuster, client: httpx.Client) -> Caller:
    """A connection whose client is forgiven nothing."""
    return connected(muster, client, "strict", "--name", unused("strict"))


@pytest.fixture(scope="module")
def neighbour(muster: LiveMuster, client: httpx.Client) -> Caller:
    """The first application of another tenant."""
    made_ = told(muster, "tenant", "add", unused("Umbrella"))["idaas"]
    return Caller(client, f"{made_['applicationId']},{made_['sharedSecret']}")


def test_a_group_is_made_with_its_members_and_told_where_it_is(strict: Caller) -> None:
    user = added(strict, displayName="Jill Valentine")
    sent = body(externalId=unused("ext"), members=them(user["id"]))
    answer = strict.post("/Groups", sent)
    found = made(answer)

    assert found == {
        "schemas": [GROUP],
        "id": found["id"],
        "externalId": sent["externalId"],
        "displayName": sent["displayName"],
        "members": [
            {
                "value": user["id"],
                "$ref": user["meta"]["location"],
                "type": "User",
            }
        ],
        "meta": {
            "resourceType": "Group",
            "created": found["meta"]["created"],
            "lastModified": found["meta"]["created"],
            "location": f"{strict.client.base_url}/scim/v2/Groups/{found['id']}",
            "version": answer.headers["etag"],
        },
    }
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["location"] == found["meta"]["location"]
    assert shown(strict.get(f"/Groups/{found['id']}")) == found


def test_a_group_of_nobody_has_no_members(strict: Caller) -> None:
    nobody: list[dict[str, Any]] = [{"members": None}, {"members": []}, {}]
    for members_ in nobody:
        found = made(strict.post("/Groups", {**body(), **members_}))

        assert found.keys() == {"schemas", "id", "displayName", "meta"}


def test_a_name_and_an_external_id_are_one_groups_alone(admin: Caller) -> None:
    first = group(admin, externalId=unused("ext"))
    other = group(admin)
    for field, value in (
        ("displayName", first["displayName"]),
        ("displayName", first["displayName"].upper()),
        ("externalId", first["externalId"]),
    ):
        for answer in (
            admin.post("/Groups", body(**{field: value})),
            changed(admin, other["id"], {"op": "replace", "path": field, "value": value}),
        ):
            assert error(answer) == (409, "uniqueness")
            assert field in answer.json()["detail"]


# What is wrong with a body, and what is said of it.
WRONG: list[tuple[dict[str, Any], tuple[int, str]]] = [
    ({"displayName": None}, (400, "invalidValue")),
    ({"displayName": ""}, (400, "invalidValue")),
    ({"displayName": " "}, (400, "invalidValue")),
    ({"displayName": "x" * 256}, (400, "invalidValue")),
    ({"displayName": "a\nb"}, (400, "invalidValue")),
    ({"displayName": 7}, (400, "invalidValue")),
    ({"displayName": ["x"]}, (400, "invalidValue")),
    ({"externalId": "x" * 256}, (400, "invalidValue")),
    ({"members": "x"}, (400, "invalidValue")),
    ({"members": [{}]}, (400, "invalidValue")),
    ({"members": [{"value": NOBODY}]}, (400, "invalidValue")),
    ({"members": [{"value": "\x00"}]}, (400, "invalidValue")),
    ({"members": [{"value": NOBODY, "type": "Group"}]}, (400, "invalidValue")),
    ({"schemas": None}, (400, "invalidValue")),
    ({"schemas": ["urn:unheard"]}, (400, "invalidValue")),
    ({"unheard": 1}, (400, "invalidSyntax")),
]


@pytest.mark.parametrize(("changes", "expected"), WRONG)
def test_a_wrong_body_makes_and_replaces_nothing(
    strict: Caller, ledger: Ledger, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    there = group(strict)
    sent = body(**changes)
    before = ledger.footprint()

    assert error(strict.post("/Groups", sent)) == expected
    assert error(strict.ask("PUT", f"/Groups/{there['id']}", sent)) == expected
    assert ledger.footprint() == before


def test_unknown_members_are_named(strict: Caller) -> None:
    [user] = users(strict, 1)
    answer = strict.post("/Groups", body(members=them(user, NOBODY, "x")))

    assert error(answer) == (400, "invalidValue")
    assert f"2 of the members are no users: '{NOBODY}', 'x'" == answer.json()["detail"]


def test_a_put_replaces_all(strict: Caller) -> None:
    a, b = users(strict, 2)
    there = group(strict, a, externalId=unused("ext"))
    where = f"/Groups/{there['id']}"
    name = unused("group")

    answer = strict.ask("PUT", where, body(displayName=name, members=them(b)))
    found = shown(answer)

    assert (found["displayName"], [one["value"] for one in found["members"]]) == (name, [b])
    assert "externalId" not in found
    assert shown(strict.get(where)) == found
    assert "members" not in shown(strict.ask("PUT", where, body(displayName=name)))


def logged(muster: LiveMuster, last: str) -> str:
    """The request log, once it holds this: it is written behind the requests."""
    log = ""
    for _ in range(20):
        log = command(muster, "scim", "log", "--lines", "1000").stdout
        if last in log:
            return log
        time.sleep(0.5)
    return log


def test_members_who_are_no_users_are_passed_over_where_that_is_forgiven(admin: Caller, muster: LiveMuster) -> None:
    a, b = users(admin, 2)
    there = group(admin, a, NOBODY, "x")
    added_ = changed(admin, there["id"], adding(NOBODY, b), {"op": "replace", "path": "externalId", "value": unused()})
    replaced = admin.ask("PUT", f"/Groups/{there['id']}", body(members=them(b, NOBODY)))
    log = logged(muster, "all members were replaced, by 2")

    assert [one["value"] for one in there["members"]] == [a]
    assert [one["value"] for one in shown(added_)["members"]] == [a, b]
    assert [one["value"] for one in shown(replaced)["members"]] == [b]
    assert f"2 of the members are no users: '{NOBODY}', 'x'" in log
    assert "all members were replaced, by 2" in log


def test_what_a_member_is_called_is_told_who_asks_for_it(admin: Caller) -> None:
    them_ = [
        added(admin, displayName="Jill V."),
        added(admin, name={"givenName": "Leon", "familyName": "Kennedy"}),
        added(admin, name=None),
    ]
    there = group(admin, *(one["id"] for one in them_))
    asked = shown(admin.get(f"/Groups/{there['id']}?attributes=members.value,members.display"))["members"]

    assert asked == [
        {"value": one["id"], "display": name}
        for one, name in zip(them_, ("Jill V.", "Leon Kennedy", them_[2]["userName"]), strict=True)
    ]


def test_a_patch_is_done_as_a_whole_or_not_at_all(strict: Caller, ledger: Ledger) -> None:
    a, b = users(strict, 2)
    there = group(strict, a)
    before = ledger.footprint()
    for wrong in (adding(NOBODY), {"op": "replace", "path": "displayName", "value": ""}, {"op": "remove"}):
        answer = changed(strict, there["id"], adding(b), removing(a), wrong)

        assert answer.status_code == 400
    assert ledger.footprint() == before
    name = unused("group")
    answer = changed(strict, there["id"], adding(b), removing(a), {"op": "replace", "value": {"displayName": name}})

    assert (shown(answer)["displayName"], members(strict, there["id"])) == (name, {b})


def test_adding_who_is_there_and_removing_who_is_not_changes_nothing(admin: Caller, ledger: Ledger) -> None:
    a, b = users(admin, 2)
    there = group(admin, a)
    before = ledger.footprint()
    for operation in (adding(a), removing(b), removing(NOBODY), {"op": "replace", "path": "members", "value": them(a)}):
        assert shown(changed(admin, there["id"], operation)) == there
    assert ledger.footprint() == before


def test_a_patch_tells_no_members_of_a_group_that_has_many(admin: Caller) -> None:
    them_ = users(admin, 102)
    there = group(admin, *them_[:100])
    small = changed(admin, there["id"], removing(them_[0]))
    large = changed(admin, there["id"], adding(*them_))
    asked = changed(admin, there["id"], removing(them_[0]), query="?attributes=members.value")
    bare = changed(admin, there["id"], removing(them_[1]), query="?excludedAttributes=members")

    assert len(shown(small)["members"]) == 99
    assert (large.status_code, large.content) == (204, b"")
    assert {one["value"] for one in shown(asked)["members"]} == set(them_[1:])
    assert "members" not in shown(bare)
    assert bare.headers["etag"] == shown(admin.get(f"/Groups/{there['id']}"))["meta"]["version"]


def test_if_match_guards_a_change_and_nothing_else_does(admin: Caller) -> None:
    [a] = users(admin, 1)
    there = group(admin)
    where, old = f"/Groups/{there['id']}", there["meta"]["version"]
    first = changed(admin, there["id"], adding(a), if_match=old)
    stale = [
        changed(admin, there["id"], removing(a), if_match=old),
        admin.ask("PUT", where, body(), if_match=old),
        admin.ask("DELETE", where, if_match=old),
    ]

    assert [error(answer) for answer in stale] == [(412, None)] * 3
    assert first.headers["etag"] == admin.get(where).headers["etag"] != old
    assert changed(admin, there["id"], removing(a)).status_code == 200
    assert admin.ask("DELETE", where, if_match="*").status_code == 204


def test_a_group_that_is_known_already_is_not_sent_again(admin: Caller) -> None:
    [a] = users(admin, 1)
    there = group(admin, a)
    where, tag = f"/Groups/{there['id']}", there["meta"]["version"]
    known = admin.get(where, if_none_match=f'"x", {tag}')
    changed(admin, there["id"], removing(a))

    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    assert admin.get(where, if_none_match=tag).status_code == 200


def test_a_client_says_what_it_wants_of_a_group(admin: Caller) -> None:
    user = added(admin)
    there = group(admin, user["id"], externalId=unused("ext"))
    for query, expected in (
        ("attributes=displayName", {"schemas", "id", "displayName"}),
        ("attributes=members.value", {"schemas", "id", "members"}),
        ("excludedAttributes=members", {"schemas", "id", "displayName", "externalId", "meta"}),
        ("excludedAttributes=MEMBERS,meta,externalId", {"schemas", "id", "displayName"}),
        (f"attributes={GROUP}:displayName", {"schemas", "id", "displayName"}),
    ):
        assert (query, set(shown(admin.get(f"/Groups/{there['id']}?{query}")))) == (query, expected)
    only = shown(admin.get(f"/Groups/{there['id']}?attributes=members.value"))["members"]

    assert only == [{"value": user["id"]}]


def test_a_deleted_group_is_gone_and_its_members_stay(admin: Caller) -> None:
    [a] = users(admin, 1)
    there = group(admin, a)
    where = f"/Groups/{there['id']}"
    deleted = admin.ask("DELETE", where)
    after = [
        admin.get(where),
        admin.ask("DELETE", where),
        admin.ask("PUT", where, body()),
        changed(admin, there["id"], adding(a)),
    ]

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert [error(answer) for answer in after] == [(404, None)] * 4
    assert "groups" not in shown(admin.get(f"/Users/{a}"))
    assert group(admin, displayName=there["displayName"])["id"] != there["id"]


def test_a_member_is_shown_his_groups_and_leaves_them_when_he_ends(admin: Caller) -> None:
    a, b = users(admin, 2)
    there = group(admin, a, b)
    told_ = shown(admin.get(f"/Users/{a}"))["groups"]
    admin.ask("DELETE", f"/Users/{a}")

    assert [one["value"] for one in told_] == [there["id"]]
    assert members(admin, there["id"]) == {b}


def test_what_is_another_tenants_is_as_unknown_as_what_never_was(
    admin: Caller, strict: Caller, neighbour: Caller
) -> None:
    theirs = group(neighbour, *users(neighbour, 1), externalId=unused("ext"))
    member = theirs["members"][0]["value"]
    ours = group(admin)

    def outcome(id_: str, user: str) -> list[tuple[int, Any]]:
        answers = [
            admin.get(f"/Groups/{id_}"),
            admin.ask("PUT", f"/Groups/{id_}", body()),
            changed(admin, id_, {"op": "replace", "path": "displayName", "value": unused()}),
            admin.ask("DELETE", f"/Groups/{id_}"),
            strict.post("/Groups", body(members=them(user))),
            changed(strict, ours["id"], adding(user)),
            changed(admin, ours["id"], adding(user)),
            changed(admin, ours["id"], removing(user)),
            admin.get(f'/Groups?filter=id eq "{id_}"'),
            admin.get(f'/Groups?filter=members.value eq "{user}"'),
        ]
        return [(it.status_code, it.content.replace(user.encode(), b"").replace(id_.encode(), b"")) for it in answers]

    assert outcome(theirs["id"], member) == outcome(NOBODY, NOBODY)
    assert group(admin, displayName=theirs["displayName"], externalId=theirs["externalId"])
    assert shown(neighbour.get(f"/Groups/{theirs['id']}")) == theirs


@pytest.fixture(scope="module")
def viewer(muster: LiveMuster, client: httpx.Client) -> Caller:
    """A connection that may look at groups, and not change them."""
    return connected(muster, client, "lenient", "--name", unused("viewer"), "--role", "Auditor")


def test_who_may_not_change_groups_changes_none(admin: Caller, viewer: Caller, ledger: Ledger) -> None:
    [a] = users(admin, 1)
    there = group(admin)
    where = f"/Groups/{there['id']}"
    before = ledger.footprint()
    answers = [
        viewer.post("/Groups", body()),
        viewer.ask("PUT", where, body()),
        changed(viewer, there["id"], adding(a)),
        viewer.ask("DELETE", where),
    ]

    assert [error(answer) for answer in answers] == [(403, None)] * 4
    assert shown(viewer.get(where)) == there
    assert ledger.footprint() == before


def test_a_group_is_the_same_through_both_apis(admin: Caller, idaas_admin: IdaasCaller) -> None:
    [a] = users(admin, 1)
    ours = group(admin, a, externalId=unused("ext"))
    theirs = idaas_admin.post("/v1/groups", json={"name": unused("group"), "externalId": unused("ext")}).json()
    idaas_admin.put(f"/v1/userauthorizationgroup/{a}/groups", json=[theirs["id"]])
    there = idaas_admin.get(f"/v1/groups/{ours['id']}").json()
    here = shown(admin.get(f"/Groups/{theirs['id']}"))

    assert (there["name"], there["externalId"]) == (ours["displayName"], ours["externalId"])
    assert (here["displayName"], here["externalId"]) == (theirs["name"], theirs["externalId"])
    assert [one["value"] for one in here["members"]] == [a]
    assert members(admin, ours["id"]) == set()
    assert admin.get(f"/Groups/{ours['id']}").headers["etag"] != ours["meta"]["version"]


def test_parallel_patches_all_succeed_and_none_is_lost(admin: Caller) -> None:
    them_ = users(admin, 50)
    there = group(admin, *them_[:25])
    operations = [removing(user) for user in them_[:25]] + [adding(user) for user in them_[25:]]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda operation: changed(admin, there["id"], operation), operations))

    assert {answer.status_code for answer in answers} == {200}
    assert members(admin, there["id"]) == set(them_[25:])
