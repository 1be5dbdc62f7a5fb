"""The mail that a new user is owed: one row, in the transaction that makes him."""

from typing import Any

import pytest

from tests.apis.certcentral.caller import Caller, payload
from tests.apis.ledger import Ledger, Row

MAILS = (
    "SELECT m.kind, m.recipient, m.sealed IS NOT NULL, m.sent_at, m.attempts "
    'FROM mails m JOIN users u ON u.id = m."user" '
    "WHERE u.number = $1 AND u.username = $2"
)
LINKS = 'SELECT l.void_at FROM password_links l JOIN users u ON u.id = l."user" WHERE u.number = $1 AND u.username = $2'


def owed(ledger: Ledger, admin: Caller, body: dict[str, Any]) -> tuple[list[Row], list[Row]]:
    """The mails and links of a user made from this body."""
    number = admin.post("/user", json=body).json()["id"]
    return tuple(ledger.rows(query, number, body["username"]) for query in (MAILS, LINKS))  # type: ignore[return-value]


@pytest.mark.parametrize("flag", [False, "false", None])
def test_a_new_user_is_owed_one_mail_with_a_link_to_set_a_password(admin: Caller, ledger: Ledger, flag: object) -> None:
    body = payload(is_saml_sso_only=flag)

    mails, links = owed(ledger, admin, body)

    assert [(kind, to, bool(sealed), sent) for kind, to, sealed, sent, _ in mails] == [
        ("set-password", body["email"], True, None)
    ]
    assert links == [(None,)]


def test_one_who_signs_in_elsewhere_is_owed_one_mail_without_a_link(admin: Caller, ledger: Ledger) -> None:
    body = payload(is_saml_sso_only=True)

    mails, links = owed(ledger, admin, body)

    assert [(kind, to, bool(sealed), sent) for kind, to, sealed, sent, _ in mails] == [
        ("sign-in", body["email"], False, None)
    ]
    assert links == []


def test_a_refused_user_is_owed_nothing(admin: Caller, ledger: Ledger) -> None:
    admin.post("/user", json=payload(username="taken.once"))
    body = payload(username="TAKEN.ONCE")

    answer = admin.post("/user", json=body)

    assert answer.status_code == 400
    assert ledger.rows("SELECT kind FROM mails WHERE recipient = $1", body["email"]) == []


def test_the_link_is_kept_sealed_and_by_its_moment_and_digest_alone(admin: Caller, ledger: Ledger) -> None:
    body = payload()
    admin.post("/user", json=body)

    [(sealed, kept)] = ledger.rows(
        'SELECT m.sealed, l.digest FROM mails m JOIN password_links l ON l."user" = m."user" WHERE m.recipient = $1',
        body["email"],
    )

    moment, digest = kept[:13], kept[14:]
    assert (len(digest), set(digest) <= set("0123456789abcdef")) == (64, True)
    assert moment.encode() not in bytes(sealed)
    assert digest.encode() not in bytes(sealed)
    assert not bytes(sealed).isascii()
