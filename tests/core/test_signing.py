"""What a client carries from one request to the next: it comes back as it was signed, or is none."""

from __future__ import annotations

import base64

import pytest

from muster.app.sources import MachineSources, Sealer

OURS, THEIRS = MachineSources(Sealer(b"our key")), MachineSources(Sealer(b"their key"))
TEXTS = ("", "a", "漢字 \x00", '["a",1]' * 1000)


@pytest.mark.parametrize("text", TEXTS)
def test_a_signed_text_comes_back_for_its_own_context_alone(text: str) -> None:
    token = OURS.sign(text, "cursor one groups")

    assert OURS.signed(token, "cursor one groups") == text
    assert OURS.sign(text, "cursor one groups") == token
    assert OURS.signed(token, "cursor two groups") is None
    assert OURS.signed(token, "") is None
    assert THEIRS.signed(token, "cursor one groups") is None


def test_a_context_cannot_give_letters_to_the_text() -> None:
    moved = base64.urlsafe_b64decode(OURS.sign("bc", "a"))

    assert OURS.signed(base64.urlsafe_b64encode(moved[:20] + b"c").decode(), "ab") is None
    assert OURS.sign("c", "ab") != OURS.sign("bc", "a")


def test_no_other_letters_pass_for_a_signed_text() -> None:
    signed = base64.urlsafe_b64decode(OURS.sign("abc", "x"))
    changed = [
        bytes([*signed[:at], signed[at] ^ bit, *signed[at + 1 :]]) for at in range(len(signed)) for bit in (1, 128)
    ]
    tokens = [
        base64.urlsafe_b64encode(one).decode() for one in (*changed, signed[:-1], signed + b"d", signed[20:], b"")
    ]
    tokens += ["", "x", "=", "漢", "\ud800", "AAAA", " " + base64.urlsafe_b64encode(signed).decode()]

    assert {OURS.signed(token, "x") for token in tokens} == {None}
