"""Users over the wire: made, shown, replaced, changed and deleted, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from muster.apis.scim.schema import ENTERPRISE, USER
from muster.apis.scim.users import MOST_PASSWORDS
from tests.apis.idaas.caller import Caller as Idaas
from tests.apis.ledger import Ledger
from tests.apis.scim.caller import MEDIA_TYPE, Caller, connected, error
from tests.apis.scim.people import added, found, made, names, patch, payload, sent, shown, unused, whole
from tests.support.live import LiveMuster

NOBODY = "01890000-0000-7000-8000-000000000000"
SECRET = "a long secret of hers"


@pytest.fixture(scope="module")
def strict(muster: LiveMuster, client: httpx.Client) -> Caller:
    """A connection whose client is forgiven nothing."""
    return connected(muster, client, "strict", "--name", unused("strict"))


def test_a_user_is_made_with_all_that_was_sent_and_told_where_he_is(strict: Caller) -> None:
    body = whole()
    answer = strict.post("/Users", body)
    user = made(answer)

    assert sent(user) == body
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert (
        answer.headers["location"] == user["meta"]["location"] == f"{strict.client.base_url}/scim/v2/Users/{user['id']}"
    )
    assert answer.headers["etag"] == user["meta"]["version"] == 'W/"1"'
    assert user["meta"]["created"] == user["meta"]["lastModified"]


def test_a_user_is_shown_as_he_was_made(strict: Caller) -> None:
    answer = strict.post("/Users", whole())
    again = strict.get(f"/Users/{made(answer)['id']}")

    assert (again.status_code, again.json()) == (200, answer.json())
    assert again.headers["etag"] == answer.headers["etag"]


def test_a_user_needs_no_more_than_a_name(strict: Caller) -> None:
    name = unused()
    user = made(strict.post("/Users", {"schemas": [USER], "userName": name}))

    assert sent(user) == {"schemas": [USER], "userName": name, "active": True}


def test_a_name_is_one_users_alone_in_any_case(admin: Caller) -> None:
    name = unused("Taken")
    added(admin, userName=name)
    for again in (name, name.upper()):
        answer = admin.post("/Users", payload(userName=again))

        assert error(answer) == (409, "uniqueness")
        assert "userName" in answer.json()["detail"]


def test_an_external_id_is_one_users_alone(admin: Caller) -> None:
    name = unused("external")
    added(admin, externalId=name)

    assert error(admin.post("/Users", payload(externalId=name))) == (409, "uniqueness")


def test_another_users_name_is_not_taken_by_a_change(admin: Caller) -> None:
    first, second = added(admin), added(admin)
    by_patch = patch(admin, second["id"], {"op": "replace", "path": "userName", "value": first["userName"]})
    by_put = admin.ask("PUT", f"/Users/{second['id']}", {**sent(second), "userName": first["userName"]})

    assert [error(answer) for answer in (by_patch, by_put)] == [(409, "uniqueness")] * 2


def test_put_replaces_what_is_there_and_clears_the_rest(strict: Caller) -> None:
    user = made(strict.post("/Users", whole(password=SECRET)))
    body = {"schemas": [USER], "id": user["id"], "userName": unused(), "active": False, "displayName": "New"}
    answer = strict.ask("PUT", f"/Users/{user['id']}", body)
    again = shown(answer)

    assert again == shown(strict.get(f"/Users/{user['id']}"))
    assert {**sent(again), "id": again["id"]} == body
    assert again["meta"]["version"] == answer.headers["etag"] == 'W/"2"'


def test_what_was_shown_can_be_put_back_and_changes_nothing(admin: Caller) -> None:
    user = made(admin.post("/Users", whole()))
    answer = admin.ask("PUT", f"/Users/{user['id']}", user)

    assert shown(answer) == user


def test_put_without_active_does_not_let_anybody_in_again(strict: Caller) -> None:
    user = added(strict, active=False)
    body = {name: value for name, value in sent(user).items() if name != "active"}

    assert shown(strict.ask("PUT", f"/Users/{user['id']}", body))["active"] is False


@pytest.mark.parametrize("active", [True, False])
def test_active_that_is_removed_is_not_told_and_stays_as_it_is(
    strict: Caller, idaas_admin: Idaas, active: bool
) -> None:
    user = added(strict, active=active)
    removed = shown(patch(strict, user["id"], {"op": "remove", "path": "active"}))
    again = shown(patch(strict, user["id"], {"op": "add", "path": "title", "value": "x"}))
    state = idaas_admin.get(f"/v3/users/{user['id']}").json()["state"]
    switched = idaas_admin.put(f"/v3/users/{user['id']}", json={"state": "INACTIVE" if active else "ACTIVE"})

    assert "active" not in removed
    assert "active" not in again
    assert (state, switched.status_code) == ("ACTIVE" if active else "INACTIVE", 200)
    assert shown(strict.get(f"/Users/{user['id']}"))["active"] is not active
    said = shown(patch(strict, user["id"], {"op": "add", "path": "active", "value": active}))
    assert said["active"] is active


def test_patch_changes_what_it_names_and_answers_with_all(strict: Caller) -> None:
    user = made(strict.post("/Users", whole()))
    answer = patch(
        strict,
        user["id"],
        {"op": "replace", "path": "name.givenName", "value": "Claire"},
        {"op": "replace", "path": 'emails[type eq "home"].value', "value": "claire@home.example"},
        {"op": "remove", "path": f"{ENTERPRISE}:manager"},
        {"op": "add", "value": {"roles": [{"value": "three"}]}},
    )
    expected = sent(user)
    expected["name"] = {**expected["name"], "givenName": "Claire"}
    expected["emails"] = [{**user["emails"][0], "value": "claire@home.example"}, user["emails"][1]]
    expected[ENTERPRISE] = {name: value for name, value in user[ENTERPRISE].items() if name != "manager"}
    expected["roles"] = [*user["roles"], {"value": "three"}]

    assert sent(shown(answer)) == expected
    assert answer.headers["etag"] == 'W/"2"'
    assert shown(strict.get(f"/Users/{user['id']}")) == answer.json()


def test_a_patch_of_which_one_operation_is_wrong_changes_nothing(strict: Caller) -> None:
    user = added(strict)
    answer = patch(
        strict,
        user["id"],
        {"op": "replace", "path": "title", "value": "x"},
        {"op": "replace", "path": "colour", "value": "red"},
    )

    assert error(answer) == (400, "invalidPath")
    assert shown(strict.get(f"/Users/{user['id']}")) == user


def test_what_a_patch_leaves_as_it_is_has_the_same_version(strict: Caller) -> None:
    user = added(strict)

    assert shown(patch(strict, user["id"], {"op": "replace", "path": "active", "value": True})) == user


def test_a_disabled_user_is_shown_and_found(admin: Caller) -> None:
    user = added(admin)
    patch(admin, user["id"], {"op": "Replace", "path": "active", "value": "False"})
    listed = found(admin, filter=f'userName eq "{user["userName"]}" and active eq false')

    assert shown(admin.get(f"/Users/{user['id']}"))["active"] is False
    assert names(listed) == [user["userName"]]


def test_a_deleted_user_is_gone_for_every_method(strict: Caller) -> None:
    user = added(strict)
    answer = strict.ask("DELETE", f"/Users/{user['id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert error(strict.get(f"/Users/{user['id']}")) == (404, None)
    assert error(strict.ask("DELETE", f"/Users/{user['id']}")) == (404, None)
    assert error(strict.ask("PUT", f"/Users/{user['id']}", payload())) == (404, None)
    assert error(patch(strict, user["id"], {"op": "remove", "path": "title"})) == (404, None)
    assert found(strict, filter=f'id eq "{user["id"]}"')["totalResults"] == 0


@pytest.mark.parametrize("id_", [NOBODY, "1", "x" * 300, "%00", "%C3%A9", "..%2f..", "administrator"])
def test_an_id_that_is_nobodys_is_unknown(strict: Caller, id_: str) -> None:
    assert error(strict.get(f"/Users/{id_}")) == (404, None)


BODIES: list[tuple[Any, tuple[int, str | None]]] = [
    (b"", (400, "invalidSyntax")),
    (b"{", (400, "invalidSyntax")),
    (b"[]", (400, "invalidSyntax")),
    (b'{"userName":"a","userName":"b"}', (400, "invalidSyntax")),
    (b'"x"', (400, "invalidSyntax")),
    (payload(userName=None), (400, "invalidValue")),
    (payload(userName=""), (400, "invalidValue")),
    (payload(userName="  "), (400, "invalidValue")),
    (payload(userName="a\nb"), (400, "invalidValue")),
    (payload(userName="x" * 256), (400, "invalidValue")),
    (payload(userName="nul\0"), (400, "invalidValue")),
    (payload(userName=["x"]), (400, "invalidValue")),
    (payload(schemas=None), (400, "invalidValue")),
    (payload(colour="red"), (400, "invalidSyntax")),
    (payload(title=17), (400, "invalidValue")),
    (payload(title="x" * 1025), (400, "invalidValue")),
    (payload(displayName="a\nb"), (400, "invalidValue")),
    (payload(emails=[{"value": "x" * 321}]), (400, "invalidValue")),
    (payload(password="short"), (400, "invalidValue")),
    (payload(password="x" * 257), (400, "invalidValue")),
    (payload(password=17), (400, "invalidValue")),
    (payload(userName="ada.wong", password="My-Ada.Wong-secret"), (400, "invalidValue")),
    (payload(photos=[{"value": "x" * 65_000}, {"value": "y" * 1000}]), (400, "invalidValue")),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_what_is_no_user_is_refused_and_not_made(strict: Caller, body: Any, expected: tuple[int, str | None]) -> None:
    before = found(strict, count=0)["totalResults"]
    answer = strict.ask("POST", "/Users", body, content_type=MEDIA_TYPE)

    assert error(answer) == expected
    assert found(strict, count=0)["totalResults"] == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"Operations": []}, (400, "invalidValue")),
        ({"schemas": ["x"], "Operations": [{"op": "remove", "path": "title"}]}, (400, "invalidValue")),
        ({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}, (400, "invalidSyntax")),
        ({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": []}, (400, "invalidSyntax")),
    ],
)
def test_what_is_no_patch_is_refused(strict: Caller, body: Any, expected: tuple[int, str | None]) -> None:
    assert error(strict.ask("PATCH", f"/Users/{added(strict)['id']}", body)) == expected


def test_a_password_is_kept_as_a_hash_and_never_shown(strict: Caller, muster: LiveMuster, ledger: Ledger) -> None:
    body = payload(password=SECRET)
    answer = strict.post("/Users", body)
    user = made(answer)
    again = [
        patch(strict, user["id"], {"op": "replace", "path": "password", "value": SECRET + "2"}),
        patch(strict, user["id"], {"op": "add", "value": {"password": SECRET + "3"}}),
        strict.ask("PUT", f"/Users/{user['id']}", {**body, "password": SECRET + "4"}),
        strict.get(f"/Users/{user['id']}?attributes=password"),
        strict.get(f"/Users?filter=userName%20eq%20%22{user['userName']}%22"),
    ]

    [(kept,)] = ledger.rows("SELECT password FROM users WHERE id = $1", user["id"])

    assert kept.startswith("$argon2id$")
    assert [one.status_code for one in again] == [200] * 5
    assert "secret" not in answer.text + "".join(one.text for one in again)
    assert error(strict.get("/Users?filter=password%20pr")) == (400, "invalidFilter")
    assert [one.json()["meta"]["version"] for one in again[:3]] == ['W/"2"', 'W/"3"', 'W/"4"']
    assert SECRET not in muster.log.read_text()


def test_a_weak_password_is_refused_by_a_patch_as_well(strict: Caller) -> None:
    user = added(strict)
    for value in ("short", f"1{user['userName']}1"):
        assert error(patch(strict, user["id"], {"op": "add", "path": "password", "value": value})) == (
            400,
            "invalidValue",
        )


def test_a_password_that_is_no_text_is_refused_where_numbers_are_forgiven_too(admin: Caller) -> None:
    user = added(admin)
    for value in (12345678901234567890, [SECRET], {"value": SECRET}):
        assert error(patch(admin, user["id"], {"op": "replace", "path": "password", "value": value})) == (
            400,
            "invalidValue",
        )


def test_a_patch_sets_a_few_passwords_at_most(strict: Caller) -> None:
    user = added(strict)
    many = [{"op": "replace", "path": "password", "value": f"{SECRET}{n}"} for n in range(MOST_PASSWORDS + 1)]

    assert error(patch(strict, user["id"], *many)) == (400, "tooMany")
    assert patch(strict, user["id"], *many[1:]).status_code == 200


def test_who_may_set_no_password_is_told_so_before_it_is_looked_at(muster: LiveMuster, client: httpx.Client) -> None:
    auditor = connected(muster, client, "strict", "--role", "Auditor")
    weak = {"op": "replace", "path": "password", "value": "short"}

    assert error(patch(auditor, "01890000-0000-7000-8000-000000000000", weak)) == (403, None)
    assert error(auditor.post("/Users", payload(password="short"))) == (403, None)


def test_a_version_that_has_passed_is_not_changed(strict: Caller) -> None:
    user = added(strict)
    patch(strict, user["id"], {"op": "replace", "path": "title", "value": "x"})
    place, body = f"/Users/{user['id']}", sent(user)
    change = {"op": "replace", "path": "title", "value": "y"}

    for tag in ('W/"1"', '"1"', 'W/"7"', '"x"', 'W/"1", W/"3"'):
        assert error(patch(strict, user["id"], change, if_match=tag)) == (412, None)
        assert error(strict.ask("PUT", place, body, if_match=tag)) == (412, None)
        assert error(strict.ask("DELETE", place, if_match=tag)) == (412, None)
    assert shown(strict.get(place))["title"] == "x"
    assert patch(strict, user["id"], change, if_match='W/"1", W/"2"').status_code == 200
    assert patch(strict, user["id"], change, if_match="*").status_code == 200
    assert strict.ask("DELETE", place, if_match='W/"3"').status_code == 204


def test_what_a_client_has_already_is_not_sent_again(strict: Caller) -> None:
    user = added(strict)
    answer = strict.get(f"/Users/{user['id']}", if_none_match=user["meta"]["version"])

    assert (answer.status_code, answer.content) == (304, b"")
    assert strict.get(f"/Users/{user['id']}", if_none_match='W/"7"').status_code == 200


def test_an_answer_holds_what_was_asked_for(strict: Caller) -> None:
    user = made(strict.post("/Users?attributes=userName,name.givenName", whole()))
    place = f"/Users/{user['id']}"
    always = {"schemas": [USER, ENTERPRISE], "id": user["id"]}
    few = {**always, "userName": user["userName"], "name": {"givenName": "Jill"}}
    change = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "remove", "path": "title"}],
    }

    assert user == few
    assert (
        shown(strict.get(f"{place}?attributes=userName&attributes=x,name.givenName".replace("&attributes=x", "")))
        == few
    )
    assert "emails" not in shown(strict.ask("PATCH", f"{place}?excludedAttributes=emails", change))
    assert shown(strict.get(f"{place}?attributes=id")) == always


def test_nobody_may_do_what_his_role_does_not_give(muster: LiveMuster, client: httpx.Client, admin: Caller) -> None:
    reader = connected(muster, client, "lenient", "--name", unused("reader"), "--role", "Auditor")
    user = added(admin)
    place = f"/Users/{user['id']}"
    answers = [
        reader.post("/Users", payload()),
        reader.ask("PUT", place, sent(user)),
        patch(reader, user["id"], {"op": "remove", "path": "title"}),
        reader.ask("DELETE", place),
    ]

    assert [error(answer) for answer in answers] == [(403, None)] * 4
    assert shown(admin.get(place)) == user


def test_an_administrator_with_more_than_the_connection_is_not_changed_by_it(strict: Caller) -> None:
    [administrator] = found(strict, filter='userName eq "administrator"')["Resources"]
    answers = [
        patch(strict, administrator["id"], {"op": "replace", "path": "emails", "value": [{"value": "mine@x.example"}]}),
        patch(strict, administrator["id"], {"op": "replace", "path": "password", "value": SECRET}),
        strict.ask("DELETE", f"/Users/{administrator['id']}"),
    ]

    assert [error(answer) for answer in answers] == [(403, None)] * 3


def test_a_change_is_in_the_trail_and_the_password_is_not(strict: Caller, ledger: Ledger) -> None:
    user = added(strict, displayName="Before", password=SECRET)
    patch(
        strict,
        user["id"],
        {"op": "replace", "path": "displayName", "value": "After"},
        {"op": "replace", "path": "password", "value": SECRET + "2"},
    )
    changes = repr(ledger.rows("SELECT act, changes FROM events WHERE subject = $1", user["id"]))

    assert "After" in changes
    assert "secret" not in changes
    assert "argon2" not in changes


def test_the_callers_own_resource_is_nobody(strict: Caller) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        assert error(strict.ask(method, "/Me")) == (501, None)
    assert error(Caller(strict.client, "x").get("/Me")) == (401, None)
