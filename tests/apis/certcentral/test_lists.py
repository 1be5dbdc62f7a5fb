"""*List users*: filters, order, pages and CSV, as clients ask for them."""

import csv
from io import StringIO
from typing import Any

import pytest

from tests.apis.certcentral.caller import Caller, unused

NAMES = [("Ada", "Wong"), ("Barry", "Burton"), ("Chris", "Redfield"), ("Claire", "Redfield")]


@pytest.fixture(scope="module")
def division(admin: Caller, root: int) -> int:
    """A container of their own, in which nobody but the four below is at home."""
    answer = admin.post(f"/container/{root}/children", json={"name": "Lists", "template_id": 5})
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


@pytest.fixture(scope="module")
def four(admin: Caller, division: int) -> list[int]:
    """Four users at home there, in the order of their ids."""
    roles = [[{"id": 5}], [{"id": 4}], [{"id": 5}], [{"id": 2}]]
    return [
        admin.create(first_name=first, last_name=last, access_roles=role, container={"id": division})
        for (first, last), role in zip(NAMES, roles, strict=True)
    ]


def listed(admin: Caller, division: int, **parameters: Any) -> tuple[list[int], dict[str, int]]:
    """The ids that a list shows, and its page."""
    answer = admin.get("/user", params={"container_id": division, **parameters})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return [user["id"] for user in body["users"]], body["page"]


def test_a_container_lists_the_users_at_home_in_it(admin: Caller, division: int, four: list[int]) -> None:
    found, page = listed(admin, division)

    assert found == four
    assert page == {"total": 4, "limit": 500, "offset": 0}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"access_role_id": 5}, [0, 2]),
        ({"access_role_id": "4"}, [1]),
        ({"access_role_id": 1}, []),
        ({"access_role_id": 0}, [0, 1, 2, 3]),
        ({"filters[search]": "Redfield"}, [2, 3]),
        ({"filters[search]": "redFIELD"}, [2, 3]),
        ({"filters[search]": "edfield"}, []),
        ({"filters[search]": "%edfield"}, [2, 3]),
        ({"filters[search]": "%"}, [0, 1, 2, 3]),
        ({"filters[search]": "%100%"}, []),
        ({"filters[status]": "active"}, [0, 1, 2, 3]),
        ({"filters[status]": "inactive"}, []),
        ({"sort": "-id"}, [3, 2, 1, 0]),
        ({"sort": "last_name,-first_name"}, [1, 3, 2, 0]),
        ({"sort": "-last_name,first_name"}, [0, 2, 3, 1]),
        ({"sort": "first_name", "offset": 1, "limit": 2}, [1, 2]),
        ({"filters[search]": "%cl", "sort": "-first_name"}, [3]),
        ({"filters[search]": "%edf", "sort": "-first_name", "access_role_id": 2}, [3]),
        ({"something": "else"}, [0, 1, 2, 3]),
    ],
)
def test_a_list_is_narrowed_sorted_and_paged(
    admin: Caller, division: int, four: list[int], parameters: dict[str, Any], expected: list[int]
) -> None:
    found, page = listed(admin, division, **parameters)

    assert found == [four[place] for place in expected]
    assert page["total"] == len(expected) or "limit" in parameters


def test_a_client_that_pages_until_the_offset_is_the_total_sees_everybody_once(
    admin: Caller, division: int, four: list[int]
) -> None:
    seen: list[int] = []
    while True:
        found, page = listed(admin, division, offset=len(seen), limit=3)
        seen += found
        if page["offset"] + len(found) == page["total"]:
            break

    assert seen == four


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"sort": "password"}, "invalid_sort|unknown"),
        ({"sort": "id,id,id,id,id,id"}, "invalid_sort|too_many"),
        ({"filters[status]": "asleep"}, "invalid_status|malformed"),
        ({"access_role_id": 99}, "invalid_access_role"),
        ({"access_role_id": "five"}, "invalid_access_roles|malformed"),
        ({"container_id": 999999}, "invalid_container"),
        ({"without_container": "perhaps"}, "invalid_without_container|malformed"),
        ({"limit": "many"}, "invalid_limit|malformed"),
    ],
)
def test_a_parameter_that_means_nothing_is_refused(admin: Caller, parameters: dict[str, Any], code: str) -> None:
    answer = admin.get("/user", params=parameters)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


def test_a_list_without_containers_leaves_them_out(admin: Caller, division: int, four: list[int]) -> None:
    users = admin.get("/user", params={"container_id": division, "without_container": "true"}).json()["users"]

    assert len(users) == 4
    assert not any("container" in user for user in users)


def test_csv_has_a_heading_and_no_cell_that_is_a_formula(admin: Caller, divisions: tuple[int, int]) -> None:
    name = unused("csv")
    admin.create(username=name, first_name='=HYPERLINK("x")', last_name="+1", job_title="a,b", telephone="-5")
    answer = admin.get("/user", params={"filters[search]": name}, headers={"Accept": "text/csv"})
    [row] = list(csv.DictReader(StringIO(answer.text)))

    assert answer.headers["content-type"] == "text/csv"
    assert (row["username"], row["job_title"], row["access_roles"]) == (name, "a,b", "Standard User")
    assert [row[column][0] for column in ("first_name", "last_name", "telephone")] == ["'", "'", "'"]


@pytest.mark.parametrize("path", ["/user/api-only", "/service-user"])
def test_service_users_have_lists_of_their_own(admin: Caller, four: list[int], path: str) -> None:
    answer = admin.get(path)

    assert answer.status_code == 200
    assert not set(four) & {user["id"] for user in answer.json()["users"]}


def test_a_page_beyond_the_last_user_is_empty_and_says_how_many_there_are(
    admin: Caller, division: int, four: list[int]
) -> None:
    for offset in (4, 5, 1_000, 2**31 - 1):
        assert listed(admin, division, offset=offset) == ([], {"total": 4, "limit": 500, "offset": offset})


def test_a_total_follows_whoever_comes_and_goes(admin: Caller, root: int) -> None:
    made = admin.post(f"/container/{root}/children", json={"name": unused("Totals"), "template_id": 5})
    container = made.json()["id"]
    ids = [admin.create(container={"id": container}) for _ in range(3)]
    totals = [listed(admin, container, limit=1)[1]["total"]]
    assert admin.ask("DELETE", f"/user/{ids[0]}").status_code == 204
    totals += [listed(admin, container, limit=1)[1]["total"], len(listed(admin, container)[0])]

    assert totals == [3, 2, 2]
