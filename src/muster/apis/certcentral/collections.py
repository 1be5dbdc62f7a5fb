"""The query parameters that collections take, and the CSV form of a list."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from msgspec import UNSET

from muster.apis.certcentral import shapes
from muster.apis.certcentral.roles import ACCESS_ROLES
from muster.apis.certcentral.translate import number, truth
from muster.core.query import (
    MOST_ROWS,
    SEARCHED,
    Compare,
    Condition,
    Flag,
    FlagIs,
    Order,
    Other,
    Search,
    Text,
    TextIs,
    equals,
)
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.users import Users

DEFAULT_LIMIT = 500
"""As in the recorded answer to a list without parameters."""

LARGEST_OFFSET = 2**31
INDEXED = 3
MOST_SORTS = 5

SORTS: dict[str, Text | Other] = {
    "id": Other.NUMBER,
    "username": Text.USERNAME,
    "first_name": Text.GIVEN_NAME,
    "last_name": Text.FAMILY_NAME,
    "email": Text.EMAIL,
    "job_title": Other.JOB_TITLE,
    "telephone": Other.PHONE,
    "status": Other.ACTIVE,
    "last_login_date": Other.LAST_LOGIN_AT,
}
"""The properties that a list can be sorted by."""

STATUSES = {"active": True, "inactive": False}

CSV_COLUMNS = (
    "id",
    "username",
    "first_name",
    "last_name",
    "email",
    "job_title",
    "telephone",
    "status",
    "last_login_date",
    "container",
    "access_roles",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def wanted_users(parameters: list[tuple[str, str]], *conditions: Condition) -> tuple[Users, bool]:
    """The question that a list's parameters ask, and whether its users are wanted without their container.

    Parameters that it does not know are ignored. Refuses with `Invalid` values that a parameter cannot have.
    """
    given = dict(parameters)
    offset, limit = window(given, DEFAULT_LIMIT)
    search = Search(
        conditions=(*conditions, *_filters(given)),
        offset=offset,
        limit=limit,
        order=_order(given.get("sort", "")),
    )
    role = number(given.get("access_role_id"), "roles")
    question = Users(search, number(given.get("container_id"), "home"), None if role is None else (ACCESS_ROLES, role))
    return question, truth(given.get("without_container"), "without_container")


def wanted_part(parameters: list[tuple[str, str]]) -> tuple[int, int | None]:
    """The offset and the limit of a list that is whole without them."""
    given = dict(parameters)
    return _whole(given.get("offset"), "offset", 0), _whole(given.get("limit"), "limit", 0) or None


def window(given: dict[str, str], default: int) -> tuple[int, int]:
    """The offset and the limit that are wanted. Refuses with `Invalid` what is no number."""
    limit = _whole(given.get("limit"), "limit", default)
    return _whole(given.get("offset"), "offset", 0), min(limit or default, MOST_ROWS)


def _filters(given: dict[str, str]) -> Iterable[Condition]:
    text = given.get("filters[search]", "")
    if text.startswith("%"):
        part = text[1:]
        if part:
            # Of fewer than three characters there is no index; a beginning is found by the names' own.
            yield TextIs(SEARCHED, Compare.CONTAINS if len(part) >= INDEXED else Compare.STARTS, part)
    elif text:
        yield equals(text)
    status = given.get("filters[status]", "")
    if status:
        if status not in STATUSES:
            refuse(Invalid("status", Fault.MALFORMED))
        yield FlagIs(Flag.ACTIVE, STATUSES[status])


def _order(text: str) -> tuple[Order, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if len(names) > MOST_SORTS:
        refuse(Invalid("sort", Fault.TOO_MANY, MOST_SORTS))
    if any(name.removeprefix("-") not in SORTS for name in names):
        refuse(Invalid("sort", Fault.UNKNOWN))
    return tuple(Order(SORTS[name.removeprefix("-")], name.startswith("-")) for name in names)


def _whole(text: str | None, field: str, otherwise: int) -> int:
    if text is None or text == "":
        return otherwise
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST_OFFSET)) or int(text) > LARGEST_OFFSET:
        refuse(Invalid(field, Fault.MALFORMED))
    return int(text)


def as_csv(users: Iterable[shapes.User]) -> bytes:
    """The users as CSV (RFC 4180) with a heading; no cell can be taken for a formula by a spreadsheet."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    for user in users:
        writer.writerow([_cell(user, column) for column in CSV_COLUMNS])
    return text.getvalue().encode()


def _cell(user: shapes.User, column: str) -> str:
    value = getattr(user, column)
    if value is UNSET:
        return ""
    if isinstance(value, shapes.Container):
        value = value.name
    if isinstance(value, list):
        value = "; ".join(role.name for role in value)
    return f"'{value}" if str(value).startswith(_FORMULA) else str(value)
