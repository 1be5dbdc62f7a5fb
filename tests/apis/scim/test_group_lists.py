"""Lists and searches of groups over the wire: filters, order, pages by number and by cursor, and what is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.apis.scim.caller import Caller, error
from tests.apis.scim.people import SEARCH, shown, unused
from tests.apis.scim.teams import Json, adding, changed, group, ids, listed, members, users

NOBODY = "01890000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def people(admin: Caller) -> list[str]:
    return users(admin, 3)


@pytest.fixture(scope="module")
def mark() -> str:
    """What begins the names of the groups here, and of no others."""
    return unused("team").partition("@")[0]


@pytest.fixture(scope="module")
def teams(admin: Caller, people: list[str], mark: str) -> list[Json]:
    """Five groups: the first has all three people, the second two, the third one."""
    made = []
    for place, name in enumerate(("Delta", "alpha", "Charlie", "ALPHA 2", 'quoted " \\ %_')):
        external = {"externalId": f"{mark}/{place}"} if place != 3 else {}
        made.append(group(admin, *people[: max(3 - place, 0)], displayName=f"{mark} {name}", **external))
    return made


# A filter in which `MARK` begins the names and A, B, C are the people, and which of the groups meet it.
FILTERS: list[tuple[str, list[int]]] = [
    ('displayName eq "MARK alpha"', [1]),
    ('displayName eq "mark ALPHA"', [1]),
    ('displayName eq "MARK nothing"', []),
    ('displayName sw "MARK a"', [1, 3]),
    ('displayName sw "MARK" and displayName ew "2"', [3]),
    ('displayName sw "MARK" and displayName co "a 2"', [3]),
    ('displayName sw "MARK" and displayName ne "MARK alpha"', [0, 2, 3, 4]),
    ('displayName sw "MARK" and displayName gt "MARK b"', [0, 2, 4]),
    ('displayName eq "MARK quoted \\" \\\\ %_"', [4]),
    ('displayName sw "MARK" and displayName ew "%"', []),
    ('externalId eq "MARK/2"', [2]),
    ('externalId eq "mark/2"', []),
    ('displayName sw "MARK" and not (externalId pr)', [3]),
    ('externalId sw "MARK/"', [0, 1, 2, 4]),
    ('id eq "ID0"', [0]),
    ('id eq "ID0" or id eq "ID2"', [0, 2]),
    ('id eq "ID0" and displayName eq "MARK delta"', [0]),
    ('id eq "ID0" and displayName eq "MARK alpha"', []),
    ('members eq "A"', [0, 1, 2]),
    ('members.value eq "B"', [0, 1]),
    ('members[value eq "C"]', [0]),
    ('members[value eq "B" and type eq "User"]', [0, 1]),
    ('members.value eq "A" and members.value eq "B"', [0, 1]),
    ('members.value eq "A" and not (members.value eq "B")', [2]),
    ('displayName sw "MARK" and not (members.value eq "A")', [3, 4]),
    ('displayName sw "MARK" and members.value ne "B"', [2, 3, 4]),
    ('members[value eq "C" or value eq "B"]', [0, 1]),
    ('members.value eq "C" or displayName eq "MARK alpha 2"', [0, 3]),
    (f'members.value eq "{NOBODY}"', []),
    ('id eq "ID1" and members eq "B"', [1]),
    ('id eq "ID1" and members eq "C"', []),
    ('displayName sw "MARK" and meta.created gt "2020-01-01T00:00:00Z"', [0, 1, 2, 3, 4]),
    ('displayName sw "MARK" and meta.lastModified lt "2020-01-01T00:00:00Z"', []),
    ('displayName sw "MARK" and meta.resourceType eq "Group"', [0, 1, 2, 3, 4]),
    ('urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq "MARK delta"', [0]),
]


@pytest.mark.parametrize(("template", "expected"), FILTERS)
def test_a_filter_finds_the_groups_that_meet_it(
    admin: Caller, teams: list[Json], people: list[str], mark: str, template: str, expected: list[int]
) -> None:
    text = template.replace("mark", mark.upper()).replace("MARK", mark)
    for place, team in enumerate(teams):
        text = text.replace(f"ID{place}", team["id"])
    for name, user in zip("ABC", people, strict=True):
        text = text.replace(f'"{name}"', f'"{user}"')
    told = listed(admin, filter=text)

    assert ids(told) == [teams[at]["id"] for at in expected]
    assert told["totalResults"] == len(expected)


@pytest.mark.parametrize(
    "text",
    [
        'members.display eq "x"',
        "members pr",
        'members.value co "x"',
        "members eq null",
        'members[type eq "User"]',
        'not (members[display eq "x"])',
        'userName eq "x"',
        "displayName",
        "Bareword",
        "displayName eq",
    ],
)
def test_what_cannot_be_told_is_refused(admin: Caller, text: str) -> None:
    assert error(admin.get(f"/Groups?filter={quote(text)}")) == (400, "invalidFilter")


def test_what_would_look_at_too_many_groups_is_refused(admin: Caller) -> None:
    # Its bound is tested where it can be lowered: in `test_big_groups`.
    told = listed(admin, filter=f'displayName co "{unused()}"')

    assert (told["totalResults"], told["Resources"]) == (0, [])


def test_a_page_begins_where_it_is_asked_to(admin: Caller, teams: list[Json], mark: str) -> None:
    everyone = [team["id"] for team in teams]
    for start, count in ((1, 2), (3, 2), (5, 9), (6, 2), (-3, 2), (2, 0), (1, -1)):
        told = listed(admin, filter=f'displayName sw "{mark}"', startIndex=start, count=count)
        first = max(start, 1) - 1

        assert ids(told) == everyone[first : first + max(count, 0)]
        assert (told["totalResults"], told["startIndex"]) == (5, first + 1)


def test_all_groups_are_walked_by_number_and_by_cursor(admin: Caller, teams: list[Json]) -> None:
    total = listed(admin, count=0)["totalResults"]
    by_number: list[str] = []
    while len(by_number) < total:
        page = listed(admin, count=7, startIndex=len(by_number) + 1, excludedAttributes="members")
        by_number += ids(page)

        assert page["totalResults"] == total
    for sort in ("id", "displayName", "externalId", "meta.created"):
        for order in ("ascending", "descending"):
            forwards = walked(admin, sortBy=sort, sortOrder=order)

            assert sorted(forwards) == sorted(by_number)
            assert forwards == ids(listed(admin, count=1000, sortBy=sort, sortOrder=order))
    assert walked(admin) == by_number
    assert {team["id"] for team in teams} <= set(by_number)


def walked(admin: Caller, **parameters: Any) -> list[str]:
    """All groups by cursor, and back again from the last page."""
    pages, cursor = [], ""
    while True:
        page = listed(admin, count=7, cursor=cursor, excludedAttributes="members", **parameters)
        pages.append(page)
        if "nextCursor" not in page:
            break
        cursor = page["nextCursor"]
    assert "previousCursor" not in pages[0]
    back = pages[-1]
    for page in reversed(pages[:-1]):
        back = listed(admin, count=7, cursor=back["previousCursor"], excludedAttributes="members", **parameters)

        assert ids(back) == ids(page)
    return [one for page in pages for one in ids(page)]


def test_a_cursor_is_good_for_its_own_question_alone(admin: Caller, teams: list[Json]) -> None:
    cursor = listed(admin, count=1, cursor="")["nextCursor"]
    for query in (f"cursor={cursor}&sortBy=displayName", f"cursor={cursor}x", "cursor=nothing"):
        assert error(admin.get(f"/Groups?{query}")) == (400, "invalidCursor")
    assert teams


def test_groups_are_sorted_as_is_asked(admin: Caller, teams: list[Json], mark: str) -> None:
    for sort, order, expected in (
        (None, None, [0, 1, 2, 3, 4]),
        ("displayName", None, [1, 3, 2, 0, 4]),
        ("displayName", "descending", [4, 0, 2, 3, 1]),
        ("externalId", "ascending", [0, 1, 2, 4, 3]),
        ("externalId", "descending", [3, 4, 2, 1, 0]),
        ("id", "descending", [4, 3, 2, 1, 0]),
    ):
        told = listed(admin, filter=f'displayName sw "{mark}"', sortBy=sort, sortOrder=order)

        assert (sort, order, ids(told)) == (sort, order, [teams[at]["id"] for at in expected])
    for wrong in ("members", "members.value", "userName"):
        assert error(admin.get(f"/Groups?sortBy={wrong}")) == (400, "invalidPath")


def test_a_list_has_members_unless_they_are_excluded(
    admin: Caller, teams: list[Json], people: list[str], mark: str
) -> None:
    asked = {"filter": f'displayName sw "{mark}"'}
    whole = listed(admin, **asked)["Resources"]

    assert [{one["value"] for one in it.get("members", [])} for it in whole] == [
        set(people),
        set(people[:2]),
        set(people[:1]),
        set(),
        set(),
    ]
    assert all("members" not in it for it in listed(admin, **asked, excludedAttributes="members")["Resources"])
    assert [it.keys() for it in listed(admin, **asked, attributes="id")["Resources"]] == [{"schemas", "id"}] * 5


def test_a_search_is_a_list_that_is_asked_for_in_the_body(admin: Caller, teams: list[Json], mark: str) -> None:
    message = {
        "schemas": [SEARCH],
        "filter": f'displayName sw "{mark}"',
        "sortBy": "displayName",
        "startIndex": 2,
        "count": 2,
        "excludedAttributes": ["members"],
    }
    told = shown(admin.post("/Groups/.search", message))

    assert ids(told) == [teams[3]["id"], teams[2]["id"]]
    assert (told["totalResults"], told["startIndex"], told["itemsPerPage"]) == (5, 2, 2)


def test_a_change_is_found_at_once(admin: Caller) -> None:
    [user] = users(admin, 1)
    there = group(admin)
    question = f'members eq "{user}"'
    before = listed(admin, filter=question)["totalResults"]
    changed(admin, there["id"], adding(user))

    assert before == 0
    assert ids(listed(admin, filter=question)) == [there["id"]]
    assert members(admin, there["id"]) == {user}
