"""What every answer looks like, and what working clients send that no page mentions (contract, 1, 2.1 and 4)."""

import json
from email.utils import parsedate_to_datetime
from hashlib import md5
from typing import Any

import httpx
import pytest

from tests.apis.certcentral.caller import ABSENT, BASE, INVALID_KEY, KEY_HEADER, Caller, payload, refusal, unused

RECORDED_HEADERS = {
    "content-type": "application/json",
    "cache-control": "private,no-cache",
    "x-xss-protection": "1; mode=block",
    "x-frame-options": "SAMEORIGIN",
    "x-content-type-options": "nosniff",
}
LISTED_FIELDS = [
    "id",
    "username",
    "account_id",
    "first_name",
    "last_name",
    "email",
    "job_title",
    "telephone",
    "status",
    "container",
    "access_roles",
    "type",
    "has_container_assignments",
]
CONTAINER_FIELDS = ["id", "public_id", "name", "parent_id", "template_id", "ekey", "has_logo", "is_active"]


def test_an_invalid_key_is_answered_byte_for_byte_as_recorded(client: httpx.Client) -> None:
    answer = client.get(f"{BASE}/user/me", headers={KEY_HEADER: "nobody's"})

    assert len(INVALID_KEY) == 123
    assert (answer.status_code, answer.content) == (403, INVALID_KEY)


@pytest.mark.parametrize("path", ["/user", "/user/me", "/container/1/role"])
def test_a_good_answer_has_the_recorded_headers_and_the_md5_of_its_body_as_etag(admin: Caller, path: str) -> None:
    answer = admin.get(path)

    headers = {name: answer.headers[name] for name in RECORDED_HEADERS}
    assert (answer.status_code, headers) == (200, RECORDED_HEADERS)
    assert f'"{md5(answer.content).hexdigest()}"' == answer.headers["etag"]
    moments = [parsedate_to_datetime(answer.headers[name]) for name in ("last-modified", "date")]
    assert abs(moments[0] - moments[1]).total_seconds() < 5


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/user/0", 404), ("GET", "/nothing", 404), ("POST", "/user", 400), ("DELETE", "/user", 405)],
)
def test_an_error_has_the_recorded_headers_and_no_etag(admin: Caller, method: str, path: str, status: int) -> None:
    answer = admin.ask(method, path)

    headers = {name: answer.headers[name] for name in RECORDED_HEADERS}
    assert (status, RECORDED_HEADERS) == (answer.status_code, headers)
    assert "etag" not in answer.headers


def test_bodies_are_written_without_blanks_and_in_the_order_that_was_recorded(admin: Caller) -> None:
    number = admin.create(job_title="Medic", telephone="1")
    username = admin.info(number)["username"]

    answer = admin.get("/user", params={"filters[search]": username})

    body = answer.json()
    [user] = body["users"]
    assert list(body) == ["users", "page"]
    assert list(body["page"]) == ["total", "limit", "offset"]
    assert list(user) == LISTED_FIELDS
    assert list(user["container"]) == CONTAINER_FIELDS
    assert list(user["access_roles"][0]) == ["id", "name"]
    assert json.dumps(body, separators=(",", ":")).encode() == answer.content


def test_a_container_is_shown_as_recorded(admin: Caller) -> None:
    container = admin.info(admin.number)["container"]

    assert (len(container["public_id"]), len(container["ekey"])) == (32, 28)
    assert (container["public_id"] + container["ekey"]).isalnum()
    assert tuple(container[name] for name in ("parent_id", "template_id", "has_logo", "is_active")) == (
        0,
        5,
        False,
        True,
    )


@pytest.mark.parametrize("field", ["job_title", "telephone"])
@pytest.mark.parametrize("value", [ABSENT, None, ""])
def test_what_has_no_value_is_left_out(admin: Caller, field: str, value: Any) -> None:
    found = admin.info(admin.create(**{field: value}))

    assert not {"job_title", "telephone", "last_login_date", "container_assignments"} & found.keys()


@pytest.mark.parametrize("role", [4, "4", "04"])
def test_the_id_of_a_role_may_be_an_int_or_a_string(admin: Caller, role: int | str) -> None:
    found = admin.info(admin.create(access_roles=[{"id": role}]))

    assert found["access_roles"] == [{"id": 4, "name": "Manager"}]


@pytest.mark.parametrize("written", [int, str])
def test_the_ids_of_containers_may_be_ints_or_strings(
    admin: Caller, divisions: tuple[int, int], written: type[int] | type[str]
) -> None:
    east, west = divisions

    number = admin.create(container={"id": written(east)}, container_id_assignments=[written(west), written(east)])
    found = admin.info(number)

    assert east == found["container"]["id"]
    assert [{"id": east, "name": "East"}, {"id": west, "name": "West"}] == found["container_assignments"]
    assert [east, west] == [container["id"] for container in found["container_visibility"]]
    assert found["has_container_assignments"] is True


NOTHING: list[dict[str, Any]] = [
    {"container": None},
    {"container": {}},
    {"container": {"id": 0}},
    {"container": {"id": "0"}},
    {"container": {"id": ""}},
    {"container": {"id": None}},
    {"container_id_assignments": None},
    {"container_id_assignments": []},
    {"container_id_assignments": [0]},
    {"is_saml_sso_only": None},
    {"is_saml_sso_only": ""},
    {"access_roles": [{"id": 5}, {"id": 0}, {}]},
    {"access_roles": [{"id": 5}, {"id": "5"}]},
]


@pytest.mark.parametrize("zero", NOTHING, ids=str)
def test_zero_values_and_nulls_mean_absent(admin: Caller, root: int, zero: dict[str, Any]) -> None:
    found = admin.info(admin.create(**zero))

    shown = (found["container"]["id"], found["has_container_assignments"], found["is_saml_sso_only"])
    assert (root, False, False) == shown
    assert found["access_roles"] == [{"id": 5, "name": "Standard User"}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        ("true", True),
        ("True", True),
        ("1", True),
        (1, True),
        (False, False),
        ("false", False),
        (0, False),
    ],
)
def test_the_flag_for_single_sign_on_may_be_a_bool_a_string_or_a_number(
    admin: Caller, value: object, expected: bool
) -> None:
    found = admin.info(admin.create(is_saml_sso_only=value))

    assert found["is_saml_sso_only"] is expected


@pytest.mark.parametrize("path", ["/user", "/user/me", "/user/{me}", "/container/{root}/role"])
def test_a_trailing_slash_makes_no_difference(admin: Caller, root: int, path: str) -> None:
    path = path.format(me=admin.number, root=root)

    with_slash, without = admin.get(path + "/"), admin.get(path)

    assert (200, without.content) == (with_slash.status_code, with_slash.content)


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/xml"])
@pytest.mark.parametrize("content_type", [None, "application/json", "application/xml"])
def test_a_get_may_name_any_content_type_or_none(admin: Caller, accept: str | None, content_type: str | None) -> None:
    named = {"Accept": accept, "Content-Type": content_type}
    headers = {name: value for name, value in named.items() if value is not None}

    answer = admin.get("/user/me", headers=headers)

    assert (200, admin.number) == (answer.status_code, answer.json()["id"])


@pytest.mark.parametrize("content_type", [None, "application/xml", "text/plain", "application/json; charset=utf-8"])
def test_json_is_taken_whatever_the_content_type_calls_it(admin: Caller, content_type: str | None) -> None:
    body = payload()
    headers = {} if content_type is None else {"Content-Type": content_type}

    answer = admin.post("/user", content=json.dumps(body).encode(), headers=headers)

    assert answer.status_code == 201
    assert body["username"] == admin.info(answer.json()["id"])["username"]


def test_unknown_fields_are_ignored(admin: Caller) -> None:
    known = payload()
    unknown = {"id": 7, "status": "inactive", "is_cert_central": False, "x": {"y": [1, None, {"z": 1.5e300}]}, "": ""}
    roles = [{"id": 5, "name": "Administrator", "of": []}]

    answer = admin.post("/user", json={**unknown, **known, "access_roles": roles})
    found = admin.info(answer.json()["id"])

    assert ("active", known["username"]) == (found["status"], found["username"])
    assert found["access_roles"] == [{"id": 5, "name": "Standard User"}]


@pytest.mark.parametrize("target", ["/user/a@b.example", "/user/a%40b.example", "/key/user/a@b.example"])
def test_a_sign_of_an_address_in_the_path_is_an_ordinary_character(admin: Caller, target: str) -> None:
    method = "POST" if target.startswith("/key") else "GET"

    answer = admin.raw(method, target, b'{"name":"k"}' if method == "POST" else None)

    assert refusal(answer) == (404, "not_found|user")


@pytest.mark.parametrize("path", ["/user", "/user/me", "/container/1/role", "/user/0"])
def test_a_head_is_a_get_without_its_body(admin: Caller, path: str) -> None:
    got, headed = admin.get(path), admin.ask("HEAD", path)

    compared = ("content-type", "content-length", "etag")
    assert (got.status_code, b"") == (headed.status_code, headed.content)
    assert [got.headers.get(name) for name in compared] == [headed.headers.get(name) for name in compared]


def test_a_container_lists_exactly_the_five_access_roles(admin: Caller, root: int) -> None:
    answer = admin.get(f"/container/{root}/role")

    names = ["Administrator", "Limited User", "Finance Manager", "Manager", "Standard User"]
    expected = {"access_roles": [{"id": number, "name": name} for number, name in enumerate(names, 1)]}
    assert (200, expected) == (answer.status_code, answer.json())


def test_a_client_that_pages_until_the_total_sees_everybody_once(admin: Caller) -> None:
    name = unused("Wesker")
    wanted = [admin.create(last_name=name) for _ in range(5)]
    seen: list[int] = []
    total = 1

    while len(seen) != total:
        query = {"filters[search]": name, "offset": len(seen), "limit": 2}
        found = admin.get("/user", params=query).json()
        total = found["page"]["total"]
        seen += [user["id"] for user in found["users"]]

        assert {"total": 5, "limit": 2, "offset": query["offset"]} == found["page"]

    assert wanted == seen


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (500, 0)),
        ("limit=&offset=", (500, 0)),
        ("limit=0", (500, 0)),
        ("limit=1000", (1000, 0)),
        ("limit=1001", (1000, 0)),
        ("limit=2147483648", (1000, 0)),
        ("limit=7&offset=2147483647", (7, 2**31 - 1)),
        ("sort=-username&without_container=true&x=y", (500, 0)),
    ],
)
def test_a_list_tells_the_page_that_it_shows(admin: Caller, query: str, expected: tuple[int, int]) -> None:
    answer = admin.raw("GET", f"/user?{query}")

    page = answer.json()["page"]
    assert (200, *expected) == (answer.status_code, page["limit"], page["offset"])


def test_every_answer_names_its_request(admin: Caller) -> None:
    answers = [admin.get("/user/me"), admin.get("/user/0"), admin.post("/user", content=b"{")]

    assert len({answer.headers["x-request-id"] for answer in answers}) == 3
