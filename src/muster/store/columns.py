"""What all tables are made of: only TEXT, BIGINT and BLOB, so that a row is the same from every driver."""

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData
from sqlalchemy import Text as AnyText
from sqlalchemy.dialects import postgresql

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


# Bytes order text: the same in SQLite, in PostgreSQL whatever the database's locale, and in Python.
Text = AnyText().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def text(name: str, *, null: bool = False) -> "Column[str]":
    """A column of text."""
    return Column(name, Text, nullable=null)


def number(name: str, *, null: bool = False) -> "Column[int]":
    """A column of integers of 64 bits."""
    return Column(name, BigInteger, nullable=null)


def binary(name: str, *, null: bool = False) -> "Column[bytes]":
    """A column of bytes."""
    return Column(name, LargeBinary, nullable=null)
