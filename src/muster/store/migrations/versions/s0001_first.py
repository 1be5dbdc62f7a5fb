"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

# Bytes order text: the same in SQLite, in PostgreSQL whatever the database's locale, and in Python.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    _heads()
    _tenants()
    _units()
    _roles()
    _users()
    _user_roles()
    _user_units()
    _login_names()
    _api_keys()
    _password_links()
    _mails()
    _events()
    _installation()


def _heads() -> None:
    op.create_table(
        "heads",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("users", sa.BigInteger(), nullable=False),
        sa.Column("administrators", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_heads"),
        sqlite_with_rowid=False,
    )


def _tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("root", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("installation", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
    )
    op.create_index("ix_tenants_number", "tenants", ["number"], unique=True)


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("parent", TEXT, nullable=True),
        sa.Column("path", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("active", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_units"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_units_tenant_number", "units", ["tenant", "number"], unique=True)
    op.create_index("ix_units_tenant_path", "units", ["tenant", "path"], unique=False)


def _roles() -> None:
    op.create_table(
        "roles",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("catalogue", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("permissions", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_roles"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_roles_tenant_catalogue_number", "roles", ["tenant", "catalogue", "number"], unique=True)


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("given_name", TEXT, nullable=True),
        sa.Column("family_name", TEXT, nullable=True),
        sa.Column("email", TEXT, nullable=True),
        sa.Column("phone", TEXT, nullable=True),
        sa.Column("job_title", TEXT, nullable=True),
        sa.Column("home", TEXT, nullable=False),
        sa.Column("active", sa.BigInteger(), nullable=False),
        sa.Column("sso_only", sa.BigInteger(), nullable=False),
        sa.Column("administrator", sa.BigInteger(), nullable=False),
        sa.Column("password", TEXT, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("last_login_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("roles", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("extras", TEXT, nullable=False),
        sa.Column("username_folded", TEXT, nullable=False),
        sa.Column("given_folded", TEXT, nullable=True),
        sa.Column("family_folded", TEXT, nullable=True),
        sa.Column("email_folded", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_users"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_users_tenant_email_folded", "users", ["tenant", "email_folded"], unique=False)
    op.create_index("ix_users_tenant_family_folded", "users", ["tenant", "family_folded"], unique=False)
    op.create_index("ix_users_tenant_given_folded", "users", ["tenant", "given_folded"], unique=False)
    op.create_index("ix_users_tenant_number", "users", ["tenant", "number"], unique=True)


def _user_roles() -> None:
    op.create_table(
        "user_roles",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "role", "user", name="pk_user_roles"),
        sqlite_with_rowid=False,
    )


def _user_units() -> None:
    op.create_table(
        "user_units",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "user", "unit", name="pk_user_units"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_user_units_tenant_unit", "user_units", ["tenant", "unit"], unique=False)


def _login_names() -> None:
    op.create_table(
        "login_names",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "folded", name="pk_login_names"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_login_names_tenant_user", "login_names", ["tenant", "user"], unique=False)


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=True),
        sa.Column("active", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_api_keys"),
    )
    op.create_index("ix_api_keys_digest", "api_keys", ["digest"], unique=True)
    op.create_index("ix_api_keys_tenant_number", "api_keys", ["tenant", "number"], unique=True)
    op.create_index("ix_api_keys_tenant_user", "api_keys", ["tenant", "user"], unique=False)


def _password_links() -> None:
    op.create_table(
        "password_links",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("void_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "user", "id", name="pk_password_links"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_password_links_digest", "password_links", ["digest"], unique=True)


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("recipient", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("error", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_mails"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_mails_due_at",
        "mails",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("actor_kind", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("actor_name", TEXT, nullable=False),
        sa.Column("credential", TEXT, nullable=True),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=True),
        sa.Column("request", TEXT, nullable=True),
        sa.Column("noun", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("subject_name", TEXT, nullable=False),
        sa.Column("changes", TEXT, nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "sequence", name="pk_events"),
        sqlite_with_rowid=False,
    )


def _installation() -> None:
    # The installation's own head row, which whoever makes tenants holds.
    op.execute(
        sa.text(
            "INSERT INTO heads (id, next_number, sequence, link, epoch, users, administrators) "
            "VALUES ('', 1, 0, :link, 0, 0, 0)"
        ).bindparams(sa.bindparam("link", bytes(32), type_=sa.LargeBinary()))
    )
