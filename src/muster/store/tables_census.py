"""The tables of the census. See `store.tables` and `store.census`."""

from sqlalchemy import PrimaryKeyConstraint, Table

from muster.store.columns import METADATA, number, text

census = Table(
    "census",
    METADATA,
    text("tenant"),
    text("role"),
    text("home"),
    number("active"),
    text("kind"),
    number("users"),
    PrimaryKeyConstraint("tenant", "role", "home", "active", "kind"),
    sqlite_with_rowid=False,
)

census_blocks = Table(
    "census_blocks",
    METADATA,
    text("tenant"),
    number("block"),
    number("active"),
    number("users"),
    PrimaryKeyConstraint("tenant", "block", "active"),
    sqlite_with_rowid=False,
)
