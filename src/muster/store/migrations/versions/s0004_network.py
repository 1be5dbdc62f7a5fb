"""Address rules, and where a tenant's users sign in when they do so elsewhere."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

# Bytes order text: the same in SQLite, in PostgreSQL whatever the database's locale, and in Python.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    _address_rules()
    _federations()


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, TEXT, nullable=null)


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _address_rules() -> None:
    op.create_table(
        "address_rules",
        *(_text(name) for name in ("id", "tenant", "first", "last")),
        *(_text(name, null=True) for name in ("user", "key", "description")),
        *(_number(name) for name in ("number", "created_at")),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_address_rules"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_address_rules_tenant_number", "address_rules", ["tenant", "number"], unique=True)
    op.create_index("ix_address_rules_tenant_user", "address_rules", ["tenant", "user"])


def _federations() -> None:
    op.create_table(
        "federations",
        *(_text(name) for name in ("tenant", "name", "slug", "mapping")),
        *(_text(name, null=True) for name in ("metadata", "source", "provider")),
        _number("created_at"),
        sa.PrimaryKeyConstraint("tenant", name="pk_federations"),
    )
    op.create_index("ix_federations_slug", "federations", ["slug"], unique=True)
