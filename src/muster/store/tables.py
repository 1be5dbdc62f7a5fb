"""The tables. Only TEXT, BIGINT and BLOB, so that a row is the same from every driver.

Times are UTC milliseconds, truth values 0 and 1, sets and lists JSON text. Each change here is a migration.
"""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, text

from muster.store.columns import METADATA as METADATA
from muster.store.columns import Text
from muster.store.columns import binary as _bytes
from muster.store.columns import number as _number
from muster.store.columns import text as _text
from muster.store.tables_bodies import groups as groups
from muster.store.tables_bodies import memberships as memberships
from muster.store.tables_bodies import organizations as organizations
from muster.store.tables_bodies import resource_roles as resource_roles
from muster.store.tables_census import census as census
from muster.store.tables_census import census_blocks as census_blocks
from muster.store.tables_connections import connections as connections
from muster.store.tables_connections import exchanges as exchanges
from muster.store.tables_connections import journals as journals
from muster.store.tables_programs import address_lists as address_lists
from muster.store.tables_programs import address_rules as address_rules
from muster.store.tables_programs import applications as applications
from muster.store.tables_programs import clients as clients


def _nulls_first(name: str) -> Index:
    # As SQLite has them anyway: the index is in the order of lists, forwards and backwards.
    return Index(None, "tenant", name, "number", postgresql_ops={name: "NULLS FIRST"})


_HAS_EXTERNAL_ID = text("external_id IS NOT NULL")
_IS_USED = text("last_used_at IS NOT NULL")
_IS_ALIAS = text("alias_of IS NOT NULL")
_WAS_LOCKED = text("locked_at IS NOT NULL")
_HAS_PASSWORD = text("password IS NOT NULL")
_OF_ALIASES = text("kind = 'alias'")
_IS_SERVICE = text("kind = 'service'")
IS_REACHABLE = "job_title IS NOT NULL AND job_title <> '' AND phone IS NOT NULL AND phone <> ''"

heads = Table(
    "heads",
    METADATA,
    Column("id", Text, primary_key=True),
    _number("next_number"),
    _number("sequence"),
    _bytes("link"),
    _number("epoch"),
    _number("users"),
    _number("administrators"),
    sqlite_with_rowid=False,
)

tenants = Table(
    "tenants",
    METADATA,
    Column("id", Text, primary_key=True),
    _number("number"),
    _text("name"),
    _text("root"),
    _number("created_at"),
    _text("installation"),
    _text("company", null=True),
    Column("agreed", BigInteger, nullable=False, server_default="0"),
    Index(None, "number", unique=True),
)

units = Table(
    "units",
    METADATA,
    _text("id"),
    _text("tenant"),
    _number("number"),
    _text("parent", null=True),
    _text("path"),
    _text("name"),
    _number("active"),
    _number("created_at"),
    _text("description", null=True),
    Column("extras", Text, nullable=False, server_default="[]"),
    Column("switched", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "number", unique=True),
    Index(None, "tenant", "path"),
    Index(None, "tenant", "parent"),
    sqlite_with_rowid=False,
)

roles = Table(
    "roles",
    METADATA,
    _text("id"),
    _text("tenant"),
    _text("catalogue"),
    _number("number"),
    _text("name"),
    _text("permissions"),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "catalogue", "number", unique=True),
    sqlite_with_rowid=False,
)

users = Table(
    "users",
    METADATA,
    _text("id"),
    _text("tenant"),
    _number("number"),
    _text("kind"),
    _text("username"),
    _text("given_name", null=True),
    _text("family_name", null=True),
    _text("email", null=True),
    _text("phone", null=True),
    _text("job_title", null=True),
    _text("home"),
    _number("active"),
    _number("sso_only"),
    _number("administrator"),
    _text("password", null=True),
    _number("created_at"),
    _number("changed_at"),
    _number("last_login_at", null=True),
    _number("version"),
    _text("roles"),
    _text("scope"),
    _text("extras"),
    _text("username_folded"),
    _text("given_folded", null=True),
    _text("family_folded", null=True),
    _text("email_folded", null=True),
    _text("mobile", null=True),
    _text("locale", null=True),
    _text("external_id", null=True),
    _text("principal_name", null=True),
    _text("security_id", null=True),
    _number("locked_at", null=True),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "number", unique=True),
    # What lists are sorted by, with the number that decides ties.
    Index(None, "tenant", "username_folded", "number"),
    _nulls_first("email_folded"),
    _nulls_first("given_folded"),
    _nulls_first("family_folded"),
    _nulls_first("last_login_at"),
    Index(None, "tenant", "active", "number"),
    # What lists are narrowed down by; of the rare ones only those who are meant, with the columns that say so, since
    # SQLite would look them up otherwise.
    Index(None, "tenant", "home", "number"),
    Index("ix_users_services", "tenant", "number", "kind", sqlite_where=_IS_SERVICE, postgresql_where=_IS_SERVICE),
    Index("ix_users_locked", "tenant", "number", "locked_at", sqlite_where=_WAS_LOCKED, postgresql_where=_WAS_LOCKED),
    Index(None, "tenant", "locked_at", "number", sqlite_where=_WAS_LOCKED, postgresql_where=_WAS_LOCKED),
    Index("ix_users_passwords", "tenant", "number", sqlite_where=_HAS_PASSWORD, postgresql_where=_HAS_PASSWORD),
    Index(
        "ix_users_reachable",
        *("tenant", "number", "job_title", "phone"),
        sqlite_where=text(IS_REACHABLE),
        postgresql_where=text(IS_REACHABLE),
    ),
    Index(None, "tenant", "external_id", sqlite_where=_HAS_EXTERNAL_ID, postgresql_where=_HAS_EXTERNAL_ID),
    sqlite_with_rowid=False,
)

user_roles = Table(
    "user_roles",
    METADATA,
    _text("tenant"),
    _text("user"),
    _text("role"),
    _number("number"),
    # By the user's number, as lists are.
    PrimaryKeyConstraint("tenant", "role", "number"),
    sqlite_with_rowid=False,
)

user_marks = Table(
    "user_marks",
    METADATA,
    _text("tenant"),
    _text("user"),
    _text("mark"),
    _number("number"),
    # By the user's number, as lists are.
    PrimaryKeyConstraint("tenant", "mark", "number"),
    sqlite_with_rowid=False,
)

user_units = Table(
    "user_units",
    METADATA,
    _text("tenant"),
    _text("user"),
    _text("unit"),
    Column("home", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("tenant", "user", "unit"),
    # With the home: whoever is at home there as well need not be looked at.
    Index(None, "tenant", "unit", "home", "user"),
    sqlite_with_rowid=False,
)

login_names = Table(
    "login_names",
    METADATA,
    _text("tenant"),
    _text("folded"),
    _text("user"),
    _text("id"),
    _text("kind"),
    _text("value"),
    _text("alias_of", null=True),
    Column("number", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("tenant", "folded"),
    Index(None, "tenant", "user"),
    # Few have any, so that this is small where nobody's alias is looked for.
    Index(None, "tenant", "alias_of", sqlite_where=_IS_ALIAS, postgresql_where=_IS_ALIAS),
    # Usernames are in the users' own index as well. With the kind, since SQLite would look it up otherwise.
    Index(
        "ix_login_names_aliases",
        *("tenant", "folded", "number", "kind"),
        sqlite_where=_OF_ALIASES,
        postgresql_where=_OF_ALIASES,
    ),
    sqlite_with_rowid=False,
)

api_keys = Table(
    "api_keys",
    METADATA,
    _text("id"),
    _text("tenant"),
    _number("number"),
    _text("user"),
    _text("name"),
    _text("digest"),
    _text("role", null=True),
    _number("active"),
    _number("created_at"),
    _number("last_used_at", null=True),
    _number("expires_at", null=True),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "digest", unique=True),
    Index(None, "tenant", "number", unique=True),
    Index(None, "tenant", "user"),
)

password_links = Table(
    "password_links",
    METADATA,
    _text("id"),
    _text("tenant"),
    _text("user"),
    _text("digest"),
    _number("created_at"),
    _number("expires_at"),
    _number("void_at", null=True),
    PrimaryKeyConstraint("tenant", "user", "id"),
    Index(None, "digest", unique=True),
    sqlite_with_rowid=False,
)

_OWED = text("sent_at IS NULL AND failed_at IS NULL")

mails = Table(
    "mails",
    METADATA,
    _text("id"),
    _text("tenant"),
    _text("kind"),
    _text("user"),
    _text("recipient"),
    _bytes("sealed", null=True),
    _number("created_at"),
    _number("due_at"),
    _number("attempts"),
    _number("claimed_until", null=True),
    _number("sent_at", null=True),
    _number("failed_at", null=True),
    _text("error", null=True),
    PrimaryKeyConstraint("tenant", "id"),
    # Only what is still owed, so that looking for it stays as quick when a million mails have gone out.
    Index(None, "due_at", sqlite_where=_OWED, postgresql_where=_OWED),
    sqlite_with_rowid=False,
)

policies = Table(
    "policies",
    METADATA,
    _text("tenant"),
    _text("name"),
    _text("value"),
    PrimaryKeyConstraint("tenant", "name"),
    sqlite_with_rowid=False,
)

attributes = Table(
    "attributes",
    METADATA,
    _text("id"),
    _text("tenant"),
    _text("name"),
    _text("kind"),
    _text("field", null=True),
    _number("mandatory"),
    _number("unique"),
    PrimaryKeyConstraint("tenant", "id"),
    sqlite_with_rowid=False,
)

attribute_values = Table(
    "attribute_values",
    METADATA,
    _text("id"),
    _text("tenant"),
    _text("user"),
    _text("attribute"),
    _text("value"),
    _number("changed_at"),
    Column("folded", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("tenant", "user", "attribute"),
    Index(None, "tenant", "attribute", "folded"),
    sqlite_with_rowid=False,
)

gone_attributes = Table(
    "gone_attributes",
    METADATA,
    _text("tenant"),
    _text("id"),
    PrimaryKeyConstraint("tenant", "id"),
    sqlite_with_rowid=False,
)

authenticators = Table(
    "authenticators",
    METADATA,
    _text("id"),
    _text("tenant"),
    _text("user"),
    _text("kind"),
    _text("serial"),
    _text("state"),
    _bytes("sealed"),
    _number("created_at"),
    _number("last_used_at", null=True),
    _text("label", null=True),
    _text("label_folded", null=True),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "serial", unique=True),
    Index(None, "tenant", "user"),
    # What lists go along, with the serial number that decides ties.
    Index(None, "tenant", "state", "serial"),
    # With the user, for whoever looks for those who have one of a kind.
    Index("ix_authenticators_tenant_kind_serial", "tenant", "kind", "serial", "user"),
    Index(None, "tenant", "created_at", "serial"),
    Index(None, "tenant", "last_used_at", "serial", sqlite_where=_IS_USED, postgresql_where=_IS_USED),
    sqlite_with_rowid=False,
)

federations = Table(
    "federations",
    METADATA,
    _text("tenant"),
    _text("name"),
    _text("slug"),
    _text("metadata", null=True),
    _text("source", null=True),
    _text("provider", null=True),
    _text("mapping"),
    _number("created_at"),
    PrimaryKeyConstraint("tenant"),
    Index(None, "slug", unique=True),
)

events = Table(
    "events",
    METADATA,
    _text("tenant"),
    _number("sequence"),
    _text("id"),
    _number("at"),
    _text("act"),
    _text("actor_kind"),
    _text("actor"),
    _text("actor_name"),
    _text("credential", null=True),
    _text("channel"),
    _text("address", null=True),
    _text("request", null=True),
    _text("noun"),
    _text("subject"),
    _text("subject_name"),
    _text("changes"),
    _bytes("link"),
    PrimaryKeyConstraint("tenant", "sequence"),
    Index(None, "tenant", "at", "sequence"),
    sqlite_with_rowid=False,
)
