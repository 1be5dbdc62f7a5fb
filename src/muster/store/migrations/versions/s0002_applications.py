"""Applications, authenticators, policies, attributes, and what they ask to know of a user."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

# Bytes order text: the same in SQLite, in PostgreSQL whatever the database's locale, and in Python.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    _users()
    _policies()
    _attributes()
    _authenticators()
    _applications()


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, TEXT, nullable=null)


def _number(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _users() -> None:
    for name in ("mobile", "locale", "external_id", "principal_name", "security_id"):
        op.add_column("users", _text(name, null=True))
    op.add_column("users", sa.Column("locked", sa.BigInteger(), nullable=False, server_default="0"))
    where = sa.text("external_id IS NOT NULL")
    op.create_index(
        "ix_users_tenant_external_id", "users", ["tenant", "external_id"], sqlite_where=where, postgresql_where=where
    )


def _policies() -> None:
    op.create_table(
        "policies",
        *(_text(name) for name in ("tenant", "name", "value")),
        sa.PrimaryKeyConstraint("tenant", "name", name="pk_policies"),
        sqlite_with_rowid=False,
    )


def _attributes() -> None:
    op.create_table(
        "attributes",
        *(_text(name) for name in ("id", "tenant", "name", "kind")),
        _text("field", null=True),
        _number("mandatory"),
        _number("unique"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_attributes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attribute_values",
        *(_text(name) for name in ("id", "tenant", "user", "attribute", "value")),
        _text("unique", null=True),
        _number("changed_at"),
        sa.PrimaryKeyConstraint("tenant", "user", "attribute", name="pk_attribute_values"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_attribute_values_tenant_attribute_unique", "attribute_values", ["tenant", "attribute", "unique"]
    )


def _authenticators() -> None:
    op.create_table(
        "authenticators",
        *(_text(name) for name in ("id", "tenant", "user", "kind", "serial", "state")),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _number("created_at"),
        _number("last_used_at", null=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_authenticators"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_authenticators_tenant_serial", "authenticators", ["tenant", "serial"], unique=True)
    op.create_index("ix_authenticators_tenant_user", "authenticators", ["tenant", "user"])


def _applications() -> None:
    op.create_table(
        "applications",
        *(_text(name) for name in ("id", "tenant", "name", "digest", "role")),
        _number("long_lived"),
        _number("created_at"),
        _number("last_used_at", null=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_applications"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_applications_id", "applications", ["id"], unique=True)
