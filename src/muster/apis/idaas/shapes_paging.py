"""What a paged list is asked with, and how it says where the next page begins."""

from __future__ import annotations

from msgspec import Struct


class SearchByAttribute(Struct):
    name: str
    operator: str
    value: str | None = None


class OrderByAttribute(Struct):
    name: str
    ascending: bool


class SearchParms(Struct):
    """A search, or with `cursor` the place in one that was asked before."""

    limit: int | None = None
    cursor: str | None = None
    attributes: list[str] | None = None
    searchByAttributes: list[SearchByAttribute] | None = None
    orderByAttribute: OrderByAttribute | None = None


class Paging(Struct):
    limit: int
    nextCursor: str | None
    prevCursor: str | None
