"""What surrounds users, and the indexes that lists of a million of them go by."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from muster.core.attributes import folded_value

revision = "0006"
down_revision = "0005"

# Bytes order text: the same in SQLite, in PostgreSQL whatever the database's locale, and in Python.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    _locks()
    _orders_of_users()
    _numbered_roles()
    _compared_values()
    _gone_attributes()
    _accounts()
    _programs()
    _bodies()
    _orders_of_tokens()
    _marks_of_users()
    _aliases_by_user()
    _numbered_names()
    _words_of_the_index()
    _homes_of_the_restricted()
    _connections()
    _census()
    op.create_index("ix_events_tenant_at_sequence", "events", ["tenant", "at", "sequence"])


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, TEXT, nullable=null)


def _number(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _locks() -> None:
    # Since when somebody is locked was not kept: at the latest since he last changed.
    op.add_column("users", _number("locked_at", null=True))
    op.execute("UPDATE users SET locked_at = changed_at WHERE locked = 1")
    op.drop_column("users", "locked")
    met = sa.text("locked_at IS NOT NULL")
    for name, columns in (
        ("ix_users_locked", ["tenant", "number", "locked_at"]),
        ("ix_users_tenant_locked_at_number", ["tenant", "locked_at", "number"]),
    ):
        op.create_index(name, "users", columns, sqlite_where=met, postgresql_where=met)


def _orders_of_users() -> None:
    for name in ("email_folded", "given_folded", "family_folded"):
        op.drop_index(f"ix_users_tenant_{name}", "users")
    for name in ("email_folded", "given_folded", "family_folded", "last_login_at"):
        op.create_index(
            f"ix_users_tenant_{name}_number", "users", ["tenant", name, "number"], postgresql_ops={name: "NULLS FIRST"}
        )
    for name in ("username_folded", "active", "home"):
        op.create_index(f"ix_users_tenant_{name}_number", "users", ["tenant", name, "number"])
    for name, columns, text in (
        ("services", ["kind"], "kind = 'service'"),
        (
            "reachable",
            ["job_title", "phone"],
            "job_title IS NOT NULL AND job_title <> '' AND phone IS NOT NULL AND phone <> ''",
        ),
    ):
        met = sa.text(text)
        op.create_index(
            f"ix_users_{name}", "users", ["tenant", "number", *columns], sqlite_where=met, postgresql_where=met
        )


def _numbered_roles() -> None:
    op.execute(
        'CREATE TEMPORARY TABLE held AS SELECT r.tenant, r."user", r.role, u.number FROM user_roles r '
        'JOIN users u ON u.tenant = r.tenant AND u.id = r."user"'
    )
    op.drop_table("user_roles")
    op.create_table(
        "user_roles",
        *(_text(name) for name in ("tenant", "user", "role")),
        _number("number"),
        sa.PrimaryKeyConstraint("tenant", "role", "number", name="pk_user_roles"),
        sqlite_with_rowid=False,
    )
    op.execute('INSERT INTO user_roles (tenant, "user", role, number) SELECT tenant, "user", role, number FROM held')
    op.execute("DROP TABLE held")


def _compared_values() -> None:
    op.drop_index("ix_attribute_values_tenant_attribute_unique", "attribute_values")
    op.drop_column("attribute_values", "unique")
    op.add_column("attribute_values", sa.Column("folded", TEXT, nullable=False, server_default=sa.text("''")))
    table = sa.table("attribute_values", *map(sa.column, ("tenant", "user", "attribute", "value", "folded")))
    key = (table.c.tenant, table.c.user, table.c.attribute)
    own = [column == sa.bindparam(f"its_{column.name}") for column in key]
    last = ("", "", "")
    while rows := op.get_bind().execute(_values_after(table, last)).all():
        last = tuple(rows[-1][:3])
        folded = [
            {"its_tenant": row[0], "its_user": row[1], "its_attribute": row[2], "text": folded_value(row[3])}
            for row in rows
        ]
        op.get_bind().execute(sa.update(table).where(*own).values(folded=sa.bindparam("text")), folded)
    op.create_index(
        "ix_attribute_values_tenant_attribute_folded", "attribute_values", ["tenant", "attribute", "folded"]
    )


def _values_after(table: "sa.TableClause", last: tuple[str, ...]) -> "sa.Select[Any]":
    """The next values in the order of their keys, a bounded number of them."""
    key = [table.c.tenant, table.c.user, table.c.attribute]
    found = sa.select(*key, table.c.value).where(sa.tuple_(*key) > sa.tuple_(*map(sa.literal, last)))
    return found.order_by(*key).limit(1_000)


def _gone_attributes() -> None:
    op.create_table(
        "gone_attributes",
        _text("tenant"),
        _text("id"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_gone_attributes"),
        sqlite_with_rowid=False,
    )


def _accounts() -> None:
    op.add_column("tenants", _text("company", null=True))
    op.add_column("tenants", sa.Column("agreed", sa.BigInteger(), nullable=False, server_default="0"))


def _programs() -> None:
    for name in ("description", "address_list"):
        op.add_column("applications", _text(name, null=True))
    op.add_column("applications", sa.Column("extras", TEXT, nullable=False, server_default="[]"))
    op.create_table(
        "clients",
        *(_text(name) for name in ("id", "tenant", "name", "extras")),
        _text("description", null=True),
        _number("created_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_clients"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_clients_id", "clients", ["id"], unique=True)
    op.create_table(
        "address_lists",
        *(_text(name) for name in ("id", "tenant", "name", "ranges")),
        _number("created_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_address_lists"),
        sqlite_with_rowid=False,
    )


def _bodies() -> None:
    _body("groups", _text("external_id", null=True), *_moves(), _text("extras"))
    op.create_index("ix_groups_tenant_external_id", "groups", ["tenant", "external_id"], unique=True)
    words = (_text("title"), _text("description", null=True), _text("logo", null=True))
    _body("organizations", *words, *_moves(), _text("title_folded"))
    op.create_table(
        "resource_roles",
        *(_text(name) for name in ("id", "tenant", "name")),
        *(_text(name, null=True) for name in ("description", "parent")),
        _number("created_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_resource_roles"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "memberships",
        *(_text(name) for name in ("tenant", "body", "user", "noun")),
        sa.PrimaryKeyConstraint("tenant", "body", "user", name="pk_memberships"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_memberships_tenant_user", "memberships", ["tenant", "user"])


def _orders_of_tokens() -> None:
    for name in ("label", "label_folded"):
        op.add_column("authenticators", _text(name, null=True))
    for name, *more in (("state",), ("kind", "user"), ("created_at",)):
        columns = ["tenant", name, "serial", *more]
        op.create_index(f"ix_authenticators_tenant_{name}_serial", "authenticators", columns)
    used = sa.text("last_used_at IS NOT NULL")
    op.create_index(
        "ix_authenticators_tenant_last_used_at_serial",
        "authenticators",
        ["tenant", "last_used_at", "serial"],
        sqlite_where=used,
        postgresql_where=used,
    )


def _marks_of_users() -> None:
    op.create_table(
        "user_marks",
        *(_text(name) for name in ("tenant", "user", "mark")),
        _number("number"),
        sa.PrimaryKeyConstraint("tenant", "mark", "number", name="pk_user_marks"),
        sqlite_with_rowid=False,
    )
    met = sa.text("password IS NOT NULL")
    op.create_index("ix_users_passwords", "users", ["tenant", "number"], sqlite_where=met, postgresql_where=met)
    last: tuple[str, ...] = ("", "")
    while rows := op.get_bind().execute(_extras_after(last)).all():
        last = (rows[-1].tenant, rows[-1].id)
        marks = [
            {"tenant": row.tenant, "user": row.id, "number": row.number, "mark": f"{name}={text}"}
            for row in rows
            for name, text in json.loads(row.extras)
            if text in ("true", "false")
        ]
        if marks:
            table = sa.table("user_marks", *map(sa.column, ("tenant", "user", "number", "mark")))
            op.get_bind().execute(sa.insert(table), marks)


def _extras_after(last: tuple[str, ...]) -> "sa.Select[Any]":
    """The extras of the next users who have any, in the order of their keys, a bounded number of them."""
    users = sa.table("users", *map(sa.column, ("tenant", "id", "number", "extras")))
    key = [users.c.tenant, users.c.id]
    found = sa.select(*key, users.c.number, users.c.extras).where(users.c.extras != "[]")
    return found.where(sa.tuple_(*key) > sa.tuple_(*map(sa.literal, last))).order_by(*key).limit(1_000)


def _numbered_names() -> None:
    op.add_column("login_names", sa.Column("number", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE login_names SET number = (SELECT u.number FROM users u "
        'WHERE u.tenant = login_names.tenant AND u.id = login_names."user")'
    )
    met = sa.text("kind = 'alias'")
    columns = ["tenant", "folded", "number", "kind"]
    op.create_index("ix_login_names_aliases", "login_names", columns, sqlite_where=met, postgresql_where=met)


def _homes_of_the_restricted() -> None:
    op.add_column("user_units", sa.Column("home", TEXT, nullable=False, server_default=sa.text("''")))
    op.execute(
        "UPDATE user_units SET home = (SELECT u.home FROM users u "
        'WHERE u.tenant = user_units.tenant AND u.id = user_units."user")'
    )
    op.drop_index("ix_user_units_tenant_unit", "user_units")
    op.create_index("ix_user_units_tenant_unit_home_user", "user_units", ["tenant", "unit", "home", "user"])


_PLACED = ("username_folded", "given_folded", "family_folded", "email_folded")


def _words_of_the_index() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    table, text = ("search_index_rows", "TEXT") if sqlite else ("search_index", 'TEXT COLLATE "C"')
    op.execute(f"ALTER TABLE {table} ADD COLUMN number BIGINT NOT NULL DEFAULT 0")
    for name in _PLACED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {text}")
    op.execute(f"ALTER TABLE {table} ADD COLUMN aliases {text} NOT NULL DEFAULT ''")
    named = ", ".join(f"{name} = u.{name}" for name in ("number", *_PLACED))
    if not sqlite:
        # Made anew afterwards it takes a fraction of what adding to it does.
        op.execute("DROP INDEX ix_search_index_grams")
    op.execute(f'UPDATE {table} SET {named} FROM users u WHERE u.tenant = {table}.tenant AND u.id = {table}."user"')
    if not sqlite:
        op.execute("CREATE INDEX ix_search_index_grams ON search_index USING gin (grams)")
    # The places of those who have aliases are made anew, after the migration.
    op.execute(
        'INSERT INTO search_pending (tenant, "user") SELECT DISTINCT l.tenant, l."user" FROM login_names l '
        "WHERE l.kind = 'alias' AND NOT EXISTS "
        '(SELECT 1 FROM search_pending p WHERE p.tenant = l.tenant AND p."user" = l."user")'
    )


def _aliases_by_user() -> None:
    op.add_column("login_names", _text("alias_of", null=True))
    op.execute("UPDATE login_names SET alias_of = \"user\" WHERE kind = 'alias'")
    met = sa.text("alias_of IS NOT NULL")
    op.create_index(
        "ix_login_names_tenant_alias_of", "login_names", ["tenant", "alias_of"], sqlite_where=met, postgresql_where=met
    )


def _connections() -> None:
    op.create_table(
        "connections",
        *(_text(name) for name in ("id", "tenant", "name", "digest", "role", "profile")),
        _number("active"),
        _number("created_at"),
        _number("last_used_at", null=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_connections"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_connections_digest", "connections", ["digest"], unique=True)
    op.create_table(
        "journals",
        *(_text(name) for name in ("tenant", "connection", "name")),
        _number("next"),
        _number("changed_at"),
        sa.PrimaryKeyConstraint("tenant", "connection", name="pk_journals"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "exchanges",
        *(_text(name) for name in ("tenant", "connection")),
        *(_number(name) for name in ("number", "page", "at", "milliseconds")),
        *(_text(name) for name in ("kind", "subject", "details", "outcome", "request")),
        _text("address", null=True),
        *(_text(name) for name in ("agent", "sent", "answered", "remarks")),
        sa.PrimaryKeyConstraint("tenant", "connection", "number", name="pk_exchanges"),
    )
    op.create_index("ix_exchanges_tenant_connection_page", "exchanges", ["tenant", "connection", "page"])


def _census() -> None:
    op.create_table(
        "census",
        *(_text(name) for name in ("tenant", "role", "home")),
        _number("active"),
        _text("kind"),
        _number("users"),
        sa.PrimaryKeyConstraint("tenant", "role", "home", "active", "kind", name="pk_census"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "census_blocks",
        _text("tenant"),
        *(_number(name) for name in ("block", "active", "users")),
        sa.PrimaryKeyConstraint("tenant", "block", "active", name="pk_census_blocks"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO census (tenant, role, home, active, kind, users) "
        "SELECT tenant, '', home, active, kind, count(*) FROM users GROUP BY tenant, home, active, kind"
    )
    op.execute(
        "INSERT INTO census (tenant, role, home, active, kind, users) "
        "SELECT r.tenant, r.role, u.home, u.active, u.kind, count(*) "
        "FROM user_roles r JOIN users u ON u.tenant = r.tenant AND u.number = r.number "
        "GROUP BY r.tenant, r.role, u.home, u.active, u.kind"
    )
    op.execute(
        "INSERT INTO census_blocks (tenant, block, active, users) "
        "SELECT tenant, number / 4096, active, count(*) FROM users GROUP BY tenant, number / 4096, active"
    )


def _moves() -> "tuple[sa.Column[int], ...]":
    return tuple(_number(name) for name in ("created_at", "changed_at", "version"))


def _body(name: str, *columns: "sa.Column[Any]") -> None:
    op.create_table(
        name,
        *(_text(column) for column in ("id", "tenant", "name", "folded")),
        *columns,
        sa.PrimaryKeyConstraint("tenant", "id", name=f"pk_{name}"),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{name}_tenant_folded", name, ["tenant", "folded"], unique=True)
