"""What a unit is described by, what only one API knows of it, when it was switched, and a way to its children."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

# Bytes order text: the same in SQLite, in PostgreSQL whatever the database's locale, and in Python.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add them."""
    op.add_column("units", sa.Column("description", TEXT, nullable=True))
    op.add_column("units", sa.Column("extras", TEXT, nullable=False, server_default="[]"))
    op.add_column("units", sa.Column("switched", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_units_tenant_parent", "units", ["tenant", "parent"])
