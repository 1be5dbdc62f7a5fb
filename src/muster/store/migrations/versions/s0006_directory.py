"""What surrounds users, and the indexes that lists of a million of them go by."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

# Bytes order text: the same in SQLite, in PostgreSQL whatever the database's locale, and in Python.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, TEXT, nullable=null)


def _number(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=null)
