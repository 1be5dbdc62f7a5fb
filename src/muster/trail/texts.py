"""The words of the mails, and the messages made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from muster.core.letters import Letter
from muster.core.mails import SET_PASSWORD, SIGN_IN

Text = tuple[str, str]
"""A subject and a body."""


def message(letter: Letter, secret: str | None, public_url: str, sender: str, at: int) -> EmailMessage:
    """The mail, ready to be sent at a time (UTC milliseconds).

    Its Message-ID is made of the mail's id, so that one that had to be sent twice is seen to be the same. Raises
    `ValueError` for a kind of mail that this version does not know.
    """
    mail = letter.mail
    words = _WORDS.get(mail.kind)
    if words is None:
        raise ValueError(f"no words for a mail of the kind {mail.kind}")
    subject, body = words(letter, secret, public_url)
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = mail.recipient
    made["Subject"] = subject
    made["Date"] = format_datetime(datetime.fromtimestamp(at / 1000, UTC))
    made["Message-ID"] = f"<{mail.id}@{made['From'].addresses[0].domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(body)
    return made


def password_address(public_url: str, secret: str) -> str:
    """Where the owner of a link sets his password."""
    return f"{public_url.rstrip('/')}/password/{secret}"


def _set_password(letter: Letter, secret: str | None, public_url: str) -> Text:
    if secret is None or letter.expires_at is None:
        raise ValueError("this mail has lost its link")
    until = datetime.fromtimestamp(letter.expires_at / 1000, UTC)
    return (
        "Your account has been created: set your password",
        f"""\
Hello,

an account has been created for you.

    Directory:  {letter.tenant}
    Username:   {letter.username}

Choose your password here:

{password_address(public_url, secret)}

The link works once, until {until:%Y-%m-%d %H:%M} UTC. Keep it to yourself:
whoever opens it first can choose the password.

If you expected no account, you need not do anything.
""",
    )


def _sign_in(letter: Letter, _secret: str | None, public_url: str) -> Text:
    return (
        "Your account has been created: you can sign in",
        f"""\
Hello,

an account has been created for you.

    Directory:  {letter.tenant}
    Username:   {letter.username}

It needs no password of its own. Sign in as you do everywhere in your
organization (single sign-on), starting here:

{public_url}

If you expected no account, you need not do anything.
""",
    )


_WORDS: dict[str, Callable[[Letter, str | None, str], Text]] = {SET_PASSWORD: _set_password, SIGN_IN: _sign_in}
