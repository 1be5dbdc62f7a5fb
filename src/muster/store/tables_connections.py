"""The tables of connections, and of what came over them. See `store.tables`."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from muster.store.columns import METADATA, number, text

connections = Table(
    "connections",
    METADATA,
    text("id"),
    text("tenant"),
    text("name"),
    text("digest"),
    text("role"),
    text("profile"),
    number("active"),
    number("created_at"),
    number("last_used_at", null=True),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "digest", unique=True),
    sqlite_with_rowid=False,
)

journals = Table(
    "journals",
    METADATA,
    text("tenant"),
    text("connection"),
    text("name"),
    number("next"),
    number("changed_at"),
    PrimaryKeyConstraint("tenant", "connection"),
    sqlite_with_rowid=False,
)

exchanges = Table(
    "exchanges",
    METADATA,
    text("tenant"),
    text("connection"),
    number("number"),
    number("page"),
    number("at"),
    number("milliseconds"),
    text("kind"),
    text("subject"),
    text("details"),
    text("outcome"),
    text("request"),
    text("address", null=True),
    text("agent"),
    text("sent"),
    text("answered"),
    text("remarks"),
    PrimaryKeyConstraint("tenant", "connection", "number"),
    Index(None, "tenant", "connection", "page"),
)
