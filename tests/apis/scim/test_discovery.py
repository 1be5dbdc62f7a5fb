"""What the service says of itself: to anybody, whole, in its own words, and as the connection's profile has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from muster.apis.scim import normal, patch
from muster.apis.scim.filters import MOST_CHARACTERS
from muster.apis.scim.schema import ENTERPRISE, GROUP, SCHEMAS, USER, USERS, Attribute
from tests.apis.scim.caller import LIST, Caller, connected, error
from tests.support.live import LiveMuster

PATHS = [
    "/Schemas",
    f"/Schemas/{USER}",
    "/ResourceTypes",
    "/ResourceTypes/Group",
    "/ServiceProviderConfig",
]


@pytest.mark.parametrize("path", PATHS)
def test_nobody_needs_a_credential_for_it(admin: Caller, path: str) -> None:
    open_, known = replace(admin, token=None).get(path), admin.get(path)

    assert open_.status_code == 200
    assert open_.json() == known.json()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["filter=name%20pr", "FILTER=x", "filter="])
def test_it_cannot_be_filtered(admin: Caller, path: str, query: str) -> None:
    assert error(admin.get(f"{path}?{query}")) == (403, None)


@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes"])
def test_lists_are_told_whole_whatever_page_is_asked_for(admin: Caller, path: str) -> None:
    whole = admin.get(path).json()
    number = len(whole["Resources"])

    assert (whole["schemas"], whole["totalResults"], whole["itemsPerPage"]) == ([LIST], number, number)
    assert whole["startIndex"] == 1
    assert admin.get(f"{path}?startIndex=2&count=1&sortBy=id&attributes=id").json() == whole


def test_each_is_found_by_its_id_in_any_case_at_the_place_that_it_names(admin: Caller, mount: str) -> None:
    caller = replace(admin, mount=mount)
    for path in ("/Schemas", "/ResourceTypes"):
        for one in caller.get(path).json()["Resources"]:
            assert one["meta"]["location"] == f"{caller.client.base_url}{mount}{path}/{one['id']}".replace(
                "//scim", "/scim"
            )
            assert caller.get(f"{path}/{one['id'].upper()}").json() == one
            assert caller.client.get(one["meta"]["location"]).json() == one
        assert error(caller.get(f"{path}/nothing")) == (404, None)


def test_the_types_of_resources_name_schemas_that_there_are(admin: Caller) -> None:
    schemas = {one["id"] for one in admin.get("/Schemas").json()["Resources"]}
    kinds = {one["name"]: one for one in admin.get("/ResourceTypes").json()["Resources"]}

    assert schemas == {USER, GROUP, ENTERPRISE}
    assert {name: (kind["endpoint"], kind["schema"]) for name, kind in kinds.items()} == {
        "User": ("/Users", USER),
        "Group": ("/Groups", GROUP),
    }
    assert kinds["User"]["schemaExtensions"] == [{"schema": ENTERPRISE, "required": False}]
    assert kinds["Group"]["schemaExtensions"] == []


def test_the_schemas_are_the_table_that_everything_goes_by(admin: Caller) -> None:
    told = {one["id"]: one["attributes"] for one in admin.get("/Schemas").json()["Resources"]}

    assert told == {schema.urn: [one.described() for one in schema.attributes] for schema in SCHEMAS}


CHARACTERISTICS = {
    "type": {"string", "boolean", "integer", "decimal", "dateTime", "binary", "reference", "complex"},
    "mutability": {"readOnly", "readWrite", "immutable", "writeOnly"},
    "returned": {"always", "never", "default", "request"},
    "uniqueness": {"none", "server", "global"},
}


def attributes(told: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in told:
        yield one
        yield from attributes(one.get("subAttributes", []))


def test_every_attribute_has_the_characteristics_of_rfc_7643(admin: Caller) -> None:
    for schema in admin.get("/Schemas").json()["Resources"]:
        for one in attributes(schema["attributes"]):
            assert {"name", "type", "multiValued", "description", "required", "mutability", "returned"} <= one.keys()
            assert all(one[name] in values for name, values in CHARACTERISTICS.items() if name in one)
            assert ("subAttributes" in one) is (one["type"] == "complex")
            assert ("referenceTypes" in one) is (one["type"] == "reference")
            assert one["description"]


def names(schemas: httpx.Response) -> set[str]:
    found = set()
    for schema in schemas.json()["Resources"]:
        for one in schema["attributes"]:
            found |= {one["name"], *(f"{one['name']}.{sub['name']}" for sub in one.get("subAttributes", []))}
    return found


def test_entra_is_not_told_of_attributes_that_its_test_does_not_know(
    muster: LiveMuster, admin: Caller, client: httpx.Client
) -> None:
    entra, okta = (connected(muster, client, profile) for profile in ("entra", "okta"))
    everything = names(admin.get("/Schemas"))
    alone = entra.get(f"/Schemas/{USER}").json()["attributes"]

    assert everything - names(entra.get("/Schemas")) == {"password", "emails.display"}
    assert names(okta.get("/Schemas")) == everything
    assert "password" not in {one["name"] for one in alone}


def test_the_service_says_what_it_can_do_in_figures_that_it_goes_by(admin: Caller) -> None:
    told = admin.get("/ServiceProviderConfig").json()

    assert {
        name: told[name]["supported"] for name in ("patch", "bulk", "filter", "changePassword", "sort", "etag")
    } == {
        "patch": True,
        "bulk": True,
        "filter": True,
        "changePassword": True,
        "sort": True,
        "etag": True,
    }
    assert told["filter"]["maxResults"] == told["pagination"]["maxPageSize"] == 1000
    assert told["pagination"] == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 1000,
        "cursorTimeout": 3600,
    }
    assert told["bulk"] == {"supported": True, "maxOperations": 1000, "maxPayloadSize": 1 << 20}
    [scheme] = told["authenticationSchemes"]
    assert (scheme["type"], scheme["primary"]) == ("oauthbearertoken", True)
    assert replace(admin, token=None).client.get(told["documentationUri"]).status_code == 200


def test_a_public_url_is_where_everything_is_said_to_be(admin: Caller) -> None:
    here = admin.get("/ServiceProviderConfig", host="idp.example:99").json()["meta"]["location"]
    nowhere = admin.get("/ServiceProviderConfig", host="a b").json()["meta"]["location"]

    assert here == "http://idp.example:99/scim/v2/ServiceProviderConfig"
    assert nowhere == f"{str(admin.client.base_url).rstrip('/')}/scim/v2/ServiceProviderConfig"


def test_bounds_of_the_frame_are_those_that_are_documented() -> None:
    assert (MOST_CHARACTERS, normal.MOST_VALUES, patch.MOST_OPERATIONS) == (8192, 500, 1000)


def test_no_two_attributes_of_a_type_fold_to_one_name() -> None:
    found: list[Attribute] = [attribute for _, attribute in USERS.places()]
    tops = [attribute for extension, attribute in USERS.places() if extension is None]

    assert len({one.name.casefold() for one in tops}) == len(tops)
    assert all(len({sub.name.casefold() for sub in one.subs}) == len(one.subs) for one in found)
