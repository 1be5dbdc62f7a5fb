"""The tables of what users are in. See `store.tables`."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from muster.store.columns import METADATA, number, text

groups = Table(
    "groups",
    METADATA,
    text("id"),
    text("tenant"),
    text("name"),
    text("folded"),
    text("external_id", null=True),
    number("created_at"),
    number("changed_at"),
    number("version"),
    text("extras"),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "folded", unique=True),
    Index(None, "tenant", "external_id", unique=True),
    sqlite_with_rowid=False,
)

organizations = Table(
    "organizations",
    METADATA,
    text("id"),
    text("tenant"),
    text("name"),
    text("folded"),
    text("title"),
    text("description", null=True),
    text("logo", null=True),
    number("created_at"),
    number("changed_at"),
    number("version"),
    text("title_folded"),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "folded", unique=True),
    sqlite_with_rowid=False,
)

resource_roles = Table(
    "resource_roles",
    METADATA,
    text("id"),
    text("tenant"),
    text("name"),
    text("description", null=True),
    text("parent", null=True),
    number("created_at"),
    PrimaryKeyConstraint("tenant", "id"),
    sqlite_with_rowid=False,
)

memberships = Table(
    "memberships",
    METADATA,
    text("tenant"),
    text("body"),
    text("user"),
    text("noun"),
    PrimaryKeyConstraint("tenant", "body", "user"),
    Index(None, "tenant", "user"),
    sqlite_with_rowid=False,
)
