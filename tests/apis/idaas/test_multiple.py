"""Several users in one request: each as if he were asked for alone, in order, and answered in order."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.apis.idaas.caller import NO_USER, Caller, User, custom, fields, payload, refusal, unused, user_in, values
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

PATH = "/v3/users/multiple"
METHODS = ["POST", "PUT", "DELETE"]
MOST = 1000
Results = list[dict[str, Any]]


def several(caller: Caller, method: str, users: Any, **more: Any) -> Results:
    """The results of one request for several."""
    answer = caller.ask(method, PATH, json={"users": users, **more})
    assert answer.status_code == 200, answer.text
    found: Results = answer.json()
    return found


def codes(results: Results) -> list[str | None]:
    """What each failed of; None for what succeeded."""
    assert all(one["success"] is (one["error"] is None) for one in results)
    return [None if one["error"] is None else one["error"]["errorCode"] for one in results]


def one(kind: str, user: User, **parms: Any) -> dict[str, Any]:
    """A user as an update or a deletion names him."""
    named = {"UUID": user["id"], "USERID": user["userId"], "EXTERNALID": user["externalId"]}
    return {"id": named[kind], "idType": kind, "parms": parms}


def test_users_are_created_in_their_order_and_shown_whole(admin: Caller) -> None:
    wanted = [payload(userAliases=custom(unused("alias"))) for _ in range(20)]

    results = several(admin, "POST", wanted)

    assert [list(result) for result in results] == [["success", "user", "error"]] * 20
    assert [result["user"]["userId"] for result in results] == [body["userId"] for body in wanted]
    assert [admin.user(result["user"]["id"]) for result in results] == [result["user"] for result in results]


def test_each_fails_or_succeeds_by_itself_and_fails_as_it_would_alone(admin: Caller, ledger: Ledger) -> None:
    taken = admin.create(externalId=unused("ext"))
    wrong: list[dict[str, Any]] = [
        payload(userId=taken["userId"].upper()),
        payload(email="nobody"),
        payload(firstName=""),
        payload(userId=None),
        payload(userAliases=custom(taken["userId"])),
        payload(externalId=taken["externalId"]),
        payload(groups=["x"]),
        payload(userAttributeValues=[{"userAttributeId": "x", "value": "y"}]),
        payload(userExtraAttributes=[{}]),
    ]
    alone = [admin.post("/v3/users", json=body).json() for body in wrong]
    good = [payload() for _ in wrong]
    count = "SELECT count(*) FROM events WHERE act = 'user.created'"
    [(before,)] = ledger.rows(count)

    results = several(admin, "POST", [body for pair in zip(wrong, good, strict=True) for body in pair])

    assert [result["error"] for result in results[::2]] == alone
    assert [result["user"] for result in results[::2]] == [None] * len(wrong)
    assert codes(results[1::2]) == [None] * len(good)
    assert ledger.rows(count) == [(before + len(good),)]


def test_of_two_in_one_request_who_want_one_name_the_first_gets_it(admin: Caller) -> None:
    name, alias, external = unused("Ada"), unused("alias"), unused("ext")
    results = several(
        admin,
        "POST",
        [
            payload(userId=name),
            payload(userId=name.upper()),
            payload(userAliases=custom(name)),
            payload(userAliases=custom(alias), externalId=external),
            payload(userId=alias),
            payload(externalId=external),
        ],
    )

    assert codes(results) == [
        None,
        "user_already_exists",
        "user_alias_already_exists",
        None,
        "user_already_exists",
        "value_already_exists",
    ]


@pytest.mark.parametrize("stop", [False, None])
def test_a_later_one_sees_what_an_earlier_one_did(admin: Caller, stop: bool | None) -> None:
    first, second = admin.create(externalId=unused("ext")), admin.create(externalId=unused("ext"))
    name = unused("Eve")
    results = several(
        admin,
        "PUT",
        [
            one("USERID", first, userId=name),
            one("USERID", second, userId=first["userId"]),
            one("USERID", first, firstName="who has the name now"),
            {"id": name, "idType": "USERID", "parms": {"firstName": "renamed", "externalId": ""}},
            one("EXTERNALID", first, lock=True),
        ],
        stopOnError=stop,
    )
    deleted = several(admin, "DELETE", [one("UUID", first), {"id": name, "idType": "USERID"}], stopOnError=stop)

    assert codes(results) == [None, None, None, None, "user_not_found"]
    assert admin.user(second["id"])["firstName"] == "who has the name now"
    assert codes(deleted) == [None, "user_not_found"]


@pytest.mark.parametrize("kind", ["UUID", "USERID", "EXTERNALID"])
def test_users_are_named_by_ids_of_every_type(admin: Caller, kind: str) -> None:
    users = [admin.create(externalId=unused("ext")) for _ in range(5)]

    updated = several(admin, "PUT", [one(kind, user, firstName=user["userId"]) for user in users])
    found = [admin.user(user["id"])["firstName"] for user in users]
    deleted = several(admin, "DELETE", [one(kind, user) for user in users])

    assert [list(result) for result in updated + deleted] == [["success", "error"]] * 10
    assert codes(updated + deleted) == [None] * 10
    assert found == [user["userId"] for user in users]
    assert [refusal(admin.get(f"/v3/users/{user['id']}")) for user in users] == [NO_USER] * 5


@pytest.mark.parametrize("id_type", [None, ""])
def test_an_id_without_a_type_is_a_uuid(admin: Caller, id_type: Any) -> None:
    user = admin.create()

    results = several(
        admin, "PUT", [{"id": user[name], "idType": id_type, "parms": {"lock": True}} for name in ("id", "userId")]
    )

    assert codes(results) == [None, "user_not_found"]


def test_a_user_id_may_be_an_alias(admin: Caller) -> None:
    user = admin.create(userAliases=custom(alias := unused("alias")))

    assert codes(several(admin, "DELETE", [{"id": alias, "idType": "USERID"}])) == [None]
    assert refusal(admin.named(user["userId"])) == NO_USER


def test_updates_fail_as_they_would_alone(admin: Caller, ledger: Ledger) -> None:
    user, there = admin.create(), admin.create()
    wrong: list[dict[str, Any]] = [{"email": "x"}, {"firstName": ""}, {"userId": there["userId"]}, {"state": "x"}]
    alone = [admin.update(user["id"], **sent).json() for sent in wrong]
    before = ledger.footprint()

    results = several(admin, "PUT", [one("UUID", user, **sent) for sent in wrong])

    assert [result["error"] for result in results] == alone
    assert ledger.footprint() == before


WRONG_NAMES: list[tuple[dict[str, Any], str, list[str]]] = [
    ({}, "missing_parameter", ["id"]),
    ({"id": ""}, "missing_parameter", ["id"]),
    ({"id": None}, "missing_parameter", ["id"]),
    ({"id": "x", "idType": "EMAIL"}, "invalid_parameter", ["idType"]),
    ({"id": "nobody"}, "user_not_found", []),
    ({"id": "no\x00body", "idType": "USERID"}, "user_not_found", []),
    ({"id": "no\x00body", "idType": "EXTERNALID"}, "user_not_found", []),
    ({"id": "nobody", "idType": "EXTERNALID"}, "user_not_found", []),
]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_wrong_name_is_that_ones_failure(admin: Caller, ledger: Ledger, method: str) -> None:
    user = admin.create()
    before = ledger.footprint()

    results = several(admin, method, [{"parms": {}, **item} for item, _, _ in WRONG_NAMES])

    assert codes(results) == [code for _, code, _ in WRONG_NAMES]
    assert [[it["field"] for it in result["error"]["parameters"]] for result in results] == [
        named for _, _, named in WRONG_NAMES
    ]
    assert ledger.footprint() == before
    assert codes(several(admin, "PUT", [{"id": user["id"]}])) == ["missing_parameter"]


def test_a_stop_ends_the_array_at_the_first_failure_and_nothing_later_is_attempted(
    admin: Caller, ledger: Ledger
) -> None:
    taken = admin.create()
    wanted = [payload(), payload(), payload(userId=taken["userId"]), payload(), payload(email="x")]

    stopped = several(admin, "POST", wanted, stopOnError=True)
    later = several(admin, "POST", wanted[3:4], stopOnError=True)
    users = [result["user"] for result in stopped[:2]]
    gone = several(admin, "DELETE", [one("UUID", users[0]), {"id": "x"}, one("UUID", users[1])], stopOnError=True)
    edits = several(admin, "PUT", [{"id": "x", "parms": {}}, one("UUID", users[1], lock=True)], stopOnError=True)

    assert codes(stopped) == [None, None, "user_already_exists"]
    assert codes(later) == [None]
    assert codes(gone) == [None, "user_not_found"]
    assert codes(edits) == ["user_not_found"]
    assert admin.user(users[1]["id"])["locked"] is False


@pytest.mark.parametrize("method", METHODS)
def test_none_are_answered_with_none(admin: Caller, ledger: Ledger, method: str) -> None:
    before = ledger.footprint()

    assert several(admin, method, []) == []
    assert ledger.footprint() == before


def test_a_thousand_are_taken_and_one_more_is_not(admin: Caller, ledger: Ledger) -> None:
    wanted = [payload() for _ in range(MOST)]

    results = several(admin, "POST", wanted)
    before = ledger.footprint()
    named = [{"id": result["user"]["id"]} for result in results]
    refused = [admin.ask(method, PATH, json={"users": [*named, *named[:1]]}) for method in METHODS]
    unchanged = ledger.footprint() == before
    deleted = several(admin, "DELETE", named)

    assert [result["user"]["userId"] for result in results] == [body["userId"] for body in wanted]
    assert [(refusal(answer), fields(answer)) for answer in refused] == [((400, "invalid_parameter"), ["users"])] * 3
    assert (unchanged, codes(deleted)) == (True, [None] * MOST)


BROKEN: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"[]", 400),
    (b"{}", 400),
    (b'{"users":null}', 400),
    (b'{"users":{}}', 400),
    (b'{"users":[null]}', 400),
    (b'{"users":[[]]}', 400),
    (b'{"users":["x"]}', 400),
    (b'{"users":[],"stopOnError":"true"}', 400),
    (b'{"users":[],"users":[]}', 400),
    (b'{"users":[' + b" " * (1 << 20) + b"]}", 413),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("body", "status"), BROKEN, ids=[str(case[0][:40]) for case in BROKEN])
def test_what_is_no_list_of_users_is_refused_whole(
    admin: Caller, ledger: Ledger, method: str, body: bytes, status: int
) -> None:
    before = ledger.footprint()

    answer = admin.ask(method, PATH, content=body)

    assert refusal(answer)[0] == status
    assert ledger.footprint() == before


def test_one_of_a_wrong_type_has_the_whole_request_refused_and_nothing_done(admin: Caller, ledger: Ledger) -> None:
    user = admin.create()
    before = ledger.footprint()

    answers = [
        admin.ask("POST", PATH, json={"users": [payload(), payload(firstName=5)]}),
        admin.ask("PUT", PATH, json={"users": [one("UUID", user, lock=True), one("UUID", user, lock=1)]}),
        admin.ask("DELETE", PATH, json={"users": [one("UUID", user), {"id": 5}]}),
    ]

    assert [refusal(answer) for answer in answers] == [(400, "invalid_parameter")] * 3
    assert ledger.footprint() == before


NEEDED = {"POST": "USERS:ADD required", "PUT": "USERS:EDIT required", "DELETE": "USERS:REMOVE required"}


@pytest.mark.parametrize(("method", "needed"), NEEDED.items())
def test_a_caller_who_may_not_is_told_once_and_before_anything_is_done(
    admin: Caller, muster: LiveMuster, ledger: Ledger, method: str, needed: str
) -> None:
    made = told(muster, "application", "add", f"Auditor {time.time_ns()}", "--role", "Auditor")
    auditor = admin.signed_in(made["applicationId"], made["sharedSecret"])
    user = admin.create()
    before = ledger.footprint()

    answers = [auditor.ask(method, PATH, json={"users": users}) for users in ([], [one("UUID", user)], [payload()])]
    nobody = [admin.showing(shown).ask(method, PATH, json={"users": []}) for shown in (None, "x")]

    assert [(refusal(answer), answer.json()["errorMessage"]) for answer in answers] == [
        ((403, "permission_denied"), needed)
    ] * 3
    assert [refusal(answer) for answer in nobody] == [(401, "invalid_session_token")] * 2
    assert ledger.footprint() == before


def test_requests_at_once_share_out_the_names_and_lose_nothing(admin: Caller) -> None:
    names = [unused("Ada") for _ in range(40)]
    orders = [names, names[::-1], names[20:] + names[:20], names]

    with ThreadPoolExecutor(4) as threads:
        found = list(
            threads.map(lambda order: several(admin, "POST", [payload(userId=name) for name in order]), orders)
        )

    winners = [result["user"]["userId"] for results in found for result in results if result["success"]]
    assert sorted(winners) == sorted(names)
    assert {code for results in found for code in codes(results)} == {None, "user_already_exists"}
    assert [user_in(admin.named(name))["userId"] for name in names] == names


def test_what_was_made_together_is_whole(admin: Caller) -> None:
    [result] = several(admin, "POST", [payload(userAliases=custom(alias := unused("alias")), lock=True)])

    assert (values(result["user"]), result["user"]["locked"]) == ([alias], True)
    assert user_in(admin.named(alias)) == result["user"]
