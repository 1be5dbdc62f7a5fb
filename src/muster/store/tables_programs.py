"""The tables of machine clients, and of the addresses that credentials may be used from. See `store.tables`."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from muster.store.columns import METADATA, Text, number, text

applications = Table(
    "applications",
    METADATA,
    text("id"),
    text("tenant"),
    text("name"),
    text("digest"),
    text("role"),
    number("long_lived"),
    number("created_at"),
    number("last_used_at", null=True),
    text("description", null=True),
    text("address_list", null=True),
    Column("extras", Text, nullable=False, server_default="[]"),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "id", unique=True),
    sqlite_with_rowid=False,
)

clients = Table(
    "clients",
    METADATA,
    text("id"),
    text("tenant"),
    text("name"),
    number("created_at"),
    text("description", null=True),
    text("extras"),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "id", unique=True),
    sqlite_with_rowid=False,
)

address_lists = Table(
    "address_lists",
    METADATA,
    text("id"),
    text("tenant"),
    text("name"),
    text("ranges"),
    number("created_at"),
    PrimaryKeyConstraint("tenant", "id"),
    sqlite_with_rowid=False,
)

address_rules = Table(
    "address_rules",
    METADATA,
    text("id"),
    text("tenant"),
    number("number"),
    text("user", null=True),
    text("key", null=True),
    text("first"),
    text("last"),
    text("description", null=True),
    number("created_at"),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "number", unique=True),
    Index(None, "tenant", "user"),
    sqlite_with_rowid=False,
)
