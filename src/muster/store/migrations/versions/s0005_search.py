"""The index of substrings, and who waits to be put into it."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make it. Everybody who is there already waits."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    text = "TEXT" if sqlite else 'TEXT COLLATE "C"'
    op.execute(
        f'CREATE TABLE search_pending (tenant {text} NOT NULL, "user" {text} NOT NULL, PRIMARY KEY (tenant, "user"))'
        + (" WITHOUT ROWID" if sqlite else "")
    )
    op.execute("INSERT INTO search_pending SELECT tenant, id FROM users")
    if sqlite:
        op.execute("CREATE VIRTUAL TABLE search_index USING fts5(words, tokenize='trigram', detail='none')")
        op.execute(
            'CREATE TABLE search_index_rows (row INTEGER PRIMARY KEY, tenant TEXT NOT NULL, "user" TEXT NOT NULL)'
        )
        op.execute('CREATE UNIQUE INDEX ix_search_index_rows_tenant_user ON search_index_rows (tenant, "user")')
    else:
        op.execute(
            'CREATE TABLE search_index (tenant TEXT COLLATE "C" NOT NULL, "user" TEXT COLLATE "C" NOT NULL, '
            'grams BIGINT[] NOT NULL, PRIMARY KEY (tenant, "user"))'
        )
        op.execute("CREATE INDEX ix_search_index_grams ON search_index USING gin (grams)")
