"""Where mail goes and comes from, as it is written in settings."""

import pytest

from muster.trail.post import MailServer, sender


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", MailServer("mail.example", 25, tls=False)),
        ("smtp://[::1]:2525/", MailServer("::1", 2525, tls=False)),
        ("smtps://mail.example", MailServer("mail.example", 465, tls=True)),
        ("smtp://a%40b:p%3Aq@mail.example:587", MailServer("mail.example", 587, False, "a@b", "p:q")),
    ],
)
def test_a_server_is_found_in_its_url(url: str, expected: MailServer) -> None:
    assert MailServer.at(url) == expected


@pytest.mark.parametrize(
    "url",
    ["", "mail.example:25", "http://mail.example", "smtp://", "smtp://s3cret@mail.example", "smtp://a:s3cret@b:port"],
)
def test_what_is_no_url_of_a_server_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="mail server") as refused:
        MailServer.at(url)

    assert "s3cret" not in str(refused.value)


def test_a_password_is_not_shown() -> None:
    assert "s3cret" not in repr(MailServer.at("smtp://a:s3cret@mail.example"))


@pytest.mark.parametrize(
    ("url", "start_tls", "checked"),
    [
        ("smtp://mail.example", None, False),
        ("smtp://a:b@mail.example", True, True),
        ("smtp://a:b@127.0.0.1", None, False),
        ("smtps://mail.example", False, True),
    ],
)
def test_a_password_goes_to_another_machine_only_over_checked_tls(
    url: str, start_tls: bool | None, checked: bool
) -> None:
    client = MailServer.at(url).client()

    assert (client._start_tls_on_connect, client.validate_certs) == (start_tls, checked)


@pytest.mark.parametrize("text", ["muster@localhost", "Muster <muster@example.com>", "Mühle <m@example.com>"])
def test_an_address_to_send_from_is_taken(text: str) -> None:
    assert sender(text) == text


@pytest.mark.parametrize("text", ["", "muster", "a@b.de, c@d.de", "<>", "a@b.de\r\nBcc: c@d.de"])
def test_what_mail_cannot_come_from_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="mail can come from"):
        sender(text)
