"""Settings from flags, environment and files; a wrong one is told in one line, before anything is served."""

import stat
from pathlib import Path

import pytest

from muster.settings import Settings, SettingsWrong, read
from tests.web.server import certificate, command

KEY = "k" * 32
ANYWHERE = {"MUSTER_HOST": "0.0.0.0"}


def settings(directory: Path, **environment: str) -> Settings:
    return read({}, {"MUSTER_DATA": str(directory / "var"), **environment})


def test_without_any_setting_it_serves_this_machine_alone_over_sqlite(tmp_path: Path) -> None:
    found = settings(tmp_path)

    assert (found.host, found.port, found.public_url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert found.database_url == f"sqlite:///{tmp_path / 'var' / 'muster.db'}"
    assert (found.rate_limits, found.log_level, found.smtp_url, found.tls_cert) == (True, "info", None, None)


def test_a_flag_wins_over_the_environment_and_that_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("smtp://from-file\n")
    named = {"MUSTER_SMTP_URL_FILE": str(tmp_path / "url")}
    both = {**named, "MUSTER_SMTP_URL": "smtp://from-environment"}

    found = [
        read({"data": str(tmp_path), "smtp_url": flag}, environment).smtp_url
        for flag, environment in (("smtp://from-flag", both), (None, both), (None, named), (None, {}))
    ]

    assert found == ["smtp://from-flag", "smtp://from-environment", "smtp://from-file", None]


def test_the_secret_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = settings(tmp_path), settings(tmp_path)

    kept = tmp_path / "var" / "secret.key"
    assert first.secret_key == second.secret_key == kept.read_bytes().strip()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert list(kept.parent.iterdir()) == [kept]


def test_a_given_secret_key_is_not_written_down(tmp_path: Path) -> None:
    found = settings(tmp_path, MUSTER_SECRET_KEY=KEY)

    assert found.secret_key == KEY.encode()
    assert list((tmp_path / "var").iterdir()) == []


LOOPBACK = ["127.0.0.1", "127.8.8.8", "::1", "localhost"]
OPEN = ["0.0.0.0", "::", "", "192.0.2.1", "muster.example"]


@pytest.mark.parametrize("host", LOOPBACK)
def test_plain_http_is_spoken_on_loopback(tmp_path: Path, host: str) -> None:
    assert settings(tmp_path, MUSTER_HOST=host).host == host


@pytest.mark.parametrize("host", OPEN)
@pytest.mark.parametrize("allowed", ["0", "off", "false"])
def test_plain_http_is_refused_elsewhere(tmp_path: Path, host: str, allowed: str) -> None:
    with pytest.raises(SettingsWrong, match="MUSTER_ALLOW_PLAIN_HTTP=1"):
        settings(tmp_path, MUSTER_HOST=host, MUSTER_ALLOW_PLAIN_HTTP=allowed)


@pytest.mark.parametrize("allowed", ["1", "on", "true", "TRUE"])
def test_plain_http_may_be_allowed_for_a_proxy_in_front(tmp_path: Path, allowed: str) -> None:
    found = settings(tmp_path, MUSTER_ALLOW_PLAIN_HTTP=allowed, **ANYWHERE)

    assert (found.host, found.tls_cert) == ("0.0.0.0", None)


def test_a_certificate_allows_every_address(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)

    found = settings(tmp_path, MUSTER_TLS_CERT=str(cert), MUSTER_TLS_KEY=str(key), **ANYWHERE)

    assert (found.tls_cert, found.tls_key, found.public_url) == (cert, key, "https://0.0.0.0:8080")


WRONG = [
    ({"MUSTER_PORT": "x"}, "MUSTER_PORT is not a number of a port"),
    ({"MUSTER_PORT": "65536"}, "MUSTER_PORT is not a number of a port"),
    ({"MUSTER_PORT": "-1"}, "MUSTER_PORT is not a number of a port"),
    ({"MUSTER_PORT": "\u00b2"}, "MUSTER_PORT is not a number of a port"),
    ({"MUSTER_PORT": "9" * 5000}, "MUSTER_PORT is not a number of a port"),
    ({"MUSTER_PORT": ""}, "MUSTER_PORT is not a number of a port"),
    ({"MUSTER_RATE_LIMITS": "perhaps"}, "MUSTER_RATE_LIMITS is one of on, off"),
    ({"MUSTER_LOG_LEVEL": "loud"}, "MUSTER_LOG_LEVEL is one of debug, info"),
    ({"MUSTER_SECRET_KEY": "short"}, "MUSTER_SECRET_KEY is shorter than 32 characters"),
    ({"MUSTER_SECRET_KEY_FILE": "{here}/nothing"}, "nothing cannot be read: No such file or directory"),
    ({"MUSTER_SECRET_KEY_FILE": "{here}/bytes"}, "bytes is not text in UTF-8"),
    ({"MUSTER_SMTP_URL_FILE": "{here}"}, "cannot be read: Is a directory"),
    ({"MUSTER_DATA": "{here}/bytes"}, "MUSTER_DATA cannot be a directory at"),
    ({"MUSTER_DATA": "{here}/bytes/below"}, "MUSTER_DATA cannot be a directory at"),
    ({"MUSTER_DATA": "{here}/taken"}, "secret.key can be neither read nor made: Is a directory"),
    ({"MUSTER_TLS_CERT": "{here}/muster.crt"}, "MUSTER_TLS_CERT and MUSTER_TLS_KEY go together"),
    ({"MUSTER_TLS_KEY": "{here}/muster.key"}, "MUSTER_TLS_CERT and MUSTER_TLS_KEY go together"),
    ({"MUSTER_TLS_CERT": "{here}/no.crt", "MUSTER_TLS_KEY": "{here}/muster.key"}, "MUSTER_TLS_CERT names no file"),
    ({"MUSTER_TLS_CERT": "{here}/muster.crt", "MUSTER_TLS_KEY": "{here}/bytes"}, "are no certificate with its key"),
    ({"MUSTER_TLS_CERT": "{here}/muster.key", "MUSTER_TLS_KEY": "{here}/muster.crt"}, "are no certificate with its"),
]


@pytest.mark.parametrize(("given", "message"), WRONG, ids=lambda value: str(value)[:60])
def test_a_wrong_setting_is_told_by_its_name(tmp_path: Path, given: dict[str, str], message: str) -> None:
    certificate(tmp_path)
    (tmp_path / "bytes").write_bytes(b"\xd8\xff" * 40)
    (tmp_path / "taken" / "secret.key").mkdir(parents=True)
    filled = {name: value.format(here=tmp_path) for name, value in given.items()}

    with pytest.raises(SettingsWrong) as raised:
        read({}, {"MUSTER_DATA": str(tmp_path / "var"), **filled})

    assert message in str(raised.value)


COMMANDS = [
    ({"MUSTER_HOST": "0.0.0.0"}, "MUSTER_ALLOW_PLAIN_HTTP=1"),
    ({"MUSTER_DATABASE_URL": "mysql://nobody/nothing"}, "MUSTER_DATABASE_URL: a database URL begins with"),
    ({"MUSTER_CORS_ORIGINS": "*"}, "MUSTER_CORS_ORIGINS: * is every origin, and they would all ask with credentials"),
    ({"MUSTER_CORS_ORIGINS": "null"}, "MUSTER_CORS_ORIGINS: null is what browsers send for sandboxed frames"),
    ({"MUSTER_CORS_ORIGINS": "x.example"}, "MUSTER_CORS_ORIGINS: x.example is no origin as browsers send it"),
    ({"MUSTER_TRUSTED_PROXIES": "everybody"}, "MUSTER_TRUSTED_PROXIES: 'everybody' does not appear to be"),
]


@pytest.mark.parametrize(("given", "message"), COMMANDS)
def test_a_server_that_cannot_serve_as_it_is_told_ends_with_2_and_one_line(
    tmp_path: Path, given: dict[str, str], message: str
) -> None:
    finished = command({"MUSTER_DATA": str(tmp_path / "var"), **given}, "serve")

    last = finished.stderr.splitlines()[-1]
    assert (finished.returncode, finished.stdout) == (2, "")
    assert last.startswith("muster: ")
    assert message in last
    assert "Traceback" not in finished.stderr
