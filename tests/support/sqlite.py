"""A connection to a SQLite file beside the store's, through the same library: see docs/decisions/0017-apsw.md."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from muster.store.database import SQLITE as SQLITE
from muster.store.sqlite import LOCK_PATIENCE


@contextmanager
def opened(url: str) -> Iterator[apsw.Connection]:
    """A connection to the file that a URL names, in autocommit mode; it waits for whoever holds the database."""
    connection = connect(url)
    try:
        yield connection
    finally:
        connection.close()


def connect(url: str) -> apsw.Connection:
    """As `opened`, for somebody who closes it himself."""
    connection = apsw.Connection(url.removeprefix(SQLITE))
    connection.set_busy_timeout(LOCK_PATIENCE)
    return connection
