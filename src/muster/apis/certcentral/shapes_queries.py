"""As `shapes`, for the parameters of queries, as the document names them. `collections` reads them, as texts.

What a list can be sorted by and searched for is told by `collections`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType, field

from muster.apis.certcentral.collections import LARGEST_OFFSET, MOST_SORTS, SORTS, STATUSES
from muster.apis.certcentral.shapes import LARGEST_ID
from muster.core.query import MOST_ROWS
from muster.web.schemas import told

_PROPERTY = f"-?({'|'.join(SORTS)})"

Whole = int | Literal[""] | UnsetType
"""A number in digits, or nothing, which is absence."""

Id = Annotated[Whole, told(minimum=0, maximum=LARGEST_ID)]
Offset = Annotated[Whole, told(minimum=0, maximum=LARGEST_OFFSET, description="How many to pass over.")]
Limit = Annotated[
    Whole,
    told(minimum=0, maximum=LARGEST_OFFSET, description=f"How many to answer, at most {MOST_ROWS}."),
]


class Part(Struct):
    """Of a list that is whole without them."""

    offset: Offset = UNSET
    limit: Limit = UNSET


class UserList(Struct):
    """*List users*, *List service users*."""

    container_id: Annotated[Id, told(description="Who is at home in the container or below it.")] = UNSET
    access_role_id: Annotated[Id, told(description="Who has the access role.")] = UNSET
    without_container: Annotated[Literal["true", "false", "1", "0", ""] | UnsetType, told()] = UNSET
    search: Annotated[
        str | UnsetType,
        told(description="A username, name or e-mail; with a leading % a part of one."),
    ] = field(default=UNSET, name="filters[search]")
    status: Annotated[str | UnsetType, told(enum=[*STATUSES, ""])] = field(default=UNSET, name="filters[status]")
    sort: Annotated[
        str | UnsetType,
        told(
            pattern=f"^({_PROPERTY}(,{_PROPERTY}){{0,{MOST_SORTS - 1}}})?$",
            description="Properties with commas between, falling where - is before one.",
        ),
    ] = UNSET
    offset: Offset = UNSET
    limit: Limit = UNSET


class KeyList(Struct):
    """*List keys*."""

    user_id: Annotated[Id, told(description="Whose keys.")] = UNSET
    offset: Offset = UNSET
    limit: Limit = UNSET


class PermissionList(Struct):
    """*List permissions*."""

    container_id: Annotated[Id, told(description="A container that must be one that the caller sees.")] = UNSET
