"""The search for users: every attribute with every operator, and what a wrong one is told."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.apis.certcentral.caller import first_caller
from tests.apis.idaas.caller import Caller, User, custom, fields, payload, refusal
from tests.apis.idaas.places import NOBODY, condition, good, group, organization, pages
from tests.apis.idaas.tokens import APP, SECRET, SOFT, give
from tests.support.commands import told
from tests.support.live import LiveMuster
from tests.support.tampering import tamper

PATH, ASYNC = "/v4/userspaged", "/v4/async/userspaged"
SEARCH, ORDER = "searchByAttributes", "orderByAttribute"
INVALID, MISSING = (400, "invalid_parameter"), (400, "missing_parameter")
DENIED = (403, "permission_denied")

CAST = ("ada", "Birkin", "chris", "jill", "leon", "sherry", "wesker")
"""Who is made; the tenant's first administrator is there too."""


@pytest.fixture(scope="module")
def tenant(muster: LiveMuster) -> Any:
    """A tenant that nobody else makes users in."""
    name = f"Paged {time.time_ns()}"
    return {"name": name, **told(muster, "tenant", "add", name)}


@pytest.fixture(scope="module")
def company(admin: Caller, tenant: Any) -> Caller:
    """Its application."""
    return admin.signed_in(tenant["idaas"]["applicationId"], tenant["idaas"]["sharedSecret"])


@pytest.fixture(scope="module")
def places(company: Caller) -> dict[str, str]:
    """Ids that conditions name."""
    roles = {one["roleName"]: one["id"] for one in good(company.get("/v1/roles"))}
    return {
        "raccoon": group(company, name="raccoon")["id"],
        "empty": group(company, name="empty")["id"],
        "umbrella": organization(company, name="umbrella")["id"],
        "auditor": roles["Auditor"],
        "super": roles["Super Administrator"],
        "nobody": NOBODY,
        "nothing": "nothing",
    }


@pytest.fixture(scope="module")
def cast(company: Caller, places: dict[str, str], kept_at: str) -> dict[str, User]:
    """The users by their ids."""
    settings = good(company.get("/v1/settings/general"))
    assert settings["authenticatorActivationType"] == SOFT
    found = {name: company.create(userId=name, **_more(name, places)) for name in CAST}
    for name in ("chris", "jill", "leon"):
        token = found[name]["tokens"][0]["id"]
        assert company.delete(f"/v1/tokens/{token}").status_code == 200
    give(company, found["jill"]["id"], APP, SECRET)
    good(company.put(f"/v1/users/{found['leon']['id']}/roles/{places['auditor']}"))
    for name, at in (("ada", 1_533_406_530_000), ("chris", 1_533_406_530_001), ("wesker", 1_600_000_000_000)):
        asyncio.run(tamper(kept_at, f"UPDATE users SET last_login_at = {at} WHERE id = '{found[name]['id']}'"))
    return found


def _more(name: str, places: dict[str, str]) -> dict[str, Any]:
    more: dict[str, dict[str, Any]] = {
        "ada": {"userAliases": custom("Mandarin.Wong", "a_b"), "groups": [places["raccoon"]]},
        "Birkin": {"state": "INACTIVE", "organizations": [places["umbrella"]]},
        "jill": {"registrationRequired": False, "groups": [places["raccoon"]]},
        "leon": {"lock": True, "verificationRequired": False, "groups": [places["raccoon"]]},
        "sherry": {"registrationRequired": False, "userAliases": custom("Birkin.junior")},
        "wesker": {"state": "INACTIVE", "lock": True, "organizations": [places["umbrella"]]},
    }
    return more.get(name, {})


def found(caller: Caller, *conditions: Any, **search: Any) -> list[str]:
    """The user ids that a search finds, without the tenant's first administrator, in order."""
    body = {SEARCH: [condition(*one) for one in conditions], **search} if conditions else search
    named = [one["userId"] for page in pages(caller, PATH, body) for one in page]
    return [name for name in named if name in CAST]


ALL = [*CAST]


def but(*names: str) -> list[str]:
    return [name for name in CAST if name not in names]


DAWN = "2018-08-04T18:15:30"

# An attribute, an operator, a value, and who is found, in the order in which they were made.
SEARCHES: list[tuple[str, str, str | None, list[str]]] = [
    ("userId", "EQUALS", "ADA", ["ada"]),
    ("userId", "EQUALS", "mandarin.wong", ["ada"]),
    ("userId", "EQUALS", "birkin", ["Birkin"]),
    ("userId", "EQUALS", "", []),
    ("userId", "EQUALS", "nobody", []),
    ("userId", "NOT_EQUALS", "mandarin.wong", but("ada")),
    ("userId", "NOT_EQUALS", "nobody", ALL),
    ("userId", "CONTAINS", "IRKI", ["Birkin", "sherry"]),
    ("userId", "CONTAINS", "darin", ["ada"]),
    ("userId", "CONTAINS", "_", ["ada"]),
    ("userId", "CONTAINS", "%", []),
    ("userId", "CONTAINS", "", ALL),
    ("userId", "NOT_CONTAINS", "irkin", but("Birkin", "sherry")),
    ("userId", "STARTS_WITH", "BIR", ["Birkin", "sherry"]),
    ("userId", "ENDS_WITH", "nior", ["sherry"]),
    ("groupId", "EQUALS", "raccoon", ["ada", "jill", "leon"]),
    ("groupId", "EQUALS", "empty", []),
    ("groupId", "EQUALS", "umbrella", []),
    ("groupId", "EQUALS", "nobody", []),
    ("groupId", "EQUALS", "nothing", []),
    ("organizationId", "EQUALS", "umbrella", ["Birkin", "wesker"]),
    ("organizationId", "EQUALS", "raccoon", []),
    ("roleId", "EQUALS", "auditor", ["leon"]),
    ("roleId", "EQUALS", "super", []),
    ("roleId", "EQUALS", "nobody", []),
    ("roleId", "EQUALS", "nothing", []),
    ("authenticator", "EQUALS", SOFT, but("chris", "jill", "leon")),
    ("authenticator", "NOT_EQUALS", SOFT, ["chris", "jill", "leon"]),
    ("authenticator", "EQUALS", APP, ["jill"]),
    ("authenticator", "NOT_EQUALS", APP, but("jill")),
    ("authenticator", "EQUALS", "PASSWORD", []),
    ("authenticator", "NOT_EQUALS", "PASSWORD", ALL),
    *(
        ("authenticator", operator, kind, who)
        for kind in ("FIDO", "GRID", "HARDWARE_TOKEN", "KBA", "OTP", "SMARTCREDENTIALPUSH", "TEMP_ACCESS_CODE", "FACE")
        for operator, who in (("EQUALS", list[str]()), ("NOT_EQUALS", ALL))
    ),
    ("authenticator", "EQUALS", "MAGICLINK", []),
    ("state", "EQUALS", "ACTIVE", but("Birkin", "wesker")),
    ("state", "EQUALS", "INACTIVE", ["Birkin", "wesker"]),
    ("locked", "EQUALS", "true", ["leon", "wesker"]),
    ("userType", "EQUALS", "LOCAL", ALL),
    ("userType", "EQUALS", "SYNC", []),
    ("userType", "EQUALS", "EXTERNAL", []),
    ("registrationRequired", "EQUALS", "true", but("jill", "sherry")),
    ("registrationRequired", "EQUALS", "false", ["jill", "sherry"]),
    ("verificationRequired", "EQUALS", "true", but("leon")),
    ("verificationRequired", "EQUALS", "false", ["leon"]),
    ("passwordCompromised", "EQUALS", "true", []),
    ("passwordCompromised", "EQUALS", "false", ALL),
    ("lastAuthTime", "EXISTS", None, ["ada", "chris", "wesker"]),
    ("lastAuthTime", "NOT_EXISTS", None, but("ada", "chris", "wesker")),
    ("lastAuthTime", "GREATER_THAN", DAWN, ["chris", "wesker"]),
    ("lastAuthTime", "GREATER_THAN_OR_EQUAL", DAWN, ["ada", "chris", "wesker"]),
    ("lastAuthTime", "LESS_THAN", DAWN, []),
    ("lastAuthTime", "LESS_THAN_OR_EQUAL", DAWN, ["ada"]),
    ("lastAuthTime", "GREATER_THAN", f"{DAWN}Z", ["chris", "wesker"]),
    ("lastAuthTime", "GREATER_THAN", f"{DAWN}.000+0000", ["chris", "wesker"]),
    ("lastAuthTime", "GREATER_THAN", "2018-08-04T20:15:30.001+02:00", ["wesker"]),
    ("passwordExpirationTime", "EXISTS", None, []),
    ("passwordExpirationTime", "NOT_EXISTS", None, ALL),
    ("passwordExpirationTime", "LESS_THAN", "9999-12-31T23:59:59", []),
]


@pytest.mark.parametrize(("name", "operator", "value", "expected"), SEARCHES)
def test_an_attribute_is_searched_by_an_operator(
    company: Caller,
    cast: dict[str, User],
    places: dict[str, str],
    name: str,
    operator: str,
    value: str | None,
    expected: list[str],
) -> None:
    wanted = places.get(value, value) if value is not None and name.endswith("Id") and name != "userId" else value

    assert cast
    assert found(company, (name, operator, wanted)) == expected


def test_conditions_are_joined_by_and(company: Caller, cast: dict[str, User], places: dict[str, str]) -> None:
    of_group = ("groupId", "EQUALS", places["raccoon"])
    of_role = ("roleId", "EQUALS", places["auditor"])

    assert cast
    assert found(company, of_group, ("userId", "CONTAINS", "L")) == ["jill", "leon"]
    assert found(company, of_group, ("userId", "CONTAINS", "L"), of_role) == ["leon"]
    assert found(company, of_group, ("state", "EQUALS", "INACTIVE")) == []
    assert found(company, ("state", "EQUALS", "INACTIVE"), ("locked", "EQUALS", "true")) == ["wesker"]
    assert found(company, ("authenticator", "EQUALS", "FACE"), ("userId", "EQUALS", "ada")) == []


def test_a_search_that_asks_for_nothing_finds_everybody_in_the_order_of_their_making(
    company: Caller, cast: dict[str, User]
) -> None:
    page = good(company.post(PATH, json={}))

    assert cast
    assert [one["userId"] for one in page["results"]][-len(CAST) :] == list(CAST)
    assert page["paging"] == {"limit": 100, "nextCursor": None, "prevCursor": None}


ORDERS = [
    ("userId", True, ALL),
    ("userId", False, ALL[::-1]),
    ("state", True, ["wesker", "Birkin"]),
    ("lastAuthTime", True, ["ada", "chris", "wesker"]),
    ("lastAuthTime", False, ["wesker", "chris", "ada"]),
]


@pytest.mark.parametrize(("name", "ascending", "expected"), ORDERS)
def test_users_come_in_the_order_that_is_asked_for(
    company: Caller, cast: dict[str, User], name: str, ascending: bool, expected: list[str]
) -> None:
    ordered = found(company, **{ORDER: {"name": name, "ascending": ascending}})
    shown = [one for one in ordered if one in expected]

    assert len(ordered) == len(cast)
    assert shown == expected
    # Who never signed in, and who is active, comes first in the order upwards.
    if name != "userId":
        assert ordered[-len(expected) :] == expected if ascending else ordered[: len(expected)] == expected


# What is wrong with a search, the refusal and the field that it names.
WRONG: list[tuple[Any, tuple[int, str], str]] = [
    ({"limit": 0}, INVALID, "limit"),
    ({"limit": 101}, INVALID, "limit"),
    ({"limit": -1}, INVALID, "limit"),
    ({"limit": True}, INVALID, "limit"),
    ({"cursor": "x"}, INVALID, "cursor"),
    ({"attributes": ["email"]}, INVALID, "attributes"),
    ({"attributes": ["grids", "GRIDS"]}, INVALID, "attributes"),
    ({"attributes": "grids"}, INVALID, "attributes"),
    ({"attributes": ["grids"] * 51}, INVALID, "attributes"),
    ({SEARCH: [condition("email", "EQUALS", "x")]}, INVALID, SEARCH),
    ({SEARCH: [condition("userid", "EQUALS", "x")]}, INVALID, SEARCH),
    ({SEARCH: [condition("userId", "GREATER_THAN", "x")]}, INVALID, SEARCH),
    ({SEARCH: [condition("userId", "IN", "x")]}, INVALID, SEARCH),
    ({SEARCH: [condition("userId", "EXISTS", None)]}, INVALID, SEARCH),
    ({SEARCH: [condition("userId", "EQUALS", None)]}, MISSING, "userId"),
    ({SEARCH: [condition("userId", "EQUALS", "x" * 256)]}, INVALID, "userId"),
    ({SEARCH: [condition("userId", "EQUALS", "\x00")]}, INVALID, "userId"),
    ({SEARCH: [condition("groupId", "NOT_EQUALS", NOBODY)]}, INVALID, SEARCH),
    ({SEARCH: [condition("roleId", "CONTAINS", NOBODY)]}, INVALID, SEARCH),
    ({SEARCH: [condition("organizationId", "EXISTS", None)]}, INVALID, SEARCH),
    ({SEARCH: [condition("authenticator", "EQUALS", "MACHINE")]}, INVALID, "authenticator"),
    ({SEARCH: [condition("authenticator", "CONTAINS", "GRID")]}, INVALID, SEARCH),
    ({SEARCH: [condition("state", "EQUALS", "active")]}, INVALID, "state"),
    ({SEARCH: [condition("state", "NOT_EQUALS", "ACTIVE")]}, INVALID, SEARCH),
    ({SEARCH: [condition("locked", "EQUALS", "false")]}, INVALID, "locked"),
    ({SEARCH: [condition("userType", "EQUALS", "MGMT_UI")]}, INVALID, "userType"),
    ({SEARCH: [condition("registrationRequired", "EQUALS", "1")]}, INVALID, "registrationRequired"),
    ({SEARCH: [condition("lastAuthTime", "EQUALS", DAWN)]}, INVALID, SEARCH),
    ({SEARCH: [condition("lastAuthTime", "LESS_THAN", None)]}, MISSING, "lastAuthTime"),
    ({SEARCH: [condition("lastAuthTime", "LESS_THAN", "yesterday")]}, INVALID, "lastAuthTime"),
    ({SEARCH: [condition("userId", "EQUALS", "x")] * 21}, INVALID, SEARCH),
    ({ORDER: {"name": "email", "ascending": True}}, INVALID, ORDER),
    ({ORDER: {"name": "userId"}}, INVALID, ORDER),
    ({ORDER: {"ascending": True}}, INVALID, ORDER),
]


@pytest.mark.parametrize("path", [PATH, ASYNC])
@pytest.mark.parametrize(("search", "expected", "field"), WRONG)
def test_a_wrong_search_is_refused(
    company: Caller, path: str, search: Any, expected: tuple[int, str], field: str
) -> None:
    answer = company.post(path, json=search)

    assert (refusal(answer), list(fields(answer))) == (expected, [field])


def test_a_caller_without_the_permission_is_refused_whatever_he_asks(
    muster: LiveMuster, tenant: Any, company: Caller, cast: dict[str, User]
) -> None:
    made = told(muster, "application", "add", "Sink", "--role", "SIEM Add-on", "--tenant", tenant["name"])
    without = company.signed_in(made["applicationId"], made["sharedSecret"])
    job = good(company.post(ASYNC, json={}))["id"]
    impossible = {SEARCH: [condition("userType", "EQUALS", "SYNC")]}
    answers = [
        without.post(PATH, json={}),
        without.post(PATH, json=impossible),
        without.post(ASYNC, json={}),
        without.get(f"{ASYNC}/{job}/status"),
        without.get(f"{ASYNC}/{job}/result"),
    ]

    assert cast
    assert [refusal(answer) for answer in answers] == [DENIED] * 5
    assert refusal(company.showing(None).post(PATH, json={})) == (401, "invalid_session_token")


def test_a_user_who_was_made_through_certcentral_is_found_and_shown_as_any_other(
    company: Caller, tenant: Any, cast: dict[str, User]
) -> None:
    other = first_caller(company.client, tenant["certcentral"]["api_key"])
    made = other.create(username="ozwell", first_name="Ozwell", last_name="Spencer", email="o@example.com")
    [user] = good(company.post(PATH, json={SEARCH: [condition("userId", "EQUALS", "OZWELL")]}))["results"]
    whole = company.user(user["id"])

    assert cast
    assert made
    assert user == {name: value for name, value in whole.items() if name in user}
    assert (user["userId"], user["lastName"], user["type"]) == ("ozwell", "Spencer", "MGMT_UI")
    assert company.delete(f"/v3/users/{user['id']}").status_code == 200


def test_nobody_of_another_tenant_is_found(admin: Caller, company: Caller, cast: dict[str, User]) -> None:
    theirs = admin.create(userId=f"{payload()['userId']}.elsewhere")
    named = [condition("userId", "CONTAINS", "elsewhere")]

    assert cast
    assert good(company.post(PATH, json={SEARCH: named}))["results"] == []
    assert [one["id"] for one in good(admin.post(PATH, json={SEARCH: named}))["results"]] == [theirs["id"]]
