"""A search for tokens as SQL. It must find what `core.token_query.tokens_of` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from sqlalchemy import ColumnElement, and_, select

from muster.core.authenticators import Authenticator
from muster.core.query import Compare
from muster.core.token_query import (
    During,
    KindIs,
    LabelHolds,
    OwnerIn,
    SerialIs,
    StateIs,
    TokenCondition,
    TokenSearch,
    narrowing,
)
from muster.core.values import fold
from muster.core.walks import Stretch, stretch
from muster.store.paths import listed
from muster.store.rows import LAYOUTS
from muster.store.tables import authenticators, memberships, users
from muster.store.texts import compared, kept
from muster.store.visibility import visible
from muster.store.walks import Columns, Path, walked

if TYPE_CHECKING:
    from muster.store.session import Session

SERIAL = ("tenant", "serial")
_LOOKED_AT = ("user", "kind", "state", "serial", "created_at", "last_used_at", "label_folded")


async def tokens_found(session: Session, search: TokenSearch) -> Stretch[Authenticator]:
    """The page of a search."""
    found, last = await walked(session, _path(search), search.steps, lambda rows: _conditions(search, rows))
    page = stretch(found, search.steps, lambda mark: mark, last)
    serials = [(search.tenant, serial) for _, serial in page.rows]
    rows = await session.rows(Authenticator, SERIAL, serials) if serials else []
    tokens = {token.serial: token for token in map(LAYOUTS[Authenticator].entity, rows)}
    # One that was deleted since is left out.
    return Stretch(tuple(tokens[serial] for _, serial in page.rows if serial in tokens), page.before, page.after)


def _path(search: TokenSearch) -> Path:
    narrow = narrowing(search)
    led_by = search.order.value
    fixed = [("tenant", search.tenant)]
    for column in ("serial", "state", "kind"):
        value = getattr(narrow, column)
        if value is not None:
            fixed.append((column, kept(value)))
            led_by = column
    index = "ix_authenticators_tenant_serial" if led_by == "serial" else f"ix_authenticators_tenant_{led_by}_serial"
    low, beyond = (kept(it) if isinstance(it, str) else it for it in (narrow.low, narrow.beyond))
    return Path(
        authenticators, index, tuple(fixed), search.order.value, "serial", _LOOKED_AT, low, beyond, search.descending
    )


def _conditions(search: TokenSearch, rows: Columns) -> list[ColumnElement[bool]]:
    found = [_condition(search.tenant, condition, rows) for condition in search.conditions]
    if search.within is not None:
        seen = visible(search.tenant, listed(search.within))
        found.append(select(users.c.id).where(users.c.tenant == search.tenant, users.c.id == rows.user, seen).exists())
    return found


def _condition(tenant: str, condition: TokenCondition, rows: Columns) -> ColumnElement[bool]:
    match condition:
        case SerialIs(compare, text):
            return compared(rows.serial, compare, text)
        case StateIs(state):
            return rows.state == kept(state)
        case KindIs(kind):
            return rows.kind == kept(kind)
        case LabelHolds(text):
            return compared(rows.label_folded, Compare.CONTAINS, fold(text))
        case During(field, since, before):
            return _during(rows[field.value], since, before)
        case OwnerIn(group):
            member = memberships.c.tenant == tenant, memberships.c.body == kept(group), memberships.c.user == rows.user
            return select(memberships.c.user).where(*member).exists()
        case _:
            assert_never(condition)


def _during(at: ColumnElement[int], since: int | None, before: int | None) -> ColumnElement[bool]:
    bounds: list[ColumnElement[bool]] = [at.is_not(None)]
    if since is not None:
        bounds.append(at >= since)
    if before is not None:
        bounds.append(at < before)
    return and_(*bounds)
