"""The messages of SCIM that are the same for all resources (RFC 7644, sections 3.4.2, 3.4.3, 3.5.2 and 3.12)."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"


class Error(Struct):
    """What went wrong."""

    schemas: list[str]
    status: str
    detail: str
    scimType: str | UnsetType = UNSET


class ListResponse(Struct):
    """Some resources of all that were found."""

    schemas: list[str]
    totalResults: int
    itemsPerPage: int
    Resources: list[dict[str, Any]]
    startIndex: int | UnsetType = UNSET
    nextCursor: str | UnsetType = UNSET
    previousCursor: str | UnsetType = UNSET


class SearchRequest(Struct):
    """A search that is sent as a body."""

    schemas: list[str] | None = None
    attributes: list[str] | str | None = None
    excludedAttributes: list[str] | str | None = None
    filter: str | None = None
    sortBy: str | None = None
    sortOrder: str | None = None
    startIndex: Any = None
    count: Any = None
    cursor: str | None = None


class PatchOperation(Struct):
    """One operation of a PATCH."""

    op: str
    path: str | None = None
    value: Any = None


class PatchRequest(Struct):
    """What a PATCH sends."""

    schemas: list[str]
    Operations: list[PatchOperation]


class BulkOperation(Struct):
    """One operation of a bulk request."""

    method: str
    path: str
    bulkId: str | None = None
    version: str | None = None
    data: dict[str, Any] | None = None


class BulkRequest(Struct):
    """Several operations in one request."""

    schemas: list[str]
    Operations: list[BulkOperation]
    failOnErrors: int | None = None


class BulkResult(Struct):
    """What became of an operation."""

    method: str
    status: str
    location: str | UnsetType = UNSET
    bulkId: str | UnsetType = UNSET
    version: str | UnsetType = UNSET
    response: dict[str, Any] | UnsetType = UNSET


class BulkResponse(Struct):
    """What became of the operations, in the order of the request."""

    schemas: list[str]
    Operations: list[BulkResult]
