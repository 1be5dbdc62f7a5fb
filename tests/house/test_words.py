"""The core and the store speak the project's own words; a vendor's word for a thing stays in that vendor's package.

Identifiers, strings (docstrings too) and file names are read. Comments are not: they may name a client's habit.
"""

import io
import re
import token
import tokenize
from pathlib import Path

import pytest

from tests.house.sources import ROOMS, name_of, read

# Whole words of an identifier or a sentence, in any case: `container_id`, `ContainerRow`, "the container".
VENDOR_WORDS = frozenset(
    {
        "certcentral",
        "container",
        "containers",
        "devkey",
        "digicert",
        "division",
        "divisions",
        "entra",
        "entrust",
        "idaas",
        "intellitrust",
        "okta",
        "scim",
    }
)

# Exact spellings, anywhere in a token.
VENDOR_SPELLINGS = (
    "accessRole",
    "access_role",
    "account_id",
    "container_id",
    "displayName",
    "errorCode",
    "externalId",
    "externalSource",
    "familyName",
    "givenName",
    "guest_access",
    "nickName",
    "saml_sso",
    "schemas:core",
    "scimType",
    "siteRole",
    "site_role",
    "urn:ietf:",
    "userAliases",
    "userId",
    "userName",
    "userType",
    "X-DC-",
)

_TOKENS = {token.NAME, token.STRING}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def vendor_words(source: str) -> list[str]:
    """Findings as `line: word`."""
    found = []
    for item in tokenize.generate_tokens(io.StringIO(source).readline):
        if item.type in _TOKENS:
            found += [f"{item.start[0]}: {word}" for word in _vendor_words_in(item.string)]
    return found


def _vendor_words_in(text: str) -> list[str]:
    words = {word.lower() for word in _WORD.findall(text)} & VENDOR_WORDS
    return sorted(words | {spelling for spelling in VENDOR_SPELLINGS if spelling in text})


@pytest.mark.parametrize("room", ["core", "store"])
def test_the_room_holds_no_word_of_a_vendor(room: str) -> None:
    files = sorted((ROOMS / room).rglob("*.py"))
    found = [f"{name_of(path)}:{finding}" for path in files for finding in vendor_words(read(path))]
    found += [name_of(path) for path in files if _vendor_words_in(str(Path(*path.parts[len(ROOMS.parts) :])))]

    assert found == []


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("container_id = 1", ["1: container", "1: container_id"]),
        ("class ContainerRow: ...", ["1: container"]),
        ('"""Lists the divisions."""', ["1: divisions"]),
        ("def find(userId): ...", ["1: userId"]),
        ("\nkey = f'{x} DEVKEY'", ["2: devkey"]),
        ("SCIMUser = 1", ["1: scim"]),
        ("x = 'urn:ietf:params'", ["1: urn:ietf:"]),
    ],
)
def test_a_vendors_word_is_found(sample: str, expected: list[str]) -> None:
    found = vendor_words(sample)

    assert found == expected


@pytest.mark.parametrize("sample", ["user_id = 1", "contained = 2", "x = 'subdivision'", "y = 1  # a container"])
def test_a_word_of_our_own_is_left_alone(sample: str) -> None:
    found = vendor_words(sample)

    assert found == []
