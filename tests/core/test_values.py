"""Checked values: what is the same name, what is refused, what is an address."""

import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.refusals import Fault, Invalid, Refused
from muster.core.values import EMAIL_LENGTH, LOGIN_NAME_LENGTH, TEXT_LENGTH, fold, is_email, line, login_name

CONTROLS = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xD800, 0xDBFF, 0xDC00, 0xDFFF]


def refusal_of(check: Callable[[], object]) -> object:
    """The refusal that the check ends in."""
    with pytest.raises(Refused) as raised:
        check()
    return raised.value.refusal


def test_folding_any_single_character_twice_is_folding_it_once() -> None:
    letters = map(chr, (*range(0xD800), *range(0xE000, sys.maxunicode + 1)))
    unstable = [letter for letter in letters if fold(fold(letter)) != fold(letter)]

    assert unstable == []


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)

    assert fold(once) == once


def test_a_megabyte_of_marks_is_folded_without_sorting_them() -> None:
    # Sorted, they would take a quarter of an hour.
    marks = "a" + "\u0301\u0327" * 250_000

    assert fold("A" + marks[1:]) == fold(marks) == marks


@given(st.text("abcxyzABCXYZ0189._-", max_size=20))
def test_case_and_width_make_no_difference(text: str) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in text)

    assert fold(text.upper()) == fold(text.lower()) == fold(wide) == fold(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Jill", "JILL", True),
        ("straße", "STRASSE", True),
        ("ﬁona", "fiona", True),
        ("\u212a", "k", True),  # the Kelvin sign
        ("e\u0301va", "\u00e9va", True),  # composed or not
        ("ΣΊΣΥΦΟΣ", "σίσυφος", True),
        ("jill", "j\u0456ll", False),  # a Cyrillic letter that looks the same
        ("jill", "jill ", False),
        ("resume", "resumé", False),
    ],
)
def test_names_collide_as_the_table_says(one: str, other: str, same: bool) -> None:
    assert (fold(one) == fold(other)) is same


@pytest.mark.parametrize("code", CONTROLS)
@pytest.mark.parametrize("place", ["{}jill", "ji{}ll", "jill{}"])
def test_a_control_character_or_half_a_pair_is_refused_anywhere(code: int, place: str) -> None:
    text = place.format(chr(code))

    assert refusal_of(lambda: login_name(text)) == Invalid("username", Fault.CHARACTERS)
    assert refusal_of(lambda: line(text, "phone")) == Invalid("phone", Fault.CHARACTERS)


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\u00a0 "])
def test_a_login_name_of_nothing_is_missing(text: str) -> None:
    assert refusal_of(lambda: login_name(text)) == Invalid("username", Fault.MISSING)


@pytest.mark.parametrize("letter", ["x", "ü", "漢", "\U0001f600"])
def test_the_longest_that_is_allowed_is_accepted_and_one_more_is_not(letter: str) -> None:
    longest = letter * LOGIN_NAME_LENGTH

    assert login_name(longest) == longest
    assert refusal_of(lambda: login_name(longest + letter)) == Invalid("username", Fault.TOO_LONG, LOGIN_NAME_LENGTH)
    assert refusal_of(lambda: line(letter * (TEXT_LENGTH + 1), "x")) == Invalid("x", Fault.TOO_LONG, TEXT_LENGTH)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=LOGIN_NAME_LENGTH))
def test_whatever_is_no_control_character_is_kept_as_it_came(text: str) -> None:
    assert line(text, "x") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jill@racoon-city.gov", True),
        ("a@b.co", True),
        ("jill.valentine+stars@mail.racoon-city.gov", True),
        ("!#$%&'*+/=?^_`{|}~-@example.com", True),
        ("x" * 64 + "@example.com", True),
        ("a@" + "b" * 63 + ".com", True),
        ("a@xn--bcher-kva.example", True),
        ("", False),
        ("jill", False),
        ("@example.com", False),
        ("jill@", False),
        ("jill@racoon", False),
        ("a b@c.de", False),
        ("a@b@c.de", False),
        (".jill@example.com", False),
        ("jill.@example.com", False),
        ("ji..ll@example.com", False),
        ("jill@.example.com", False),
        ("jill@example..com", False),
        ("jill@example.com.", False),
        ("jill@-example.com", False),
        ("jill@example-.com", False),
        ("jill@exa_mple.com", False),
        ("x" * 65 + "@example.com", False),
        ("a@" + "b" * 64 + ".com", False),
        ("jill@example.com\n", False),
        ("jill@example.com\r\nBcc: all@example.com", False),
        ("jill\x00@example.com", False),
        ('"jill"@example.com', False),
        ("jill@[192.0.2.1]", False),
        ("jíll@example.com", False),
        ("jill@exämple.com", False),
        ("jill\uff20example.com", False),
        ("jill@example.com, wesker@example.com", False),
        ("a@" + "b." * EMAIL_LENGTH + "com", False),
    ],
)
def test_an_address_is_told_from_what_is_none(text: str, expected: bool) -> None:
    assert is_email(text) is expected


@given(st.text(st.sampled_from('a@.-_ \n\r,<>"\0é'), max_size=30))
def test_what_counts_as_an_address_can_forge_no_header_and_no_second_recipient(text: str) -> None:
    safe = text.isascii() and text.count("@") == 1 and not set(text) & set(' \r\n\0,;<>"()')

    assert safe or not is_email(text)
