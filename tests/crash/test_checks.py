"""The checks after a crash can fail: each kind of damage, done to a good database by hand, is found."""

from pathlib import Path

import pytest

from tests.crash.checks import findings
from tests.crash.creates import RememberedCreates, create_until
from tests.support.live import LiveMuster, running_muster
from tests.support.sqlite import opened

pytestmark = pytest.mark.live

LAST_USER = "SELECT id FROM users ORDER BY number DESC LIMIT 1"


def _damage(url: str, statement: str) -> None:
    with opened(url) as connection:
        connection.execute(statement)


def _found(muster: LiveMuster, url: str, creates: RememberedCreates) -> list[str]:
    with muster.client(X_DC_DEVKEY=muster.bootstrap.api_key) as client:
        return findings(url, client, creates)


def test_every_kind_of_damage_is_found(tmp_path: Path, sqlite_url: str) -> None:
    copy = f"{sqlite_url}.damaged"
    with running_muster(tmp_path / "var", database_url=sqlite_url) as muster:
        creates = create_until(muster.port, muster.bootstrap.api_key, 4, 0.1)
        undamaged = _found(muster, sqlite_url, creates)
        found = {}
        for statement, _ in DAMAGES:
            Path(copy.removeprefix("sqlite:///")).unlink(missing_ok=True)
            _damage(sqlite_url, f"VACUUM INTO '{copy.removeprefix('sqlite:///')}'")
            _damage(copy, statement)
            found[statement] = " / ".join(_found(muster, copy, creates))

    assert undamaged == []
    assert [statement for statement, expected in DAMAGES if expected not in found[statement]] == []


DAMAGES = [
    (f"DELETE FROM users WHERE id = ({LAST_USER})", "was acknowledged as"),
    (f'DELETE FROM login_names WHERE "user" = ({LAST_USER})', "has no login name"),
    (f'DELETE FROM user_roles WHERE "user" = ({LAST_USER})', "was made with other roles"),
    (f'DELETE FROM mails WHERE "user" = ({LAST_USER})', "has no mail"),
    (f'DELETE FROM password_links WHERE "user" = ({LAST_USER})', "has no password link"),
    (f"UPDATE users SET username = upper(username) WHERE id = ({LAST_USER})", "differ in spelling"),
    (f"DELETE FROM events WHERE subject = ({LAST_USER})", "is not at its newest event"),
    (f"UPDATE events SET subject_name = 'x' WHERE subject = ({LAST_USER})", "does not follow from event"),
    ("UPDATE heads SET next_number = 2 WHERE id <> ''", "would give number 2 again"),
    ("UPDATE heads SET users = users + 1 WHERE id <> ''", "users and has"),
]
