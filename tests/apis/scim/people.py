"""Users for the tests of this API, and what is read of answers about them."""

from __future__ import annotations

import os
from itertools import count
from typing import Any

import httpx

from muster.apis.scim.schema import ENTERPRISE, USER
from tests.apis.scim.caller import LIST, Caller

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

_numbers = count(1)


def unused(name: str = "user") -> str:
    """A name that nobody has, nor anybody whom the other APIs' tests make."""
    return f"scim.{name}.{os.getpid()}.{next(_numbers)}@example.com"


def payload(**changes: Any) -> dict[str, Any]:
    """A good body for a user with a name of his own, and these fields in place of it; None leaves one out."""
    name = unused()
    body = {
        "schemas": [USER],
        "userName": name,
        "name": {"givenName": "Jill", "familyName": "Valentine"},
        "emails": [{"value": name, "type": "work", "primary": True}],
        "active": True,
    }
    return {field: value for field, value in {**body, **changes}.items() if value is not None}


SEVERAL: list[dict[str, Any]] = [
    {"value": "one", "display": "One", "type": "work", "primary": True},
    {"value": "two", "type": "other"},
]
ADDRESSES: list[dict[str, Any]] = [
    {
        "formatted": "100 Universal City Plaza\nHollywood, CA 91608 USA",
        "streetAddress": "100 Universal City Plaza",
        "locality": "Hollywood",
        "region": "CA",
        "postalCode": "91608",
        "country": "USA",
        "type": "work",
        "primary": True,
    },
    {"streetAddress": "456 Hollywood Blvd", "type": "home"},
]
AT_WORK = {
    "employeeNumber": "701984",
    "costCenter": "4130",
    "organization": "S.T.A.R.S.",
    "division": "Alpha",
    "department": "Rear Security",
    "manager": {"value": "26118915-6090-4610-87e4-49d8ca9f808d", "$ref": "../Users/26118915"},
}
NAME = {
    "formatted": "Ms. Jill A. Valentine, III",
    "familyName": "Valentine",
    "givenName": "Jill",
    "middleName": "A.",
    "honorificPrefix": "Ms.",
    "honorificSuffix": "III",
}


def whole(**changes: Any) -> dict[str, Any]:
    """A body with every attribute that a client can send but the password."""
    name = unused("whole")
    return payload(
        schemas=[USER, ENTERPRISE],
        externalId=unused("external"),
        name=NAME,
        displayName="Jill Valentine",
        nickName="Jill",
        profileUrl="https://login.example.com/jill",
        title="Officer",
        userType="Employee",
        preferredLanguage="en-US",
        locale="en-US",
        timezone="America/Denver",
        emails=[
            {"value": f"home.{name}", "display": "At home", "type": "home"},
            {"value": name, "type": "work", "primary": True},
        ],
        phoneNumbers=[
            {"value": "555-555-5555", "type": "work"},
            {"value": "tel:+1-201-555-0123", "type": "mobile", "display": "Mine"},
            {"value": "(0)5", "type": "fax"},
        ],
        ims=SEVERAL,
        photos=[{"value": "https://photos.example.com/jill/F", "type": "photo"}],
        addresses=ADDRESSES,
        entitlements=SEVERAL,
        roles=SEVERAL,
        x509Certificates=[{"value": "QUJD"}],
        **{ENTERPRISE: AT_WORK},
        **changes,
    )


def added(caller: Caller, **changes: Any) -> dict[str, Any]:
    """A new user."""
    return made(caller.post("/Users", payload(**changes)))


def made(answer: httpx.Response) -> dict[str, Any]:
    """The resource of an answer that says that it was made."""
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def shown(answer: httpx.Response) -> dict[str, Any]:
    """The resource of a good answer."""
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def patch(caller: Caller, user: str, *operations: dict[str, Any], **headers: str) -> httpx.Response:
    """A PATCH of a user."""
    return caller.ask("PATCH", f"/Users/{user}", {"schemas": [PATCH_OP], "Operations": list(operations)}, **headers)


def found(caller: Caller, **parameters: Any) -> dict[str, Any]:
    """A list of users; what is None is not asked for."""
    return listed(caller, str(httpx.QueryParams({name: one for name, one in parameters.items() if one is not None})))


def listed(caller: Caller, query: str) -> dict[str, Any]:
    """A list of users, asked for by a query as it stands."""
    answer = caller.get(f"/Users?{query}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert told["schemas"] == [LIST]
    assert told["itemsPerPage"] == len(told["Resources"])
    return told


def names(told: dict[str, Any]) -> list[str]:
    """The names of the users of a list, in order."""
    return [user["userName"] for user in told["Resources"]]


def sent(user: dict[str, Any]) -> dict[str, Any]:
    """What a client may send of a user who was shown."""
    return {name: value for name, value in user.items() if name not in ("id", "meta", "groups")}
