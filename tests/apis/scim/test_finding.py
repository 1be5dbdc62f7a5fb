"""Lists and searches of users over the wire: filters, order, pages by number and by cursor, and what is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from muster.apis.scim.schema import ENTERPRISE, GROUP
from tests.apis.scim.caller import Caller, error
from tests.apis.scim.people import SEARCH, added, found, listed, made, names, unused

FAMILIES = ["Delta", "alpha", None, "Charlie", "Bravo", None, "\uff21lpha", "echo"]


@pytest.fixture(scope="module")
def crowd(admin: Caller) -> list[dict[str, Any]]:
    """Eight users, whose department nobody else has."""
    department = unused("department")
    made_ = []
    for place, family in enumerate(FAMILIES):
        made_.append(
            added(
                admin,
                name={"givenName": "Ada", **({} if family is None else {"familyName": family})},
                title=["Guide", "guard", "GUIDE"][place % 3],
                active=place % 4 != 0,
                displayName=unused("display"),
                emails=[
                    {"value": unused("work"), "type": "work"},
                    {"value": unused("home"), "type": "home", "primary": place % 2 == 0},
                ],
                externalId=unused("external"),
                **{ENTERPRISE: {"department": department, "employeeNumber": unused("number")}},
            )
        )
    return made_


@pytest.fixture
def theirs(crowd: list[dict[str, Any]]) -> str:
    """A filter that all of them meet, and nobody else."""
    return f'{ENTERPRISE}:department eq "{crowd[0][ENTERPRISE]["department"]}"'


def places(told: dict[str, Any], crowd: list[dict[str, Any]]) -> list[int]:
    """Which of the crowd are found, in order."""
    order = [user["userName"] for user in crowd]
    return [order.index(name) for name in names(told)]


WAYS = [
    ('title eq "guide"', {0, 2, 3, 5, 6}),
    ('title sw "GU"', set(range(8))),
    ("active eq true", {1, 2, 3, 5, 6, 7}),
    ("not (active eq true)", {0, 4}),
    ("name.familyName pr", {0, 1, 3, 4, 6, 7}),
    ("not (name.familyName pr)", {2, 5}),
    ('name.familyName eq "ALPHA"', {1, 6}),
    ('name.familyName ge "charlie" and active eq true', {3, 7}),
    ('emails[type eq "home" and primary eq true]', {0, 2, 4, 6}),
    ('active eq false or name.familyName eq "echo"', {0, 4, 7}),
    ('meta.created gt "2020-01-01T00:00:00Z"', set(range(8))),
    ('meta.resourceType eq "User" and meta.lastModified lt "2020-01-01T00:00:00Z"', set()),
]


@pytest.mark.parametrize(("text", "expected"), WAYS)
def test_a_filter_finds_whoever_meets_it(
    admin: Caller, crowd: list[dict[str, Any]], theirs: str, text: str, expected: set[int]
) -> None:
    told = found(admin, filter=f"{theirs} and ({text})")

    assert set(places(told, crowd)) == expected
    assert told["totalResults"] == len(expected)


def test_a_user_is_found_by_each_thing_that_says_who_he_is(admin: Caller, crowd: list[dict[str, Any]]) -> None:
    for user in crowd:
        work, home = (one["value"] for one in user["emails"])
        for text in (
            f'id eq "{user["id"]}"',
            f'externalId eq "{user["externalId"]}"',
            f'userName eq "{user["userName"].upper()}"',
            f'displayName eq "{user["displayName"].upper()}"',
            f'{ENTERPRISE}:employeeNumber eq "{user[ENTERPRISE]["employeeNumber"]}"',
            f'emails eq "{work}"',
            f'emails.value eq "{home.upper()}"',
            f'emails[type eq "work"].value eq "{work}"',
            f'emails[type eq "home" and value eq "{home}"]',
            f'id eq "{user["id"]}" and {ENTERPRISE}:employeeNumber eq "{user[ENTERPRISE]["employeeNumber"]}"',
            f'userName eq "{user["userName"]}" or externalId eq "nobody"',
        ):
            assert names(found(admin, filter=text)) == [user["userName"]], text


def test_who_is_named_and_does_not_meet_the_rest_is_not_found(admin: Caller, crowd: list[dict[str, Any]]) -> None:
    user = crowd[0]
    for text in (
        f'id eq "{user["id"]}" and active eq true',
        f'emails[type eq "home"].value eq "{user["emails"][0]["value"]}"',
        f'userName eq "{user["userName"]}" and not (title pr)',
        f'externalId eq "{user["externalId"].upper()}"',
    ):
        assert found(admin, filter=text)["totalResults"] == 0


def test_an_alias_is_no_user_name(admin: Caller, idaas_admin: Any) -> None:
    alias = unused("alias")
    user = added(admin)
    changed = idaas_admin.put(f"/v3/users/{user['id']}", json={"userAliases": [{"value": alias, "type": "CUSTOM"}]})

    assert changed.status_code == 200, changed.text
    assert found(admin, filter=f'userName eq "{alias}"')["totalResults"] == 0


@pytest.mark.parametrize(
    ("by", "descending", "expected"),
    [
        # What is absent comes last, what is equal in the order in which it was made; descending is the opposite.
        ("name.familyName", False, [1, 6, 4, 3, 0, 7, 2, 5]),
        ("name.familyName", True, [5, 2, 7, 0, 3, 4, 6, 1]),
        ("title", False, [1, 4, 7, 0, 2, 3, 5, 6]),
        ("active", False, [0, 4, 1, 2, 3, 5, 6, 7]),
        ("meta.created", False, [0, 1, 2, 3, 4, 5, 6, 7]),
        ("meta.created", True, [7, 6, 5, 4, 3, 2, 1, 0]),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", False, [0, 1, 2, 3, 4, 5, 6, 7]),
    ],
)
@pytest.mark.parametrize("by_cursor", [False, True])
def test_pages_in_an_order_show_everybody_once(
    admin: Caller,
    crowd: list[dict[str, Any]],
    theirs: str,
    by: str,
    descending: bool,
    expected: list[int],
    by_cursor: bool,
) -> None:
    question = {"filter": theirs, "sortBy": by, "sortOrder": "descending" if descending else None, "count": 3}
    order = sorted(range(8), key=lambda at: crowd[at]["userName"]) if by.endswith("userName") else expected
    seen: list[int] = []
    pages: list[dict[str, Any]] = []
    place: dict[str, Any] | None = {"cursor": ""} if by_cursor else {"startIndex": 1}
    while place is not None:
        told = found(admin, **question, **place)
        seen += places(told, crowd)
        pages.append(told)
        after = told.get("nextCursor") if by_cursor else told["startIndex"] + 3
        place = None if not after or (len(seen) >= 8 and not by_cursor) else {next(iter(place)): after}

    assert seen == order
    assert [told["totalResults"] for told in pages] == [8] * 3
    assert [told["itemsPerPage"] for told in pages] == [3, 3, 2]
    if by_cursor:
        back = found(admin, **question, cursor=pages[2]["previousCursor"])
        first = found(admin, **question, cursor=back["previousCursor"])

        assert [names(told) for told in (back, first)] == [names(told) for told in (pages[1], pages[0])]
        assert "previousCursor" not in first
        assert "nextCursor" not in pages[2]


def test_everybody_is_met_once_on_a_walk_by_cursor_and_by_number(admin: Caller) -> None:
    total = found(admin, count=0)["totalResults"]
    by_number: list[str] = []
    while len(by_number) < total:
        by_number += names(found(admin, startIndex=len(by_number) + 1, count=7))
    by_cursor: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        told = found(admin, count=50, cursor=cursor)
        by_cursor += names(told)
        cursor = told.get("nextCursor")

    assert by_number == by_cursor
    assert len(set(by_cursor)) == total


@pytest.mark.parametrize("by", ["name.familyName", "name.givenName", "active"])
@pytest.mark.parametrize("order", ["ascending", "descending"])
@pytest.mark.usefixtures("crowd")
def test_everybody_is_sorted_as_those_are_whom_a_filter_finds(admin: Caller, by: str, order: str) -> None:
    question = {"sortBy": by, "sortOrder": order}
    # Everybody is sorted by the directory; these, of whom none is left out, one by one.
    expected = walked(admin, **question, filter='not (nickName eq "x" and title eq "x")')
    by_number: list[str] = []
    while len(by_number) < len(expected):
        by_number += names(found(admin, **question, startIndex=len(by_number) + 1, count=100))

    assert by_number == expected
    assert walked(admin, **question) == expected
    assert walked(admin, **question, filter="active pr") == expected


def walked(admin: Caller, **question: str) -> list[str]:
    """The names of all whom a question is about, page by page."""
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        told = found(admin, **question, count=100, cursor=cursor)
        seen += names(told)
        cursor = told.get("nextCursor")
    return seen


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"startIndex": 0}, (1, 8)),
        ({"startIndex": -5}, (1, 8)),
        ({"startIndex": 8}, (8, 1)),
        ({"startIndex": 9}, (9, 0)),
        ({"startIndex": 10**18 - 1}, (10**18 - 1, 0)),
        ({"count": 0}, (1, 0)),
        ({"count": -1}, (1, 0)),
        ({"count": 2, "startIndex": 3}, (3, 2)),
    ],
)
@pytest.mark.parametrize("text", ["{}", "{} and active pr", 'meta.resourceType eq "User" and {}'])
def test_a_page_begins_where_it_is_asked_to(
    admin: Caller, crowd: list[dict[str, Any]], theirs: str, text: str, query: dict[str, int], expected: tuple[int, int]
) -> None:
    told = found(admin, filter=text.format(theirs), **query)

    assert (told["startIndex"], told["itemsPerPage"], told["totalResults"]) == (*expected, 8)


def test_one_user_who_is_named_is_on_the_first_page(admin: Caller, crowd: list[dict[str, Any]]) -> None:
    text = f'userName eq "{crowd[0]["userName"]}"'
    told = [found(admin, filter=text, **more) for more in ({}, {"count": 0}, {"startIndex": 2}, {"cursor": ""})]

    assert [one["totalResults"] for one in told] == [1] * 4
    assert [one["itemsPerPage"] for one in told] == [1, 0, 0, 1]
    assert "nextCursor" not in told[3]


def test_a_list_holds_what_was_asked_for(admin: Caller, crowd: list[dict[str, Any]], theirs: str) -> None:
    few = found(admin, filter=theirs, attributes="userName", count=1)["Resources"]
    less = found(admin, filter=theirs, excludedAttributes="emails,name,meta", count=1)["Resources"]

    assert few == [{name: crowd[0][name] for name in ("schemas", "id", "userName")}]
    assert less == [{name: value for name, value in crowd[0].items() if name not in ("emails", "name", "meta")}]


def test_a_search_that_is_sent_as_a_body_is_the_same_question(
    admin: Caller, crowd: list[dict[str, Any]], theirs: str
) -> None:
    body = {
        "schemas": [SEARCH],
        "filter": theirs,
        "sortBy": "name.familyName",
        "sortOrder": "descending",
        "startIndex": 2,
        "count": 3,
        "attributes": ["userName"],
    }
    by_query = found(
        admin,
        **{name: value for name, value in body.items() if name not in ("schemas", "attributes")},
        attributes="userName",
    )
    answer = admin.post("/Users/.search", body)

    assert (answer.status_code, answer.json()) == (200, by_query)


WRONG = [
    ("filter=userName", "invalidFilter"),
    ("filter=userName%20eq%20x", "invalidFilter"),
    ("filter=colour%20eq%20%22x%22", "invalidFilter"),
    ("filter=password%20eq%20%22x%22", "invalidFilter"),
    ("filter=active%20gt%20true", "invalidFilter"),
    ("sortBy=colour", "invalidPath"),
    ("sortBy=emails%5b", "invalidPath"),
    ("sortBy=name", "invalidPath"),
    ("sortBy=password", "invalidPath"),
    ("sortBy=userName&sortOrder=sideways", "invalidValue"),
    ("startIndex=x", "invalidValue"),
    ("count=1.5", "invalidValue"),
    ("cursor=&count=x", "invalidCount"),
    ("cursor=x", "invalidCursor"),
]


@pytest.mark.parametrize(("query", "expected"), WRONG)
def test_what_is_no_question_is_refused_by_its_kind(admin: Caller, query: str, expected: str) -> None:
    assert error(admin.get(f"/Users?{query}")) == (400, expected)


def test_a_cursor_is_good_for_its_own_question_alone(admin: Caller, theirs: str) -> None:
    cursor = found(admin, filter=theirs, cursor="", count=1)["nextCursor"]

    assert error(admin.get(f"/Users?cursor={cursor}&count=1")) == (400, "invalidCursor")
    assert error(admin.get(f"/Users?cursor={cursor[:-2]}&count=1&filter={quote(theirs)}")) == (400, "invalidCursor")
    assert found(admin, filter=theirs, cursor=cursor, count=1)["itemsPerPage"] == 1


def test_a_name_with_a_plus_sign_quotes_and_backslashes_is_found(admin: Caller) -> None:
    name = unused('o\'neil+"quoted"\\back')
    added(admin, userName=name)
    written = name.replace("\\", "\\\\").replace('"', '\\"')
    raw = quote(f'userName eq "{written}"', safe='"+\\')

    assert names(found(admin, filter=f'userName eq "{written}"')) == [name]
    assert names(listed(admin, f"filter={raw}")) == [name]


def test_groups_of_a_user_are_shown_and_asked_for(admin: Caller) -> None:
    user, other = added(admin), added(admin)
    group = made(
        admin.post(
            "/Groups",
            {"schemas": [GROUP], "displayName": unused("group"), "members": [{"value": user["id"]}]},
        )
    )
    [user_in] = found(admin, filter=f'groups.value eq "{group["id"]}"')["Resources"]

    assert user_in["groups"] == [
        {
            "value": group["id"],
            "$ref": group["meta"]["location"],
            "display": group["displayName"],
            "type": "direct",
        }
    ]
    assert user_in == {**user, "groups": user_in["groups"]}
    assert admin.get(f"/Users/{user['id']}").json() == user_in
    for text in (
        f'groups[value eq "{group["id"]}"]',
        f'groups.display eq "{group["displayName"].upper()}" and userName sw "scim."',
        f'id eq "{user["id"]}" and groups.display sw "scim."',
        f'(groups eq "{group["id"]}" or userName eq "nobody") and active eq true',
    ):
        assert names(found(admin, filter=text, attributes="userName")) == [user["userName"]], text
    assert "groups" not in admin.get(f"/Users/{user['id']}?excludedAttributes=groups").json()
    assert "groups" not in admin.get(f"/Users/{other['id']}").json()


def test_a_search_at_the_root_finds_users_and_groups(admin: Caller) -> None:
    word = unused("root")
    users = [added(admin, displayName=f"{word} {number}") for number in range(3)]
    groups = [
        made(admin.post("/Groups", {"schemas": [GROUP], "displayName": f"{word} {number}"})) for number in range(2)
    ]
    everything = [*users, *groups]
    body = {"schemas": [SEARCH], "filter": f'displayName sw "{word}"', "attributes": ["displayName"]}

    def asked(**more: Any) -> dict[str, Any]:
        answer = admin.post("/.search", {**body, **more})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def ids(told: dict[str, Any]) -> list[str]:
        return [one["id"] for one in told["Resources"]]

    first = asked(count=4, cursor="")
    last = asked(count=4, cursor=first["nextCursor"])

    assert ids(asked()) == [one["id"] for one in everything]
    assert ids(asked(startIndex=3, count=2)) == [users[2]["id"], groups[0]["id"]]
    assert ids(asked(startIndex=5)) == [groups[1]["id"]]
    assert [ids(first), ids(last)] == [[one["id"] for one in part] for part in (everything[:4], everything[4:])]
    assert "nextCursor" not in last
    assert {asked(startIndex=start)["totalResults"] for start in (1, 4, 9)} == {5}
    assert ids(asked(sortBy="userName", sortOrder="descending"))[:3] == [user["id"] for user in users[::-1]]
    assert ids(asked(filter=f'userName eq "{users[0]["userName"]}"')) == [users[0]["id"]]
    assert ids(asked(filter=f'{body["filter"]} and meta.resourceType eq "Group"')) == [one["id"] for one in groups]
    either = f'{body["filter"]} and (userName eq "{users[1]["userName"]}" or not (userName pr))'
    assert ids(asked(filter=either)) == [one["id"] for one in (users[1], *groups)]
    for unknown in ('colour eq "red"', 'members.value eq "x" and userName eq "y" and colour eq "red"'):
        assert error(admin.post("/.search", {**body, "filter": unknown})) == (400, "invalidFilter")
    assert error(admin.post("/.search", {**body, "sortBy": "colour"})) == (400, "invalidPath")
