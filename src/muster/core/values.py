"""Checked values: login names, e-mail addresses, texts. What is wrong is refused here and nowhere else.

The core takes the union of what its APIs may bring; an API that is stricter checks its own limits before.
"""

import re
import unicodedata
from hashlib import sha256

from muster.core.refusals import Fault, Invalid, refuse

LOGIN_NAME_LENGTH = 255
TEXT_LENGTH = 1024
EMAIL_LENGTH = 320
EXTRA_LENGTH = 65_536

INDEXED_BYTES = 2_400
"""How long what is searched, and its folded form, may be in UTF-8: a database's index holds no more."""

# C0, DEL and C1 controls, the line and paragraph separators, and lone surrogates, which no database could keep.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")

# RFC 5321 section 4.1.2 Dot-string, and a domain of at least two RFC 1123 labels; ASCII alone, so that no header or
# envelope can be forged and no homograph accepted.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+", re.ASCII)


def digest(secret: str) -> str:
    """What is kept of a secret, and by what it is found: its SHA-256, in hex."""
    return sha256(secret.encode()).hexdigest()


def fold(text: str) -> str:
    """The form in which names are compared: NFKC and casefold, so that case and width make no second user.

    Of a text over 1024 characters, which is nothing that is found by its folded form, it is casefold alone.

    >>> fold("Jill.VALENTINE")
    'jill.valentine'
    """
    if text.isascii():
        return text.lower()
    if len(text) > TEXT_LENGTH:
        # Marks that stand above and below one another are sorted, in the square of their number: a megabyte of them,
        # sent as anybody's name, would hold up everybody for minutes.
        return text.casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def login_name(text: str, field: str = "username") -> str:
    """A login name: 1 to 255 characters without control characters.

    Raises `Refused` with `Invalid` otherwise.
    """
    if not text.strip():
        refuse(Invalid(field, Fault.MISSING))
    return searched_line(text, field, LOGIN_NAME_LENGTH)


def line(text: str, field: str, limit: int = TEXT_LENGTH) -> str:
    """One line of text of at most `limit` characters without control characters. Raises `Refused` with `Invalid`."""
    if len(text) > limit:
        refuse(Invalid(field, Fault.TOO_LONG, limit))
    # What is printable has none of them; this is asked of a dozen texts in every create, and takes a third of the time.
    if not text.isprintable() and _CONTROL.search(text):
        refuse(Invalid(field, Fault.CHARACTERS))
    return text


def searched_line(text: str, field: str, limit: int = TEXT_LENGTH) -> str:
    """As `line`, for what is found by itself or its folded form, which an index must be able to hold."""
    if not line(text, field, limit).isascii() and max(len(text.encode()), len(fold(text).encode())) > INDEXED_BYTES:
        refuse(Invalid(field, Fault.TOO_LONG, limit))
    return text


def is_keepable(value: object) -> bool:
    """Whether a database can hold the text or number at all: no NUL, no lone surrogate, 64 bits."""
    if isinstance(value, str):
        return value.isprintable() or not _UNKEEPABLE.search(value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def text(value: str, field: str, limit: int) -> str:
    """Text of any kind, line ends too, of at most `limit` characters. Raises `Refused` with `Invalid`."""
    if len(value) > limit:
        refuse(Invalid(field, Fault.TOO_LONG, limit))
    if not is_keepable(value):
        refuse(Invalid(field, Fault.CHARACTERS))
    return value


def optional_line(text: str | None, field: str, limit: int = TEXT_LENGTH) -> str | None:
    """As `line`, where nothing is allowed: None stays None."""
    return None if text is None else line(text, field, limit)


def is_email(text: str) -> bool:
    """Whether the text is an address that a mail server can be given: RFC 5321 Dot-string local part, dotted domain.

    >>> is_email("jill@racoon-city.gov"), is_email("jill@racoon"), is_email("a b@c.de")
    (True, False, False)
    """
    return len(text) <= EMAIL_LENGTH and _EMAIL.fullmatch(text) is not None
