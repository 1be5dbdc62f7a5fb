"""What the service says of itself: schemas, types of resources, and what it can do (RFC 7644, section 4).

It is made of what the other modules go by. Nobody needs a credential for it, and nothing of a tenant is in it; who
shows one is told what his connection's profile tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from muster.apis.scim import cursors, shapes
from muster.apis.scim.listing import MOST_RESULTS, USUAL_RESULTS
from muster.apis.scim.profiles import Profile
from muster.apis.scim.refusals import answer, error
from muster.apis.scim.requests import location, profile_of
from muster.apis.scim.schema import GROUPS, SCHEMAS, USERS, Resource, Schema
from muster.web.answers import Answer
from muster.web.openapi import PAGE_PATH
from muster.web.routes import Call, Handler, Route

SERVICE_PROVIDER_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"

BULK_OPERATIONS = 1000
BULK_BYTES = 1 << 20
"""How many operations a bulk request may have, and how many bytes."""

RESOURCES = (USERS, GROUPS)


async def list_schemas(call: Call) -> Answer:
    """*Schemas*: all of them, in one page. 403 for a filter."""
    return _listed(call, [_schema(call, schema) for schema in SCHEMAS])


async def get_schema(call: Call) -> Answer:
    """*One schema*, by its URN in any case."""
    wanted = call.params["id"].casefold()
    found = next((schema for schema in SCHEMAS if schema.urn.casefold() == wanted), None)
    return error(404, "there is no such schema") if found is None else _alone(call, _schema(call, found))


async def list_resource_types(call: Call) -> Answer:
    """*Types of resources*: all of them, in one page. 403 for a filter."""
    return _listed(call, [_resource_type(call, kind) for kind in RESOURCES])


async def get_resource_type(call: Call) -> Answer:
    """*One type of resource*, by its name in any case."""
    wanted = call.params["id"].casefold()
    found = next((kind for kind in RESOURCES if kind.name.casefold() == wanted), None)
    return (
        error(404, "there is no such type of resource") if found is None else _alone(call, _resource_type(call, found))
    )


async def get_service_provider_config(call: Call) -> Answer:
    """*What the service can do.* 403 for a filter."""
    return _alone(call, _service_provider_config(call))


def _listed(call: Call, told: list[dict[str, Any]]) -> Answer:
    if _has_filter(call):
        return _no_filter()
    message = {"schemas": [shapes.LIST_RESPONSE], "totalResults": len(told), "startIndex": 1}
    return answer({**message, "itemsPerPage": len(told), "Resources": told})


def _alone(call: Call, told: dict[str, Any]) -> Answer:
    return _no_filter() if _has_filter(call) else answer(told)


def _has_filter(call: Call) -> bool:
    return any(name.casefold() == "filter" for name, _ in call.query())


def _no_filter() -> Answer:
    # RFC 7644, section 4: a filter could make a client believe that it was told everything.
    return error(403, "what the service says of itself cannot be filtered")


def _schema(call: Call, schema: Schema) -> dict[str, Any]:
    told = schema.described(location(call, "/Schemas", schema.urn))
    told["attributes"] = list(_told(told["attributes"], "", profile_of(call)))
    return told


def _told(attributes: list[dict[str, Any]], within: str, profile: Profile) -> Iterator[dict[str, Any]]:
    """Those of the attributes that the profile tells of."""
    for attribute in attributes:
        name = within + attribute["name"]
        if name in profile.untold:
            continue
        subs = attribute.get("subAttributes")
        yield attribute if subs is None else {**attribute, "subAttributes": list(_told(subs, f"{name}.", profile))}


def _resource_type(call: Call, kind: Resource) -> dict[str, Any]:
    return {
        "schemas": [RESOURCE_TYPE],
        "id": kind.name,
        "name": kind.name,
        "endpoint": kind.endpoint,
        "description": kind.schema.says,
        "schema": kind.schema.urn,
        "schemaExtensions": [{"schema": extension.urn, "required": False} for extension in kind.extensions],
        "meta": {"resourceType": "ResourceType", "location": location(call, "/ResourceTypes", kind.name)},
    }


def _service_provider_config(call: Call) -> dict[str, Any]:
    yes = {"supported": True}
    return {
        "schemas": [SERVICE_PROVIDER_CONFIG],
        "documentationUri": location(call, PAGE_PATH),
        "patch": yes,
        "bulk": {**yes, "maxOperations": BULK_OPERATIONS, "maxPayloadSize": BULK_BYTES},
        "filter": {**yes, "maxResults": MOST_RESULTS},
        "changePassword": yes,
        "sort": yes,
        "etag": yes,
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": USUAL_RESULTS,
            "maxPageSize": MOST_RESULTS,
            "cursorTimeout": cursors.SECONDS,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "The token of a connection, in the header Authorization after Bearer.",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                "primary": True,
            }
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": location(call, "/ServiceProviderConfig"),
        },
    }


def _open(path: str, handler: Handler, summary: str) -> Route:
    return Route("GET", path, handler, summary, open=True, heeds=True, gives=dict[str, Any])


ROUTES = (
    _open("/Schemas", list_schemas, "List schemas"),
    _open("/Schemas/{id}", get_schema, "Get a schema"),
    _open("/ResourceTypes", list_resource_types, "List types of resources"),
    _open("/ResourceTypes/{id}", get_resource_type, "Get a type of resource"),
    _open("/ServiceProviderConfig", get_service_provider_config, "Get what the service can do"),
)
