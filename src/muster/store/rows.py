"""Entity and row: the one place where a field meets its column.

A layout lists an entity's fields in their own order, so that a row becomes an entity by position. Fields that a
driver could not keep are encoded; a small set of ids is a JSON list, and rows of a table of its own to be found by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Table

from muster.core.address_lists import AddressList
from muster.core.addresses import AddressRule
from muster.core.attributes import Attribute, AttributeValue, GoneAttribute
from muster.core.authenticators import Authenticator
from muster.core.connections import Connection
from muster.core.entity import Entity
from muster.core.events import Change, Event
from muster.core.exchanges import Exchange, Journal
from muster.core.federation import Federation
from muster.core.groups import Group
from muster.core.keys import ApiKey
from muster.core.known import Head
from muster.core.links import PasswordLink
from muster.core.mails import Mail
from muster.core.memberships import Membership
from muster.core.organizations import Organization
from muster.core.policies import Policy
from muster.core.programs import Application, Client
from muster.core.resource_roles import ResourceRole
from muster.core.roles import Role
from muster.core.tenancy import Tenant
from muster.core.units import Unit
from muster.core.users import LoginName, User
from muster.core.values import fold
from muster.store import tables
from muster.store.spelled import Convert, row_of

_encoder = msgspec.json.Encoder()
_texts = msgspec.json.Decoder(tuple[str, ...])
_pairs = msgspec.json.Decoder(tuple[tuple[str, str], ...])
_changes = msgspec.json.Decoder(tuple[Change, ...])


def _json(value: Any) -> str:
    return _encoder.encode(value).decode()


@dataclass(frozen=True)
class Child:
    """A field of ids that is also kept one id a row, under the owner's tenant and id, to be found by.

    `owned` is what of the owner is in such a row, as the names of his fields and of the columns.
    """

    field: str
    table: Table
    column: str
    owned: tuple[tuple[str, str], ...] = (("tenant", "tenant"), ("id", "user"))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a row."""
        return (*(column for _, column in self.owned), self.column)

    def rows_of(self, owners: Iterable[Any]) -> list[tuple[Any, ...]]:
        """The rows of all members of these owners."""
        owned, members = self._owned, self._members
        return [(*owned(owner), member) for owner in owners for member in members(owner)]

    @cached_property
    def _owned(self) -> Callable[[Any], tuple[Any, ...]]:
        return attrgetter(*(field for field, _ in self.owned))

    @cached_property
    def _members(self) -> Callable[[Any], tuple[str, ...]]:
        return attrgetter(self.field)


@dataclass(frozen=True)
class Layout:
    """How one kind of entity is kept. `derived` columns and `children` are made from it and never read back.

    A derived column is made from a field, or a property, where that has a value.
    """

    kind: type[Entity]
    table: Table
    codecs: dict[str, tuple[Convert, Convert]]
    derived: dict[str, tuple[str, Convert]]
    children: tuple[Child, ...]

    def __post_init__(self) -> None:
        names = [field.name for field in fields(self.kind)]  # type: ignore[arg-type]
        set_ = object.__setattr__
        set_(self, "fields", tuple(names))
        set_(self, "columns", (*names, *self.derived))
        encoders = {name: codec[0] for name, codec in self.codecs.items()}
        set_(self, "row", row_of(names, encoders, self.derived.values()))
        set_(self, "_decoders", tuple((names.index(name), codec[1]) for name, codec in self.codecs.items()))

    fields: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    row: Callable[[Any], tuple[Any, ...]] = tuple
    """An entity's values in the order of `columns`."""

    _decoders: tuple[tuple[int, Convert], ...] = ()

    def entity(self, row: Any) -> Any:
        """The entity of a row in the order of `fields`."""
        values = list(row)
        for index, decode in self._decoders:
            values[index] = decode(values[index])
        return self.kind(*values)


_TRUTH = (int, bool)
# Users have the same few roles and scopes among them: one text and one tuple of each will do.
_IDS = (lru_cache(128)(_json), lru_cache(4096)(_texts.decode))
_EXTRAS = (lambda pairs: _json(pairs) if pairs else "[]", lambda text: () if text == "[]" else _pairs.decode(text))
_PERMISSIONS = (lambda permissions: _json(sorted(permissions)), lambda text: frozenset(_texts.decode(text)))
_CHANGES = (_json, _changes.decode)
_NUMBERED = (("tenant", "tenant"), ("id", "user"), ("number", "number"))
_AT_HOME = (("tenant", "tenant"), ("id", "user"), ("home", "home"))
# For a column that was made before its field could be absent.
_PERHAPS = (lambda text: text or "", lambda text: text or None)


def _layout(
    kind: type[Entity],
    table: Table,
    codecs: dict[str, tuple[Convert, Convert]] | None = None,
    derived: dict[str, tuple[str, Convert]] | None = None,
    children: tuple[Child, ...] = (),
) -> Layout:
    return Layout(kind, table, codecs or {}, derived or {}, children)


LAYOUTS: dict[type[Entity], Layout] = {
    layout.kind: layout
    for layout in (
        _layout(Head, tables.heads),
        _layout(Tenant, tables.tenants, {"agreed": _TRUTH}),
        _layout(Unit, tables.units, {"active": _TRUTH, "extras": _EXTRAS}),
        _layout(Role, tables.roles, {"permissions": _PERMISSIONS}),
        _layout(
            User,
            tables.users,
            {
                "active": _TRUTH,
                "sso_only": _TRUTH,
                "administrator": _TRUTH,
                "roles": _IDS,
                "scope": _IDS,
                "extras": _EXTRAS,
            },
            {
                "username_folded": ("username", fold),
                "given_folded": ("given_name", fold),
                "family_folded": ("family_name", fold),
                "email_folded": ("email", fold),
            },
            (
                Child("roles", tables.user_roles, "role", _NUMBERED),
                Child("marks", tables.user_marks, "mark", _NUMBERED),
                Child("scope", tables.user_units, "unit", _AT_HOME),
            ),
        ),
        _layout(LoginName, tables.login_names, None, {"alias_of": ("alias_of", str)}),
        _layout(ApiKey, tables.api_keys, {"active": _TRUTH}),
        _layout(PasswordLink, tables.password_links),
        _layout(Mail, tables.mails),
        _layout(Policy, tables.policies),
        _layout(Attribute, tables.attributes, {"mandatory": _TRUTH, "unique": _TRUTH}),
        _layout(AttributeValue, tables.attribute_values),
        _layout(GoneAttribute, tables.gone_attributes),
        _layout(Authenticator, tables.authenticators, None, {"label_folded": ("label", fold)}),
        _layout(Application, tables.applications, {"long_lived": _TRUTH, "role": _PERHAPS, "extras": _EXTRAS}),
        _layout(Client, tables.clients, {"extras": _EXTRAS}),
        _layout(AddressList, tables.address_lists, {"ranges": _EXTRAS}),
        _layout(Group, tables.groups, {"extras": _EXTRAS}),
        _layout(Organization, tables.organizations, None, {"title_folded": ("title", fold)}),
        _layout(ResourceRole, tables.resource_roles),
        _layout(Membership, tables.memberships),
        _layout(AddressRule, tables.address_rules),
        _layout(Federation, tables.federations),
        _layout(Connection, tables.connections, {"active": _TRUTH}),
        _layout(Journal, tables.journals),
        _layout(Exchange, tables.exchanges),
        _layout(Event, tables.events, {"changes": _CHANGES}),
    )
}
